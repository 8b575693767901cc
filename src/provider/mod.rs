//! The outside world, one folder each.

pub mod atlassian;
pub mod confluence;
pub mod http;
pub mod jira;
pub mod postgres;
pub mod supabase;
