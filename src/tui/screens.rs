//! The screens as pictures in text: every size, every state that matters.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::domain::config::AtlassianKind;
use crate::domain::difference::{Comparison, Part, Row, Section, Side};
use crate::domain::env_schema::{Schema, Wanted};
use crate::domain::job::JobKind;
use crate::domain::plan::{Consent, Plan};

use super::backend::{Activity, Document, EnvRules, LogPart, Request};
use super::draw::draw;
use super::msg::Msg;
use super::popup;
use super::state::popup::{PlanPopup, Popup, Reading};
use super::state::sample::{self, name};
use super::state::{State, Tab};
use super::update::update;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 36), (200, 50)];

pub(super) fn paint(state: &State) -> Buffer {
    let area = Rect::new(0, 0, state.size.0, state.size.1);
    let mut buffer = Buffer::empty(area);
    draw(state, area, &mut buffer);
    buffer
}

pub(super) fn text(state: &State) -> String {
    let buffer = paint(state);
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

pub(super) fn at_all_sizes(name: &str, make: impl Fn() -> State) {
    for (columns, rows) in SIZES {
        let mut state = make();
        update(&mut state, Msg::Resize(columns, rows));
        insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), text(&state));
    }
}

pub(super) fn press(state: &mut State, code: KeyCode) {
    update(state, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

pub(super) fn type_in(state: &mut State, keys: &str) {
    for c in keys.chars() {
        press(state, KeyCode::Char(c));
    }
}

pub(super) fn document(name: &str, text: &str) -> Document {
    Document {
        name: name.into(),
        path: "/nowhere".into(),
        text: text.into(),
        stamp: "1".into(),
    }
}

const ENV: &str = "\
# Supabase
SUPABASE_URL=http://127.0.0.1:54610
SUPABASE_PROJECT_REF=sbxdefaultaaaaaaaaaa
SUPABASE_ANON_KEY=example-anon-key
SUPABASE_SERVICE_ROLE_KEY=example-sbxclone1aaaaaaaaaaa
JIRA_PROJECT_KEY=CLN
ATLASSIAN_API_TOKEN=example-token
GEMINI_API_KEY=example$HOME
PORT = 3000
GREETING='Olá, 日本'
";

pub(super) fn environment() -> State {
    let mut state = sample::three();
    type_in(&mut state, "e");
    update(
        &mut state,
        Msg::Env(name("default"), Ok(document(".env", ENV))),
    );
    state.tab = Tab::Env;
    let rules = EnvRules {
        schema: Arc::new(Schema::builtin()),
        wanted: Wanted {
            atlassian: AtlassianKind::Sandbox,
            ..Wanted::default()
        },
    };
    update(&mut state, Msg::EnvRules(name("default"), Ok(rules)));
    update(&mut state, Msg::Paste("JIRA_PROJECT_KEY=NEW".into()));
    press(&mut state, KeyCode::Enter);
    type_in(&mut state, "gjjj");
    update(&mut state, Msg::Resize(120, 36));
    state.toast = None;
    state
}

fn clone_plan() -> State {
    let mut state = sample::three();
    let mut plan = Plan {
        kind: JobKind::Clone,
        instance: "clone-3".into(),
        source: Some("default".into()),
        title: "Clone default into clone-3".into(),
        verb: "clone".into(),
        destructive: false,
        lines: Vec::new(),
        consent: Consent::Yes,
    };
    plan.line("Creates", "Supabase project clone-3 (sandbox, free)")
        .line("Copies", "41 tables, 48 MB, 12 k rows")
        .line("Can't copy", "2 objects: event trigger guard, publication everything")
        .detail("", "event trigger guard: only a superuser of the target may make it")
        .line("Rewrites", "every reference to default in the environment, the configuration files and mcp.json; checked at the end")
        .stays("Stays", "default, as it is")
        .warn("Backup", "there are no backups yet, so default isn't backed up first")
        .line("Takes", "about 20 s");
    let request = Request::Clone {
        source: name("default"),
        target: name("clone-3"),
        strategy: crate::domain::strategy::Strategy::Hybrid,
        project_of: None,
    };
    state
        .popups
        .push(Popup::Plan(PlanPopup::new(request, plan)));
    state
}

fn delete_plan() -> State {
    let mut state = sample::three();
    let mut plan = Plan {
        kind: JobKind::Delete,
        instance: "clone-2".into(),
        source: None,
        title: "Delete clone-2".into(),
        verb: "delete".into(),
        destructive: true,
        lines: Vec::new(),
        consent: Consent::TypeName("clone-2".into()),
    };
    plan.line("Deletes", "Supabase project clone-2 with 41 tables, 48 MB")
        .line("Moves", "instances/clone-2 to .matriz/trash")
        .stays("Stays", "default and clone-1; the shared code")
        .warn(
            "Careful",
            "the database isn't backed up: what is in it is gone for good",
        );
    let request = Request::Delete {
        instance: name("clone-2"),
    };
    state
        .popups
        .push(Popup::Plan(PlanPopup::new(request, plan)));
    type_in(&mut state, "clone");
    press(&mut state, KeyCode::Enter);
    state
}

fn held_back() -> State {
    let mut state = sample::three();
    state.instances.select(&name("clone-2"));
    type_in(&mut state, "h");
    update(&mut state, Msg::Held(name("clone-2"), Ok(sample::held())));
    state
}

fn report() -> State {
    let mut state = sample::cloning();
    type_in(&mut state, "3o");
    let job = state.jobs.selected().unwrap().id;
    let lines = [
        "7 Clone default into clone-1 · done",
        "4 tables, 176 rows, equal · 65 issues, 41 pages",
        "",
        "Held: 1, off until you turn them on (matriz held)",
        "  trigger notify on public.orders: calls out when rows of orders change",
        "",
        "Database: 4 tables looked at, 12 values rewritten",
        "  public.corporate_memory.content          12 values, 14 references",
        "  function public.notify_finance_department_of_a_new_order() names the source's project ref: function body: change it yourself",
    ];
    let lines = lines.map(str::to_owned).to_vec();
    update(&mut state, Msg::Report(Reading::Job(job), Ok(lines)));
    state
}

fn difference(columns: u16, rows: u16) -> State {
    let mut state = sample::three();
    update(&mut state, Msg::Resize(columns, rows));
    let row = |name: &str, left, right, own| Row {
        name: name.into(),
        left,
        right,
        own,
    };
    let value = |text: &str| Side::Value(text.into());
    let mut env = Section::new(Part::Env);
    env.equal = 24;
    env.rows = vec![
        row("SUPABASE_URL", value("a"), value("b"), true),
        row("EMBEDDING_DIM", value("384"), value("768"), false),
        row(
            "OPENAI_API_KEY",
            Side::Fingerprint("0123456789ab".into()),
            Side::Missing,
            false,
        ),
    ];
    let mut schema = Section::new(Part::Schema);
    schema.missing =
        vec!["The database of clone-1 can't be reached: the sandbox is asleep.".into()];
    let found = Comparison {
        left: "default".into(),
        right: "clone-1".into(),
        sections: vec![env, schema],
    };
    type_in(&mut state, "=");
    press(&mut state, KeyCode::Enter);
    let of = match state.popups.last() {
        Some(Popup::Report(view)) => view.of.clone(),
        other => panic!("{other:?}"),
    };
    let width = popup::report::cells(&state);
    let lines = crate::domain::difference::text(&found, width, false);
    update(&mut state, Msg::Report(of, Ok(lines)));
    state
}

#[test]
fn two_instances_side_by_side() {
    for (columns, rows) in [(60, 15), (120, 36)] {
        let state = difference(columns, rows);
        insta::assert_snapshot!(format!("difference-{columns}x{rows}"), text(&state));
    }
}

fn refresh_plan() -> State {
    let mut state = sample::three();
    let mut plan = Plan {
        kind: JobKind::Refresh,
        instance: "clone-2".into(),
        source: Some("default".into()),
        title: "Refresh clone-2 from default".into(),
        verb: "refresh".into(),
        destructive: true,
        lines: Vec::new(),
        consent: Consent::TypeName("clone-2".into()),
    };
    plan.line("Empties", "its database: 41 tables, 12 k rows, 48 MB")
        .line("", "Jira project CLONE2: 65 issues")
        .line("Copies", "every table: 42 tables, 13 k rows, 50 MB")
        .line("Last copy", "12 d ago, from default (job 7)")
        .stays(
            "Keeps",
            "its keys, its .env, its configuration and its files",
        )
        .warn(
            "No backup",
            "what is in clone-2 now isn't backed up: it's gone for good",
        )
        .warn(
            "Cancel",
            "once it's emptied, cancelling leaves clone-2 empty until it's refreshed again",
        );
    let request = Request::Refresh {
        instance: name("clone-2"),
    };
    let popup = PlanPopup::new(request, plan);
    state.popups.push(Popup::Plan(popup));
    state
}

fn isolation() -> State {
    let mut state = sample::three();
    update(&mut state, Msg::LookedApart(Ok(sample::apart())));
    state.instances.select(&name("clone-2"));
    type_in(&mut state, "I");
    state
}

#[test]
fn what_is_not_isolated() {
    at_all_sizes("isolation", isolation);
    let mut state = isolation();
    type_in(&mut state, "a");
    press(&mut state, KeyCode::Down);
    insta::assert_snapshot!("isolation-all", text(&state));
    press(&mut state, KeyCode::Enter);
    insta::assert_snapshot!("isolation-mend", text(&state));
    let mut state = sample::three();
    update(&mut state, Msg::LookedApart(Ok(Vec::new())));
    insta::assert_snapshot!("isolation-overview", text(&state));
    type_in(&mut state, "I");
    insta::assert_snapshot!("isolation-clean", text(&state));
}

#[test]
fn what_is_held_back() {
    at_all_sizes("held", held_back);
}

#[test]
fn the_report_of_a_job() {
    at_all_sizes("report", report);
}

#[test]
fn a_refresh_shows_what_goes() {
    for (columns, rows) in [(60, 15), (80, 24)] {
        let mut state = refresh_plan();
        update(&mut state, Msg::Resize(columns, rows));
        insta::assert_snapshot!(format!("refresh-{columns}x{rows}"), text(&state));
    }
}

#[test]
fn an_empty_workspace() {
    at_all_sizes("empty", sample::empty);
}

#[test]
fn an_ordinary_day() {
    at_all_sizes("ordinary", sample::three);
}

#[test]
fn a_clone_under_way() {
    at_all_sizes("cloning", sample::cloning);
}

#[test]
fn many_instances_and_a_filter() {
    at_all_sizes("many", || {
        let mut state = sample::many(500);
        type_in(&mut state, "G");
        state
    });
    let mut state = sample::many(500);
    type_in(&mut state, "/py42");
    insta::assert_snapshot!("filter", text(&state));
}

#[test]
fn the_detail_alone() {
    let mut state = sample::cloning();
    update(&mut state, Msg::Resize(80, 24));
    type_in(&mut state, "2");
    insta::assert_snapshot!("detail-80x24", text(&state));
    let mut state = sample::three();
    state.instances.select(&name("teste"));
    type_in(&mut state, "2]]]");
    let lines = vec![Activity {
        at: sample::ago(130),
        text: "Seeds loaded: 3 tables, 164 rows".into(),
    }];
    update(&mut state, Msg::Activity(name("teste"), Ok(lines)));
    insta::assert_snapshot!("activity", text(&state));
}

#[test]
fn jobs_unfolded_failed_and_alone() {
    let mut state = sample::cloning();
    let mut jobs = state.jobs.rows.clone();
    jobs.push(sample::failed());
    update(&mut state, Msg::Jobs(Ok(jobs)));
    type_in(&mut state, "3");
    press(&mut state, KeyCode::Enter);
    insta::assert_snapshot!("jobs-120x36", text(&state));
    update(&mut state, Msg::Resize(80, 24));
    insta::assert_snapshot!("jobs-80x24", text(&state));
}

#[test]
fn a_long_error_is_read_where_its_job_is_selected() {
    let mut state = sample::three();
    let mut job = sample::failed();
    job.error = Some("Cannot create the index corporate_memory_embedding_idx in staging: the server at 127.0.0.1:54610 closed the connection while it built the index, and it did so again when that was tried a second time. What was copied so far, 17 of 41 tables with 1.2 M rows, is kept, and it isn't compared yet. The server's own log may say more.".into());
    job.hint = Some("See that the database is reachable and has enough memory for the index, then resume the job with R; x takes back what it made.".into());
    let mut other = job.clone();
    other.id = 3;
    let jobs = vec![other, job];
    update(&mut state, Msg::Jobs(Ok(jobs)));
    update(&mut state, Msg::Resize(80, 24));
    type_in(&mut state, "3");
    insta::assert_snapshot!("failed-80x24", text(&state));
    press(&mut state, KeyCode::Enter);
    insta::assert_snapshot!("failed-unfolded-80x24", text(&state));
    update(&mut state, Msg::Resize(120, 36));
    press(&mut state, KeyCode::Char('j'));
    insta::assert_snapshot!("failed-120x36", text(&state));
}

#[test]
fn a_log() {
    let mut state = sample::cloning();
    type_in(&mut state, "3l");
    let lines = (0..80)
        .map(|i| format!("12:00:{:02} copied corporate_memory, part {i}", i % 60))
        .chain(["12:01:20 error: the connection was closed\u{1b}[31m".to_owned()])
        .collect();
    update(&mut state, Msg::Log(7, Ok(LogPart { next: 81, lines })));
    insta::assert_snapshot!("log", text(&state));
}

#[test]
fn the_environment() {
    at_all_sizes("env", environment);
    let mut state = environment();
    type_in(&mut state, "s");
    insta::assert_snapshot!("env-save", text(&state));
    let mut state = environment();
    type_in(&mut state, "v");
    assert!(text(&state).contains("example-sbxclone1aaaaaaaaaaa"));
    type_in(&mut state, "v");
    assert!(!text(&state).contains("example-sbxclone1aaaaaaaaaaa"));
}

#[test]
fn a_broken_environment_says_where() {
    let mut state = sample::three();
    type_in(&mut state, "e");
    let broken = document(".env", "A=1\nB=\"never closed\nC=2\n");
    update(&mut state, Msg::Env(name("default"), Ok(broken)));
    insta::assert_snapshot!("env-broken", text(&state));
}

#[test]
fn configuration_files() {
    let mut state = sample::three();
    type_in(&mut state, "2]]");
    let files = vec![
        document(
            "supabase.config.json",
            r#"{"kind":"sandbox","region":"local","accessTokenKey":"SUPABASE_ACCESS_TOKEN"}"#,
        ),
        document("mcp.json", "{\n  \"servers\": {\n    broken\n  }\n}\n"),
        document(
            "instance.toml",
            "strategy = \"hybrid\"\nlabels = [\"demo\"]\nexpiry = \"soon\"\nodd = 1\n",
        ),
    ];
    update(&mut state, Msg::Configs(name("default"), Ok(files)));
    insta::assert_snapshot!("configs", text(&state));
}

#[test]
fn popups() {
    at_all_sizes("plan", clone_plan);
    at_all_sizes("delete", delete_plan);
    for (name, keys) in [
        ("clone-form", "c"),
        ("new-form", "n"),
        ("connect-form", "L"),
        ("help", "?"),
        ("palette", ":"),
    ] {
        let mut state = sample::three();
        type_in(&mut state, keys);
        insta::assert_snapshot!(format!("{name}-120x36"), text(&state));
        update(&mut state, Msg::Resize(60, 15));
        insta::assert_snapshot!(format!("{name}-60x15"), text(&state));
    }
}

#[test]
fn colours_and_their_absence() {
    let mut state = sample::cloning();
    update(&mut state, Msg::Resize(100, 24));
    insta::assert_debug_snapshot!("cloning-colours", paint(&state));
    state.theme.color = false;
    insta::assert_debug_snapshot!("cloning-no-colour", paint(&state));
    let mut state = delete_plan();
    update(&mut state, Msg::Resize(80, 24));
    insta::assert_debug_snapshot!("delete-colours", paint(&state));
}

#[test]
fn without_colour_no_cell_has_one() {
    use ratatui::style::Color;
    for make in [sample::cloning, environment, clone_plan, delete_plan] {
        let mut state = make();
        state.theme.color = false;
        for cell in paint(&state).content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
    }
}

#[test]
fn a_terminal_too_small_is_told_so() {
    let mut state = sample::three();
    for (columns, rows) in [(59, 15), (60, 14), (20, 5), (1, 1), (0, 0)] {
        update(&mut state, Msg::Resize(columns, rows));
        let shown = text(&state);
        assert!(shown.trim().len() <= usize::from(columns) * 3, "{shown}");
    }
    update(&mut state, Msg::Resize(59, 15));
    assert!(text(&state).contains("60 × 15"));
}
