//! The program as a person or a script uses it: the binary, in workspaces of its own, on the real
//! sandbox with a real Postgres.

#[path = "../support/mod.rs"]
mod support;

mod atlassian;
mod boundaries;
mod cancel;
mod clone;
mod command;
mod foresight;
mod held;
mod limits;
mod mishaps;
mod moments;
mod outside;
mod people;
mod place;
mod references;
mod refresh;
mod refresh_site;
mod refusals;
mod schema;
mod secrets;
mod verbs;
