//! Keys in, state and wishes out.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::held::HeldState;
use crate::domain::job::JobKind;
use crate::domain::plan::{Consent, Plan};
use crate::domain::strategy::Strategy;
use crate::error::Error;
use crate::tui::backend::{Changed, Request};
use crate::tui::effect::Effect;
use crate::tui::msg::{JobVerb, Msg};
use crate::tui::state::notice::Tone;
use crate::tui::state::popup::{Popup, Reading};
use crate::tui::state::sample::{self, name};
use crate::tui::state::{Focus, State, Tab};

use super::update;

pub(in crate::tui) fn code(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Keys as the tests write them: single characters, or names in angle brackets.
pub(in crate::tui) fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let key = match c {
            '<' => {
                let end = rest.find('>').unwrap();
                let name = &rest[1..end];
                rest = &rest[end + 1..];
                match name {
                    "enter" => code(KeyCode::Enter),
                    "esc" => code(KeyCode::Esc),
                    "tab" => code(KeyCode::Tab),
                    "up" => code(KeyCode::Up),
                    "down" => code(KeyCode::Down),
                    "left" => code(KeyCode::Left),
                    "right" => code(KeyCode::Right),
                    "back" => code(KeyCode::Backspace),
                    other => panic!("no key {other}"),
                }
            }
            c => {
                rest = &rest[c.len_utf8()..];
                code(KeyCode::Char(c))
            }
        };
        effects.extend(update(state, key));
    }
    effects
}

fn plan(kind: JobKind, consent: Consent) -> Plan {
    let mut plan = Plan {
        kind,
        instance: "clone-3".into(),
        source: None,
        title: "Clone default into clone-3".into(),
        verb: "clone".into(),
        destructive: kind.is_destructive(),
        lines: Vec::new(),
        consent,
    };
    plan.line("Creates", "a project");
    plan
}

#[test]
fn c_asks_for_a_free_name_then_shows_the_plan_then_starts() {
    let mut state = sample::three();
    press(&mut state, "c");
    let effects = press(&mut state, "<enter>");
    let [
        Effect::Plan {
            generation,
            request,
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    let Request::Clone {
        source,
        target,
        strategy,
        project_of,
    } = request
    else {
        panic!("{request:?}");
    };
    assert_eq!((source.as_str(), target.as_str()), ("default", "clone-3"));
    assert_eq!((*strategy, project_of.as_ref()), (Strategy::Hybrid, None));
    update(
        &mut state,
        Msg::Planned(*generation, Ok(plan(JobKind::Clone, Consent::Yes))),
    );
    let effects = press(&mut state, "<enter>");
    let [
        Effect::Start {
            generation,
            typed: None,
            ..
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    let effects = update(&mut state, Msg::Started(*generation, Ok(9)));
    assert!(state.popups.is_empty());
    assert!(effects.contains(&Effect::LoadJobs));
    assert_eq!(state.jobs.awaited, Some(9));
}

#[test]
fn a_taken_or_wrong_name_is_refused_beside_its_field() {
    let mut state = sample::three();
    press(&mut state, "c");
    for _ in 0..7 {
        press(&mut state, "<back>");
    }
    let effects = press(&mut state, "staging<enter>");
    assert!(effects.is_empty());
    let Some(Popup::Form(form)) = state.popups.last() else {
        panic!()
    };
    assert!(form.error.as_ref().unwrap().1.message.contains("staging"));
    press(&mut state, "/..<enter>");
    let Some(Popup::Form(form)) = state.popups.last() else {
        panic!()
    };
    assert!(form.error.is_some());
}

#[test]
fn deleting_waits_for_the_typed_name() {
    let mut state = sample::three();
    press(&mut state, "GkkD");
    let Some(Popup::Working(working)) = state.popups.last() else {
        panic!("{:?}", state.toast)
    };
    let target = working.request.target().to_string();
    let generation = working.generation;
    let consent = Consent::TypeName(target.clone());
    update(
        &mut state,
        Msg::Planned(generation, Ok(plan(JobKind::Delete, consent))),
    );
    assert!(press(&mut state, "<enter>").is_empty());
    let effects = press(&mut state, &format!("{target}<enter>"));
    assert!(
        matches!(effects.as_slice(), [Effect::Start { typed: Some(t), .. }] if *t == target),
        "{effects:?}"
    );
    // a second Enter doesn't start it twice
    assert!(press(&mut state, "<enter>").is_empty());
}

#[test]
fn a_refresh_waits_for_the_typed_name_and_is_for_clones_only() {
    let mut state = sample::three();
    assert!(press(&mut state, "F").is_empty());
    let toast = state.toast.clone().unwrap();
    assert!(
        toast.text.contains("default isn't a clone"),
        "{}",
        toast.text
    );

    let clone = state
        .instances
        .rows
        .iter_mut()
        .find(|i| i.name.as_str() == "clone-2");
    clone.unwrap().cloned_from = Some("default".into());
    state.instances.select(&sample::name("clone-2"));
    let effects = press(&mut state, "F");
    let [
        Effect::Plan {
            generation,
            request,
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?} {:?}", state.toast)
    };
    let instance = sample::name("clone-2");
    assert_eq!(*request, Request::Refresh { instance });
    let consent = Consent::TypeName("clone-2".into());
    let answer = Ok(plan(JobKind::Refresh, consent));
    update(&mut state, Msg::Planned(*generation, answer));
    assert!(press(&mut state, "<enter>").is_empty());
    let effects = press(&mut state, "clone-2<enter>");
    assert!(
        matches!(effects.as_slice(), [Effect::Start { typed: Some(t), .. }] if t == "clone-2"),
        "{effects:?}"
    );
}

#[test]
fn a_protected_instance_says_why_it_stays() {
    let mut state = sample::three();
    assert!(press(&mut state, "D").is_empty());
    let toast = state.toast.clone().unwrap();
    assert!(toast.tone == Tone::Warn && toast.text.contains("protected"));
    press(&mut state, "j");
    assert_eq!(state.toast, None);
}

#[test]
fn an_answer_that_nobody_waits_for_is_dropped() {
    let mut state = sample::three();
    press(&mut state, "c<enter>");
    let Some(Popup::Working(working)) = state.popups.last() else {
        panic!()
    };
    let generation = working.generation;
    press(&mut state, "<esc>");
    update(
        &mut state,
        Msg::Planned(generation, Ok(plan(JobKind::Clone, Consent::Yes))),
    );
    assert!(matches!(state.popups.as_slice(), [Popup::Form(_)]));
}

#[test]
fn a_plan_that_fails_says_so_where_it_was_asked_for() {
    let mut state = sample::three();
    press(&mut state, "c<enter>");
    let Some(Popup::Working(working)) = state.popups.last() else {
        panic!()
    };
    let generation = working.generation;
    let error = Error::refused("The target isn't empty.").hint("Choose another name.");
    update(&mut state, Msg::Planned(generation, Err(error)));
    let Some(Popup::Form(form)) = state.popups.last() else {
        panic!()
    };
    assert!(
        form.error
            .as_ref()
            .unwrap()
            .1
            .line()
            .ends_with("Choose another name.")
    );
}

#[test]
fn reads_never_pile_up() {
    let mut state = sample::three();
    let one = update(&mut state, Msg::Changed(Changed::Jobs));
    assert_eq!(one, [Effect::LoadJobs]);
    for _ in 0..50 {
        assert!(update(&mut state, Msg::Changed(Changed::Jobs)).is_empty());
    }
    let again = update(&mut state, Msg::Jobs(Ok(vec![sample::running()])));
    assert_eq!(again, [Effect::LoadJobs]);
    assert!(update(&mut state, Msg::Jobs(Ok(vec![sample::running()]))).is_empty());
}

#[test]
fn a_job_that_ends_is_told_and_the_list_is_read_again() {
    let mut state = sample::cloning();
    let mut job = sample::running();
    job.state = crate::domain::job::JobState::Done;
    let effects = update(&mut state, Msg::Jobs(Ok(vec![job])));
    assert!(effects.contains(&Effect::LoadInstances));
    assert!(
        state
            .toast
            .unwrap()
            .text
            .contains("clone default → clone-1")
    );
}

#[test]
fn cancel_asks_first_and_resume_does_not() {
    let mut state = sample::cloning();
    press(&mut state, "3x");
    assert!(matches!(state.popups.last(), Some(Popup::Confirm(_))));
    let effects = press(&mut state, "<enter>");
    assert_eq!(effects, [Effect::AskJob(7, JobVerb::Cancel)]);
    assert!(press(&mut state, "R").is_empty());
    assert!(state.toast.as_ref().unwrap().text.contains("running"));
    update(&mut state, Msg::Jobs(Ok(vec![sample::failed()])));
    assert_eq!(press(&mut state, "R"), [Effect::AskJob(5, JobVerb::Resume)]);
}

#[test]
fn the_filter_takes_letters_that_are_actions_elsewhere() {
    let mut state = sample::three();
    press(&mut state, "/stag");
    assert_eq!(state.selected_name(), Some(name("staging")));
    press(&mut state, "<enter>");
    assert!(!state.instances.typing && state.instances.filtered());
    press(&mut state, "<esc>");
    assert_eq!(state.instances.shown.len(), 5);
    assert_eq!(state.selected_name(), Some(name("staging")));
}

#[test]
fn the_palette_runs_what_it_shows() {
    let mut state = sample::three();
    press(&mut state, ":filt<enter>");
    assert!(state.instances.typing && state.popups.is_empty());
}

#[test]
fn escape_closes_the_top_layer_and_nothing_else() {
    let mut state = sample::three();
    press(&mut state, "2?");
    assert!(matches!(state.popups.last(), Some(Popup::Help(_))));
    press(&mut state, "<esc>");
    assert!(state.popups.is_empty() && state.focus == Focus::Detail);
    press(&mut state, "<esc>");
    assert_eq!(state.focus, Focus::List);
}

#[test]
fn tabs_load_what_they_show_once() {
    let mut state = sample::three();
    let effects = press(&mut state, "e");
    assert_eq!(
        effects,
        [
            Effect::LoadEnv(name("default")),
            Effect::LoadEnvRules(name("default"))
        ]
    );
    assert_eq!(state.tab, Tab::Env);
    let effects = press(&mut state, "]]");
    assert_eq!(
        effects,
        [
            Effect::LoadConfigs(name("default")),
            Effect::LoadActivity(name("default"))
        ]
    );
    assert!(press(&mut state, "[").is_empty());
}

#[test]
fn leaving_with_unsaved_changes_asks() {
    let mut state = sample::three();
    press(&mut state, "e");
    let document = crate::tui::backend::Document {
        name: ".env".into(),
        path: "/nowhere/.env".into(),
        text: "A=1\n".into(),
        stamp: "1".into(),
    };
    update(&mut state, Msg::Env(name("default"), Ok(document)));
    update(&mut state, Msg::Paste("A=2\nB=x y\nnot a pair\n".into()));
    press(&mut state, "<enter>");
    assert!(press(&mut state, "q").is_empty());
    assert!(matches!(state.popups.last(), Some(Popup::Confirm(_))));
    press(&mut state, "<esc>");
    let effects = press(&mut state, "s<enter>");
    let [Effect::SaveEnv { text, stamp, .. }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(text.contains("A=2") && text.contains("B='x y'"), "{text}");
    assert_eq!(stamp, "1");
}

#[test]
fn what_is_held_back_is_turned_on_one_by_one() {
    let mut state = sample::three();
    press(&mut state, "h");
    let why = &state.toast.as_ref().unwrap().text;
    assert!(why.contains("default is no clone"), "{why}");
    state.instances.select(&name("clone-2"));
    let effects = press(&mut state, "h");
    assert_eq!(effects, [Effect::LoadHeld(name("clone-2"))]);
    let items = sample::held();
    update(&mut state, Msg::Held(name("clone-2"), Ok(items.clone())));
    let effects = press(&mut state, "j<enter><enter>");
    let id = items[1].id.clone();
    let expected = Effect::TurnOn {
        instance: name("clone-2"),
        id,
    };
    assert_eq!(effects, [expected]);
    let now = items[1].item.clone().seen(HeldState::On);
    update(&mut state, Msg::TurnedOn(name("clone-2"), Ok(now)));
    let Some(Popup::Held(list)) = state.popups.last() else {
        panic!("the list isn't open");
    };
    let states: Vec<HeldState> = list
        .items
        .ready()
        .unwrap()
        .iter()
        .map(|i| i.state)
        .collect();
    assert_eq!(states, [HeldState::Off, HeldState::On]);
    // what is on stays on
    assert!(press(&mut state, "<enter>").is_empty());
    assert!(matches!(state.popups.last(), Some(Popup::Held(list)) if list.error.is_some()));
}

#[test]
fn two_instances_are_compared_in_the_screens_width() {
    let mut state = sample::cloning();
    let left = state.selected().unwrap().name.clone();
    assert!(press(&mut state, "=").is_empty());
    assert!(
        matches!(state.popups.last(), Some(Popup::Form(form)) if form.word(0) != left.as_str())
    );
    let effects = press(&mut state, "<enter>");
    let [
        Effect::Difference {
            left: asked,
            right,
            width,
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    assert!(*asked == left && *right != left && *width > 20);
    let lines = vec!["a  b  c".to_owned(); 100];
    let of = Reading::Difference(left, right.clone());
    update(&mut state, Msg::Report(of, Ok(lines)));
    press(&mut state, "jj");
    assert!(matches!(state.popups.last(), Some(Popup::Report(view)) if view.scroll == 2));
}

#[test]
fn a_report_is_read_and_scrolled() {
    let mut state = sample::cloning();
    let effects = press(&mut state, "3o");
    let [Effect::LoadReport(job)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let lines = (0..100).map(|n| format!("line {n}")).collect();
    update(&mut state, Msg::Report(Reading::Job(*job), Ok(lines)));
    press(&mut state, "jjj");
    assert!(matches!(state.popups.last(), Some(Popup::Report(view)) if view.scroll == 3));
    press(&mut state, "<esc>");
    assert!(state.popups.is_empty());
}

#[test]
fn a_finding_is_mended_after_a_yes_and_looked_for_again() {
    let mut state = sample::three();
    update(&mut state, Msg::LookedApart(Ok(sample::apart())));
    state.instances.select(&name("clone-2"));
    press(&mut state, "I");
    press(&mut state, "<down>");
    // the second one is for people to mend
    press(&mut state, "<enter>");
    assert!(state.toast.is_some() && state.popups.len() == 1);
    press(&mut state, "<up>");
    press(&mut state, "<enter>");
    let Some(Popup::Confirm(confirm)) = state.popups.last() else {
        panic!("a question expected");
    };
    assert_eq!(
        confirm.lines[1..],
        ["- JIRA_PROJECT_KEY=CLN", "+ JIRA_PROJECT_KEY=CLN2"]
    );
    let finding = sample::apart().remove(0);
    let effects = press(&mut state, "<enter>");
    assert_eq!(effects, [Effect::Mend(Box::new(finding))]);
    // while it's mended, no other is
    assert_eq!(press(&mut state, "<enter>"), []);
    let effects = update(&mut state, Msg::Mended(Ok("Done.".into())));
    assert_eq!(effects, [Effect::LookApart]);
    update(&mut state, Msg::LookedApart(Ok(Vec::new())));
    let Some(Popup::Isolation(list)) = state.popups.last() else {
        panic!("the list expected");
    };
    assert_eq!((list.selected, &list.said), (0, &Some(Ok("Done.".into()))));
    let refused = Msg::Mended(Err(Error::refused("No.")));
    update(&mut state, refused);
    let Some(Popup::Isolation(list)) = state.popups.last() else {
        panic!("the list expected");
    };
    assert!(matches!(&list.said, Some(Err(notice)) if notice.message == "No."));
}

#[test]
fn one_look_at_a_time_and_one_more_for_what_changed_meanwhile() {
    let mut state = sample::three();
    let changed = || Msg::Changed(Changed::Files(name("default")));
    assert!(update(&mut state, changed()).contains(&Effect::LookApart));
    for _ in 0..3 {
        assert!(!update(&mut state, changed()).contains(&Effect::LookApart));
    }
    let effects = update(&mut state, Msg::LookedApart(Ok(Vec::new())));
    assert_eq!(effects, [Effect::LookApart]);
    assert_eq!(update(&mut state, Msg::LookedApart(Ok(Vec::new()))), []);
}
