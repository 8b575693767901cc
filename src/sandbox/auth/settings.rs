//! What anybody may know of the service and its settings.

use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::guard::Caller;
use super::rules::Rules;
use crate::domain::auth_field::provider_of;

pub async fn health() -> Json<Value> {
    Json(json!({
        "version": concat!("matriz-", env!("CARGO_PKG_VERSION")),
        "name": "GoTrue",
        "description": "Matriz's stand-in for Supabase Auth",
    }))
}

pub async fn show(Extension(caller): Extension<Caller>) -> Json<Value> {
    let rules = Rules::of(&caller.project);
    let mut external: Map<String, Value> = rules
        .all()
        .iter()
        .filter_map(|(name, value)| Some((provider_of(name)?.to_owned(), value.clone())))
        .collect();
    for own in ["anonymous_users", "email", "phone"] {
        let on = rules.is_on(&format!("external_{own}_enabled"));
        external.insert(own.into(), on.into());
    }
    Json(json!({
        "external": external,
        "disable_signup": rules.is_on("disable_signup"),
        "mailer_autoconfirm": rules.is_on("mailer_autoconfirm"),
        "phone_autoconfirm": rules.is_on("sms_autoconfirm"),
        "sms_provider": rules.text("sms_provider"),
        "saml_enabled": rules.is_on("saml_enabled"),
    }))
}
