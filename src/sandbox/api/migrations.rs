//! Migrations: applied in a transaction each, and recorded where Supabase's own programs look,
//! in `supabase_migrations.schema_migrations` of the project's database.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::query::sql_error;
use crate::sandbox::api::state::ApiState;

const TABLE: &str = "\
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key, statements text[], name text,
  created_by text, idempotency_key text unique, rollback text[]
);
";

#[derive(Deserialize)]
pub struct NewMigration {
    query: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    rollback: Option<String>,
}

pub async fn list(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let rows = rows(
        &state,
        &reference,
        "select version, name from supabase_migrations.schema_migrations order by version",
        &[],
    )
    .await?;
    Ok(Json(rows.into_iter().map(without_nulls).collect()))
}

pub async fn show(
    State(state): State<ApiState>,
    Path((reference, version)): Path<(String, String)>,
) -> ApiResult<Json<Value>> {
    let rows = rows(
        &state,
        &reference,
        "select version, name, to_json(statements) as statements, to_json(rollback) as rollback,
                created_by, idempotency_key
         from supabase_migrations.schema_migrations where version = $1",
        &[Value::String(version)],
    )
    .await?;
    let row = rows
        .into_iter()
        .next()
        .ok_or_else(|| ApiError::not_found("Migration not found"))?;
    Ok(Json(without_nulls(row)))
}

/// The rows of a query on the table, none where there is no table yet.
async fn rows(
    state: &ApiState,
    reference: &str,
    sql: &str,
    parameters: &[Value],
) -> ApiResult<Vec<Value>> {
    let project = state.active_project(reference)?;
    let databases = state.databases();
    let there = databases
        .query(
            &project.reference,
            "select to_regclass('supabase_migrations.schema_migrations') is not null as there",
            &[],
            true,
        )
        .await
        .map_err(sql_error)?;
    if there.first().and_then(|row| row.get("there")) != Some(&Value::Bool(true)) {
        return Ok(Vec::new());
    }
    databases
        .query(&project.reference, sql, parameters, true)
        .await
        .map_err(sql_error)
}

/// The description of the API has optional fields, not nulls.
fn without_nulls(row: Value) -> Value {
    match row {
        Value::Object(fields) => fields.into_iter().filter(|(_, v)| !v.is_null()).collect(),
        other => other,
    }
}

pub async fn apply(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewMigration>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    write(&state, &reference, &headers, &new, true).await
}

/// Records a migration without running it.
pub async fn record(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    headers: HeaderMap,
    Body(new): Body<NewMigration>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    write(&state, &reference, &headers, &new, false).await
}

async fn write(
    state: &ApiState,
    reference: &str,
    headers: &HeaderMap,
    new: &NewMigration,
    run: bool,
) -> ApiResult<(StatusCode, Json<Value>)> {
    if new.query.is_empty() {
        return Err(ApiError::bad_request("query must not be empty."));
    }
    let project = state.active_project(reference)?;
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let done = (StatusCode::OK, Json(json!([])));
    if let Some(key) = key
        && is_recorded(state, reference, key).await?
    {
        return Ok(done);
    }
    let sql = statement(new, key, &version(Timestamp::now()), run);
    let written = state
        .databases()
        .query(&project.reference, &sql, &[], false)
        .await;
    if let Err(error) = written {
        // The same key may have arrived a second time while the first was at work.
        if let Some(key) = key
            && is_recorded(state, reference, key).await?
        {
            return Ok(done);
        }
        return Err(sql_error(error));
    }
    Ok(done)
}

async fn is_recorded(state: &ApiState, reference: &str, key: &str) -> ApiResult<bool> {
    let found = rows(
        state,
        reference,
        "select version from supabase_migrations.schema_migrations where idempotency_key = $1",
        &[Value::String(key.to_owned())],
    )
    .await?;
    Ok(!found.is_empty())
}

/// The digits of a moment: year to millisecond, so that two migrations a second keep their order.
fn version(now: Timestamp) -> String {
    now.strftime("%Y%m%d%H%M%S%3f").to_string()
}

/// Table, migration and record as one text, which Postgres runs as one transaction.
fn statement(new: &NewMigration, key: Option<&str>, version: &str, run: bool) -> String {
    let rollback = match &new.rollback {
        Some(text) => format!("array[{}]", literal(text)),
        None => "null".to_owned(),
    };
    // On a line of its own, because the migration may end in a comment or without a semicolon.
    let body = if run {
        format!("{}\n;\n", new.query)
    } else {
        String::new()
    };
    format!(
        "{TABLE}{body}insert into supabase_migrations.schema_migrations
  (version, statements, name, created_by, idempotency_key, rollback)
values ({}, array[{}], {}, 'sandbox@example.com', {}, {rollback})",
        literal(version),
        literal(&new.query),
        literal(new.name.as_deref().unwrap_or_default()),
        key.map_or_else(|| "null".to_owned(), literal),
    )
}

/// A string as Postgres reads it whatever its settings: `E'…'` with quotes and backslashes doubled.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_literals() {
        assert_eq!(literal("it's \\' here"), "E'it''s \\\\'' here'");
    }

    #[test]
    fn a_recorded_migration_is_not_run() {
        let new = NewMigration {
            query: "drop table x -- gone".into(),
            name: None,
            rollback: None,
        };
        assert!(statement(&new, None, "1", true).contains("-- gone\n;\n"));
        assert!(!statement(&new, None, "1", false).contains("\n;\n"));
    }

    #[test]
    fn versions_are_digits() {
        let now: Timestamp = "2026-01-02T03:04:05.678Z".parse().unwrap();
        assert_eq!(version(now), "20260102030405678");
    }
}
