//! The rows of people: looked for, made, changed.

use serde_json::{Map, Value, json};

use super::refusal::{Answer, Refusal};
use super::view::Person;
use crate::sandbox::api::ApiState;

/// A user's row with the rows of the identities, from a row that is called `u`.
const PERSON: &str =
    "select to_jsonb(u) as person, coalesce((select jsonb_agg(to_jsonb(i) order by i.created_at)
    from auth.identities i where i.user_id = u.id), '[]'::jsonb) as identities";

/// How a user is found.
pub enum By<'a> {
    Id(&'a str),
    Email(&'a str),
}

pub async fn find(state: &ApiState, reference: &str, by: By<'_>) -> Answer<Option<Person>> {
    let (column, value) = match by {
        By::Id(id) => ("u.id = $1::uuid", id),
        By::Email(email) => ("lower(u.email) = lower($1) and not u.is_sso_user", email),
    };
    let sql = format!("{PERSON} from auth.users u where {column} and u.deleted_at is null limit 1");
    let rows = state
        .databases()
        .query(reference, &sql, &[json!(value)], true)
        .await?;
    Ok(rows.into_iter().next().map(Person::read))
}

/// A page of the users, the newest first, and how many there are.
pub async fn page(
    state: &ApiState,
    reference: &str,
    skip: u64,
    count: u64,
) -> Answer<(Vec<Person>, u64)> {
    let sql = format!(
        "{PERSON} from auth.users u order by u.created_at desc, u.id limit $1::bigint offset $2::bigint"
    );
    let databases = state.databases();
    let window = [json!(count), json!(skip)];
    let all = databases.query(reference, &sql, &window, true).await?;
    let counting = "select count(*) as n from auth.users";
    let total = databases.query(reference, counting, &[], true).await?;
    let total = total.first().and_then(|row| row.get("n")?.as_u64());
    Ok((
        all.into_iter().map(Person::read).collect(),
        total.unwrap_or(0),
    ))
}

/// Somebody who isn't there yet.
#[derive(Default)]
pub struct NewPerson {
    pub id: String,
    /// `None`: anonymous.
    pub email: Option<String>,
    pub hash: Option<String>,
    pub confirmed: bool,
    pub role: Option<String>,
    pub app_metadata: Map<String, Value>,
    pub user_metadata: Map<String, Value>,
    /// What the identity says besides who it is.
    pub identity_data: Map<String, Value>,
    /// An interval from now, in Postgres's words.
    pub ban: Option<String>,
}

/// Writes the rows of a user and its identity at once. `None`: the address or the id is taken.
pub async fn insert(state: &ApiState, reference: &str, new: NewPerson) -> Answer<Option<Person>> {
    let mut app = new.app_metadata;
    let mut data = new.identity_data;
    if let Some(email) = &new.email {
        app.entry("provider").or_insert(json!("email"));
        app.entry("providers").or_insert(json!(["email"]));
        data.insert("sub".into(), json!(new.id));
        data.insert("email".into(), json!(email));
        data.insert("email_verified".into(), json!(new.confirmed));
        data.insert("phone_verified".into(), json!(false));
    }
    let sql = "with u as (
          insert into auth.users (instance_id, id, aud, role, email, encrypted_password,
            email_confirmed_at, confirmation_token, recovery_token, email_change_token_new,
            email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
            is_anonymous, banned_until)
          values ('00000000-0000-0000-0000-000000000000', $1::uuid, 'authenticated', $2::text, $3::text,
            $4::text,
            case when $5::boolean then now() end, '', '', '', '', $6::jsonb, $7::jsonb, now(), now(),
            $3::text is null, now() + $8::interval)
          on conflict do nothing returning *
        ), i as (
          insert into auth.identities (provider_id, user_id, identity_data, provider,
            last_sign_in_at, created_at, updated_at)
          select u.id::text, u.id, $9::jsonb, 'email', now(), now(), now()
          from u where u.email is not null returning *
        )
        select to_jsonb(u) as person,
          coalesce((select jsonb_agg(to_jsonb(i)) from i), '[]'::jsonb) as identities from u";
    let parameters = [
        json!(new.id),
        json!(new.role.unwrap_or_else(|| "authenticated".into())),
        json!(new.email),
        json!(new.hash),
        json!(new.confirmed),
        Value::Object(app),
        Value::Object(new.user_metadata),
        json!(new.ban),
        Value::Object(data),
    ];
    let rows = state
        .databases()
        .query(reference, sql, &parameters, false)
        .await?;
    Ok(rows.into_iter().next().map(Person::read))
}

/// What becomes another; `None` stays.
#[derive(Default)]
pub struct Changes {
    pub email: Option<String>,
    /// An address that has to be confirmed before it counts.
    pub email_wanted: Option<String>,
    pub hash: Option<String>,
    pub confirm: bool,
    pub role: Option<String>,
    /// Merged: a null takes a field away.
    pub app_metadata: Option<Map<String, Value>>,
    pub user_metadata: Option<Map<String, Value>>,
    /// An interval from now; empty: no ban any more.
    pub ban: Option<String>,
}

/// Changes a user's row and, with the address, the identity's. Errors: `email_exists`, 404.
pub async fn update(
    state: &ApiState,
    reference: &str,
    id: &str,
    changes: Changes,
) -> Answer<Person> {
    if let Some(email) = &changes.email {
        let other = find(state, reference, By::Email(email)).await?;
        if other.is_some_and(|person| person.id() != id) {
            return Err(taken());
        }
    }
    let sql = "with i as (
          update auth.identities set updated_at = now(), identity_data = identity_data
            || jsonb_build_object('email', $2::text, 'email_verified', true)
          where user_id = $1::uuid and provider = 'email' and $2::text is not null
        )
        update auth.users u set updated_at = now(),
          email = coalesce($2::text, email),
          email_confirmed_at = case when $5::boolean or $2::text is not null
            then coalesce(email_confirmed_at, now()) else email_confirmed_at end,
          email_change = coalesce($3::text, email_change),
          email_change_sent_at = case when $3::text is null then email_change_sent_at else now() end,
          encrypted_password = coalesce($4::text, encrypted_password),
          role = coalesce($6::text, role),
          raw_app_meta_data = (coalesce(raw_app_meta_data, '{}') || $7::jsonb)
            - array(select key from jsonb_each($7::jsonb) where value = 'null'),
          raw_user_meta_data = (coalesce(raw_user_meta_data, '{}') || $8::jsonb)
            - array(select key from jsonb_each($8::jsonb) where value = 'null'),
          banned_until = case when $9::text is null then banned_until
            when $9::text = '' then null else now() + nullif($9::text, '')::interval end
        where u.id = $1::uuid returning u.id";
    let object = |map: Option<Map<String, Value>>| Value::Object(map.unwrap_or_default());
    let parameters = [
        json!(id),
        json!(changes.email),
        json!(changes.email_wanted),
        json!(changes.hash),
        json!(changes.confirm),
        json!(changes.role),
        object(changes.app_metadata),
        object(changes.user_metadata),
        json!(changes.ban),
    ];
    let databases = state.databases();
    let rows = databases.query(reference, sql, &parameters, false).await?;
    if rows.is_empty() {
        return Err(Refusal::no_user());
    }
    let found = find(state, reference, By::Id(id)).await?;
    found.ok_or_else(Refusal::no_user)
}

pub async fn delete(state: &ApiState, reference: &str, id: &str) -> Answer<()> {
    let sql = "delete from auth.users where id = $1::uuid returning id";
    let databases = state.databases();
    let gone = databases.query(reference, sql, &[json!(id)], false).await?;
    match gone.is_empty() {
        true => Err(Refusal::no_user()),
        false => Ok(()),
    }
}

pub fn taken() -> Refusal {
    Refusal::unprocessable(
        "email_exists",
        "A user with this email address has already been registered",
    )
}

/// A plain look at an address: one `@`, something on both sides, no spaces.
pub fn check_email(email: &str) -> Answer<String> {
    let fits = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let plain = !email.contains(char::is_whitespace) && email.len() <= 255;
    match fits && plain {
        true => Ok(email.to_lowercase()),
        false => Err(Refusal::bad(
            "validation_failed",
            "Unable to validate email address: invalid format",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_looked_at() {
        assert_eq!(check_email("Ana@Example.com").unwrap(), "ana@example.com");
        for bad in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "a b@example.com",
            "a@b@c",
        ] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }
}
