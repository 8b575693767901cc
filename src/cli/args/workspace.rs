//! `workspace`: making one.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum WorkspaceVerb {
    /// Make a folder a workspace
    Init {
        /// The folder (default: this one)
        dir: Option<PathBuf>,
    },
    /// Make an existing repository a workspace: its code moves to core/, its .env becomes instances/default/.env
    Adopt(Adopt),
}

#[derive(Debug, Args)]
pub struct Adopt {
    /// The repository (default: this folder)
    pub dir: Option<PathBuf>,
    /// Bring everything back to where it was
    #[arg(long)]
    pub undo: bool,
}
