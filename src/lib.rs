//! The map of the house.
//!
//! | room | what it is for | may use |
//! |---|---|---|
//! | [`error`] | the one error type | nothing |
//! | [`domain`] | pure values and rules: no I/O | `error` |
//! | [`workspace`] | the disk: root, instance folders, whole-file writes | `domain` |
//! | [`registry`] | SQLite: jobs, journal, events | `domain` |
//! | [`provider`] | the outside world: HTTP, Supabase, Postgres | `domain` |
//! | [`memory`] | embedding | the above |
//! | [`sandbox`] | the stand-in for the providers on this machine | the above |
//! | [`job`] | the engine, and the jobs | the above |
//! | [`service`] | the façade: queries, commands, events | all above |
//! | [`cli`] | the command line | `service`, `domain` |
//! | [`tui`] | the screen | `domain`; `tui::bridge` alone uses `service` |
//!
//! `tests/architecture.rs` holds these directions.

pub mod cli;
pub mod domain;
pub mod error;
pub mod job;
pub mod memory;
pub mod provider;
pub mod registry;
pub mod sandbox;
pub mod service;
pub mod tui;
pub mod workspace;

pub use error::{Error, Result};
