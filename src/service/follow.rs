//! What a shell's hook asks at each prompt: what has to change in this terminal, as code for that
//! shell. Nothing where nothing changed.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::here::{self, Here};
use crate::domain::name::InstanceName;
use crate::domain::terminal::{
    Change, INSTANCE, LOADED, Shell, TERMINAL, change, is_variable, kept_by_shells, quote,
};
use crate::error::Result;
use crate::workspace::{Terminal, TerminalId, Workspace};

/// Code for the shell to run, and what to tell the person.
#[derive(Default)]
pub struct Followed {
    pub code: String,
    pub notes: Vec<String>,
}

/// Stands for "nothing is loaded" in what a shell remembers.
const NOTHING: &str = "-";

/// What is to be loaded: nothing outside a workspace, where no instance is selected, and where
/// `INSTANCE_NAME` was set by hand (then somebody else decided).
enum Wanted {
    Nothing(Option<String>),
    Instance(Box<Here>, InstanceName),
}

/// `seen` is what the shell was told last time (`__matriz_seen`), empty at first.
///
/// A selection holds for one terminal in one workspace: outside the workspace's folder nothing is
/// loaded, and coming back loads it again.
pub fn follow(shell: Shell, seen: &str) -> Result<Followed> {
    let terminal = Terminal::here();
    let mut out = Followed::default();
    let mut code = Code::new(shell);
    let terminal = match terminal.id {
        Some(_) => terminal,
        None => {
            let id = TerminalId::here();
            code.export(TERMINAL, &id.to_string());
            Terminal {
                id: Some(id),
                ..terminal
            }
        }
    };
    match wanted(terminal.clone())? {
        Wanted::Nothing(note) => {
            let now = note.clone().unwrap_or_else(|| NOTHING.to_owned());
            if seen != now {
                out.notes.extend(note);
                if terminal.loaded.is_some() {
                    code.leave(!terminal.by_hand());
                }
                code.seen(&now);
            }
        }
        Wanted::Instance(here, name) => {
            let now = format!("{name}:{:x}", here.workspace.load_stamp(&name));
            if seen != now {
                match load(&here, &name) {
                    Ok((change, left)) => {
                        code.load(&name, &change);
                        out.notes.extend(left);
                    }
                    Err(error) => {
                        if terminal.loaded.is_some() {
                            code.leave(!terminal.by_hand());
                        }
                        out.notes
                            .push(format!("Nothing of {name} is loaded: {}", error.message));
                    }
                }
                code.seen(&now);
            }
        }
    }
    out.code = code.finish();
    Ok(out)
}

fn wanted(terminal: Terminal) -> Result<Wanted> {
    if let Some(lock) = &terminal.lock {
        let workspace = Workspace::find(Some(&lock.root), Path::new("/"))?;
        let name = lock.name.clone();
        let here = Here {
            workspace,
            terminal,
        };
        return Ok(Wanted::Instance(Box::new(here), name));
    }
    if terminal.by_hand() {
        return Ok(Wanted::Nothing(None));
    }
    let Ok(here) = Here::open(here::named_root().as_deref()) else {
        return Ok(Wanted::Nothing(None));
    };
    let here = Here { terminal, ..here };
    Ok(match here.selected() {
        None => Wanted::Nothing(None),
        Some(name) if here.workspace.instance(&name).is_err() => Wanted::Nothing(Some(format!(
            "{name} isn't there any more: nothing is loaded in this terminal."
        ))),
        Some(name) => Wanted::Instance(Box::new(here), name),
    })
}

/// The change that loads an instance into a shell, and a sentence about what is left out.
pub(super) fn load(here: &Here, name: &InstanceName) -> Result<(Change, Option<String>)> {
    let load = here.workspace.loadable(name)?;
    let out = |key: &str| kept_by_shells(key) || !is_variable(key) || key == INSTANCE;
    let loaded = here.terminal.loaded.as_ref();
    let before = loaded.into_iter().flat_map(|l| &l.keys).map(String::as_str);
    let own = || load.own.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    let known = load.known.iter().map(String::as_str);
    let mut left: Vec<&str> = own()
        .map(|(key, _)| key)
        .filter(|key| out(key) && *key != INSTANCE)
        .collect();
    left.dedup();
    let note = (!left.is_empty()).then(|| {
        format!(
            "Not loaded into a shell, which keeps these names to itself: {}. A command gets them with \"matriz run\".",
            left.join(", ")
        )
    });
    Ok((change(own(), known, before, out), note))
}

/// Code as it grows. nu can't run text, so it gets JSON and does the same with it.
struct Code {
    shell: Shell,
    text: String,
    json: Map<String, Value>,
}

impl Code {
    fn new(shell: Shell) -> Code {
        Code {
            shell,
            text: String::new(),
            json: Map::new(),
        }
    }

    fn line(&mut self, words: &[&str]) {
        self.text.push_str(&words.join(" "));
        self.text.push('\n');
    }

    fn export(&mut self, name: &str, value: &str) {
        let quoted = quote(self.shell, value);
        match self.shell {
            Shell::Fish => self.line(&["set", "-gx", name, &quoted]),
            Shell::Nu => {
                let exports = self.json.entry("export").or_insert_with(|| json!({}));
                if let Some(exports) = exports.as_object_mut() {
                    exports.insert(name.to_owned(), json!(value));
                }
            }
            Shell::Bash | Shell::Zsh | Shell::Sh => {
                self.line(&["export", &format!("{name}={quoted}")]);
            }
        }
    }

    /// The terminal is what it was before anything was loaded. `INSTANCE_NAME` stays where it isn't
    /// ours.
    fn leave(&mut self, ours: bool) {
        match self.shell {
            Shell::Nu => {
                self.json.insert("leave".into(), json!(true));
                let gone = if ours {
                    json!([INSTANCE, LOADED])
                } else {
                    json!([LOADED])
                };
                self.json.insert("gone".into(), gone);
            }
            Shell::Fish => {
                self.line(&["__matriz_leave"]);
                self.line(&["set", "-ge", LOADED]);
                if ours {
                    self.line(&["set", "-ge", INSTANCE]);
                }
            }
            Shell::Bash | Shell::Zsh => {
                self.line(&["__matriz_leave"]);
                self.line(&["unset", LOADED, if ours { INSTANCE } else { "" }]);
            }
            Shell::Sh => {}
        }
    }

    fn load(&mut self, name: &InstanceName, change: &Change) {
        if self.shell != Shell::Sh {
            self.line(&["__matriz_reset"]);
        }
        let exported = |key: &str| match std::env::var_os(key) {
            Some(_) => "x",
            None => "",
        };
        for key in &change.drop {
            match self.shell {
                Shell::Sh => self.line(&["unset", key]),
                _ => self.line(&["__matriz_drop", key, exported(key)]),
            }
        }
        for (key, value) in &change.put {
            match self.shell {
                Shell::Sh => self.export(key, value),
                _ => {
                    let quoted = quote(self.shell, value);
                    self.line(&["__matriz_put", key, &quoted, exported(key)]);
                }
            }
        }
        if self.shell == Shell::Nu {
            self.json.insert("drop".into(), json!(change.drop));
            let put: Map<String, Value> = change
                .put
                .iter()
                .map(|(key, value)| (key.clone(), json!(value)))
                .collect();
            self.json.insert("put".into(), Value::Object(put));
        }
        self.export(INSTANCE, name.as_str());
        let (key, text) = here::loaded_text(name, &change.put);
        self.export(&key, &text);
    }

    fn seen(&mut self, now: &str) {
        let quoted = quote(self.shell, now);
        match self.shell {
            Shell::Fish => self.line(&["set", "-g", "__matriz_seen", &quoted]),
            Shell::Nu => {
                self.json.insert("seen".into(), json!(now));
            }
            Shell::Bash | Shell::Zsh | Shell::Sh => {
                self.line(&[&format!("__matriz_seen={quoted}")]);
            }
        }
    }

    fn finish(self) -> String {
        match self.shell {
            Shell::Nu if self.json.is_empty() => String::new(),
            Shell::Nu => Value::Object(self.json).to_string(),
            _ => self.text,
        }
    }
}
