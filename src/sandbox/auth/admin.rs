//! Looking after users, with the project's service key.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::guard::Caller;
use super::password;
use super::people::{self, By, Changes, NewPerson, check_email};
use super::refusal::{Answer, Refusal};
use super::rules::Rules;
use super::token::read;
use crate::domain::secret::Secret;
use crate::sandbox::api::{ApiState, new_uuid};

/// Users on a page where nobody says how many.
const PAGE: u64 = 50;
const LONGEST_PAGE: u64 = 1_000;

#[derive(Deserialize)]
pub struct Paging {
    page: Option<u64>,
    per_page: Option<u64>,
}

pub async fn list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Paging>,
) -> Answer<(HeaderMap, Json<Value>)> {
    caller.check_admin()?;
    let count = asked.per_page.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let page = asked.page.unwrap_or(1).max(1);
    let skip = (page - 1).saturating_mul(count);
    let reference = &caller.project.reference;
    let (people, total) = people::page(&state, reference, skip, count).await?;
    let users: Vec<Value> = people.iter().map(|person| person.show()).collect();
    let mut headers = HeaderMap::new();
    let name = HeaderName::from_static("x-total-count");
    headers.insert(name, HeaderValue::from(total));
    Ok((
        headers,
        Json(json!({ "users": users, "aud": "authenticated" })),
    ))
}

#[derive(Deserialize)]
struct Asked {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    password: Option<Secret>,
    password_hash: Option<Secret>,
    #[serde(default)]
    email_confirm: bool,
    role: Option<String>,
    app_metadata: Option<Map<String, Value>>,
    user_metadata: Option<Map<String, Value>>,
    ban_duration: Option<String>,
}

impl Asked {
    /// The hash to keep, of a password or brought along.
    async fn hash(&self, rules: Option<&Rules>) -> Answer<Option<String>> {
        match (&self.password, &self.password_hash) {
            (Some(_), Some(_)) => Err(Refusal::bad(
                "validation_failed",
                "Only a password or a password hash should be provided",
            )),
            (Some(password), None) => {
                if let Some(rules) = rules {
                    rules.check_password(password.reveal())?;
                }
                Ok(Some(password::hash(password.reveal()).await?))
            }
            (None, Some(hash)) => {
                password::check_hash(hash.reveal())?;
                Ok(Some(hash.reveal().to_owned()))
            }
            (None, None) => Ok(None),
        }
    }

    fn check_phone(&self) -> Answer<()> {
        match self.phone.as_deref() {
            None | Some("") => Ok(()),
            Some(_) => Err(Refusal::bad(
                "phone_provider_disabled",
                "The sandbox has no users with a phone",
            )),
        }
    }
}

pub async fn create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    body: axum::body::Bytes,
) -> Answer<Json<Value>> {
    caller.check_admin()?;
    let asked: Asked = read(&body)?;
    asked.check_phone()?;
    let email = asked.email.as_deref().unwrap_or_default();
    if email.is_empty() {
        return Err(Refusal::bad(
            "validation_failed",
            "Cannot create a user without either an email or phone",
        ));
    }
    let email = check_email(email)?;
    let id = match &asked.id {
        Some(id) => uuid(id)?.to_owned(),
        None => new_uuid(),
    };
    let mut metadata = asked.user_metadata.clone().unwrap_or_default();
    if asked.email_confirm {
        metadata.entry("email_verified").or_insert(json!(true));
    }
    let new = NewPerson {
        id,
        email: Some(email),
        // an administrator may give what no user may choose
        hash: asked.hash(None).await?,
        confirmed: asked.email_confirm,
        role: asked.role.clone(),
        app_metadata: asked.app_metadata.clone().unwrap_or_default(),
        user_metadata: metadata,
        identity_data: Map::new(),
        ban: ban(asked.ban_duration.as_deref())?.filter(|ban| !ban.is_empty()),
    };
    let person = people::insert(&state, &caller.project.reference, new).await?;
    Ok(Json(person.ok_or_else(people::taken)?.show()))
}

pub async fn show(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((reference, id)): Path<(String, String)>,
) -> Answer<Json<Value>> {
    caller.check_admin()?;
    let found = people::find(&state, &reference, By::Id(uuid(&id)?)).await?;
    Ok(Json(found.ok_or_else(Refusal::no_user)?.show()))
}

pub async fn change(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((reference, id)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> Answer<Json<Value>> {
    caller.check_admin()?;
    let asked: Asked = read(&body)?;
    asked.check_phone()?;
    let changes = Changes {
        email: asked.email.as_deref().map(check_email).transpose()?,
        email_wanted: None,
        hash: asked.hash(Some(&Rules::of(&caller.project))).await?,
        confirm: asked.email_confirm,
        role: asked.role.clone(),
        ban: ban(asked.ban_duration.as_deref())?,
        app_metadata: asked.app_metadata,
        user_metadata: asked.user_metadata,
    };
    let person = people::update(&state, &reference, uuid(&id)?, changes).await?;
    Ok(Json(person.show()))
}

#[derive(Default, Deserialize)]
struct Deletion {
    #[serde(default)]
    should_soft_delete: bool,
}

pub async fn delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((reference, id)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> Answer<Json<Value>> {
    caller.check_admin()?;
    let asked = match body.is_empty() {
        true => Deletion::default(),
        false => read(&body)?,
    };
    if asked.should_soft_delete {
        return Err(Refusal::bad(
            "validation_failed",
            "The sandbox deletes users for good only",
        ));
    }
    people::delete(&state, &reference, uuid(&id)?).await?;
    Ok(Json(json!({})))
}

fn uuid(text: &str) -> Answer<&str> {
    let fits = text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        });
    match fits {
        true => Ok(text),
        false => Err(Refusal::new(
            axum::http::StatusCode::NOT_FOUND,
            "validation_failed",
            "user_id must be an UUID",
        )),
    }
}

/// How long a ban lasts: `24h`, `1h30m`, `none`. As an interval of Postgres; empty for none.
fn ban(duration: Option<&str>) -> Answer<Option<String>> {
    let text = match duration {
        None => return Ok(None),
        Some("none") => return Ok(Some(String::new())),
        Some(text) => text,
    };
    let wrong = || {
        Refusal::bad(
            "validation_failed",
            format!("invalid format for ban duration: {text:?}"),
        )
    };
    let (mut interval, mut number) = (String::new(), String::new());
    for c in text.chars() {
        match c {
            '0'..='9' => number.push(c),
            'h' | 'm' | 's' if !number.is_empty() => {
                let unit = match c {
                    'h' => "hours",
                    'm' => "minutes",
                    _ => "seconds",
                };
                interval.push_str(&format!("{number} {unit} "));
                number.clear();
            }
            _ => return Err(wrong()),
        }
    }
    match number.is_empty() && !interval.is_empty() {
        true => Ok(Some(interval.trim_end().to_owned())),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_ids_are_read() {
        let interval = |text| ban(Some(text)).ok().flatten();
        assert_eq!(interval("24h").as_deref(), Some("24 hours"));
        assert_eq!(interval("1h30m").as_deref(), Some("1 hours 30 minutes"));
        assert_eq!(interval("none").as_deref(), Some(""));
        for bad in ["", "h", "24", "1d", "-1h", "1h3"] {
            assert!(ban(Some(bad)).is_err(), "{bad}");
        }
        uuid("6f2b1d0e-8f3a-4c55-9d1e-2a7b3c4d5e6f").unwrap();
        for bad in ["", "6f2b1d0e", "6f2b1d0e-8f3a-4c55-9d1e-2a7b3c4d5e6g"] {
            assert!(uuid(bad).is_err(), "{bad}");
        }
    }
}
