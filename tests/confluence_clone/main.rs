//! A space cloned into another, on a sandbox's site over a loopback port.

#[path = "../api/mod.rs"]
mod api;
mod calls;
mod first_pass;
mod fixture;
mod kills;
mod people;
mod rig;
mod second_pass;
mod snapshot;
mod space;
#[path = "../wiki/mod.rs"]
mod wiki;
