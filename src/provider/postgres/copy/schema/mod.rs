//! One schema under another name: every reference in the catalogue's statements is re-pointed by
//! its tokens, never by replacing text.

pub mod names;
pub mod repoint;

pub use names::Names;
pub use repoint::repoint;
