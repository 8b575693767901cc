//! What has to change in an environment so that it holds one instance and nothing of any other.

use std::collections::{BTreeMap, BTreeSet};

/// Values to set and keys to take out, each sorted by key. No key is in both.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Change {
    pub put: Vec<(String, String)>,
    pub drop: Vec<String>,
}

impl std::fmt::Debug for Change {
    /// Keys only: the values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let put: Vec<&str> = self.put.iter().map(|(key, _)| key.as_str()).collect();
        f.debug_struct("Change")
            .field("put", &put)
            .field("drop", &self.drop)
            .finish()
    }
}

/// The change that loads `own` (of a key given twice the later value counts): every key in `known`
/// (the keys of all instances) and in `loaded` (what was loaded before, whose instance may be gone by
/// now) that isn't set is dropped. Keys for which `keeps` says true are neither set nor dropped.
pub fn change<'a>(
    own: impl IntoIterator<Item = (&'a str, &'a str)>,
    known: impl IntoIterator<Item = &'a str>,
    loaded: impl IntoIterator<Item = &'a str>,
    keeps: impl Fn(&str) -> bool,
) -> Change {
    let put: BTreeMap<&str, &str> = own.into_iter().filter(|(key, _)| !keeps(key)).collect();
    let drop: BTreeSet<&str> = known
        .into_iter()
        .chain(loaded)
        .filter(|key| !put.contains_key(key) && !keeps(key))
        .collect();
    Change {
        put: put
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        drop: drop.into_iter().map(str::to_owned).collect(),
    }
}

impl Change {
    /// The environment after it.
    pub fn apply(&self, environment: &mut BTreeMap<String, String>) {
        for key in &self.drop {
            environment.remove(key);
        }
        for (key, value) in &self.put {
            environment.insert(key.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    type Env = BTreeMap<String, String>;

    fn env() -> impl Strategy<Value = Env> {
        // few names, so that instances share some
        btree_map("[A-F]{1,2}", ".{0,8}", 0..8)
    }

    fn pairs(env: &Env) -> impl Iterator<Item = (&str, &str)> {
        env.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    fn load(to: &Env, all: &[Env], before: &Env, at: &mut Env) {
        let known = all.iter().flat_map(|e| e.keys().map(String::as_str));
        let loaded = before.keys().map(String::as_str);
        change(pairs(to), known, loaded, |_| false).apply(at);
    }

    proptest! {
        /// Whatever was there, and however often one switches: the instance's keys have its values,
        /// no key of another one is left, and all else is as it was.
        #[test]
        fn nothing_of_another_instance_is_left(all in vec(env(), 1..6), start in env(), turns in vec(any::<prop::sample::Index>(), 1..12)) {
            let mut at = start.clone();
            let mut before = Env::new();
            for turn in turns {
                let own = turn.get(&all);
                load(own, &all, &before, &mut at);
                before = own.clone();
                for (key, value) in own {
                    prop_assert_eq!(at.get(key), Some(value));
                }
                for key in all.iter().flat_map(Env::keys) {
                    prop_assert!(own.contains_key(key) || !at.contains_key(key), "{} stayed", key);
                }
                for (key, value) in &start {
                    if !all.iter().any(|e| e.contains_key(key)) {
                        prop_assert_eq!(at.get(key), Some(value));
                    }
                }
            }
        }

        /// What was loaded goes even if its instance is gone and nobody knows its keys any more.
        #[test]
        fn what_was_loaded_goes_with_its_instance(gone in env(), own in env(), start in env()) {
            let mut at = start;
            load(&gone, std::slice::from_ref(&gone), &Env::new(), &mut at);
            load(&own, std::slice::from_ref(&own), &gone, &mut at);
            for key in gone.keys() {
                prop_assert_eq!(at.get(key), own.get(key));
            }
        }

        #[test]
        fn what_is_kept_stays(all in vec(env(), 1..4), start in env()) {
            let mut at = start.clone();
            let known = all.iter().flat_map(|e| e.keys().map(String::as_str));
            change(pairs(&all[0]), known, [], |key| key == "A").apply(&mut at);
            prop_assert_eq!(at.get("A"), start.get("A"));
        }
    }

    #[test]
    fn values_are_not_printed() {
        let change = change([("TOKEN", "example-secret")], ["B"], [], |_| false);
        assert_eq!(
            format!("{change:?}"),
            "Change { put: [\"TOKEN\"], drop: [\"B\"] }"
        );
    }
}
