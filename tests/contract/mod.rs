//! Checks recorded exchanges against an OpenAPI document (version 3.0).

pub mod check;
pub mod document;
