//! Writing several values of an `.env` at once.

use crate::error::Result;
use crate::workspace::InstanceDir;

/// Sets the pairs in one write; nothing is written where one of them is refused.
pub fn set_env(dir: &InstanceDir, pairs: &[(&str, &str)]) -> Result<()> {
    dir.edit_env(|env| {
        pairs
            .iter()
            .try_for_each(|(key, value)| env.set(key, value))
    })
    .map(|_| ())
}
