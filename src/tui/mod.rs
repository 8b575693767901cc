//! The screen.
//!
//! A key press walks through this room like this: `run` receives it from the terminal and makes it
//! a [`msg::Msg`]; `update` finds the action that it means ([`keymap`], from the one table in
//! [`action`]), changes the [`state::State`] and answers with [`effect::Effect`]s; `effect` runs
//! those on the [`backend::Backend`], whose answers come back as messages; and `draw` turns the
//! state into cells. Only `update` changes the state; only `effect` knows the backend; the widgets
//! know nothing of Matriz.

pub mod action;
pub mod backend;
pub mod bridge;
mod clipboard;
mod disabled;
pub mod draw;
pub mod effect;
mod event;
#[cfg(test)]
mod fuzz;
mod hyperlink;
mod keyboard;
pub mod keymap;
mod layout;
mod link;
pub mod msg;
mod palette;
mod pane;
mod popup;
mod run;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod screens_env;
pub mod state;
mod terminal;
pub mod theme;
pub mod update;
mod widget;
mod zone;

pub use run::{Options, run};
