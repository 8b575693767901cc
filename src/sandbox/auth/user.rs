//! What a user who is signed in may do with the own account.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::guard::Caller;
use super::password;
use super::people::{self, By, Changes, check_email};
use super::refusal::{Answer, Refusal};
use super::rules::Rules;
use super::session::{self, Ends};
use super::token::read;
use super::view::Person;
use crate::domain::secret::Secret;
use crate::sandbox::api::ApiState;

/// The user of the token, whose session is still open.
async fn own(state: &ApiState, caller: &Caller) -> Answer<(Person, String)> {
    let (user, session) = caller.signed_in()?;
    let reference = &caller.project.reference;
    let found = people::find(state, reference, By::Id(&user)).await?;
    let person = found.ok_or_else(|| {
        Refusal::forbidden(
            "user_not_found",
            "User from sub claim in JWT does not exist",
        )
    })?;
    if !session::is_there(state, reference, &session).await? {
        return Err(Refusal::forbidden(
            "session_not_found",
            "Session from session_id claim in JWT does not exist",
        ));
    }
    Ok((person, session))
}

pub async fn show(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> Answer<Json<Value>> {
    Ok(Json(own(&state, &caller).await?.0.show()))
}

#[derive(Deserialize)]
struct Asked {
    email: Option<String>,
    password: Option<Secret>,
    data: Option<Map<String, Value>>,
}

pub async fn change(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    body: axum::body::Bytes,
) -> Answer<Json<Value>> {
    let (person, session) = own(&state, &caller).await?;
    let asked: Asked = read(&body)?;
    let rules = Rules::of(&caller.project);
    let reference = &caller.project.reference;
    let mut changes = Changes {
        user_metadata: asked.data,
        ..Changes::default()
    };
    if let Some(password) = &asked.password {
        rules.check_password(password.reveal())?;
        if password::is_right(password.reveal(), person.hash()).await? {
            return Err(Refusal::unprocessable(
                "same_password",
                "New password should be different from the old password.",
            ));
        }
        changes.hash = Some(password::hash(password.reveal()).await?);
    }
    if let Some(email) = &asked.email {
        let email = check_email(email)?;
        if people::find(&state, reference, By::Email(&email))
            .await?
            .is_some_and(|other| other.id() != person.id())
        {
            return Err(people::taken());
        }
        match rules.is_on("mailer_autoconfirm") {
            true => changes.email = Some(email),
            false => changes.email_wanted = Some(email),
        }
    }
    let has_new_password = changes.hash.is_some();
    let person = people::update(&state, reference, person.id(), changes).await?;
    if has_new_password {
        session::end(&state, reference, person.id(), &session, Ends::Others).await?;
    }
    Ok(Json(person.show()))
}

#[derive(Deserialize)]
pub struct Scope {
    scope: Option<String>,
}

pub async fn log_out(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Scope>,
) -> Answer<StatusCode> {
    let ends = match asked.scope.as_deref() {
        None | Some("" | "global") => Ends::All,
        Some("local") => Ends::This,
        Some("others") => Ends::Others,
        Some(other) => {
            return Err(Refusal::bad(
                "validation_failed",
                format!("Unsupported logout scope {other:?}"),
            ));
        }
    };
    let (person, session) = own(&state, &caller).await?;
    let reference = &caller.project.reference;
    session::end(&state, reference, person.id(), &session, ends).await?;
    Ok(StatusCode::NO_CONTENT)
}
