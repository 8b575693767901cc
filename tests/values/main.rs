//! Values and their history: what is set is what is read, by this program and by others'; who changed
//! what, and taking it back; who may see a secret; what a key has to look like.

#[path = "../end_to_end/command.rs"]
#[allow(dead_code)]
mod command;
mod desk;
#[path = "../end_to_end/outside.rs"]
#[allow(dead_code)]
mod outside;
#[path = "../end_to_end/place.rs"]
#[allow(dead_code)]
mod place;
#[path = "../support/mod.rs"]
mod support;

mod compare;
mod history;
mod live;
mod lives;
mod machine;
mod readers;
mod reveal;
mod round_trip;
mod schema;
mod strategies;
