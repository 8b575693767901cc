//! A refresh: an instance that is a clone is emptied, and its source is copied into it again. Its
//! project, keys, configuration and files stay.
//!
//! What a refresh takes out and puts in again is decided in [`shape`], said in [`plan`] and done by
//! [`stages`].

mod origin;
mod planning;
mod shaping;
mod staging;

pub use origin::{last_copy, origin};
pub use planning::plan;
pub use shaping::shape;
pub use staging::stages;
