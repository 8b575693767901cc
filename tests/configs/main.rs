//! Configuration files as a person or a script has them written, repositories adopted, and instances
//! compared: the binary, on real disks, with real git and real databases.

#[path = "../end_to_end/command.rs"]
#[allow(dead_code)]
mod command;
#[path = "../end_to_end/outside.rs"]
#[allow(dead_code)]
mod outside;
#[path = "../end_to_end/place.rs"]
#[allow(dead_code)]
mod place;
#[path = "../support/mod.rs"]
mod support;

mod adopt;
mod adopt_kills;
mod clients;
mod diff;
mod repository;
