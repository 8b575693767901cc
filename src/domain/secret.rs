//! Which values are secret, how they are masked, and how they are kept out of texts.

use std::fmt;

use serde::{Deserialize, Serialize};

mod masker;
mod redact;

pub use masker::{Masker, SHORTEST as SHORTEST_MASKED};
pub use redact::{redact, redact_known};

/// What stands on a screen in place of a secret. Its length says nothing about the value's.
pub const MASK: &str = "••••••••••";

/// Words of a key's name that make its value secret.
const SECRET_WORDS: [&str; 18] = [
    "APIKEY",
    "COOKIE",
    "CREDENTIAL",
    "CREDENTIALS",
    "DSN",
    "JWT",
    "KEY",
    "KEYS",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PASSWORDS",
    "PRIVATE",
    "PWD",
    "SECRET",
    "SECRETS",
    "TOKEN",
];

/// Endings of names that have such a word and yet name something public.
const PUBLIC_ENDINGS: [&str; 6] = [
    "PROJECT_KEY",
    "SPACE_KEY",
    "ISSUE_KEY",
    "PUBLIC_KEY",
    "PUBLISHABLE_KEY",
    "MAX_TOKEN",
];

/// Whether a key's name says that its value is secret: `*_KEY`, `*_TOKEN`, `*_PASSWORD`, `*_SECRET`,
/// `*_JWT`, and the like. `JIRA_PROJECT_KEY` and `CONFLUENCE_SPACE_KEY` are names, not secrets.
pub fn is_secret_key(key: &str) -> bool {
    let name = key.to_ascii_uppercase().replace(['-', '.'], "_");
    let public = PUBLIC_ENDINGS
        .iter()
        .any(|end| name == *end || name.ends_with(&format!("_{end}")));
    !public && name.split('_').any(|word| SECRET_WORDS.contains(&word))
}

/// Whether this value must be masked: its key says so, or it can be seen to hold a secret (a password
/// in a URL, a JWT, a provider's token, a private key).
pub fn is_secret(key: &str, value: &str) -> bool {
    !value.is_empty()
        && (is_secret_key(key) || value.contains("PRIVATE KEY-----") || redact(value) != value)
}

/// What a screen shows for this value: itself, or [`MASK`]. An empty value stays empty, so that one
/// sees that it's missing.
pub fn mask_value<'a>(key: &str, value: &'a str) -> &'a str {
    if is_secret(key, value) { MASK } else { value }
}

/// The values among these that must never be shown, for [`redact_known`].
pub fn secret_values<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<&'a str> {
    pairs
        .into_iter()
        .filter(|(key, value)| is_secret(key, value))
        .map(|(_, value)| value)
        .collect()
}

/// A secret on its way through the program: it can't be printed by accident. As JSON it's the value
/// itself, for the requests and the private files that have to hold it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Secret(value.into())
    }

    /// The value itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Secret(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Secret(value.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_secret() {
        for key in [
            "SUPABASE_ANON_KEY",
            "SUPABASE_SERVICE_ROLE_KEY",
            "SUPABASE_ACCESS_TOKEN",
            "SUPABASE_DB_PASSWORD",
            "ATLASSIAN_API_TOKEN",
            "OPENAI_API_KEY",
            "GOTRUE_JWT",
            "JWT_SECRET",
            "db-password",
            "SENTRY_DSN",
            "PRIVATE_PEM",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "SUPABASE_URL",
            "SUPABASE_PROJECT_REF",
            "MCP_SUPABASE_SCHEMA",
            "EMBEDDING_DIM",
            "OPENAI_MODEL",
            "MAX_TOKENS",
            "ATLASSIAN_EMAIL",
            "JIRA_PROJECT_KEY",
            "CONFLUENCE_SPACE_KEY",
            "VAPID_PUBLIC_KEY",
            "MONKEY",
            "BYPASS",
            "DATABASE_URL",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn a_value_gives_itself_away() {
        assert!(is_secret(
            "DATABASE_URL",
            "postgresql://postgres:example-pw@db.example.test:5432/postgres"
        ));
        assert!(!is_secret(
            "DATABASE_URL",
            "postgresql://postgres@127.0.0.1:5432/postgres"
        ));
        assert!(is_secret("NOTE", "-----BEGIN PRIVATE KEY-----\nexample"));
        assert!(is_secret(
            "X",
            "sbp_0123456789abcdef0123456789abcdef01234567"
        ));
        assert!(!is_secret(
            "SUPABASE_URL",
            "https://abcdefghijklmnopqrst.supabase.co"
        ));
    }

    #[test]
    fn masks_have_one_length_and_empty_stays_empty() {
        assert_eq!(mask_value("API_KEY", "a"), MASK);
        assert_eq!(mask_value("API_KEY", &"a".repeat(99)), MASK);
        assert_eq!(mask_value("API_KEY", ""), "");
        assert_eq!(mask_value("REGION", "sa-east-1"), "sa-east-1");
    }

    #[test]
    fn the_secret_values_of_a_file_are_picked() {
        let pairs = [("REGION", "x"), ("API_KEY", "example"), ("TOKEN", "")];
        assert_eq!(secret_values(pairs), ["example"]);
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("example-pw");
        assert!(!format!("{secret:?} {secret} {secret:>40}").contains("example"));
        assert_eq!(secret.reveal(), "example-pw");
    }
}
