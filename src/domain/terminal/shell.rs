//! The shells that are known.

/// A shell that a hook or a locked shell exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Nu,
    /// Any other that reads POSIX commands. It has no hook: nothing of it runs before a prompt.
    Sh,
}

impl Shell {
    pub fn word(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
            Shell::Nu => "nu",
            Shell::Sh => "sh",
        }
    }

    pub fn parse(word: &str) -> Option<Shell> {
        [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Nu, Shell::Sh]
            .into_iter()
            .find(|shell| shell.word() == word)
    }

    /// What a program is, by its path: `/usr/bin/zsh`, or `-zsh` as a login shell calls itself.
    pub fn of_program(path: &str) -> Shell {
        let name = path.rsplit('/').next().unwrap_or(path);
        Shell::parse(name.trim_start_matches('-')).unwrap_or(Shell::Sh)
    }

    /// The line for the rc file that makes this shell follow `matriz use`; `None` where none can.
    pub fn hook_line(self) -> Option<&'static str> {
        match self {
            Shell::Bash => Some("eval \"$(matriz hook bash)\"   in ~/.bashrc"),
            Shell::Zsh => Some("eval \"$(matriz hook zsh)\"   in ~/.zshrc"),
            Shell::Fish => Some("matriz hook fish | source   in ~/.config/fish/config.fish"),
            Shell::Nu => Some(
                "matriz hook nu | save -f ~/.matriz.nu   once, and   source ~/.matriz.nu   in config.nu",
            ),
            Shell::Sh => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_last_name() {
        assert_eq!(Shell::of_program("/usr/bin/fish"), Shell::Fish);
        assert_eq!(Shell::of_program("-zsh"), Shell::Zsh);
        assert_eq!(Shell::of_program("/bin/dash"), Shell::Sh);
        assert_eq!(Shell::of_program(""), Shell::Sh);
    }
}
