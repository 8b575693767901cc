//! The outside world, one folder each.

pub mod http;
pub mod postgres;
pub mod supabase;
