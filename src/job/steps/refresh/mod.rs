//! What a refresh does beside a clone's own steps: it looks whether the source can be copied before
//! anything goes, and empties the target.

mod begin;
mod carried;
mod database;
mod emptied;

pub use begin::BeginRefresh;
pub use database::EmptyDatabase;
pub(in crate::job) use emptied::{note as note_emptied, parts as emptied_parts};
