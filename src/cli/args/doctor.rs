//! `doctor`: what is wrong, and how to mend it.

use clap::Args;

#[derive(Debug, Args)]
pub struct Doctor {
    /// Ask an instance's real services instead, changing nothing, and say what is otherwise than this program expects
    #[arg(long, value_name = "NAME")]
    pub live: Option<String>,
}
