//! `run`: a command in an instance.

use std::ffi::OsString;

use clap::Args;

#[derive(Debug, Args)]
pub struct Run {
    /// Hide the instance's secret values in what the command prints
    #[arg(long)]
    pub mask: bool,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    pub command: Vec<OsString>,
}
