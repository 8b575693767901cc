//! The screens of the environment's editor.

use ratatui::crossterm::event::KeyCode;

use super::backend::{KeyChange, Saved};
use super::msg::Msg;
use super::screens::{at_all_sizes, document, environment, press, text, type_in};
use super::state::State;
use super::state::env::compare::Source;
use super::state::sample::{self, name};
use super::update::update;

const OTHER: &str = "\
SUPABASE_URL=http://127.0.0.1:54611
SUPABASE_PROJECT_REF=sbxclone1aaaaaaaaaaa
SUPABASE_ANON_KEY=example-anon-key
SUPABASE_SERVICE_ROLE_KEY=example-sbxclone1aaaaaaaaaaa
JIRA_PROJECT_KEY=CLN
GEMINI_API_KEY=example-another
GREETING='Olá, 日本'
LOG_LEVEL=debug
";

fn compared() -> State {
    let mut state = environment();
    type_in(&mut state, "D");
    press(&mut state, KeyCode::Enter);
    let source = Source::Instance(name("clone-1"));
    let other = document(".env", OTHER);
    update(&mut state, Msg::Other(name("default"), source, Ok(other)));
    state
}

#[test]
fn the_filter_keeps_the_groups() {
    let mut state = environment();
    type_in(&mut state, "/supkey");
    insta::assert_snapshot!("filter-120x36", text(&state));
    update(&mut state, Msg::Resize(60, 15));
    insta::assert_snapshot!("filter-60x15", text(&state));
}

#[test]
fn optional_keys_are_offered() {
    let mut state = environment();
    type_in(&mut state, "oG");
    insta::assert_snapshot!("optional-120x36", text(&state));
}

#[test]
fn a_form_says_what_a_key_is() {
    at_all_sizes("env-form", || {
        let mut state = environment();
        type_in(&mut state, "g");
        press(&mut state, KeyCode::Enter);
        for _ in 0..6 {
            press(&mut state, KeyCode::Backspace);
        }
        for _ in 0..20 {
            press(&mut state, KeyCode::Home);
        }
        type_in(&mut state, " ");
        state
    });
}

#[test]
fn a_value_of_several_lines() {
    let mut state = environment();
    type_in(&mut state, "a");
    type_in(&mut state, "CERTIFICATE");
    press(&mut state, KeyCode::Tab);
    let text_of_lines = "-----BEGIN CERTIFICATE-----\r\nexample\r\n-----END CERTIFICATE-----\r\n";
    update(&mut state, Msg::Paste(text_of_lines.into()));
    press(&mut state, KeyCode::Up);
    insta::assert_snapshot!("lines-120x36", text(&state));
    update(&mut state, Msg::Resize(80, 24));
    insta::assert_snapshot!("lines-80x24", text(&state));
}

#[test]
fn a_paste_is_shown_first() {
    at_all_sizes("env-paste", || {
        let mut state = environment();
        let pasted = "# from a colleague\nexport JIRA_PROJECT_KEY=CLN\nPORT=3000\nNEW_TOKEN=example-secret\nnot a pair\n";
        update(&mut state, Msg::Paste(pasted.into()));
        state
    });
}

#[test]
fn clashes_are_chosen_key_by_key() {
    at_all_sizes("env-clashes", || {
        let mut state = environment();
        update(
            &mut state,
            Msg::Paste("PORT=4000\nGEMINI_API_KEY=example-mine".into()),
        );
        press(&mut state, KeyCode::Enter);
        type_in(&mut state, "s");
        press(&mut state, KeyCode::Enter);
        let mut theirs = document(
            ".env",
            "JIRA_PROJECT_KEY=OUT\nPORT=5000\nGEMINI_API_KEY=example-theirs\n",
        );
        theirs.stamp = "2".into();
        let stale = Ok(Saved::Stale(theirs));
        update(&mut state, Msg::EnvSaved(name("default"), stale));
        press(&mut state, KeyCode::Down);
        type_in(&mut state, " ");
        state
    });
}

#[test]
fn two_environments_side_by_side() {
    at_all_sizes("env-compare", compared);
    let mut state = environment();
    type_in(&mut state, "D");
    insta::assert_snapshot!("compare-with-120x36", text(&state));
    let mut state = compared();
    press(&mut state, KeyCode::Enter);
    insta::assert_snapshot!("compare-warning-120x36", text(&state));
    assert!(!text(&state).contains("example-"), "{}", text(&state));
    type_in(&mut state, "f");
    update(&mut state, Msg::Resize(80, 24));
    insta::assert_snapshot!("compare-all-80x24", text(&state));
}

#[test]
fn configuration_files_are_changed_with_forms_of_their_own() {
    let mut state = sample::three();
    type_in(&mut state, "2]]");
    let text_of_file = "strategy = \"hybrid\"\nlabels = [\"demo\"]\nexpiry = \"soon\"\n";
    let files = vec![document("instance.toml", text_of_file)];
    update(&mut state, Msg::Configs(name("default"), Ok(files)));
    update(&mut state, Msg::Resize(80, 24));
    type_in(&mut state, "n");
    insta::assert_snapshot!("configs-mark-80x24", text(&state));
    press(&mut state, KeyCode::Enter);
    insta::assert_snapshot!("configs-form-80x24", text(&state));
    press(&mut state, KeyCode::Esc);
    type_in(&mut state, "a");
    insta::assert_snapshot!("configs-add-80x24", text(&state));
}

#[test]
fn the_history_of_a_key_shows_no_value() {
    let change = |number: i64, before: Option<&str>, after: &str| KeyChange {
        number,
        at: sample::ago(number * 3600),
        by: "ana, screen".into(),
        what: "set",
        before: before.map(str::to_owned),
        after: Some(after.to_owned()),
        undone_by: (number == 2).then_some(1),
    };
    let changes = vec![
        change(1, Some("0123456789ab"), "ba9876543210"),
        change(2, None, "0123456789ab"),
    ];
    let mut state = environment();
    type_in(&mut state, "H");
    let key = state.env.selected().unwrap().name.clone();
    update(&mut state, Msg::History(name("default"), key, Ok(changes)));
    insta::assert_snapshot!("history-120x36", text(&state));
    update(&mut state, Msg::Resize(60, 15));
    insta::assert_snapshot!("history-60x15", text(&state));
}
