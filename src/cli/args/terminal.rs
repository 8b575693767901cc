//! What a terminal works in: `use`, `shell`, `hook`, `status`.

use clap::{Args, ValueEnum};

use crate::domain::terminal;

#[derive(Debug, Args)]
pub struct Use {
    /// The instance
    pub name: String,
    /// For the whole workspace, whatever this terminal has
    #[arg(long)]
    pub everywhere: bool,
}

#[derive(Debug, Args)]
pub struct Shell {
    /// The instance
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Hook {
    /// Whose code
    #[arg(value_enum)]
    pub shell: ShellArg,
}

#[derive(Debug, Args)]
pub struct Follow {
    #[arg(value_enum)]
    pub shell: ShellArg,
    /// What the shell was told last
    #[arg(default_value = "", allow_hyphen_values = true)]
    pub seen: String,
}

#[derive(Debug, Args)]
pub struct Status {
    /// The name and its glyph only, for a prompt
    #[arg(long)]
    pub short: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ShellArg {
    Bash,
    Zsh,
    Fish,
    Nu,
    #[value(hide = true)]
    Sh,
}

impl From<ShellArg> for terminal::Shell {
    fn from(arg: ShellArg) -> terminal::Shell {
        match arg {
            ShellArg::Bash => terminal::Shell::Bash,
            ShellArg::Zsh => terminal::Shell::Zsh,
            ShellArg::Fish => terminal::Shell::Fish,
            ShellArg::Nu => terminal::Shell::Nu,
            ShellArg::Sh => terminal::Shell::Sh,
        }
    }
}
