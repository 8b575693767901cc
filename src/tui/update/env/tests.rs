//! Keys in the environment's editor: what they change, and what they ask for.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::sync::Arc;

use crate::domain::env_schema::{Schema, Wanted};
use crate::tui::backend::{Document, EnvRules, Saved};
use crate::tui::effect::Effect;
use crate::tui::msg::Msg;
use crate::tui::state::State;
use crate::tui::state::env::compare::Source;
use crate::tui::state::popup::Popup;
use crate::tui::state::sample::{self, name};
use crate::tui::update::tests::press;
use crate::tui::update::update;

fn document(text: &str) -> Document {
    Document {
        name: ".env".into(),
        path: "/nowhere/.env".into(),
        text: text.into(),
        stamp: text.len().to_string(),
    }
}

const SCHEMA: &str = r#"
[[key]]
name = "APP_PORT"
type = "port"
[[key]]
name = "APP_DEBUG"
type = "boolean"
[[key]]
name = "APP_LEVEL"
type = "enum"
values = ["info", "debug"]
"#;

fn open(text: &str) -> State {
    let mut state = sample::three();
    press(&mut state, "e");
    update(&mut state, Msg::Env(name("default"), Ok(document(text))));
    let schema = Schema::builtin().extended(&Schema::parse("env.schema.toml", SCHEMA).unwrap());
    let rules = EnvRules {
        schema: Arc::new(schema),
        wanted: Wanted::default(),
    };
    update(&mut state, Msg::EnvRules(name("default"), Ok(rules)));
    state
}

fn at(state: &mut State, key: &str) {
    state.env.go_to(key);
    assert_eq!(state.env.selected().unwrap().name, key);
}

fn text(state: &State) -> &str {
    state.env.editor.ready().unwrap().file.text()
}

#[test]
fn a_filter_narrows_and_esc_clears_it_before_it_leaves() {
    let mut state = open("MINE=1\nOTHER=2\n");
    press(&mut state, "/min");
    assert_eq!(state.env.view.keys.len(), 1);
    press(&mut state, "<enter><enter>");
    assert!(matches!(state.popups.last(), Some(Popup::Form(_))));
    press(&mut state, "<esc><esc>");
    assert!(state.env.view.keys.len() > 2 && !state.env.filtered());
    assert_eq!(state.env.selected().unwrap().name, "MINE");
    press(&mut state, "/zzzz");
    assert!(state.env.view.keys.is_empty());
    press(&mut state, "<esc>");
    assert!(!state.env.typing && !state.env.view.keys.is_empty());
}

#[test]
fn what_has_few_values_is_chosen_and_numbers_take_digits_only() {
    let mut state = open("APP_PORT=80\nAPP_DEBUG=false\nAPP_LEVEL=debug\n");
    at(&mut state, "APP_DEBUG");
    press(&mut state, "<enter> <enter>");
    at(&mut state, "APP_LEVEL");
    press(&mut state, "<enter><right><enter>");
    at(&mut state, "APP_PORT");
    press(&mut state, "<enter>x8y0<enter>");
    assert_eq!(
        text(&state),
        "APP_PORT=8080\nAPP_DEBUG=true\nAPP_LEVEL=info\n"
    );
    press(&mut state, "uuu");
    assert_eq!(
        text(&state),
        "APP_PORT=80\nAPP_DEBUG=false\nAPP_LEVEL=debug\n"
    );
}

#[test]
fn a_wrong_type_is_marked_and_saved_all_the_same_and_a_broken_value_is_refused() {
    let mut state = open("SUPABASE_URL=http://127.0.0.1\n");
    press(&mut state, "g<enter>");
    update(&mut state, Msg::Paste(" not an address".into()));
    press(&mut state, "<enter>");
    let marked = state.env.selected().unwrap().remark.clone().unwrap();
    assert!(marked.full.starts_with("E302"), "{marked:?}");
    let effects = press(&mut state, "s<enter>");
    assert!(matches!(effects.as_slice(), [Effect::SaveEnv { .. }]));
    let mut state = open("A=1\n");
    at(&mut state, "A");
    press(&mut state, "<enter>");
    update(&mut state, Msg::Paste("it's `a` \"b\" #\nz".into()));
    press(&mut state, "<enter>");
    let Some(Popup::Form(form)) = state.popups.last() else {
        panic!("it was taken: {}", text(&state));
    };
    let (_, notice) = form.error.as_ref().unwrap();
    assert!(!notice.message.contains("it's"), "{}", notice.message);
}

#[test]
fn a_missing_key_is_filled_in_where_it_stands() {
    let mut state = open("SUPABASE_URL=http://127.0.0.1\n");
    at(&mut state, "SUPABASE_PROJECT_REF");
    let before = state.env.selected().unwrap().clone();
    assert!(!before.present && before.remark.unwrap().short.contains("hybrid"));
    press(&mut state, "<enter>abcdefghijklmnopqrst<enter>");
    let after = state.env.selected().unwrap();
    assert_eq!(after.name, "SUPABASE_PROJECT_REF");
    assert!(after.present && after.remark.is_none(), "{after:?}");
}

#[test]
fn a_secret_that_was_not_typed_keeps_its_value() {
    let mut state = open("MY_TOKEN=example-secret\n");
    at(&mut state, "MY_TOKEN");
    press(&mut state, "<enter><enter>");
    assert!(state.popups.is_empty());
    assert_eq!(text(&state), "MY_TOKEN=example-secret\n");
}

#[test]
fn lines_are_typed_and_pasted_into_a_value() {
    let mut state = open("A=1\n");
    at(&mut state, "A");
    press(&mut state, "<enter>");
    let new_line = KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT);
    update(&mut state, Msg::Key(new_line));
    update(&mut state, Msg::Paste("two\r\nthree\r\n".into()));
    press(&mut state, "<enter>");
    let editor = state.env.editor.ready().unwrap();
    assert_eq!(editor.file.get("A"), Some("1\ntwo\nthree"));
}

#[test]
fn marks_are_gone_to_and_cured() {
    let mut state = open("SUPABASE_URL=http://127.0.0.1\nA=1\nB = pa$word # why\n");
    at(&mut state, "A");
    press(&mut state, "n");
    assert_eq!(state.env.selected().unwrap().name, "B");
    press(&mut state, "f");
    assert!(
        text(&state).ends_with("B='pa$word' # why\n"),
        "{}",
        text(&state)
    );
    assert!(state.env.selected().unwrap().remark.is_none());
    press(&mut state, "u");
    assert!(text(&state).ends_with("B = pa$word # why\n"));
    press(&mut state, "N");
    assert!(state.env.selected().unwrap().remark.is_some());
}

fn v(kind: KeyEventKind) -> Msg {
    let key = KeyCode::Char('v');
    Msg::Key(KeyEvent::new_with_kind(key, KeyModifiers::NONE, kind))
}

#[test]
fn a_value_is_shown_while_its_key_is_held_and_never_without_the_focus() {
    let mut state = open("MY_TOKEN=example-secret\n");
    at(&mut state, "MY_TOKEN");
    let effects = update(&mut state, v(KeyEventKind::Press));
    assert!(state.env.revealed);
    assert!(
        matches!(effects.as_slice(), [Effect::Note { action: "reveal", key, .. }] if key == "MY_TOKEN")
    );
    assert!(update(&mut state, v(KeyEventKind::Repeat)).is_empty());
    assert!(state.env.revealed);
    update(&mut state, v(KeyEventKind::Release));
    assert!(!state.env.revealed);
    update(&mut state, v(KeyEventKind::Press));
    update(&mut state, Msg::Focus(false));
    assert!(!state.env.revealed);
    // a terminal that tells of no release: the next key hides it, the same one too
    state.releases = false;
    press(&mut state, "v");
    assert!(state.env.revealed);
    press(&mut state, "v");
    assert!(!state.env.revealed);
    press(&mut state, "vj");
    assert!(!state.env.revealed);
}

#[test]
fn values_and_names_are_copied_within_limits_and_never_told() {
    let mut state = open("MY_TOKEN=example-secret\nPLAIN=1\n");
    at(&mut state, "MY_TOKEN");
    let effects = press(&mut state, "y");
    let [Effect::Copy(text), Effect::Note { action: "copy", .. }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(text.reveal(), "example-secret");
    assert!(!format!("{effects:?}").contains("example-secret"));
    let toast = &state.toast.as_ref().unwrap().text;
    assert!(!toast.contains("example-secret"), "{toast}");
    let effects = press(&mut state, "Y");
    assert!(matches!(effects.as_slice(), [Effect::Copy(text)] if text.reveal() == "MY_TOKEN"));
    let mut state = open(&format!("LONG={}\n", "x".repeat(80_000)));
    at(&mut state, "LONG");
    assert!(press(&mut state, "y").is_empty());
    let mut state = sample::three();
    let effects = press(&mut state, "yY");
    assert_eq!(effects.len(), 2);
}

#[test]
fn a_paste_is_taken_whole_or_not_at_all_and_undone_at_once() {
    let before = "A=1\n# mine\n";
    let mut state = open(before);
    update(&mut state, Msg::Paste("{\"A\": \"2\", \"B\": true}".into()));
    press(&mut state, "<esc>");
    assert_eq!(text(&state), before);
    update(&mut state, Msg::Paste("export A='2'\r\nB=3\r\n".into()));
    press(&mut state, "<enter>");
    assert_eq!(text(&state), "A=2\n# mine\nB=3\n");
    press(&mut state, "u");
    assert_eq!(text(&state), before);
    update(&mut state, Msg::Paste("A=1".into()));
    press(&mut state, "<enter>");
    assert!(!state.env.editor.ready().unwrap().can_undo());
    update(&mut state, Msg::Paste("nothing here".into()));
    assert!(state.popups.is_empty());
}

#[test]
fn a_stale_save_asks_whose_value_counts() {
    let mut state = open("A=1\nB=1\nC=1\n");
    update(&mut state, Msg::Paste("A=mine\nB=mine\nC=mine\n".into()));
    press(&mut state, "<enter>s<enter>");
    let theirs = document("A=theirs\nB=theirs\nC=1\n# new\n");
    let stale = Ok(Saved::Stale(theirs));
    update(&mut state, Msg::EnvSaved(name("default"), stale));
    assert!(matches!(state.popups.last(), Some(Popup::Clashes(v)) if v.rows.len() == 2));
    press(&mut state, "<down> <enter>");
    assert_eq!(text(&state), "A=mine\nB=theirs\nC=mine\n# new\n");
    let editor = state.env.editor.ready().unwrap();
    assert!(editor.clashes.is_empty());
    assert_eq!(editor.changes().len(), 2);
}

fn compare(state: &mut State, theirs: &str) {
    let effects = press(state, "D<enter>");
    let [Effect::LoadOther { of, source }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(*source, Source::Instance(name("clone-1")));
    let answer = Msg::Other(of.clone(), source.clone(), Ok(document(theirs)));
    update(state, answer);
}

#[test]
fn values_come_over_from_another_instance_and_what_is_its_own_warns_first() {
    let reference = sample::instance("clone-1", crate::domain::instance::InstanceState::Ready);
    let reference = reference.project_ref.unwrap();
    let theirs = format!("A=2\nSAME=1\nNEW=3\nSUPABASE_PROJECT_REF={reference}\n");
    let mut state = open("A=1\nSAME=1\n");
    compare(&mut state, &theirs);
    press(&mut state, "<enter>");
    assert_eq!(text(&state), "A=2\nSAME=1\n");
    // A is equal now and folded away: the cursor is on the next difference
    press(&mut state, "a");
    assert_eq!(text(&state), "A=2\nSAME=1\nNEW=\n");
    press(&mut state, "<down><enter>");
    let Some(Popup::Compare(view)) = state.popups.last() else {
        panic!("closed");
    };
    assert!(
        view.warning.as_ref().unwrap().contains("clone-1"),
        "{view:?}"
    );
    assert!(!text(&state).contains(&reference));
    press(&mut state, "<enter>");
    assert!(text(&state).contains(&reference));
    press(&mut state, "<esc><esc>");
    assert!(state.popups.is_empty());
}

/// One key press in a file of a thousand keys, drawing included.
#[test]
fn a_thousand_keys_scroll_like_ten() {
    use crate::tui::draw::draw;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    let took = |n: usize| {
        let lines: String = (0..n)
            .map(|i| format!("SOME_KEY_{i}=value-{i}\n"))
            .collect();
        let mut state = open(&lines);
        update(&mut state, Msg::Resize(120, 36));
        let area = Rect::new(0, 0, 120, 36);
        let mut once = || {
            let from = std::time::Instant::now();
            press(&mut state, "j");
            draw(&state, area, &mut Buffer::empty(area));
            from.elapsed()
        };
        (0..20).map(|_| once()).min().unwrap()
    };
    let (few, many) = (took(10), took(1000));
    println!("10 keys {few:?}, 1,000 keys {many:?} a key press");
    assert!(many < few * 6, "{many:?} against {few:?}");
}
