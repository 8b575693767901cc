//! How the sandbox's Storage behaves.

use serde::{Deserialize, Serialize};

/// Part of the sandbox's `options.json`, as `storage`. All fields are optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageOptions {
    /// The largest file, in bytes; a bucket may set less. Supabase's own limit is 50 MB on its free
    /// plan and up to 500 GB on others.
    pub largest_file: u64,
    /// Requests a minute to one operation on one project; 0 is no limit. Supabase publishes none.
    pub requests_per_minute: u32,
    /// How long an unfinished resumable upload is kept, in hours.
    pub upload_hours: u64,
}

impl Default for StorageOptions {
    fn default() -> Self {
        StorageOptions {
            largest_file: 50 * 1024 * 1024 * 1024,
            requests_per_minute: 0,
            upload_hours: 24,
        }
    }
}
