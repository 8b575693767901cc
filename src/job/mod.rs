//! Long operations: a plan of steps, run by a worker process, watched by any number of screens.
//!
//! A job is written to the registry before it runs, together with its steps. A worker takes it
//! ([`engine::run`]), and whatever happens to the worker, the registry says what was done: another
//! worker goes on from there, or takes back what was made.
//!
//! A job of two steps, from its plan to its end:
//!
//! ```
//! use matriz::domain::job::{JobKind, JobState};
//! use matriz::error::Result;
//! use matriz::job::engine::{self, NewJob};
//! use matriz::job::signals::Signals;
//! use matriz::job::step::{Stage, Step, StepContext, plan_of};
//! use matriz::registry::Registry;
//!
//! /// Makes a file, and knows whether it did.
//! struct MakeFile(&'static str);
//!
//! #[async_trait::async_trait]
//! impl Step for MakeFile {
//!     fn name(&self) -> &str {
//!         self.0
//!     }
//!     fn title(&self) -> &str {
//!         "Make a file"
//!     }
//!     async fn done(&self, ctx: &StepContext) -> Result<bool> {
//!         Ok(ctx.state_dir().join(self.0).exists())
//!     }
//!     async fn run(&self, ctx: &StepContext) -> Result<()> {
//!         let seq = ctx.intent("disk", "file", self.0)?;
//!         let path = ctx.state_dir().join(self.0);
//!         std::fs::write(&path, "").map_err(|e| matriz::Error::internal(e.to_string()))?;
//!         ctx.result(seq, &path.display().to_string())
//!     }
//!     async fn undo(&self, ctx: &StepContext) -> Result<()> {
//!         if ctx.lookup("disk", "file", self.0)?.is_some() {
//!             let _ = std::fs::remove_file(ctx.state_dir().join(self.0));
//!         }
//!         Ok(())
//!     }
//! }
//!
//! fn stages() -> Vec<Stage> {
//!     vec![vec![Box::new(MakeFile("first"))], vec![Box::new(MakeFile("second"))]]
//! }
//!
//! # fn main() -> Result<()> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! let registry = Registry::open(folder.path())?;
//! let job = NewJob {
//!     kind: JobKind::Init,
//!     instance: "default".into(),
//!     source: None,
//!     also_writes: vec![],
//!     args: serde_json::json!({}),
//!     plan: plan_of(&stages()),
//! };
//! let id = engine::submit(&registry, &job)?;
//! # tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
//! // a worker process does this; see `worker::spawn`
//! let state = engine::run(&registry, id, |_| Ok(stages()), Signals::by_hand()).await?;
//! assert_eq!(state, JobState::Done);
//! # Ok(())
//! # })
//! # }
//! ```

pub mod build;
pub mod context;
pub mod counts;
pub(crate) mod crash;
pub mod engine;
pub mod env;
mod foreseen;
mod keeper;
pub mod log;
mod look_project;
pub mod memory;
pub mod moved;
pub mod plan;
mod plan_project;
mod plan_site;
mod plan_storage;
pub mod preflight;
mod progress;
pub mod prune;
pub mod refresh;
mod run;
pub mod shape;
pub mod shared;
pub mod signals;
pub mod step;
pub mod steps;
mod undo;
pub mod users;
pub mod waiting;
pub mod worker;
pub mod world;

#[cfg(test)]
mod engine_model;
#[cfg(test)]
mod engine_tests;
