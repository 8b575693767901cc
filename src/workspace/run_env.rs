//! The environment of a command that runs in an instance.

use std::collections::{BTreeMap, HashSet};

use super::root::Workspace;
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::error::Result;

/// The variables of the caller that a command gets. Everything else stays outside: a child gets what
/// it needs, not what happens to be set. `NODE_OPTIONS`, `LD_PRELOAD`, `PYTHONPATH` and the like are
/// left out because they change what runs; `npm_config_*` because it carries registry tokens.
const PASSED: [&str; 38] = [
    "HOME",
    "PATH",
    "SHELL",
    "TERM",
    "TERM_PROGRAM",
    "COLORTERM",
    "NO_COLOR",
    "FORCE_COLOR",
    "LANG",
    "LANGUAGE",
    "USER",
    "LOGNAME",
    "HOSTNAME",
    "TMPDIR",
    "TZ",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "PWD",
    "SSH_AUTH_SOCK",
    "SSH_CONNECTION",
    "SSH_TTY",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "CI",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "GOPATH",
    "JAVA_HOME",
    "NVM_DIR",
    "VOLTA_HOME",
    "PNPM_HOME",
    "BUN_INSTALL",
    "VIRTUAL_ENV",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
];

/// Families of such variables.
const PASSED_PREFIXES: [&str; 5] = ["LC_", "XDG_", "PYENV_", "ASDF_", "MISE_"];

fn passes(key: &str) -> bool {
    PASSED.contains(&key) || PASSED_PREFIXES.iter().any(|p| key.starts_with(p))
}

/// The environment for a command in the instance `name`, sorted by key.
///
/// `base` is the caller's environment, of which an allowlist passes; `known` are the keys of all
/// instances, none of which passes from the caller; `own` is what the instance sets (for a key given
/// twice the later value counts, so account-wide defaults go first). `INSTANCE_NAME` is always `name`.
/// `PATH` and `HOME` pass even where an instance names them, because nothing runs without them.
pub fn run_env<'a>(
    base: impl IntoIterator<Item = (String, String)>,
    known: impl IntoIterator<Item = &'a str>,
    own: impl IntoIterator<Item = (&'a str, &'a str)>,
    name: &InstanceName,
) -> Vec<(String, String)> {
    let known: HashSet<&str> = known.into_iter().collect();
    let mut env: BTreeMap<String, String> = base
        .into_iter()
        .filter(|(key, _)| {
            passes(key)
                && (!known.contains(key.as_str()) || matches!(key.as_str(), "PATH" | "HOME"))
        })
        .collect();
    for (key, value) in own {
        env.insert(key.to_owned(), value.to_owned());
    }
    env.insert("INSTANCE_NAME".to_owned(), name.to_string());
    env.into_iter().collect()
}

impl Workspace {
    /// [`run_env`] with what this workspace's files say: the instance's `.env` over the one at the
    /// root. Another instance whose `.env` is missing or broken doesn't stop this one; the keys that
    /// can be read in it still count.
    pub fn run_environment(
        &self,
        name: &InstanceName,
        base: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<(String, String)>> {
        let (env, _) = self.instance(name)?.read_env()?;
        let shared = self.shared_env()?;
        let mut known: HashSet<String> = HashSet::new();
        for other in self.instances()? {
            let path = self.instances_dir().join(other.as_str()).join(".env");
            if let Ok(Some(text)) = super::file::read_text(&path) {
                let file = EnvFile::parse_lenient(&text);
                known.extend(file.entries().map(|e| e.key.to_owned()));
            }
        }
        Ok(run_env(
            base,
            known.iter().map(String::as_str),
            shared.pairs().chain(env.pairs()),
            name,
        ))
    }
}
