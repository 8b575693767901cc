//! The outside world, one folder each; `probe` looks whether it's as the others expect it.

pub mod atlassian;
pub mod confluence;
pub mod http;
pub mod jira;
pub mod postgres;
pub mod probe;
pub mod supabase;
