//! Sessions: a refresh token in the database, and access tokens made from it.

use rand::RngExt;
use serde_json::{Value, json};

use super::guard::Caller;
use super::refusal::{Answer, Refusal};
use super::rules::Rules;
use super::view::Person;
use crate::error::Result;
use crate::sandbox::api::{ApiState, now_ms, write_token};

/// How many characters a refresh token has.
const LENGTH: usize = 12;

pub fn new_refresh_token() -> String {
    const CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut rng = rand::rng();
    (0..LENGTH)
        .filter_map(|_| CHARACTERS.get(rng.random_range(0..CHARACTERS.len())))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Begins a session: the answer to a sign-in.
pub async fn begin(state: &ApiState, caller: &Caller, person: &Person) -> Answer<Value> {
    let refresh = new_refresh_token();
    let sql = "with s as (
          insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
          values (gen_random_uuid(), $1::uuid, now(), now(), 'aal1', $2::text, '127.0.0.1') returning id
        ), r as (
          insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at,
            updated_at, session_id)
          select '00000000-0000-0000-0000-000000000000', $3::text, $1::uuid::text, false, now(), now(),
            s.id from s
        ), u as (
          update auth.users set last_sign_in_at = now(), updated_at = now()
          where id = $1::uuid returning *
        )
        select to_jsonb(u) as person, s.id as session, coalesce((select jsonb_agg(to_jsonb(i)
          order by i.created_at) from auth.identities i where i.user_id = u.id), '[]'::jsonb)
          as identities from u, s";
    let parameters = [json!(person.id()), json!(caller.user_agent), json!(refresh)];
    let databases = state.databases();
    let rows = databases
        .query(&caller.project.reference, sql, &parameters, false)
        .await?;
    // somebody deleted the user meanwhile
    let row = rows.into_iter().next().ok_or_else(Refusal::no_user)?;
    let session = row.get("session").and_then(Value::as_str);
    let session = session.unwrap_or_default().to_owned();
    let method = match person.is_anonymous() {
        true => "anonymous",
        false => "password",
    };
    Ok(answer(
        caller,
        &Person::read(row),
        &session,
        &refresh,
        method,
    )?)
}

/// Access and refresh token with the user that they're for.
pub fn answer(
    caller: &Caller,
    person: &Person,
    session: &str,
    refresh: &str,
    method: &str,
) -> Result<Value> {
    let seconds = Rules::of(&caller.project).token_seconds();
    let now = now_ms() / 1000;
    let claims = json!({
        "iss": caller.url,
        "sub": person.id(),
        "aud": person.text("aud"),
        "exp": now + seconds,
        "iat": now,
        "email": person.text("email"),
        "phone": person.text("phone"),
        "app_metadata": person.object("raw_app_meta_data"),
        "user_metadata": person.object("raw_user_meta_data"),
        "role": person.text("role"),
        "aal": "aal1",
        "amr": [{ "method": method, "timestamp": now }],
        "session_id": session,
        "is_anonymous": person.is_anonymous(),
    });
    Ok(json!({
        "access_token": write_token(&claims, caller.project.jwt_secret.reveal())?,
        "token_type": "bearer",
        "expires_in": seconds,
        "expires_at": now + seconds,
        "refresh_token": refresh,
        "user": person.show(),
    }))
}

/// Which sessions of a user end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    All,
    This,
    Others,
}

pub async fn end(
    state: &ApiState,
    reference: &str,
    user: &str,
    session: &str,
    ends: Ends,
) -> Answer<()> {
    let which = match ends {
        Ends::All => "user_id = $1::uuid and $2::text is not null",
        Ends::This => "user_id = $1::uuid and id = $2::uuid",
        Ends::Others => "user_id = $1::uuid and id <> $2::uuid",
    };
    let sql = format!("delete from auth.sessions where {which}");
    let parameters = [json!(user), json!(session)];
    let databases = state.databases();
    databases.query(reference, &sql, &parameters, false).await?;
    Ok(())
}

/// Whether the session is still there.
pub async fn is_there(state: &ApiState, reference: &str, session: &str) -> Answer<bool> {
    let sql = "select id from auth.sessions where id = $1::uuid";
    let databases = state.databases();
    let rows = databases
        .query(reference, sql, &[json!(session)], true)
        .await?;
    Ok(!rows.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_tokens_are_never_the_same() {
        let one = new_refresh_token();
        assert_eq!(one.len(), LENGTH);
        assert_ne!(one, new_refresh_token());
    }
}
