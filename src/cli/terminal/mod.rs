//! What a terminal works in.

pub mod quick;
pub mod selection;
pub mod shell;
pub mod status;
