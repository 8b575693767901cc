//! `POST /token`: signing in with a password, and refreshing.

use axum::extract::{Query, State};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::guard::Caller;
use super::password;
use super::people::{self, By};
use super::refresh;
use super::refusal::{Answer, Refusal};
use super::rules::Rules;
use super::session;
use crate::domain::secret::Secret;
use crate::sandbox::api::ApiState;

#[derive(Deserialize)]
pub struct Grant {
    #[serde(default)]
    grant_type: String,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    refresh_token: Secret,
}

/// A JSON body.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Answer<T> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("Could not parse request body as JSON: {error}");
        Refusal::bad("bad_json", message)
    })
}

pub async fn issue(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(grant): Query<Grant>,
    body: axum::body::Bytes,
) -> Answer<Json<Value>> {
    let asked: Asked = read(&body)?;
    match grant.grant_type.as_str() {
        "password" => sign_in(&state, &caller, &asked).await.map(Json),
        "refresh_token" if asked.refresh_token.is_empty() => {
            Err(Refusal::bad("validation_failed", "refresh_token required"))
        }
        "refresh_token" => refresh::exchange(&state, &caller, asked.refresh_token.reveal())
            .await
            .map(Json),
        _ => Err(Refusal::bad(
            "invalid_credentials",
            "unsupported_grant_type",
        )),
    }
}

async fn sign_in(state: &ApiState, caller: &Caller, asked: &Asked) -> Answer<Value> {
    let rules = Rules::of(&caller.project);
    if asked.email.is_empty() {
        return Err(Refusal::bad("validation_failed", "missing email or phone"));
    }
    if !rules.is_on("external_email_enabled") {
        return Err(Refusal::unprocessable(
            "email_provider_disabled",
            "Email logins are disabled",
        ));
    }
    let wrong = || Refusal::bad("invalid_credentials", "Invalid login credentials");
    let found = people::find(state, &caller.project.reference, By::Email(&asked.email)).await?;
    let person = found.ok_or_else(wrong)?;
    if !password::is_right(asked.password.reveal(), person.hash()).await? {
        return Err(wrong());
    }
    let banned_until = person.text("banned_until").parse::<Timestamp>();
    if banned_until.is_ok_and(|until| until > Timestamp::now()) {
        return Err(Refusal::bad("user_banned", "User is banned"));
    }
    if !person.is_confirmed() && !rules.is_on("mailer_allow_unverified_email_sign_ins") {
        return Err(Refusal::bad("email_not_confirmed", "Email not confirmed"));
    }
    session::begin(state, caller, &person).await
}
