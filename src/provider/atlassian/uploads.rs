//! What uploads and downloads of attachments share.

use std::time::Duration;

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub bytes: u64,
    /// The service's media type, where it gave one.
    pub content_type: Option<String>,
}

/// The slowest connection that is waited for, in bytes a second.
const SLOWEST: u64 = 100_000;

/// The longest time for moving `bytes` in one try.
pub fn form_timeout(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / SLOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_files_get_more_time() {
        assert_eq!(form_timeout(0), Duration::from_secs(60));
        assert_eq!(form_timeout(100_000_000), Duration::from_secs(1060));
    }
}
