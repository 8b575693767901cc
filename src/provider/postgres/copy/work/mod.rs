//! What the workers do side by side: rows, indexes and checks, the largest first.

pub mod hash;
pub mod progress;
pub mod queue;
pub mod room;
pub mod worker;
