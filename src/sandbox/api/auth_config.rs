//! The settings of a project's sign-in (Supabase Auth). Those that [`crate::sandbox::auth`] knows
//! count there; the others are kept.
//!
//! What is secret in them never comes back. Supabase answers with a value of the project's own that
//! is of no use elsewhere (`supabase/agent-skills` issue 270, `terraform-provider-supabase` pull
//! request 157); here it's the HMAC-SHA-256 of the secret, with the project's reference as its key.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Json;
use axum::extract::{Path, State};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::domain::auth_field::is_secret_field;
use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::record::Project;
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::store::hex;

/// The fields of Supabase's description of its API, in its order, with what a new project has.
static FIELDS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("auth_fields.json")).unwrap_or_default());

/// What is known of one field.
#[derive(Deserialize)]
struct Field {
    #[serde(rename = "type")]
    kind: FieldKind,
    /// It may not be null.
    #[serde(default)]
    required: bool,
    #[serde(default)]
    default: Value,
    #[serde(default)]
    one_of: Vec<String>,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    read_only: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FieldKind {
    Boolean,
    Integer,
    Number,
    String,
}

fn field(name: &str) -> Option<Field> {
    Field::deserialize(FIELDS.get(name)?).ok()
}

/// All settings as they count, with the secrets themselves.
pub fn effective(project: &Project) -> Map<String, Value> {
    let value = |name: &String| match project.auth_config.get(name) {
        Some(value) => value.clone(),
        None => field(name).map(|field| field.default).unwrap_or_default(),
    };
    FIELDS.keys().map(|n| (n.clone(), value(n))).collect()
}

/// The same for an answer: digests stand for secrets.
fn shown(project: &Project) -> Map<String, Value> {
    let mut all = effective(project);
    for (name, value) in &mut all {
        if let Value::String(text) = value
            && is_secret_field(name)
            && !text.is_empty()
        {
            *value = digest(&project.reference, text).into();
        }
    }
    all
}

fn digest(reference: &str, secret: &str) -> String {
    // a key of any length is one
    Hmac::<Sha256>::new_from_slice(reference.as_bytes()).map_or(String::new(), |mut mac| {
        mac.update(secret.as_bytes());
        hex(&mac.finalize().into_bytes())
    })
}

pub async fn show(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Map<String, Value>>> {
    Ok(Json(shown(&state.project(&reference)?)))
}

pub async fn set(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(change): Body<BTreeMap<String, Value>>,
) -> ApiResult<Json<Map<String, Value>>> {
    for (name, value) in &change {
        check(name, value)?;
    }
    state.change_project(&reference, |project| {
        project.auth_config.extend(change);
        Ok(Json(shown(project)))
    })
}

fn check(name: &str, value: &Value) -> ApiResult<()> {
    let wrong = |why: String| ApiError::bad_request(format!("{name} {why}"));
    let Some(field) = field(name).filter(|field| !field.read_only) else {
        return Err(ApiError::bad_request(format!(
            "property {name} should not exist"
        )));
    };
    if value.is_null() {
        return match field.required {
            true => Err(wrong("must not be null".into())),
            false => Ok(()),
        };
    }
    let (fits, kind) = match field.kind {
        FieldKind::Boolean => (value.is_boolean(), "a boolean value"),
        FieldKind::Integer => (value.is_i64(), "an integer number"),
        FieldKind::Number => (value.is_number(), "a number"),
        FieldKind::String => (value.is_string(), "a string"),
    };
    if !fits {
        return Err(wrong(format!("must be {kind}")));
    }
    let text = value.as_str().unwrap_or_default();
    if !field.one_of.is_empty() && !field.one_of.iter().any(|one| one == text) {
        return Err(wrong("must be one of the values that there are".into()));
    }
    let number = value.as_f64().unwrap_or_default();
    match (field.min, field.max) {
        (Some(min), _) if number < min => Err(wrong(format!("must not be less than {min}"))),
        (_, Some(max)) if number > max => Err(wrong(format!("must not be greater than {max}"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_is_well_described_and_its_default_is_allowed() {
        assert_eq!(FIELDS.len(), 237);
        for name in FIELDS.keys() {
            let field = field(name).unwrap_or_else(|| panic!("{name}"));
            if field.default.is_null() {
                assert!(!field.required, "{name}");
            } else if !field.read_only {
                check(name, &field.default).unwrap_or_else(|e| panic!("{}", e.message));
            }
        }
    }

    #[test]
    fn wrong_settings_are_refused() {
        for (name, value, words) in [
            ("colour", json!("red"), "should not exist"),
            ("custom_oauth_max_providers", json!(1), "should not exist"),
            ("disable_signup", json!("yes"), "a boolean"),
            ("jwt_exp", json!(-1), "less than 0"),
            ("jwt_exp", json!(604_801), "greater than 604800"),
            ("jwt_exp", json!(1.5), "an integer"),
            ("sms_provider", json!("pigeon"), "one of"),
            ("passkey_enabled", Value::Null, "not be null"),
        ] {
            let refused = check(name, &value).unwrap_err().message;
            assert!(refused.contains(words), "{refused}");
        }
        check("smtp_host", &Value::Null).unwrap();
        check("sessions_timebox", &json!(1.5)).unwrap();
    }

    #[test]
    fn a_digest_is_its_projects_own() {
        let one = digest("abcdefghijklmnopqrst", "example-secret");
        assert_eq!(one.len(), 64);
        assert_ne!(one, digest("zyxwvutsrqponmlkjihg", "example-secret"));
        assert_ne!(one, digest("abcdefghijklmnopqrst", "example-secret-2"));
    }
}
