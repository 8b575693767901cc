//! How the sandbox's API behaves: times, limits, organizations.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Context, Kind, Result};
use crate::sandbox::atlassian::AtlassianOptions;
use crate::sandbox::storage::StorageOptions;

/// The file in the sandbox's folder that may change these options. All fields are optional.
pub const FILE: &str = "options.json";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiOptions {
    /// Shortest time in a state, in milliseconds.
    pub coming_up_ms: u64,
    pub pausing_ms: u64,
    pub restoring_ms: u64,
    pub going_down_ms: u64,
    /// How much later than the database the other services of a project are healthy.
    pub services_ms: u64,
    /// Requests a minute to one operation on one project or organization; 0 is no limit.
    /// Supabase's own is 120.
    pub requests_per_minute: u32,
    pub organizations: Vec<OrganizationOptions>,
    /// The site with Jira and Confluence.
    pub atlassian: AtlassianOptions,
    /// Projects' files.
    pub storage: StorageOptions,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationOptions {
    pub slug: String,
    pub name: String,
    /// `free`, `pro`, `team`, `enterprise` or `platform`.
    pub plan: String,
    /// Active projects at the same time; paused ones don't count.
    #[serde(default)]
    pub active_projects: Option<usize>,
    /// Supabase pauses on the free plan only.
    pub can_pause: bool,
}

impl Default for ApiOptions {
    /// Three organizations:
    /// - `sandbox`, where one can clone freely: plan `free`, so that projects can be paused, but
    ///   without Supabase's limit of two. This is the sandbox's own deviation.
    /// - `sandbox-free`: Supabase's free plan, with two active projects.
    /// - `sandbox-pro`: a paid plan, where Supabase refuses to pause.
    fn default() -> Self {
        let organization =
            |slug: &str, name: &str, plan: &str, limit, can_pause| OrganizationOptions {
                slug: slug.into(),
                name: name.into(),
                plan: plan.into(),
                active_projects: limit,
                can_pause,
            };
        ApiOptions {
            coming_up_ms: 400,
            pausing_ms: 200,
            restoring_ms: 300,
            going_down_ms: 100,
            services_ms: 150,
            requests_per_minute: 120,
            organizations: vec![
                organization("sandbox", "Sandbox", "free", None, true),
                organization("sandbox-free", "Sandbox, free plan", "free", Some(2), true),
                organization("sandbox-pro", "Sandbox, paid plan", "pro", None, false),
            ],
            atlassian: AtlassianOptions::default(),
            storage: StorageOptions::default(),
        }
    }
}

impl ApiOptions {
    /// The defaults, changed by `options.json` in the sandbox's folder where there is one.
    pub fn read(dir: &Path) -> Result<ApiOptions> {
        let path = dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(ApiOptions::default());
            }
            Err(error) => {
                return Err(error).context(Kind::Io, || format!("Cannot read {}", path.display()));
            }
        };
        serde_json::from_str(&text)
            .context(Kind::Parse, || {
                format!("{} does not have the right form", path.display())
            })
            .map_err(|e| e.hint("Correct the file, or remove it to use the defaults."))
    }

    pub fn organization(&self, slug: &str) -> Option<&OrganizationOptions> {
        self.organizations.iter().find(|o| o.slug == slug)
    }

    pub fn coming_up(&self) -> Duration {
        Duration::from_millis(self.coming_up_ms)
    }

    pub fn pausing(&self) -> Duration {
        Duration::from_millis(self.pausing_ms)
    }

    pub fn restoring(&self) -> Duration {
        Duration::from_millis(self.restoring_ms)
    }

    pub fn going_down(&self) -> Duration {
        Duration::from_millis(self.going_down_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_some_options_and_wrong_ones_are_named() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(ApiOptions::read(dir.path()).unwrap(), ApiOptions::default());
        std::fs::write(dir.path().join(FILE), r#"{"requests_per_minute": 3}"#).unwrap();
        let read = ApiOptions::read(dir.path()).unwrap();
        assert_eq!(read.requests_per_minute, 3);
        assert_eq!(read.coming_up_ms, ApiOptions::default().coming_up_ms);
        std::fs::write(dir.path().join(FILE), r#"{"request_per_minute": 3}"#).unwrap();
        let error = ApiOptions::read(dir.path()).unwrap_err();
        assert!(
            error.message.contains("request_per_minute"),
            "{}",
            error.message
        );
    }
}
