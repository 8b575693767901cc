//! API keys: the legacy tokens, and the publishable and secret keys.

use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::secret::Secret;
use crate::sandbox::api::clock::rfc3339;
use crate::sandbox::api::error::ApiResult;
use crate::sandbox::api::guard::is_same;
use crate::sandbox::api::jwt;
use crate::sandbox::api::record::{Key, Project};
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::store::hex;

/// How much of a secret key stays readable when it is masked.
const PREFIX: usize = "sb_secret_".len() + 5;

#[derive(Deserialize)]
pub struct Reveal {
    #[serde(default)]
    reveal: bool,
}

/// The two keys that every project begins with.
pub fn first_keys(now_ms: i64) -> Vec<Key> {
    ["publishable", "secret"]
        .into_iter()
        .map(|key_type| {
            let random: [u8; 24] = rand::random();
            Key {
                id: new_uuid(),
                key_type: key_type.to_owned(),
                name: "default".to_owned(),
                value: Secret::new(format!("sb_{key_type}_{}", URL_SAFE_NO_PAD.encode(random))),
                inserted_ms: now_ms,
            }
        })
        .collect()
}

/// A random identifier (version 4 of RFC 9562).
pub fn new_uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

pub async fn list(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Query(asked): Query<Reveal>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    let mut keys = Vec::new();
    if project.legacy_keys {
        for role in ["anon", "service_role"] {
            keys.push(legacy(&project, role)?);
        }
    }
    keys.extend(project.keys.iter().map(|key| shown(key, asked.reveal)));
    Ok(Json(Value::Array(keys)))
}

/// What a key lets one do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// What anybody may (`anon`, publishable).
    Public,
    /// Everything (`service_role`, secret).
    Service,
}

/// Whose key this is in the project; `None` where it's none of the project's.
pub fn role_of(project: &Project, key: &str) -> Option<KeyRole> {
    let of = |public: bool| match public {
        true => KeyRole::Public,
        false => KeyRole::Service,
    };
    let new = project
        .keys
        .iter()
        .find(|own| is_same(key, own.value.reveal()));
    if let Some(own) = new {
        return Some(of(own.key_type == "publishable"));
    }
    let roles = ["anon", "service_role"].into_iter();
    let secret = project.jwt_secret.reveal();
    roles
        .filter(|_| project.legacy_keys)
        .find(|role| {
            jwt::sign(&project.reference, role, project.created_ms, secret)
                .is_ok_and(|own| is_same(key, &own))
        })
        .map(|role| of(role == "anon"))
}

fn legacy(project: &Project, role: &str) -> ApiResult<Value> {
    let secret = project.jwt_secret.reveal();
    let token = jwt::sign(&project.reference, role, project.created_ms, secret)?;
    Ok(json!({
        "name": role,
        "api_key": token,
        "id": role,
        "type": "legacy",
        "hash": hash(&token),
        "prefix": token.get(..5),
        "description": format!("Legacy {role} API key"),
    }))
}

fn shown(key: &Key, reveal: bool) -> Value {
    let value = key.value.reveal();
    let secret = key.key_type == "secret";
    let prefix = value.get(..PREFIX).unwrap_or(value);
    let text = match secret && !reveal {
        true => format!("{prefix}{}", "·".repeat(20)),
        false => value.to_owned(),
    };
    json!({
        "name": key.name,
        "api_key": text,
        "id": key.id,
        "type": key.key_type,
        "hash": hash(value),
        "prefix": if secret { Value::from(prefix) } else { Value::Null },
        "description": Value::Null,
        "secret_jwt_template": if secret { json!({ "role": "service_role" }) } else { Value::Null },
        "inserted_at": rfc3339(key.inserted_ms),
        "updated_at": rfc3339(key.inserted_ms),
    })
}

fn hash(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(value.as_bytes()))
}

pub async fn legacy_enabled(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    Ok(Json(json!({ "enabled": project.legacy_keys })))
}

#[derive(Deserialize)]
pub struct Enabled {
    enabled: bool,
}

pub async fn enable_legacy(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Query(asked): Query<Enabled>,
) -> ApiResult<Json<Value>> {
    state.change_project(&reference, |project| {
        project.legacy_keys = asked.enabled;
        Ok(Json(json!({ "enabled": project.legacy_keys })))
    })
}
