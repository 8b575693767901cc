//! Moving rows.

pub mod batch;
pub mod kept;
pub mod plan;
pub mod stream;

pub use plan::{Range, TableJob};
