//! Keys of the workspace's own, in `.matriz/keys/`: made on first need, for their owner only.

use super::file::{self, PRIVATE};
use super::root::Workspace;
use crate::domain::secret::Secret;
use crate::error::{Error, Kind, Result};

const FOLDER: &str = "keys";
/// 32 bytes as hexadecimal digits.
const DIGITS: usize = 64;

impl Workspace {
    /// The key of that name: 64 hexadecimal digits of 32 random bytes, the same ever after.
    ///
    /// # Errors
    /// Where the file is there and holds something else: a new key would make what was sealed with the
    /// old one unreadable.
    pub fn key(&self, name: &str) -> Result<Secret> {
        let folder = self.state_dir()?.join(FOLDER);
        file::private_folder(&folder)?;
        let path = folder.join(name);
        if let Some(found) = file::read_text(&path)? {
            return check(&self.shown(&path), &found);
        }
        let bytes: [u8; 32] = rand::random();
        let fresh: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        file::create_whole(&path, format!("{fresh}\n").as_bytes(), PRIVATE)?;
        // of two who made one at the same moment, one was first
        let found = file::read_text(&path)?.unwrap_or_default();
        check(&self.shown(&path), &found)
    }
}

fn check(shown: &str, text: &str) -> Result<Secret> {
    let key = text.trim();
    if key.len() == DIGITS && key.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(Secret::new(key));
    }
    Err(
        Error::new(Kind::Conflict, format!("{shown} doesn't hold a key."))
            .hint("Put back the file that was there; without it what it sealed can't be read."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_and_a_broken_one_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(dir.path()).unwrap();
        let key = workspace.key("example").unwrap();
        assert_eq!(key.reveal(), workspace.key("example").unwrap().reveal());
        assert_ne!(key.reveal(), workspace.key("other").unwrap().reveal());
        let path = workspace.state_dir().unwrap().join("keys/example");
        std::fs::write(&path, "short").unwrap();
        assert!(workspace.key("example").is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short");
    }
}
