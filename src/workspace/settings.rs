//! `matriz.toml`: the workspace's settings. Everything is optional, unknown keys are left alone.

use std::path::PathBuf;

use serde::Deserialize;

use crate::domain::name::InstanceName;
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The workspace's name; the folder's where there is none.
    pub name: Option<String>,
    /// The instance that is used when none is selected.
    #[serde(rename = "default")]
    pub default_instance: Option<InstanceName>,
    pub providers: Providers,
    pub limits: Limits,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Providers {
    pub supabase: SupabaseSettings,
    pub sandbox: SandboxSettings,
    pub postgres: PostgresSettings,
}

/// `[providers.supabase]`: what new instances start with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct SupabaseSettings {
    /// The Management API.
    pub api_url: String,
    pub organization: String,
    pub region: String,
}

impl Default for SupabaseSettings {
    fn default() -> Self {
        SupabaseSettings {
            api_url: "https://api.supabase.com".into(),
            organization: String::new(),
            region: "sa-east-1".into(),
        }
    }
}

/// `[providers.sandbox]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct SandboxSettings {
    /// It stops itself after so many minutes without use.
    pub idle_minutes: u32,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        SandboxSettings { idle_minutes: 15 }
    }
}

/// `[providers.postgres]`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct PostgresSettings {
    /// The folder with `postgres`, `initdb` and `pg_dump`; found or fetched where it isn't named.
    pub bin: Option<PathBuf>,
}

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Jobs that run side by side.
    pub jobs: u32,
    /// Connections that a copy opens to each database; chosen by the machine's cores where unset.
    pub copy_workers: Option<u32>,
    /// Requests a minute to a provider, below its own limit.
    pub requests_per_minute: Option<u32>,
    /// Of how many jobs, the newest, logs, journals and events are kept.
    pub keep_jobs: u32,
    /// For how many days after a job's end they are.
    pub keep_days: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            jobs: 4,
            copy_workers: None,
            requests_per_minute: None,
            keep_jobs: 1000,
            keep_days: 90,
        }
    }
}

impl Settings {
    pub(super) fn parse(file: &str, text: &str) -> Result<Settings> {
        toml::from_str(text).map_err(|error| toml_error(file, text, &error))
    }
}

/// `FILE:LINE:COLUMN: what is wrong`.
pub(super) fn toml_error(file: &str, text: &str, error: &toml::de::Error) -> Error {
    let (line, column) = place(text, error.span().map_or(0, |span| span.start));
    let message = error.message().lines().next().unwrap_or_default();
    Error::new(
        Kind::Parse,
        format!("{file}:{line}:{column}: {}.", message.trim_end_matches('.')),
    )
    .hint("Mend the file; nothing was changed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_optional_and_unknown_keys_pass() {
        assert_eq!(Settings::parse("x", "").unwrap(), Settings::default());
        let text = "name = \"Acme\"\ndefault = \"main\"\nfuture = 1\n[providers.sandbox]\nidle_minutes = 3\n[providers.other]\nx = 1\n[limits]\njobs = 2\nkeep_days = 7\n";
        let settings = Settings::parse("x", text).unwrap();
        assert_eq!(settings.name.as_deref(), Some("Acme"));
        assert_eq!(settings.default_instance.unwrap().as_str(), "main");
        assert_eq!(settings.providers.sandbox.idle_minutes, 3);
        assert_eq!(
            settings.providers.supabase.api_url,
            "https://api.supabase.com"
        );
        assert_eq!(settings.limits.jobs, 2);
        assert_eq!(settings.limits.keep_days, 7);
        assert_eq!(settings.limits.keep_jobs, 1000);
    }

    #[test]
    fn errors_name_file_line_and_column() {
        for (text, place) in [
            (
                "name = \"A\"\ndefault = \"No Such\"\n",
                "matriz.toml:2:11: ",
            ),
            ("name = \n", "matriz.toml:1:8: "),
            ("[limits]\njobs = -1\n", "matriz.toml:2:8: "),
        ] {
            let error = Settings::parse("matriz.toml", text).unwrap_err();
            assert!(error.message.starts_with(place), "{}", error.message);
            assert_eq!(error.kind, Kind::Parse);
        }
    }
}
