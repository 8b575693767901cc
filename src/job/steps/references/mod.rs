//! The second pass over the target: everything that names the source names the target, and what
//! doesn't is reported with its reason.

pub mod created;
pub mod database;
mod earlier;
pub mod files;
mod kept;
pub(in crate::job) mod pairs;
mod summary;

pub use database::{RewriteDatabase, Rows};
pub use files::RewriteReferences;
pub use kept::RepointFiles;
