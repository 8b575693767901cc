//! Any mix of changes, by this program and past it, and of taking back: the history is one chain for
//! each key, and it ends with what the file says.

use std::collections::BTreeMap;
use std::fs;

use matriz::domain::env_file::EnvFile;
use matriz::domain::name::InstanceName;
use matriz::error::Kind;
use matriz::service::{HistoryEntry, Saved, Service, UndoTarget};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::desk::Desk;

#[derive(Debug, Clone)]
enum Act {
    Set(usize, String),
    Unset(usize),
    /// By an editor that knows nothing of the history.
    Outside(usize, String),
    /// On the screen.
    Screen(usize, String),
    UndoLast,
    UndoKey(usize),
    /// The so many-th newest change.
    UndoNumber(usize),
    /// The same, over whatever came after it.
    Force(usize),
}

const KEYS: [&str; 3] = ["A", "B", "SOME_TOKEN"];

fn act() -> impl Strategy<Value = Act> {
    let key = 0..KEYS.len();
    let value = prop::sample::select(vec!["", "one", "two # $x", "it's", "a\nb"]);
    let value = value.prop_map(str::to_owned);
    prop_oneof![
        3 => (key.clone(), value.clone()).prop_map(|(k, v)| Act::Set(k, v)),
        1 => key.clone().prop_map(Act::Unset),
        2 => (key.clone(), value.clone()).prop_map(|(k, v)| Act::Outside(k, v)),
        1 => (key.clone(), value).prop_map(|(k, v)| Act::Screen(k, v)),
        2 => Just(Act::UndoLast),
        1 => key.prop_map(Act::UndoKey),
        2 => (0..6usize).prop_map(Act::UndoNumber),
        1 => (0..6usize).prop_map(Act::Force),
    ]
}

struct World {
    desk: Desk,
    service: Service,
    name: InstanceName,
}

impl World {
    fn history(&self) -> Vec<HistoryEntry> {
        self.service.env_history(&self.name, None).unwrap()
    }

    /// The keys and fingerprints that the file has now.
    fn now(&self) -> BTreeMap<String, String> {
        let text = self.desk.text("mine");
        let file = EnvFile::parse(&text).unwrap();
        let pairs = file.pairs().filter(|(key, _)| KEYS.contains(key));
        pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }

    fn edited(&self, key: usize, value: &str) -> String {
        let mut file = EnvFile::parse(&self.desk.text("mine")).unwrap();
        file.set(KEYS[key], value).unwrap();
        file.text().to_owned()
    }

    fn undo(&self, target: UndoTarget, force: Option<i64>) {
        let before = self.history();
        let text = self.desk.text("mine");
        match self.service.env_undo(&self.name, &target, force, false) {
            Ok(undone) => {
                let all = self.history();
                let of = |number| {
                    all.iter()
                        .find(|e: &&HistoryEntry| e.number == number)
                        .unwrap()
                };
                let (old, new) = (of(undone.number), &all[0]);
                assert_eq!(all.len(), before.len() + 1);
                assert_eq!((new.undoes, &new.key), (Some(old.number), &old.key));
                assert_eq!(new.after, old.before, "it isn't what it was before");
                assert_eq!(old.undone_by, Some(new.number));
            }
            Err(error) => {
                assert!(
                    matches!(error.kind, Kind::Refused | Kind::NotFound),
                    "{error}"
                );
                assert_eq!(self.desk.text("mine"), text, "a refusal changes nothing");
                assert_eq!(self.history(), before);
            }
        }
    }

    fn do_it(&self, act: &Act) {
        let (service, name) = (&self.service, &self.name);
        match act {
            Act::Set(key, value) => {
                service.env_set(name, KEYS[*key], value).unwrap();
            }
            Act::Unset(key) => {
                let there = self.now().contains_key(KEYS[*key]);
                assert_eq!(service.env_unset(name, KEYS[*key]).is_ok(), there);
            }
            Act::Outside(key, value) => {
                fs::write(self.desk.env_path("mine"), self.edited(*key, value)).unwrap();
            }
            Act::Screen(key, value) => {
                let read = service.load_env(name).unwrap();
                let text = self.edited(*key, value);
                let saved = service.save_env(name, &read.stamp, &text).unwrap();
                assert!(matches!(saved, Saved::Written(_)));
                let stale = service.save_env(name, "another", &text).unwrap();
                assert!(matches!(stale, Saved::Stale(_)));
            }
            Act::UndoLast => self.undo(UndoTarget::Last, None),
            Act::UndoKey(key) => self.undo(UndoTarget::Key(KEYS[*key].into()), None),
            Act::UndoNumber(nth) | Act::Force(nth) => {
                let all = self.history();
                let Some(entry) = all.get(*nth) else { return };
                let newest = all.iter().find(|e| e.key == entry.key).map(|e| e.number);
                let force = matches!(act, Act::Force(_)).then_some(newest).flatten();
                self.undo(UndoTarget::Number(entry.number), force);
            }
        }
    }

    /// Each key's changes are a chain, whose end is what the file says.
    fn check(&self) {
        let all = self.history();
        let now = self.now();
        for key in KEYS {
            let chain: Vec<&HistoryEntry> = all.iter().rev().filter(|e| e.key == key).collect();
            for pair in chain.windows(2) {
                assert_eq!(pair[0].after, pair[1].before, "{key}: {all:?}");
            }
            if let Some(last) = chain.last() {
                assert_eq!(last.after.is_some(), now.contains_key(key), "{key}");
            } else {
                assert!(!now.contains_key(key), "{key} came from nowhere");
            }
        }
        let diff = self.service.env_diff(&self.name, Some(&self.name)).unwrap();
        for entry in KEYS.iter().filter_map(|k| all.iter().find(|e| e.key == *k)) {
            let found = diff.keys.iter().find(|k| k.key == entry.key);
            let here = found.and_then(|k| k.here.clone());
            // an empty value shows no fingerprint there
            if here.as_deref() != Some("") {
                assert_eq!(here, entry.after, "{}", entry.key);
            }
        }
    }
}

#[test]
fn the_history_is_a_chain_that_ends_with_the_file() {
    let mut runner = TestRunner::new(Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&prop::collection::vec(act(), 1..14), |acts| {
            let desk = Desk::new();
            let service = Service::open(Some(&desk.root)).unwrap();
            let name = InstanceName::parse("mine").unwrap();
            let world = World {
                desk,
                service,
                name,
            };
            // what a new instance has is where its history begins
            world.history();
            for act in &acts {
                world.do_it(act);
                world.check();
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_screens_save_is_the_screens_in_the_history() {
    let desk = Desk::new();
    let service = Service::open(Some(&desk.root)).unwrap();
    let name = InstanceName::parse("mine").unwrap();
    let read = service.load_env(&name).unwrap();
    let text = read.text.replace("EMBEDDING_DIM=384", "EMBEDDING_DIM=768");
    service.save_env(&name, &read.stamp, &text).unwrap();
    let all = service.env_history(&name, None).unwrap();
    let seen: Vec<_> = all
        .iter()
        .map(|e| (e.by.as_str(), e.key.as_str()))
        .collect();
    assert_eq!(seen, [("screen", "EMBEDDING_DIM")]);
    service
        .env_undo(&name, &UndoTarget::Last, None, false)
        .unwrap();
    assert_eq!(desk.text("mine"), read.text);
}
