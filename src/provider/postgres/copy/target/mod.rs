//! The target: what is in it, what it looked like before, and how to take a copy back.

pub mod defaults;
pub mod empty;
pub mod state;
pub mod wipe;
