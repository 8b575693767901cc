//! `env`: an instance's values.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Env {
    /// List the keys; secret values are masked
    List,
    /// Print one value
    Get { key: String },
    /// Set one value ("-" reads it from standard input)
    Set { key: String, value: String },
    /// Remove one key
    Unset { key: String },
    /// Check the file: what other readers would read differently, what is missing
    Check,
}
