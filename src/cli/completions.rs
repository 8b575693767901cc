//! `completions SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::output::Output;
use crate::error::Result;

pub fn print(shell: Shell) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "matriz", &mut text);
    Output::new(false, false).text(&String::from_utf8_lossy(&text))
}
