//! `env`: an instance's values.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::domain::env_export::ExportFormat;

#[derive(Debug, Subcommand)]
pub enum Env {
    /// List the keys; secret values are masked
    List,
    /// Print one value, exactly as it is; a secret only with --reveal on a terminal
    Get { key: String },
    /// Set one value, exactly as given: nothing is expanded
    Set {
        key: String,
        /// The value; - reads it from standard input, which a shell's history doesn't keep
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Remove one key
    Unset { key: String },
    /// Compare the keys with another instance's, or with .env.example; values by fingerprint
    Diff {
        /// The other instance
        other: Option<String>,
    },
    /// Check the file: what other readers would read differently, what is missing or has another type
    Check {
        /// Ask the providers too: does each key open this instance's own project, database and site?
        #[arg(long)]
        live: bool,
    },
    /// Print all values for another program; secrets only with --reveal on a terminal
    Export {
        #[arg(long, value_enum, default_value_t = FormatArg::Dotenv)]
        format: FormatArg,
        /// Write all values in clear into a new file for you alone, outside of git
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Show every change of the values: who, when, which key; never a value
    History {
        key: Option<String>,
        /// At most so many, the newest
        #[arg(short = 'n', long, default_value_t = 50, value_name = "COUNT")]
        limit: usize,
    },
    /// Take a change back: the last one, one by its number, or the last one of a key
    Undo {
        /// A number from the history, or a key
        #[arg(value_name = "NUMBER|KEY")]
        change: Option<String>,
        /// Though the key was changed since: the number of that change, which is lost by it
        #[arg(long, value_name = "NUMBER")]
        force: Option<i64>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatArg {
    Dotenv,
    Sh,
    Fish,
    Json,
    Docker,
}

impl From<FormatArg> for ExportFormat {
    fn from(arg: FormatArg) -> ExportFormat {
        match arg {
            FormatArg::Dotenv => ExportFormat::Dotenv,
            FormatArg::Sh => ExportFormat::Sh,
            FormatArg::Fish => ExportFormat::Fish,
            FormatArg::Json => ExportFormat::Json,
            FormatArg::Docker => ExportFormat::Docker,
        }
    }
}
