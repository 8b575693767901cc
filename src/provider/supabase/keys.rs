//! A project's API keys.

use reqwest::Method;
use serde::Deserialize;

use crate::domain::secret::Secret;
use crate::error::Result;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyType {
    /// A JSON web token: `anon` or `service_role`.
    Legacy,
    Publishable,
    Secret,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ApiKey {
    pub id: Option<String>,
    pub name: String,
    #[serde(rename = "type")]
    pub key_type: Option<KeyType>,
    /// Masked with `·` unless it was asked to be revealed; missing where the token may not see it.
    pub api_key: Option<Secret>,
}

impl ApiKey {
    /// The value, if it is one and not a mask.
    pub fn value(&self) -> Option<&Secret> {
        self.api_key
            .as_ref()
            .filter(|key| !key.reveal().is_empty() && !key.reveal().contains('·'))
    }
}

/// The two keys that an instance's `.env` holds.
#[derive(Debug, Clone)]
pub struct ApiKeys {
    /// May be in a browser: `anon`, else a publishable key.
    pub public: Option<Secret>,
    /// Passes row-level security: `service_role`, else a secret key.
    pub service: Option<Secret>,
}

impl ApiKeys {
    /// Picks the legacy keys where there are any, else the new ones.
    pub fn pick(keys: &[ApiKey]) -> ApiKeys {
        let named = |name: &str| {
            keys.iter()
                .find(|k| k.key_type == Some(KeyType::Legacy) && k.name == name)
                .and_then(ApiKey::value)
        };
        let typed = |key_type| {
            keys.iter()
                .filter(|k| k.key_type == Some(key_type))
                .find_map(ApiKey::value)
        };
        ApiKeys {
            public: named("anon")
                .or_else(|| typed(KeyType::Publishable))
                .cloned(),
            service: named("service_role")
                .or_else(|| typed(KeyType::Secret))
                .cloned(),
        }
    }
}

impl Supabase {
    /// The keys; with `reveal`, secret ones in full.
    pub async fn api_keys(&self, project: &ProjectRef, reveal: bool) -> Result<Vec<ApiKey>> {
        let mut request = self.project_request(
            Method::GET,
            project,
            "/api-keys",
            format!("list the API keys of the project {project}"),
        );
        if reveal {
            request = request.query("reveal", "true");
        }
        Ok(self.fetch(&request).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, key_type: KeyType, value: &str) -> ApiKey {
        ApiKey {
            id: None,
            name: name.into(),
            key_type: Some(key_type),
            api_key: Some(Secret::new(value)),
        }
    }

    #[test]
    fn legacy_keys_first_then_new_ones_and_never_a_mask() {
        let keys = [
            key("default", KeyType::Publishable, "sb_publishable_example"),
            key("default", KeyType::Secret, "sb_secret_exa······"),
            key("anon", KeyType::Legacy, "example-anon"),
        ];
        let picked = ApiKeys::pick(&keys);
        assert_eq!(picked.public, Some(Secret::new("example-anon")));
        assert_eq!(picked.service, None);
        let picked = ApiKeys::pick(&keys[..1]);
        assert_eq!(picked.public, Some(Secret::new("sb_publishable_example")));
    }
}
