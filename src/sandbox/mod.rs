//! The local stand-in for the providers.

pub mod api;
pub mod database;
