//! What the program can do about a finding: shown before it's done, and done only where what it
//! changes still is what was shown.

use serde::Serialize;

use crate::domain::secret::{MASK, is_secret};

/// One change. None of them touches data; none holds a value that is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fix {
    /// Gives a file or a folder other permissions.
    Mode { path: String, from: u32, to: u32 },
    /// Sets a key to a value that isn't secret; `was` is the value there now.
    SetEnv {
        instance: String,
        key: String,
        was: String,
        value: String,
    },
    /// Takes a key's value from another instance of the same project. The fingerprints say which
    /// values are meant.
    CopyEnv {
        instance: String,
        key: String,
        from: String,
        was: String,
        value: String,
    },
    /// Empties a key whose value another instance has as well, so that nothing is lost.
    ClearEnv {
        instance: String,
        key: String,
        was: String,
    },
    /// Writes the entry `supabase` of `mcp.json` anew, for the instance's own project.
    WriteMcp {
        instance: String,
        from: String,
        to: String,
    },
    /// Puts a reference to the environment where a secret's value stands in `mcp.json`.
    Reference {
        instance: String,
        file: String,
        key: String,
    },
    /// Adds a line to `.gitignore`.
    Ignore { line: String },
    /// Takes a file out of git's index; it stays on the disk.
    Untrack { path: String, ignore: String },
    /// Forgets what was last seen of an instance.
    Forget { instance: String },
}

impl Fix {
    /// What will be different, a line each.
    pub fn lines(&self) -> Vec<String> {
        let shown = |key: &str, value: &str| match is_secret(key, value) {
            true => MASK.to_owned(),
            false => value.to_owned(),
        };
        match self {
            Fix::Mode { path, from, to } => {
                vec![format!("{path}: mode {from:04o} becomes {to:04o}.")]
            }
            Fix::SetEnv {
                instance,
                key,
                was,
                value,
            } => vec![
                format!("instances/{instance}/.env"),
                format!("- {key}={}", shown(key, was)),
                format!("+ {key}={}", shown(key, value)),
            ],
            Fix::CopyEnv {
                instance,
                key,
                from,
                was,
                value,
            } => vec![
                format!("instances/{instance}/.env"),
                format!("- {key}={MASK} (fingerprint {was})"),
                format!("+ {key}={MASK} (fingerprint {value}, as {from} has it)"),
            ],
            Fix::ClearEnv { instance, key, was } => vec![
                format!("instances/{instance}/.env"),
                format!("- {key}={MASK} (fingerprint {was})"),
                format!("+ {key}="),
            ],
            Fix::WriteMcp { instance, from, to } => vec![
                format!("instances/{instance}/mcp.json, entry supabase"),
                format!("- project {from}"),
                format!("+ project {to}, read-only"),
            ],
            Fix::Reference {
                instance,
                file,
                key,
            } => vec![
                format!("instances/{instance}/{file}"),
                format!("- {MASK}"),
                format!("+ ${{{key}}}"),
            ],
            Fix::Ignore { line } => vec![".gitignore".into(), format!("+ {line}")],
            Fix::Untrack { path, ignore } => vec![
                format!("git stops tracking {path}; the file stays where it is."),
                ".gitignore".into(),
                format!("+ {ignore}"),
                "What was committed before stays in git's history.".into(),
            ],
            Fix::Forget { instance } => vec![format!(
                "What was last seen of {instance} is forgotten; it's read again when it's asked for."
            )],
        }
    }

    /// What it does in one sentence, where that says more than the finding's own words.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Fix::SetEnv { key, .. } => Some(format!("Set {key} to what its configuration says.")),
            Fix::CopyEnv { key, from, .. } => Some(format!(
                "Take the {key} of {from}, which is in the same project."
            )),
            Fix::ClearEnv { key, .. } => Some(format!(
                "Empty {key} here, where it's another's; matriz init writes its own."
            )),
            Fix::Reference { key, .. } => Some(format!("Name the key there, as ${{{key}}}.")),
            _ => None,
        }
    }

    /// Whether `--fix all` may do it: it changes permissions, or takes a value from the instance's own
    /// configuration. The others are asked for by their code.
    pub fn is_safe(&self) -> bool {
        !matches!(
            self,
            Fix::CopyEnv { .. } | Fix::ClearEnv { .. } | Fix::Untrack { .. }
        )
    }

    /// The instance whose files change.
    pub fn instance(&self) -> Option<&str> {
        match self {
            Fix::SetEnv { instance, .. }
            | Fix::CopyEnv { instance, .. }
            | Fix::ClearEnv { instance, .. }
            | Fix::WriteMcp { instance, .. }
            | Fix::Reference { instance, .. }
            | Fix::Forget { instance } => Some(instance),
            Fix::Mode { .. } | Fix::Ignore { .. } | Fix::Untrack { .. } => None,
        }
    }
}
