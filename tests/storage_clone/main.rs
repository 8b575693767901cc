//! The step of a clone that copies files, against the sandbox over loopback: what is there
//! afterwards, and what is there when calls fail, answers get lost or the worker dies.

mod alone;
#[path = "../api/mod.rs"]
mod api;
mod kills;
mod place;
mod whole;
