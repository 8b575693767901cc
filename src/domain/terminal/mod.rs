//! What a terminal has to do with instances: which one it works in, what may be loaded into it, and
//! how that is said to its shell. Values only; the files are `workspace`'s.

mod choice;
mod look;
mod names;
mod quote;
mod scrub;
mod shell;

pub use choice::{Chosen, Clues, Loaded, Lock, Origin};
pub use look::Look;
pub use names::{is_variable, kept_by_shells};
pub use quote::quote;
pub use scrub::{Change, change};
pub use shell::Shell;

/// The terminal's own name, set by its hook: see [`crate::workspace`] for what is kept under it.
pub const TERMINAL: &str = "MATRIZ_TERMINAL";
/// What is loaded: the instance's name and the keys that were set, with blanks between. No values.
pub const LOADED: &str = "MATRIZ_LOADED";
/// `NAME:/the/root` in a shell that is locked to an instance.
pub const LOCK: &str = "MATRIZ_LOCK";
/// The instance that everything below this process works in.
pub const INSTANCE: &str = "INSTANCE_NAME";
