//! Signing up: with an address and a password, or anonymously.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::guard::Caller;
use super::password;
use super::people::{self, By, NewPerson, check_email};
use super::refusal::{Answer, Refusal};
use super::rules::Rules;
use super::session;
use super::token::read;
use crate::domain::secret::Secret;
use crate::sandbox::api::{ApiState, new_uuid};

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    data: Option<Map<String, Value>>,
}

pub async fn sign_up(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    body: axum::body::Bytes,
) -> Answer<Json<Value>> {
    let asked: Asked = read(&body)?;
    let rules = Rules::of(&caller.project);
    if rules.is_on("disable_signup") {
        return Err(Refusal::unprocessable(
            "signup_disabled",
            "Signups not allowed for this instance",
        ));
    }
    let data = asked.data.unwrap_or_default();
    if !asked.phone.is_empty() {
        return Err(Refusal::bad(
            "phone_provider_disabled",
            "Phone signups are disabled",
        ));
    }
    if asked.email.is_empty() && asked.password.is_empty() {
        return anonymous(&state, &caller, &rules, data).await;
    }
    if !rules.is_on("external_email_enabled") {
        return Err(Refusal::bad(
            "email_provider_disabled",
            "Email signups are disabled",
        ));
    }
    let password = asked.password.reveal();
    if password.is_empty() {
        return Err(Refusal::bad(
            "validation_failed",
            "Signup requires a valid password",
        ));
    }
    rules.check_password(password)?;
    let email = check_email(&asked.email)?;
    let reference = &caller.project.reference;
    let confirmed = rules.is_on("mailer_autoconfirm");
    if let Some(there) = people::find(&state, reference, By::Email(&email)).await? {
        return match confirmed {
            true => Err(exists()),
            // nobody shall learn from here who has an account
            false => Ok(Json(as_if_new(&email, &data, there.text("created_at")))),
        };
    }
    let id = new_uuid();
    let mut metadata = data.clone();
    metadata.insert("sub".into(), json!(id));
    metadata.insert("email".into(), json!(email));
    metadata.insert("email_verified".into(), json!(confirmed));
    metadata.insert("phone_verified".into(), json!(false));
    let new = NewPerson {
        id,
        email: Some(email),
        hash: Some(password::hash(password).await?),
        confirmed,
        user_metadata: metadata,
        identity_data: data,
        ..NewPerson::default()
    };
    let person = people::insert(&state, reference, new).await?;
    let person = person.ok_or_else(exists)?;
    match confirmed {
        true => session::begin(&state, &caller, &person).await.map(Json),
        false => Ok(Json(person.show())),
    }
}

fn exists() -> Refusal {
    Refusal::unprocessable("user_already_exists", "User already registered")
}

async fn anonymous(
    state: &ApiState,
    caller: &Caller,
    rules: &Rules,
    data: Map<String, Value>,
) -> Answer<Json<Value>> {
    if !rules.is_on("external_anonymous_users_enabled") {
        return Err(Refusal::unprocessable(
            "anonymous_provider_disabled",
            "Anonymous sign-ins are disabled",
        ));
    }
    let new = NewPerson {
        id: new_uuid(),
        user_metadata: data,
        ..NewPerson::default()
    };
    let person = people::insert(state, &caller.project.reference, new).await?;
    let person = person.ok_or_else(exists)?;
    session::begin(state, caller, &person).await.map(Json)
}

/// What somebody sees who signs up with an address that has an account.
fn as_if_new(email: &str, data: &Map<String, Value>, now: &str) -> Value {
    json!({
        "id": new_uuid(),
        "aud": "authenticated",
        "role": "",
        "email": email,
        "phone": "",
        "app_metadata": { "provider": "email", "providers": ["email"] },
        "user_metadata": data,
        "identities": [],
        "created_at": now,
        "updated_at": now,
        "is_anonymous": false,
    })
}
