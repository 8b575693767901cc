//! The stand-in for Jira Cloud: platform v3 and agile 1.0.

mod router;
mod server;
mod time;

pub(in crate::sandbox) use router::router;
