//! Long operations: a plan of steps, run by a worker process, watched by any number of screens.
//!
//! A job is written to the registry before it runs, together with its steps. A worker takes it
//! ([`engine::run`]), and whatever happens to the worker, the registry says what was done: another
//! worker goes on from there, or takes back what was made.

pub mod context;
mod crash;
pub mod engine;
mod keeper;
pub mod log;
mod progress;
mod run;
pub mod shared;
pub mod signals;
pub mod step;
mod undo;
pub mod worker;

#[cfg(test)]
mod engine_model;
#[cfg(test)]
mod engine_tests;
