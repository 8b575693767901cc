//! Which keys of a `.env` a shell can take.

/// Variables that a shell is run by. One of them in a `.env` is never loaded into a shell, nor taken
/// out of it: it would change what the shell does (or run something at every prompt) instead of
/// telling programs about an instance. A command gets it all the same, with `run`.
const SHELLS_OWN: [&str; 75] = [
    // run as code, or name code that is run
    "BASH_ENV",
    "ENV",
    "PROMPT_COMMAND",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "PROMPT",
    "PROMPT2",
    "PROMPT3",
    "PROMPT4",
    "RPROMPT",
    "RPROMPT2",
    "RPS1",
    "RPS2",
    "SPROMPT",
    "ZDOTDIR",
    "FPATH",
    "fpath",
    "MODULE_PATH",
    "module_path",
    "NULLCMD",
    "READNULLCMD",
    "FCEDIT",
    "INPUTRC",
    // where programs are found, and what is put into them
    "PATH",
    "path",
    "HOME",
    "SHELL",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "CDPATH",
    "cdpath",
    "MANPATH",
    "manpath",
    // read-only or with a meaning of their own: setting UID in zsh changes who one is
    "UID",
    "EUID",
    "GID",
    "EGID",
    "USERNAME",
    "PPID",
    "SHELLOPTS",
    "BASHOPTS",
    "BASH_VERSINFO",
    "BASH_VERSION",
    "ZSH_VERSION",
    "FISH_VERSION",
    "NU_VERSION",
    "IFS",
    "OPTIND",
    "OPTARG",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "STATUS",
    "status",
    "argv",
    "pipestatus",
    "options",
    "history",
    "version",
    "PWD",
    "OLDPWD",
    "SHLVL",
    "TERM",
    "TTY",
    "USER",
    "LOGNAME",
    "HISTFILE",
    "HISTCMD",
    "FUNCNAME",
];

/// Whether shells keep this name to themselves. What begins with `_`, `BASH_FUNC_`, `fish_` or
/// `MATRIZ_` is theirs or ours as well.
pub fn kept_by_shells(name: &str) -> bool {
    SHELLS_OWN.contains(&name)
        || name == "_"
        || ["__matriz_", "BASH_FUNC_", "fish_", "MATRIZ_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Whether a shell can have a variable of that name.
pub fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_reaches_what_a_shell_runs() {
        for name in ["PROMPT_COMMAND", "PS1", "UID", "PATH", "MATRIZ_LOCK", "_"] {
            assert!(kept_by_shells(name), "{name}");
        }
        for name in ["SUPABASE_URL", "DATABASE_URL", "TZ", "PORT", "_PRIVATE"] {
            assert!(!kept_by_shells(name), "{name}");
        }
    }

    #[test]
    fn names_that_a_shell_can_have() {
        for name in ["A", "_a1", "SUPABASE_URL"] {
            assert!(is_variable(name), "{name}");
        }
        for name in ["", "1A", "A-B", "A.B", "é", "A=B", "a b", "A;B"] {
            assert!(!is_variable(name), "{name}");
        }
    }
}
