//! Which instance a command works in, and why that one.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::name::InstanceName;
use crate::error::{Error, Result};

/// Why an instance is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Named as the verb's argument, or with `-i`.
    Argument,
    /// The shell is locked to it.
    Lock,
    /// `INSTANCE_NAME` was set by hand or by `run`.
    Variable,
    /// Selected in this terminal with `use`.
    Terminal,
    /// Nothing says otherwise: the workspace's default.
    Default,
}

impl Origin {
    /// The end of "… is the instance here: ".
    pub fn explain(self) -> &'static str {
        match self {
            Origin::Argument => "named in the command",
            Origin::Lock => "this shell is locked to it",
            Origin::Variable => "INSTANCE_NAME says so",
            Origin::Terminal => "selected in this terminal",
            Origin::Default => "the workspace's default",
        }
    }
}

/// An instance, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub name: InstanceName,
    pub origin: Origin,
}

/// The instance that a shell is locked to: `NAME:/the/root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub name: InstanceName,
    pub root: PathBuf,
}

impl Lock {
    /// What can't be read locks to nothing: it isn't ours.
    pub fn parse(text: &str) -> Option<Lock> {
        let (name, root) = text.split_once(':')?;
        Some(Lock {
            name: InstanceName::parse(name).ok()?,
            root: PathBuf::from(root),
        })
    }

    pub fn text(&self) -> String {
        format!("{}:{}", self.name, self.root.display())
    }

    /// Refuses to load or to change any other instance.
    pub fn allows(&self, root: &Path, name: &InstanceName) -> Result<()> {
        if self.name == *name && self.root == root {
            return Ok(());
        }
        Err(
            Error::refused(format!("This shell is locked to {}, so {name} stays as it is.", self.name))
                .hint("Leave it with \"exit\", or open another terminal. Reading other instances works: list, show, diff, doctor."),
        )
    }
}

/// What a hook loaded: the instance and the keys that it set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    pub name: String,
    pub keys: Vec<String>,
}

impl Loaded {
    /// `NAME KEY KEY`.
    pub fn parse(text: &str) -> Option<Loaded> {
        let mut words = text.split_ascii_whitespace().map(str::to_owned);
        Some(Loaded {
            name: words.next()?,
            keys: words.collect(),
        })
    }

    pub fn text(&self) -> String {
        let mut words = vec![self.name.as_str()];
        words.extend(self.keys.iter().map(String::as_str));
        words.join(" ")
    }
}

/// What is known where a command starts. Each outranks those below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clues<'a> {
    /// The verb's own argument, or `-i`.
    pub argument: Option<&'a str>,
    pub lock: Option<&'a Lock>,
    /// `INSTANCE_NAME`.
    pub variable: Option<&'a str>,
    pub loaded: Option<&'a Loaded>,
    /// It's known which terminal this is, so that its selection is the newest word: newer than what
    /// its hook last loaded.
    pub hooked: bool,
    /// What the terminal selected.
    pub selected: Option<&'a InstanceName>,
}

impl Clues<'_> {
    /// The instance that these name, where any does; a name is an error where it can't be one.
    pub fn choose(&self) -> Result<Option<Chosen>> {
        let chosen = |name: InstanceName, origin| Ok(Some(Chosen { name, origin }));
        if let Some(argument) = self.argument {
            return chosen(InstanceName::parse(argument)?, Origin::Argument);
        }
        // in a locked shell, too: what it may do there is asked of the lock
        if let Some(variable) = self.variable.filter(|_| self.by_hand()) {
            return chosen(InstanceName::parse(variable)?, Origin::Variable);
        }
        if let Some(lock) = self.lock {
            return chosen(lock.name.clone(), Origin::Lock);
        }
        match (self.selected, self.variable) {
            (Some(name), _) => chosen(name.clone(), Origin::Terminal),
            // set by the hook of a terminal that can't be asked what it selected since
            (None, Some(variable)) if !self.hooked && !variable.is_empty() => {
                chosen(InstanceName::parse(variable)?, Origin::Terminal)
            }
            (None, _) => Ok(None),
        }
    }

    /// `INSTANCE_NAME` is set, and it isn't the hook that did it.
    pub fn by_hand(&self) -> bool {
        match (self.variable.filter(|text| !text.is_empty()), self.loaded) {
            (None, _) => false,
            (Some(name), Some(loaded)) => loaded.name != name,
            (Some(_), None) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> InstanceName {
        InstanceName::parse(text).unwrap()
    }

    #[test]
    fn the_nearer_word_counts() {
        let (selected, loaded) = (name("c"), Loaded::parse("b KEY").unwrap());
        let lock = Lock::parse("d:/work space").unwrap();
        let mut clues = Clues {
            argument: Some("a"),
            variable: Some("b"),
            selected: Some(&selected),
            ..Clues::default()
        };
        let mut say = |change: fn(&mut Clues<'_>)| {
            change(&mut clues);
            let chosen = clues.choose().unwrap();
            chosen.map(|c| (c.name.to_string(), c.origin))
        };
        assert_eq!(say(|_| ()), Some(("a".into(), Origin::Argument)));
        assert_eq!(
            say(|c| c.argument = None),
            Some(("b".into(), Origin::Variable))
        );
        assert_eq!(
            say(|c| c.variable = None),
            Some(("c".into(), Origin::Terminal))
        );
        assert_eq!(say(|c| c.selected = None), None);
        let locked = Clues {
            lock: Some(&lock),
            ..Clues::default()
        };
        assert_eq!(locked.choose().unwrap().unwrap().origin, Origin::Lock);
        let by_hook = Clues {
            variable: Some("b"),
            loaded: Some(&loaded),
            ..Clues::default()
        };
        assert_eq!(by_hook.choose().unwrap().unwrap().origin, Origin::Terminal);
        // selected since the hook last looked, or nothing any more
        let newer = Clues {
            hooked: true,
            selected: Some(&selected),
            ..by_hook.clone()
        };
        assert_eq!(newer.choose().unwrap().unwrap().name, selected);
        let none = Clues {
            hooked: true,
            ..by_hook
        };
        assert_eq!(none.choose().unwrap(), None);
        let wrong = Clues {
            variable: Some("../x"),
            ..Clues::default()
        };
        assert_eq!(wrong.choose().unwrap_err().exit_code(), 2);
    }

    #[test]
    fn a_lock_holds_for_one_instance_of_one_workspace() {
        let lock = Lock::parse("a:/x:y").unwrap();
        assert_eq!(lock.text(), "a:/x:y");
        lock.allows(Path::new("/x:y"), &name("a")).unwrap();
        for (root, other) in [("/x:y", "b"), ("/z", "a")] {
            let error = lock.allows(Path::new(root), &name(other)).unwrap_err();
            assert_eq!(error.exit_code(), 3);
        }
        assert_eq!(Lock::parse("A B:/x"), None);
        assert_eq!(Lock::parse("a"), None);
    }

    #[test]
    fn what_is_loaded_reads_back() {
        let loaded = Loaded::parse("a B C").unwrap();
        assert_eq!(loaded.text(), "a B C");
        assert_eq!(loaded.keys, ["B", "C"]);
        assert_eq!(Loaded::parse(" "), None);
    }
}
