//! The program itself in a real pseudo terminal: keys go in, and what a person would see is read
//! from the bytes that come out.
//!
//! Every wait is for something on the screen, with a deadline. Two tests look at a window of time
//! instead, because a window is what they measure: how much an idle screen does.

mod budget;
mod busy;
mod cells;
mod editor;
mod environment;
mod idle;
mod isolation;
mod jobs;
mod leaving;
mod newcomer;
mod paint;
mod planning;
mod processes;
mod shell;
mod terminal;
mod world;

#[path = "../support/mod.rs"]
mod support;
