//! `doctor`: what is wrong, and how to mend it.

use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing worse than warnings, 1 errors (with --strict also warnings), 2 wrong usage, 3 refused."
)]
pub struct Doctor {
    /// Ask an instance's real services instead, changing nothing, and say what is otherwise than this program expects
    #[arg(long, value_name = "NAME")]
    pub live: Option<String>,
    /// Mend what this code names, as CODE, CODE@INSTANCE or "all" (whatever is safe), after showing it
    #[arg(long, value_name = "WHAT", conflicts_with = "live")]
    pub fix: Option<String>,
    /// Warnings fail, too
    #[arg(long)]
    pub strict: bool,
    /// Only look for secrets in what is staged in git; one fails
    #[arg(long, conflicts_with_all = ["live", "fix", "install_hook"])]
    pub staged: bool,
    /// Write a pre-commit hook that does that before each commit
    #[arg(long, conflicts_with_all = ["live", "fix"])]
    pub install_hook: bool,
}
