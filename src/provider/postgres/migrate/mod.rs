//! Migrations: SQL files that run once on an instance's database, in the order of their names.
//!
//! `files` finds them, `split` cuts them into statements, `apply` runs and records them.

mod apply;
mod files;
mod split;

pub use apply::{Applied, Step, apply, carry_over};
pub use files::{Migration, embedded, from_dir};
