//! Refresh tokens: each is good once. One that comes again is taken for stolen, and its session is
//! closed, unless it comes within the project's interval or its successor was never used.

use serde_json::{Value, json};

use super::guard::Caller;
use super::people::{self, By};
use super::refusal::{Answer, Refusal};
use super::rules::Rules;
use super::session::{self, new_refresh_token};
use crate::sandbox::api::ApiState;

/// A token as the database has it.
struct Kept {
    id: Value,
    token: String,
    user: String,
    session: String,
    revoked: bool,
    /// Seconds since it was last changed.
    age: f64,
    /// The session's token that is good now, where this one is the one before it.
    successor: Option<String>,
}

const FIND: &str = "select r.id, r.token, r.user_id, r.session_id, r.revoked,
      extract(epoch from now() - r.updated_at)::float8 as age,
      (select a.token from auth.refresh_tokens a
        where a.session_id = r.session_id and not a.revoked and a.parent = r.token
        order by a.id desc limit 1) as successor
    from auth.refresh_tokens r where r.token = $1 and r.session_id is not null";

/// Exchanges a refresh token for new ones.
pub async fn exchange(state: &ApiState, caller: &Caller, token: &str) -> Answer<Value> {
    let rules = Rules::of(&caller.project);
    let reference = &caller.project.reference;
    // another request may take the token between our looking and our taking it
    for _ in 0..3 {
        let kept = find(state, reference, token).await?;
        let issued = match &kept {
            kept if !rules.rotates() && !kept.revoked => Some(kept.token.clone()),
            kept if kept.successor.is_some() => kept.successor.clone(),
            kept if kept.revoked && kept.age > rules.reuse_seconds() as f64 => {
                if rules.rotates() {
                    revoke_all(state, reference, &kept.session).await?;
                }
                return Err(Refusal::bad(
                    "refresh_token_already_used",
                    "Invalid Refresh Token: Already Used",
                ));
            }
            kept => swap(state, reference, kept).await?,
        };
        let Some(issued) = issued else { continue };
        let person = people::find(state, reference, By::Id(&kept.user)).await?;
        let person = person.ok_or_else(not_found)?;
        return Ok(session::answer(
            caller,
            &person,
            &kept.session,
            &issued,
            "token_refresh",
        )?);
    }
    Err(Refusal::new(
        axum::http::StatusCode::CONFLICT,
        "conflict",
        "Too many concurrent token refresh requests on the same session or refresh token",
    ))
}

async fn find(state: &ApiState, reference: &str, token: &str) -> Answer<Kept> {
    let databases = state.databases();
    let rows = databases
        .query(reference, FIND, &[json!(token)], true)
        .await?;
    let row = rows.into_iter().next().ok_or_else(not_found)?;
    let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Kept {
        id: row.get("id").cloned().unwrap_or_default(),
        token: text("token").unwrap_or_default(),
        user: text("user_id").unwrap_or_default(),
        session: text("session_id").unwrap_or_default(),
        revoked: row.get("revoked") == Some(&json!(true)),
        age: row.get("age").and_then(Value::as_f64).unwrap_or(f64::MAX),
        successor: text("successor"),
    })
}

fn not_found() -> Refusal {
    Refusal::bad(
        "refresh_token_not_found",
        "Invalid Refresh Token: Refresh Token Not Found",
    )
}

/// A new token in the old one's place; `None` where somebody was faster.
async fn swap(state: &ApiState, reference: &str, kept: &Kept) -> Answer<Option<String>> {
    let fresh = new_refresh_token();
    let sql = "with old as (
          update auth.refresh_tokens set revoked = true, updated_at = now()
          where id = $1::bigint and revoked = $2::boolean returning session_id, user_id, token
        ), s as (
          update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now()
          where id = (select session_id from old)
        )
        insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at,
          updated_at, parent, session_id)
        select '00000000-0000-0000-0000-000000000000', $3::text, old.user_id, false, now(), now(),
          old.token, old.session_id from old returning token";
    let parameters = [kept.id.clone(), json!(kept.revoked), json!(fresh)];
    let databases = state.databases();
    let rows = databases.query(reference, sql, &parameters, false).await?;
    Ok((!rows.is_empty()).then_some(fresh))
}

async fn revoke_all(state: &ApiState, reference: &str, session: &str) -> Answer<()> {
    let sql = "update auth.refresh_tokens set revoked = true, updated_at = now()
        where session_id = $1::uuid and not revoked";
    let databases = state.databases();
    databases
        .query(reference, sql, &[json!(session)], false)
        .await?;
    Ok(())
}
