//! The map of the house.
//!
//! | room | what it is for | may use |
//! |---|---|---|
//! | [`error`] | the one error type: kind, message, hint | nothing |
//! | [`domain`] | pure values and rules: no files, no network, no screen | `error` |
//! | [`workspace`] | the disk: root, instance folders, whole-file writes | `domain` |
//! | [`registry`] | SQLite: jobs, steps, journal, figures, audit | `domain` |
//! | [`provider`] | the outside world: HTTP, Supabase, Jira, Confluence, Postgres and the copy of a database | `domain` |
//! | [`memory`] | the embedding model, and the seeds that use it | the above |
//! | [`sandbox`] | the stand-in for the providers on this machine | the above |
//! | [`job`] | the engine, the steps, and the jobs made of them | the above |
//! | [`service`] | the façade: questions, commands, news | all above |
//! | [`cli`] | the command line, one file a verb | `service`, `domain`; it opens `tui` |
//! | [`tui`] | the screen | `domain`; `tui::bridge` alone uses `service` |
//!
//! `workspace`, `registry` and `provider` don't know each other. `tests/architecture.rs` holds
//! these directions, and the size of the files.
//!
//! # A walk: a key press
//!
//! The terminal's event reaches `tui::run` and becomes a [`tui::msg::Msg`]. `tui::update` finds the
//! action that the key means, in the one table [`tui::action::ACTIONS`], changes the
//! [`tui::state::State`] and answers with [`tui::effect::Effect`]s. `tui::effect` runs each on a
//! task of its own, on the [`tui::backend::Backend`]: that is [`tui::bridge`] over
//! [`service::Service`]. Its answer comes back as a message. A dirty state is drawn, at once after
//! a key, else at most every 16 ms; nothing wakes the screen up while nothing happens.
//!
//! # A walk: a prompt
//!
//! The hook that [`service::hook`] prints calls `matriz follow SHELL SEEN` before each prompt. That
//! skips the command line's parser and the registry: [`service::follow()`] looks which instance this
//! terminal selected ([`workspace::Terminal`]), compares the stamps of the files that count with what
//! the shell was told last, and says nothing where they are the same. Else it answers with code that
//! takes every other instance's keys out and puts this one's in ([`domain::terminal::change`]).
//!
//! # A walk: a clone
//!
//! [`service::Service::plan`] looks at the workspace and makes a [`domain::plan::Plan`], which the
//! person reads. [`service::Service::start`] writes the job and its steps into the registry and
//! starts `matriz worker ID`, a process of its own. There [`job::build`] makes the same steps
//! again and [`job::engine`] runs them under a lease: the source is set up where it isn't yet, the
//! folder is made, the project created ([`provider::supabase`], which reaches the [`sandbox`] or
//! the real service by the same code), the database copied under one snapshot and compared
//! ([`provider::postgres::copy`]) while issues and pages are copied beside it
//! ([`job::steps::jira`], [`job::steps::confluence`]), and texts, rows ([`provider::postgres::columns`]) and files rewritten by
//! one map ([`domain::reference`]) so that nothing names the source; the files of its buckets are
//! brought to where their rows say ([`job::steps::storage`]); what a step has to say about it
//! is kept as the job's report ([`domain::report`]).
//! Progress goes to the registry ten times a second; any number of screens and shells watch it
//! there. Killed at any point, the job is resumed from what the registry and the world say was
//! done; cancelled, its steps take back what they made, in reverse.
//! A refresh ([`job::refresh`]) empties a clone and goes the same way again.

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
