//! How the site behaves: limits, pages, and how soon search sees a change.

use serde::{Deserialize, Serialize};

/// Part of the sandbox's `options.json`, as `atlassian`. All fields are optional. The limits'
/// defaults are those that Atlassian publishes for API tokens (2026); 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AtlassianOptions {
    /// GET and POST requests a second to one operation.
    pub reads_per_second: u32,
    /// PUT and DELETE requests a second to one operation.
    pub writes_per_second: u32,
    /// Writes to one issue in 2 seconds.
    pub issue_writes_per_2_s: u32,
    /// Writes to one issue in 30 seconds.
    pub issue_writes_per_30_s: u32,
    /// So long search doesn't see a change, in milliseconds. The service's delay isn't published.
    pub search_delay_ms: u64,
    /// The most results of a page of search, however many are asked for; 0 is the service's own
    /// bound. A small number makes short pages, which the service may give at any time.
    pub search_page: u32,
    /// Steps of a long task before it's done: so many polls see it unfinished.
    pub task_polls: u32,
    /// The largest attachment, in bytes.
    pub largest_attachment: u64,
    /// The site has role-based access control: then Confluence's spaces can be created with
    /// version 2 of its API, else with version 1 only.
    pub space_roles: bool,
}

impl Default for AtlassianOptions {
    fn default() -> Self {
        AtlassianOptions {
            reads_per_second: 100,
            writes_per_second: 50,
            issue_writes_per_2_s: 20,
            issue_writes_per_30_s: 100,
            search_delay_ms: 0,
            search_page: 0,
            task_polls: 1,
            largest_attachment: 100 * 1024 * 1024,
            space_roles: false,
        }
    }
}

impl AtlassianOptions {
    /// The same without limits of requests.
    #[must_use]
    pub fn unlimited(self) -> Self {
        AtlassianOptions {
            reads_per_second: 0,
            writes_per_second: 0,
            issue_writes_per_2_s: 0,
            issue_writes_per_30_s: 0,
            ..self
        }
    }
}
