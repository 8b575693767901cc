//! The lines of one job: its title with the bar, its steps, their phases, the tables in them.

use ratatui::text::{Line, Span};

use crate::domain::human;
use crate::domain::job::{JobState, JobView, StepView};
use crate::domain::progress::{Amount, Item, Phase, Unit, WorkState};
use crate::tui::state::State;
use crate::tui::state::job_parts::Part;
use crate::tui::state::jobs::seconds_between;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{bar, text};

use super::{dim, glyph, style};

/// The cells that names take, so that all figures of a pane stand below each other.
fn names(width: usize) -> usize {
    (width / 4).clamp(34, 48)
}

pub fn line(state: &State, job: &JobView, part: Part, width: usize) -> Line<'static> {
    let phase = |i: usize, j: usize| job.steps.get(i).and_then(|s| s.report.phases.get(j));
    match part {
        Part::Head => head(state, job, width),
        Part::Error(n) => error(state, job, n, width),
        Part::Hint(n) => hint(state, job, n, width),
        Part::Past(steps) => past(state, job, steps, width),
        Part::Rest(from) => rest(state, job, from, width),
        Part::Step(i) => match job.steps.get(i) {
            Some(found) => step(state, found, width),
            None => Line::default(),
        },
        Part::Phase(i, j) => match phase(i, j) {
            Some(found) => phase_line(state, found, width),
            None => Line::default(),
        },
        Part::Item(i, j, k) => match phase(i, j).and_then(|p| p.items.get(k)) {
            Some(found) => item(state, found, width),
            None => Line::default(),
        },
    }
}

/// `◐ clone default → clone-1      64 %  ━━━━━━━─────  12 MB/s  ~ 9 s`
pub fn head(state: &State, job: &JobView, width: usize) -> Line<'static> {
    let mut spans = vec![glyph(state, theme::job(job.state)), Span::raw(" ")];
    let tail = match job.state {
        JobState::Running | JobState::Planned | JobState::Cancelling => running(state, job, width),
        _ => over(state, job, width),
    };
    let used: usize = tail.iter().map(Span::width).sum();
    let room = width.saturating_sub(2 + used + 2);
    let name = names(width).min(room.max(8));
    spans.push(Span::styled(
        text::left(&job.title(), name),
        style(state, Role::Strong),
    ));
    spans.push(Span::raw("  "));
    spans.extend(tail);
    Line::from(spans)
}

fn running(state: &State, job: &JobView, width: usize) -> Vec<Span<'static>> {
    let doing = match job.state {
        JobState::Cancelling => Some("cleaning up"),
        JobState::Planned => Some("waiting for its worker"),
        _ if state.jobs.asked.contains(&job.id) => Some("asked to stop"),
        _ => None,
    };
    if let Some(doing) = doing {
        return vec![Span::raw(doing)];
    }
    let percent = format!("{} %", job.per_mille / 10);
    let mut spans = vec![Span::raw(text::right(&percent, 7)), Span::raw("  ")];
    let rate = state
        .jobs
        .throughput(job.id)
        .map(|(rate, unit)| speed(rate, unit));
    let left = state.jobs.seconds_left(job, state.now);
    let left = left.map(|s| format!("~ {}", whole_seconds(s.ceil())));
    let rate = text::right(&rate.unwrap_or_default(), 13);
    let left = text::right(&left.unwrap_or_default(), 10);
    let figures = if width >= 70 {
        rate.len() + left.len() + 2
    } else {
        left.len()
    };
    let cells = width
        .saturating_sub(2 + names(width) + 2 + 9 + figures + 2)
        .clamp(8, 40);
    let ratio = f64::from(job.per_mille) / 1000.0;
    spans.extend(bar::progress(
        ratio,
        cells,
        style(state, Role::Accent),
        style(state, Role::Dim),
    ));
    if width >= 70 {
        spans.push(Span::raw(rate));
        spans.push(Span::raw("  "));
    }
    spans.push(dim(state, left));
    spans
}

/// A time that is still running: no digit that changes with every frame.
fn whole_seconds(seconds: f64) -> String {
    human::seconds(seconds).replace(".0 s", " s")
}

/// `12 MB/s`, `1.2 k rows/s`.
fn speed(rate: f64, unit: Unit) -> String {
    let whole = rate.round().max(0.0) as u64;
    match unit {
        Unit::Bytes => format!("{}/s", human::bytes(whole)),
        _ => format!("{} rows/s", human::count(whole)),
    }
}

fn over(state: &State, job: &JobView, width: usize) -> Vec<Span<'static>> {
    let mark = theme::job(job.state);
    let role = match mark.role {
        Role::Good | Role::Dim => Role::Dim,
        other => other,
    };
    let mut spans = vec![Span::styled(
        text::left(job.state.word(), 13),
        style(state, role),
    )];
    if let Some(ended) = job.ended {
        let ago = human::ago(ended, state.now);
        let ago = if ago == "now" {
            ago
        } else {
            format!("{ago} ago")
        };
        spans.push(dim(state, text::left(&ago, 10)));
    } else {
        spans.push(Span::raw(" ".repeat(10)));
    }
    let room = width.saturating_sub(2 + names(width) + 2 + 23);
    let took = match (job.started, job.ended) {
        (Some(a), Some(b)) => Some(format!("took {}", human::seconds(seconds_between(a, b)))),
        _ => None,
    };
    let parts: Vec<String> = [job.summary.clone(), took].into_iter().flatten().collect();
    spans.push(dim(state, text::cut(&parts.join(" · "), room)));
    spans
}

/// Glyph, name, and what follows, with the indent of its depth.
fn row(
    state: &State,
    width: usize,
    depth: usize,
    work: WorkState,
    name: &str,
    figures: Vec<Span<'static>>,
) -> Line<'static> {
    let indent = depth * 2 + 2;
    let role = match work {
        WorkState::Pending | WorkState::Skipped | WorkState::Undone => Role::Dim,
        _ => Role::Plain,
    };
    let mut spans = vec![
        Span::raw(" ".repeat(indent)),
        glyph(state, theme::work(work)),
        Span::raw(" "),
        Span::styled(
            text::left(name, names(width).saturating_sub(indent)),
            style(state, role),
        ),
        Span::raw("  "),
    ];
    spans.extend(figures);
    Line::from(spans)
}

fn step(state: &State, step: &StepView, width: usize) -> Line<'static> {
    let time = match (step.started, step.ended) {
        (Some(a), Some(b)) => human::seconds(seconds_between(a, b)),
        (Some(a), None) if step.state == WorkState::Running => {
            whole_seconds(seconds_between(a, state.now).floor())
        }
        _ => String::new(),
    };
    let mut figures = vec![dim(state, text::right(&time, 7)), Span::raw("  ")];
    let said = match (&step.error, &step.report.note) {
        (Some(error), _) => error.clone(),
        (None, Some(note)) => note.clone(),
        (None, None) => match step.state {
            WorkState::Skipped | WorkState::Undoing | WorkState::Undone => {
                theme::work_word(step.state).into()
            }
            _ => amount(step.report.amount, step.state),
        },
    };
    let room = width.saturating_sub(2 + names(width) + 2 + 9);
    let role = match step.state {
        WorkState::Failed => Role::Bad,
        WorkState::Running => Role::Plain,
        _ => Role::Dim,
    };
    figures.push(Span::styled(text::cut(&said, room), style(state, role)));
    row(state, width, 0, step.state, &step.title, figures)
}

fn phase_line(state: &State, phase: &Phase, width: usize) -> Line<'static> {
    let figures = figures(state, phase.amount, phase.state, None, width);
    row(state, width, 1, phase.state, &phase.name, figures)
}

fn item(state: &State, item: &Item, width: usize) -> Line<'static> {
    let figures = figures(state, item.amount, item.state, item.note.as_deref(), width);
    row(state, width, 2, item.state, &item.name, figures)
}

/// `71 %    1.2 M of 1.7 M rows`
fn figures(
    state: &State,
    done: Amount,
    work: WorkState,
    note: Option<&str>,
    width: usize,
) -> Vec<Span<'static>> {
    let percent = match (done.ratio(), work) {
        (Some(ratio), WorkState::Running) => format!("{:.0} %", (ratio * 100.0).floor()),
        (_, WorkState::Pending) => String::new(),
        (_, WorkState::Running) => String::new(),
        (_, other) => theme::work_word(other).to_owned(),
    };
    let mut said = amount(done, work);
    if let Some(note) = note {
        said = if said.is_empty() {
            note.into()
        } else {
            format!("{said} · {note}")
        };
    }
    let room = width.saturating_sub(2 + names(width) + 2 + 9);
    vec![
        dim(state, text::right(&percent, 7)),
        Span::raw("  "),
        dim(state, text::cut(&said, room)),
    ]
}

/// `31 of 48 MB`, `17 of 41 tables`; what is over names only what it did.
pub fn amount(amount: Amount, work: WorkState) -> String {
    let Amount { done, total, unit } = amount;
    if done == 0 && total == 0 {
        return String::new();
    }
    if total == 0 || work.is_over() {
        return human::amount(
            done.max(if work == WorkState::Done { total } else { 0 }),
            unit,
        );
    }
    let (a, b) = (human::amount(done, unit), human::amount(total, unit));
    match (a.rsplit_once(' '), b.rsplit_once(' ')) {
        // the unit is said once where it's the same
        (Some((number, x)), Some((_, y))) if x == y => format!("{number} of {b}"),
        _ if matches!(unit, Unit::Rows | Unit::Objects | Unit::Tables) => {
            format!("{} of {b}", human::count(done))
        }
        _ => format!("{a} of {b}"),
    }
}

/// `● 9 steps done      4.1 s`
fn past(state: &State, job: &JobView, steps: usize, width: usize) -> Line<'static> {
    let first = job.steps.iter().find_map(|step| step.started);
    let ended = job.steps.iter().take(steps).filter_map(|step| step.ended);
    let time = match (first, ended.max()) {
        (Some(a), Some(b)) => human::seconds(seconds_between(a, b)),
        _ => String::new(),
    };
    let figures = vec![dim(state, text::right(&time, 7))];
    let name = format!("{steps} steps done");
    row(state, width, 0, WorkState::Done, &name, figures)
}

fn rest(state: &State, job: &JobView, from: usize, width: usize) -> Line<'static> {
    let names: Vec<&str> = job
        .steps
        .iter()
        .skip(from)
        .map(|s| s.title.as_str())
        .collect();
    let room = width.saturating_sub(4);
    let spans = vec![
        Span::raw("  "),
        dim(state, "· "),
        dim(state, text::cut(&names.join(" · "), room)),
    ];
    Line::from(spans)
}

fn error(state: &State, job: &JobView, n: usize, width: usize) -> Line<'static> {
    let lines = state.jobs.error_lines(job, width);
    let role = match job.state {
        JobState::Failed => Role::Bad,
        _ => Role::Warn,
    };
    let glyph = if n == 0 { theme::ATTENTION } else { " " };
    Line::from(vec![
        Span::raw("  "),
        Span::styled(glyph, style(state, role)),
        Span::raw(" "),
        Span::raw(lines.into_iter().nth(n).unwrap_or_default()),
    ])
}

fn hint(state: &State, job: &JobView, n: usize, width: usize) -> Line<'static> {
    let lines = state.jobs.hint_lines(job, width);
    let said = lines.into_iter().nth(n).unwrap_or_default();
    Line::from(vec![Span::raw("    "), dim(state, said)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_said_once() {
        let said = |done, total, unit| amount(Amount::new(done, total, unit), WorkState::Running);
        assert_eq!(said(31_000_000, 48_000_000, Unit::Bytes), "31 of 48 MB");
        assert_eq!(said(912_000, 48_000_000, Unit::Bytes), "912 kB of 48 MB");
        assert_eq!(said(1, 41, Unit::Tables), "1 of 41 tables");
        assert_eq!(
            said(1_200_000, 1_700_000, Unit::Rows),
            "1.2 M of 1.7 M rows"
        );
        assert_eq!(said(0, 0, Unit::Rows), "");
        assert_eq!(
            amount(Amount::new(164, 164, Unit::Rows), WorkState::Done),
            "164 rows"
        );
    }
}
