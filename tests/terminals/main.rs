//! Every terminal in the right company: real shells in real pseudo terminals, and commands that run in
//! an instance.
//!
//! Shells that aren't installed are left out with a printed `SKIP`; with `MATRIZ_REQUIRE_ALL=1` that
//! is a failure (but for nu, which few machines have). Every wait is for a marker, with a deadline.

mod commands;
mod company;
mod following;
mod locked;
mod masked;
mod quoting;
mod session;
mod speed;
mod world;

#[path = "../support/mod.rs"]
mod support;
