//! What an instance is, in a column of labels.

use ratatui::text::{Line, Span};

use crate::domain::human;
use crate::domain::instance::{AtlassianPlace, InstanceState, InstanceView};
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::tui::popup;
use crate::tui::state::State;
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{bar, text};

use super::{dim, glyph, moment, style};

const LABEL: usize = 12;

pub fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    page(state, width).lines
}

/// Line, column, words and address of what leads somewhere.
pub type Leads = Vec<(usize, usize, String, String)>;

pub fn links(state: &State, width: usize) -> Leads {
    page(state, width).links
}

fn page(state: &State, width: usize) -> Page<'_> {
    let mut page = Page {
        state,
        width,
        lines: Vec::new(),
        links: Vec::new(),
    };
    let Some(instance) = state.selected() else {
        return page;
    };
    page.callout(instance);
    page.text("Purpose", or_dash(&instance.purpose));
    let strategy = format!(
        "{} · {}",
        instance.strategy.word(),
        instance.strategy.explain()
    );
    page.text("Strategy", &strategy);
    if let Some(from) = &instance.cloned_from {
        page.text("From", from);
    }
    page.blank();
    page.job(instance);
    page.database(instance);
    page.supabase(instance);
    if let Some(reference) = &instance.project_ref {
        page.text("Project", reference);
    }
    page.text("Schema", &instance.schema);
    if let Some(region) = instance.region.as_deref().filter(|r| !r.is_empty()) {
        page.text("Region", region);
    }
    if let Some(host) = &instance.host {
        page.text("Host", host);
    }
    page.atlassian("Jira", instance.jira.as_ref(), ("issue", "issues"));
    page.atlassian(
        "Confluence",
        instance.confluence.as_ref(),
        ("page", "pages"),
    );
    page.isolation(instance);
    page.blank();
    if let Some(created) = instance.created {
        let ago = human::ago(created, state.now);
        let age = match ago.as_str() {
            "now" => "just now".into(),
            ago => format!("{ago} ago"),
        };
        page.row(
            "Created",
            vec![
                Span::raw(moment(state, created)),
                dim(state, format!(" · {age}")),
            ],
        );
    }
    if !instance.owner.is_empty() {
        page.text("Owner", &instance.owner);
    }
    if !instance.labels.is_empty() {
        page.text("Labels", &instance.labels.join(" · "));
    }
    page.text("Expires", &instance.expiry);
    if instance.protected {
        let mark = Span::raw(format!("{} ", theme::PROTECTED));
        page.row(
            "Protected",
            vec![mark, Span::raw("yes, it refuses to be deleted")],
        );
    }
    page
}

fn or_dash(text: &str) -> &str {
    if text.trim().is_empty() { "–" } else { text }
}

struct Page<'a> {
    state: &'a State,
    width: usize,
    lines: Vec<Line<'static>>,
    links: Leads,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    fn row(&mut self, label: &str, value: Vec<Span<'static>>) {
        let mut spans = vec![dim(self.state, text::left(label, LABEL))];
        spans.extend(value);
        self.lines.push(Line::from(spans));
    }

    /// A value that may take several lines.
    fn text(&mut self, label: &str, value: &str) {
        let room = self.width.saturating_sub(LABEL).max(8);
        let mut wrapped = text::wrap(value, room).into_iter();
        let first = wrapped.next().unwrap_or_default();
        self.row(label, vec![Span::raw(first)]);
        for line in wrapped {
            self.row("", vec![Span::raw(line)]);
        }
    }

    /// A Jira project or a Confluence space: its key, how much is in it, and where.
    fn atlassian(&mut self, label: &str, place: Option<&AtlassianPlace>, of: (&str, &str)) {
        let Some(place) = place else {
            return;
        };
        let from = self.lines.len();
        let mut value = vec![Span::raw(place.key.clone())];
        if let Some(count) = place.count {
            let text = format!(
                " · {} {}",
                human::count(count),
                human::plural(count, of.0, of.1)
            );
            value.push(dim(self.state, text));
        }
        self.row(label, value);
        if let Some(url) = &place.url {
            self.text("", url);
            let key = (from, LABEL, place.key.clone(), url.clone());
            self.links.push(key);
            for (line, shown) in self.lines.iter().enumerate().skip(from + 1) {
                // an address of several lines leads to the whole of it from each
                let words = shown.spans.get(1).map(|span| span.content.to_string());
                let lead = words.map(|words| (line, LABEL, words, url.clone()));
                self.links.extend(lead);
            }
        }
    }

    /// Whether it keeps apart what its strategy says.
    fn isolation(&mut self, instance: &InstanceView) {
        let (mark, role, words) = match &self.state.isolation.found {
            Load::Nothing | Load::Loading => ("·", Role::Dim, "not looked at yet".to_owned()),
            Load::Failed(notice) => (theme::ATTENTION, Role::Warn, notice.message.clone()),
            Load::Ready(_) => self.apart(instance),
        };
        let room = self.width.saturating_sub(LABEL + 2);
        let words = Span::raw(text::cut(&words, room));
        let value = vec![
            Span::styled(mark, style(self.state, role)),
            Span::raw(" "),
            words,
        ];
        self.row("Isolation", value);
    }

    fn apart(&self, instance: &InstanceView) -> (&'static str, Role, String) {
        let tally = self.state.isolation.tally(&instance.name);
        let serious = tally.errors + tally.warnings;
        if serious > 0 {
            let words = format!("{}, I shows them", popup::isolation::counted(serious));
            return match tally.errors {
                0 => (theme::ATTENTION, Role::Warn, words),
                _ => (theme::FAILED, Role::Bad, words),
            };
        }
        let site = instance.jira.is_some() || instance.confluence.is_some();
        let but = match (instance.strategy, site) {
            (Strategy::Complete, _) | (Strategy::Hybrid, false) => "",
            (Strategy::Hybrid, true) => " but the site",
            (Strategy::Schema, false) => " but the project",
            (Strategy::Schema, true) => " but the project and the site",
        };
        let notes = match tally.notes {
            0 => String::new(),
            n => format!(" · {n} {}", human::plural(n as u64, "note", "notes")),
        };
        (
            theme::READY,
            Role::Good,
            format!("nothing shared{but}{notes}"),
        )
    }

    /// What needs attention stands first, with what to do.
    fn callout(&mut self, instance: &InstanceView) {
        let (mark, role, message) = match (instance.state, &instance.note) {
            (InstanceState::Attention, note) => (
                theme::ATTENTION,
                Role::Warn,
                note.clone().unwrap_or_else(|| "It needs attention.".into()),
            ),
            (InstanceState::Failed, note) => (
                theme::FAILED,
                Role::Bad,
                note.clone().unwrap_or_else(|| "The last job on it failed. Its log says why.".into()),
            ),
            (InstanceState::New, _) => (
                "○",
                Role::Accent,
                "Not set up yet. i creates its project, runs the migrations and loads the seeds; c does that first, then clones."
                    .into(),
            ),
            _ => return,
        };
        for (i, line) in text::wrap(&message, self.width.saturating_sub(2))
            .into_iter()
            .enumerate()
        {
            let mark = if i == 0 { mark } else { " " };
            self.lines.push(Line::from(vec![
                Span::styled(mark, style(self.state, role)),
                Span::raw(" "),
                Span::raw(line),
            ]));
        }
        self.blank();
    }

    /// The job that works on it, as a bar.
    fn job(&mut self, instance: &InstanceView) {
        let active = instance.job.and_then(|id| self.state.jobs.find(id));
        let Some(job) = active.filter(|j| j.state.is_active()) else {
            return;
        };
        let percent = format!("{:>3} % ", job.per_mille / 10);
        let step = job.current_step().map_or("", |s| s.title.as_str());
        let room = self.width.saturating_sub(LABEL + 2 + percent.len());
        let cells = (room / 2).clamp(4, 24).min(room);
        let full = style(self.state, Role::Accent);
        let empty = style(self.state, Role::Dim);
        let mut value = vec![glyph(self.state, theme::job(job.state)), Span::raw(percent)];
        value.extend(bar::progress(
            f64::from(job.per_mille) / 1000.0,
            cells,
            full,
            empty,
        ));
        value.push(Span::raw("  "));
        value.push(dim(
            self.state,
            text::cut(step, room.saturating_sub(cells + 2)),
        ));
        self.row("Now", value);
        self.blank();
    }

    fn database(&mut self, instance: &InstanceView) {
        let mut parts = Vec::new();
        parts.extend(instance.database_bytes.map(human::bytes));
        let tables = |n: u32| {
            let n = u64::from(n);
            format!("{n} {}", human::plural(n, "table", "tables"))
        };
        parts.extend(instance.tables.map(tables));
        let rows = |n: u64| format!("{} {}", human::count(n), human::plural(n, "row", "rows"));
        parts.extend(instance.rows.map(rows));
        if parts.is_empty() {
            let why = match instance.state {
                InstanceState::New => "none yet",
                _ => "not measured yet, r measures it",
            };
            self.row("Database", vec![dim(self.state, why)]);
            return;
        }
        let mut value = vec![Span::raw(parts.join(" · "))];
        if let Some(seen) = instance.observed {
            let age = self.state.now.as_second() - seen.as_second();
            // figures of a moment ago need no date
            if age >= 60 {
                let ago = human::ago(seen, self.state.now);
                value.push(dim(self.state, format!("  {ago} old")));
            }
        }
        self.row("Database", value);
    }

    fn supabase(&mut self, instance: &InstanceView) {
        let place = match instance.kind {
            ProviderKind::Sandbox => "sandbox on this machine",
            ProviderKind::Cloud => "cloud",
        };
        let value = vec![
            glyph(self.state, theme::instance(instance.state)),
            Span::raw(format!(" {}", instance.state.word())),
            dim(self.state, format!(" · {place}")),
        ];
        self.row("Supabase", value);
    }
}
