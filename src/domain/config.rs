//! The shapes of an instance's configuration files. Keys that Matriz doesn't know are kept in `other`
//! and written back. Secrets are named by their `.env` key, never held here.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Result};

/// `supabase.config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SupabaseConfig {
    pub kind: ProviderKind,
    /// The address of the Management API, where it isn't the provider's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
    pub organization: String,
    pub region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_ref: Option<String>,
    pub schema: String,
    pub access_token_key: String,
    pub db_password_key: String,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Default for SupabaseConfig {
    fn default() -> Self {
        SupabaseConfig {
            kind: ProviderKind::default(),
            api_url: None,
            organization: String::new(),
            region: String::new(),
            project_ref: None,
            schema: "public".into(),
            access_token_key: "SUPABASE_ACCESS_TOKEN".into(),
            db_password_key: "SUPABASE_DB_PASSWORD".into(),
            other: Map::new(),
        }
    }
}

/// Where an instance's Jira project and Confluence space live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtlassianKind {
    /// It has none.
    #[default]
    None,
    Sandbox,
    Cloud,
}

impl AtlassianKind {
    pub fn word(self) -> &'static str {
        match self {
            AtlassianKind::None => "none",
            AtlassianKind::Sandbox => "sandbox",
            AtlassianKind::Cloud => "cloud",
        }
    }
}

/// `atlassian.config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AtlassianConfig {
    pub kind: AtlassianKind,
    /// `example.atlassian.net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jira_project_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confluence_space_key: Option<String>,
    pub email_key: String,
    pub token_key: String,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Default for AtlassianConfig {
    fn default() -> Self {
        AtlassianConfig {
            kind: AtlassianKind::default(),
            site: None,
            jira_project_key: None,
            confluence_space_key: None,
            email_key: "ATLASSIAN_EMAIL".into(),
            token_key: "ATLASSIAN_API_TOKEN".into(),
            other: Map::new(),
        }
    }
}

/// `instance.toml`: what an instance is for, and the rules it lives by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    pub strategy: Strategy,
    pub purpose: String,
    pub owner: String,
    pub labels: Vec<String>,
    /// A protected instance refuses to be deleted.
    pub protected: bool,
    pub expiry: Expiry,
    #[serde(
        deserialize_with = "timestamp",
        skip_serializing_if = "Option::is_none"
    )]
    pub created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloned_from: Option<String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest {
            strategy: Strategy::default(),
            purpose: String::new(),
            owner: String::new(),
            labels: Vec::new(),
            protected: false,
            expiry: Expiry::Never,
            created: None,
            cloned_from: None,
        }
    }
}

/// A moment as a string, or as TOML writes one.
fn timestamp<'de, D: Deserializer<'de>>(
    from: D,
) -> std::result::Result<Option<Timestamp>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Toml(toml::value::Datetime),
    }
    let text = match Option::<Written>::deserialize(from)? {
        None => return Ok(None),
        Some(Written::Text(text)) => text,
        Some(Written::Toml(moment)) => moment.to_string(),
    };
    // a day alone is its beginning
    let moment = match text.parse::<jiff::civil::Date>() {
        Ok(day) if !text.contains(':') => format!("{day}T00:00:00Z"),
        _ => text,
    };
    moment.parse().map(Some).map_err(|_| {
        serde::de::Error::custom("expected a moment, for example \"2026-03-01T12:00:00Z\"")
    })
}

/// When an instance may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Expiry {
    #[default]
    Never,
    On(jiff::civil::Date),
    /// After so many days without activity.
    IdleDays(u32),
}

impl Expiry {
    /// `never`, `2026-12-31` or `14d idle`.
    pub fn parse(text: &str) -> Result<Expiry> {
        let text = text.trim();
        if text.is_empty() || text == "never" {
            return Ok(Expiry::Never);
        }
        if let Some(days) = text
            .strip_suffix("idle")
            .and_then(|rest| rest.trim_end().strip_suffix('d'))
            .and_then(|days| days.trim().parse().ok())
            .filter(|days| *days > 0)
        {
            return Ok(Expiry::IdleDays(days));
        }
        text.parse().map(Expiry::On).map_err(|_| {
            Error::usage(format!("\"{}\" isn't an expiry", text.escape_debug()))
                .hint("Write \"never\", a day like \"2026-12-31\", or \"14d idle\".")
        })
    }
}

impl std::fmt::Display for Expiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expiry::Never => f.write_str("never"),
            Expiry::On(day) => write!(f, "{day}"),
            Expiry::IdleDays(days) => write!(f, "{days}d idle"),
        }
    }
}

impl TryFrom<String> for Expiry {
    type Error = Error;
    fn try_from(text: String) -> Result<Expiry> {
        Expiry::parse(&text)
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> String {
        expiry.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_kept_and_missing_ones_have_a_default() {
        let text = r#"{"region":"sa-east-1","pooler":{"mode":"session"},"kind":"cloud"}"#;
        let config: SupabaseConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config.kind, ProviderKind::Cloud);
        assert_eq!(config.db_password_key, "SUPABASE_DB_PASSWORD");
        let back = serde_json::to_value(&config).unwrap();
        assert_eq!(back["pooler"]["mode"], "session");
        assert!(back.get("projectRef").is_none());
    }

    #[test]
    fn a_manifest_reads_moments_in_every_form() {
        for text in [
            "created = 2026-03-01T00:00:00Z",
            "created = \"2026-03-01T00:00:00Z\"",
            "created = \"2026-03-01\"",
            "created = 2026-03-01",
        ] {
            let manifest: Manifest = toml::from_str(text).unwrap();
            assert_eq!(
                manifest.created,
                Some("2026-03-01T00:00:00Z".parse().unwrap()),
                "{text}"
            );
        }
        assert!(toml::from_str::<Manifest>("created = \"soon\"").is_err());
    }

    #[test]
    fn expiries_round_trip_and_refuse_the_rest() {
        for text in ["never", "2026-12-31", "14d idle"] {
            assert_eq!(Expiry::parse(text).unwrap().to_string(), text);
        }
        for text in ["soon", "0d idle", "14d", "2026-13-01"] {
            assert!(Expiry::parse(text).is_err(), "{text}");
        }
    }
}
