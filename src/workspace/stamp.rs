//! What a file's content was when it was read, so that nobody's change is overwritten.

use std::fmt;

use sha2::{Digest, Sha256};

/// The content of a file at one moment (its SHA-256), or that there was none. Not its time stamp: two
/// writes within one tick of the clock differ all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<[u8; 32]>);

impl Stamp {
    pub const ABSENT: Stamp = Stamp(None);

    pub(super) fn of(text: Option<&str>) -> Stamp {
        Stamp(text.map(|t| Sha256::digest(t.as_bytes()).into()))
    }
}

/// Short, because a hash of a short secret gives it away.
impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "Stamp(present)",
            None => "Stamp(absent)",
        })
    }
}
