//! Nothing that is typed, pasted or resized may panic, and no frame may be left undrawable.

use std::sync::Arc;
use std::time::Instant;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::domain::env_schema::{Schema, Wanted};
use crate::domain::name::InstanceName;
use crate::error::Error;

use super::backend::{Changed, Document, EnvRules, LogPart, Saved};
use super::draw::draw;
use super::effect::Effect;
use super::msg::Msg;
use super::state::popup::Reading;
use super::state::{State, sample};
use super::update::update;

fn paint(state: &State) {
    let area = Rect::new(0, 0, state.size.0, state.size.1);
    draw(state, area, &mut Buffer::empty(area));
}

fn key() -> impl Strategy<Value = Msg> {
    let code = prop_oneof![
        8 => "[a-zA-Z0-9:/?\\[\\] ]".prop_map(|s| KeyCode::Char(s.chars().next().unwrap_or('x'))),
        1 => any::<char>().prop_map(KeyCode::Char),
        6 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up,
            KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End,
            KeyCode::PageUp, KeyCode::PageDown, KeyCode::Backspace, KeyCode::Delete,
            KeyCode::F(5), KeyCode::Null, KeyCode::Insert,
        ]),
    ];
    let held = prop_oneof![
        6 => Just(KeyModifiers::NONE),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::ALT),
        1 => Just(KeyModifiers::SHIFT),
    ];
    (code, held).prop_map(|(code, held)| Msg::Key(KeyEvent::new(code, held)))
}

fn event() -> impl Strategy<Value = Msg> {
    prop_oneof![
        20 => key(),
        2 => ".{0,40}".prop_map(Msg::Paste),
        1 => prop::collection::vec("[A-Z]{1,6}=.{0,12}", 0..5).prop_map(|lines| Msg::Paste(lines.join("\n"))),
        2 => (0u16..300, 0u16..80).prop_map(|(w, h)| Msg::Resize(w, h)),
        1 => any::<bool>().prop_map(Msg::Focus),
        1 => Just(()).prop_map(|()| Msg::Tick),
        1 => Just(()).prop_map(|()| Msg::Changed(Changed::All)),
        1 => Just(()).prop_map(|()| Msg::ChangesEnded),
    ]
}

/// Answers as the program would give them, some good, some bad.
fn answer(effect: Effect, turn: usize) -> Option<Msg> {
    let no = || Error::refused("It can't be done.").hint("Try something else.");
    let file = |name: &str, text: &str| Document {
        name: name.into(),
        path: "/nowhere".into(),
        text: text.into(),
        stamp: turn.to_string(),
    };
    Some(match effect {
        Effect::LoadInstances if turn.is_multiple_of(7) => Msg::Instances(Err(no())),
        Effect::LoadInstances if turn.is_multiple_of(5) => Msg::Instances(Ok(Vec::new())),
        Effect::LoadInstances => Msg::Instances(Ok(sample::instances())),
        Effect::LoadJobs if turn.is_multiple_of(5) => Msg::Jobs(Ok(Vec::new())),
        Effect::LoadJobs => Msg::Jobs(Ok(vec![sample::running(), sample::failed()])),
        Effect::LoadLog { job, from } => Msg::Log(
            job,
            Ok(LogPart {
                next: from + 2,
                lines: vec!["a\u{1b}[2Jb\tc".into(), "日本語 ".repeat(60)],
            }),
        ),
        Effect::LoadEnv(name) if turn.is_multiple_of(3) => {
            Msg::Env(name, Ok(file(".env", "A=\"broken\nB=1\n'")))
        }
        Effect::LoadEnv(name) => Msg::Env(
            name,
            Ok(file(".env", "A=1\nSUPABASE_ANON_KEY=example\nA=$2 # x\n")),
        ),
        Effect::LoadEnvRules(name) => Msg::EnvRules(
            name,
            Ok(EnvRules {
                schema: Arc::new(Schema::builtin()),
                wanted: Wanted::default(),
            }),
        ),
        Effect::LoadHistory { of, key } => Msg::History(of, key, Err(no())),
        Effect::LoadOther { of, source } => Msg::Other(
            of,
            source,
            match turn.is_multiple_of(3) {
                true => Err(no()),
                false => Ok(file(".env", "A=2\nB=3\nSUPABASE_ANON_KEY=other\n")),
            },
        ),
        Effect::SaveEnv { instance, .. } if turn.is_multiple_of(2) => {
            Msg::EnvSaved(instance, Ok(Saved::Stale(file(".env", "A=8\nZ=9\n"))))
        }
        Effect::SaveEnv { instance, text, .. } => Msg::Env(instance, Ok(file(".env", &text))),
        Effect::LoadConfigs(name) => Msg::Configs(
            name,
            Ok(vec![
                file(
                    "mcp.json",
                    "{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":\"日本\"}",
                ),
                file("instance.toml", "labels = [\"x\"]\n[a.b]\nc = 1.5\n"),
                file("atlassian.config.json", "["),
            ]),
        ),
        Effect::Plan { generation, .. } if turn.is_multiple_of(2) => {
            Msg::Planned(generation, Err(no()))
        }
        Effect::Start { generation, .. } => Msg::Started(generation, Ok(turn as i64)),
        Effect::Create(new) if turn.is_multiple_of(2) => Msg::Created(new.name, Ok(())),
        Effect::Create(new) => Msg::Created(new.name, Err(no())),
        Effect::Select(name) => Msg::Selected(name, Ok(())),
        Effect::AskJob(id, verb) => Msg::JobAsked(id, verb, Err(no())),
        Effect::LookApart if turn.is_multiple_of(3) => Msg::LookedApart(Err(no())),
        Effect::LookApart => Msg::LookedApart(Ok(sample::apart())),
        Effect::Mend(_) => Msg::Mended(Err(no())),
        Effect::LoadActivity(name) => Msg::Activity(name, Err(no())),
        Effect::Difference { left, right, .. } => Msg::Report(
            Reading::Difference(left, right),
            Ok(vec![
                "日本語 ".repeat(60),
                "a\u{1b}[2Jb".into(),
                String::new(),
            ]),
        ),
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_the_screen_stays_up(events in prop::collection::vec(event(), 1..120)) {
        let mut state = sample::cloning();
        for (turn, event) in events.into_iter().enumerate() {
            let effects = update(&mut state, event);
            for effect in effects {
                if let Some(msg) = answer(effect, turn) {
                    update(&mut state, msg);
                }
            }
            paint(&state);
            state.rest();
        }
    }
}

/// Ten thousand instances cost about what ten do: only the visible rows are made.
#[test]
fn a_frame_costs_what_is_visible() {
    let best = |state: &State| {
        let once = || {
            let from = Instant::now();
            paint(state);
            from.elapsed()
        };
        (0..15).map(|_| once()).min().unwrap_or_default()
    };
    let mut few = sample::many(40);
    let mut many = sample::many(10_000);
    for state in [&mut few, &mut many] {
        update(state, Msg::Resize(200, 50));
    }
    let (few, many) = (best(&few), best(&many));
    println!("40 instances {few:?}, 10,000 instances {many:?} a frame");
    assert!(many < few * 3, "{many:?} against {few:?}");
}

/// A key that narrows ten thousand instances is answered before anyone notices.
#[test]
fn filtering_ten_thousand_is_quick() {
    let mut state = sample::many(10_000);
    let from = Instant::now();
    for c in "/comp99".chars() {
        update(
            &mut state,
            Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)),
        );
    }
    let each = from.elapsed() / 7;
    println!("{each:?} a key");
    assert!(!state.instances.shown.is_empty());
    // unoptimised and on a busy machine; a release build takes a small part of it
    assert!(each.as_millis() < 400, "{each:?}");
}

#[test]
fn a_name_from_outside_is_only_a_name() {
    let mut state = sample::three();
    let stranger = InstanceName::parse("nobody").unwrap();
    update(
        &mut state,
        Msg::Env(stranger.clone(), Err(Error::internal("x"))),
    );
    update(&mut state, Msg::Selected(stranger, Ok(())));
    paint(&state);
}
