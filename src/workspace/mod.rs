//! The disk: finding the root, instance folders, whole-file writes, selection.
//!
//! A workspace is a folder with `instances/` (and perhaps `matriz.toml`). Its files are the truth
//! about configuration, so nothing here is cached: every question reads the disk. What is written is
//! written whole or not at all, and a file that someone else changed meanwhile is never overwritten.

mod activity;
pub mod adopt;
mod connection;
mod edit_file;
mod env_schema;
mod env_watch;
pub mod file;
mod instance_dir;
mod keys;
mod listing;
mod loadable;
mod manifest;
mod mcp;
mod new_instance;
mod root;
mod run_env;
mod selection;
mod settings;
mod stamp;
mod template;
mod temporary;
mod terminals;
mod trash;

pub use connection::Connection;
pub use env_watch::{EnvWrite, Written};
pub use instance_dir::{CONFIG_FILES, InstanceDir};
pub use listing::Skipped;
pub use loadable::Loadable;
pub use mcp::{plan_mcp_file, write_mcp_file};
pub use new_instance::NewInstance;
pub use root::Workspace;
pub use run_env::run_env;
pub use settings::{
    Limits, PostgresSettings, Providers, SandboxSettings, Settings, SupabaseSettings,
};
pub use stamp::Stamp;
pub use terminals::{Terminal, TerminalId};
