//! Users, the sign-in and edge functions in the program: an instance begins with them, and its clone
//! has them: a user signs in with the old password, functions are equal, secrets are named.

#[allow(dead_code)]
#[path = "../end_to_end/command.rs"]
mod command;
#[allow(dead_code)]
#[path = "../end_to_end/outside.rs"]
mod outside;
#[allow(dead_code)]
#[path = "../end_to_end/place.rs"]
mod place;
#[path = "../support/mod.rs"]
mod support;

mod clone;
mod company;
mod refusals;
