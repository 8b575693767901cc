//! The steps of a clone that work in Jira, against the sandbox over loopback: what is there
//! afterwards, and what is there when calls fail, answers get lost or the worker dies.

#[path = "../api/mod.rs"]
mod api;
mod copy;
mod finish;
#[path = "../jira/mod.rs"]
mod jira;
mod kills;
mod look;
mod other_site;
mod people;
mod place;
mod project;
mod scale;
mod source;
