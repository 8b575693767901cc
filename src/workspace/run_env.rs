//! The environment of a command that runs in an instance.

use std::collections::{BTreeMap, HashSet};

use super::root::Workspace;
use crate::domain::name::InstanceName;
use crate::domain::secret::is_secret_key;
use crate::domain::terminal::LOCK;
use crate::error::Result;

/// The variables of the caller that a command gets. Everything else stays outside: a child gets what
/// it needs, not what happens to be set. `NODE_OPTIONS`, `LD_PRELOAD`, `PYTHONPATH`, `GIT_SSH_COMMAND`
/// and the like are left out because they change what runs; `npm_config_*` and `CARGO_REGISTRY_*`
/// because they carry registry tokens; `COMPOSE_*`, `KUBECONFIG` and `AWS_*` because they choose whose
/// things a command works on, which is what an instance says.
#[rustfmt::skip]
const PASSED: &[&str] = &[
    // who and where
    "HOME", "PATH", "SHELL", "USER", "LOGNAME", "HOSTNAME", "PWD", "SHLVL", "TMPDIR", "TMP", "TEMP",
    "TZ", "LANG", "LANGUAGE", "CI",
    // the terminal, and the multiplexer around it
    "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERMINFO", "TERMINFO_DIRS", "COLORTERM",
    "COLORFGBG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LS_COLORS", "TMUX",
    "TMUX_PANE", "TMUX_TMPDIR", "STY", "EDITOR", "VISUAL", "GIT_EDITOR", "PAGER", "GIT_PAGER", "LESS",
    // the desktop, the keys' agents
    "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK",
    "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_CONNECTION", "SSH_TTY", "GPG_TTY", "GNUPGHOME",
    "SECURITYSESSIONID", "__CF_USER_TEXT_ENCODING", "WSL_DISTRO_NAME", "WSL_INTEROP",
    // the way out; where a proxy needs a password, it's this machine's and no instance's
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    // which tools, and where they keep their things
    "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN",
    "RUST_BACKTRACE", "GOPATH", "GOROOT", "GOBIN", "GOCACHE", "GOMODCACHE", "JAVA_HOME", "GEM_HOME",
    "NVM_DIR", "NVM_BIN", "VOLTA_HOME", "PNPM_HOME", "BUN_INSTALL", "DENO_DIR", "COREPACK_HOME",
    "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PIPX_HOME", "UV_CACHE_DIR", "SDKROOT",
    "DEVELOPER_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    // a command in a locked shell is as locked as the shell
    LOCK, "MATRIZ_CACHE",
];

/// Families of such variables. One whose name says that it's a secret (`MISE_GITHUB_TOKEN`) isn't one
/// of them.
const PASSED_PREFIXES: [&str; 8] = [
    "LC_",
    "XDG_",
    "PYENV_",
    "RBENV_",
    "ASDF_",
    "MISE_",
    "FNM_",
    "HOMEBREW_",
];

fn passes(key: &str) -> bool {
    PASSED.contains(&key)
        || (PASSED_PREFIXES.iter().any(|p| key.starts_with(p)) && !is_secret_key(key))
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
    // no file unlocks a locked shell
    for (key, value) in own.into_iter().filter(|(key, _)| *key != LOCK) {
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
        let load = self.loadable(name)?;
        Ok(run_env(
            base,
            load.known.iter().map(String::as_str),
            load.own.iter().map(|(k, v)| (k.as_str(), v.as_str())),
            name,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_find_their_things_and_tokens_stay_outside() {
        for key in [
            "PATH",
            "TMUX",
            "TERMINFO",
            "HTTPS_PROXY",
            "https_proxy",
            "DOCKER_HOST",
            "GPG_TTY",
            "CARGO_HOME",
            "VIRTUAL_ENV",
            "LC_ALL",
            "MISE_DATA_DIR",
            "MATRIZ_LOCK",
        ] {
            assert!(passes(key), "{key}");
        }
        for key in [
            "NODE_OPTIONS",
            "LD_PRELOAD",
            "PYTHONPATH",
            "npm_config__auth",
            "CARGO_REGISTRY_TOKEN",
            "MISE_GITHUB_TOKEN",
            "HOMEBREW_GITHUB_API_TOKEN",
            "ASDF_GITHUB_API_TOKEN",
            "KUBECONFIG",
            "AWS_PROFILE",
            "COMPOSE_PROJECT_NAME",
            "MATRIZ_TERMINAL",
            "MATRIZ_LOADED",
            "BASH_ENV",
        ] {
            assert!(!passes(key), "{key}");
        }
    }
}
