//! What comes after the rows and their indexes.

pub mod foreign_keys;
pub mod large_objects;
pub mod sequences;
pub mod views;
