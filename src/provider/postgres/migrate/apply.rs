//! Running migrations, each once, each in a transaction of its own.

use tokio_postgres::Client;
use tokio_postgres::error::ErrorPosition;

use super::files::Migration;
use super::split::{Statement, essence, split};
use crate::error::{Error, Kind, Result};
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::search_path;

/// Serialises everyone who applies migrations to one database.
const LOCK: &str =
    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('matriz.migrations'))";

/// Where it is recorded what has run.
///
/// The schema `public` uses the table of the Supabase command line, which then sees our migrations
/// and we see its. That table has one row a version for the whole database, so the other schemas of
/// a shared project have a table of ours, in a schema that the project's API doesn't show.
struct History<'a> {
    schema: &'a str,
}

/// What [`apply`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Versions that ran now, in order.
    pub applied: Vec<String>,
    /// Versions that had run before.
    pub skipped: Vec<String>,
}

/// One step of [`apply`], told before the file runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    pub migration: &'a Migration,
    /// Files before this one.
    pub done: usize,
    pub total: usize,
}

/// Runs what has not run yet, in the order of the list, with `schema` first in the search path.
///
/// A file is one transaction: it is in the database whole, and recorded, or not at all. `BEGIN` and
/// `COMMIT` in a file are passed over for that reason. When the future is dropped in the middle,
/// close the connection: the server then takes the open transaction back.
///
/// # Errors
/// `Kind::Conflict` when a file that has run differs from its record; `Kind::Database` when a
/// statement fails, with file and line; `Kind::Refused` for a file that ends its transaction itself.
pub async fn apply(
    client: &Client,
    schema: &str,
    migrations: &[Migration],
    progress: &mut (dyn FnMut(Step<'_>) + Send),
) -> Result<Applied> {
    let history = History { schema };
    let mut outcome = Applied::default();
    for (done, migration) in migrations.iter().enumerate() {
        progress(Step {
            migration,
            done,
            total: migrations.len(),
        });
        run(client, "BEGIN").await?;
        match one(client, &history, migration).await {
            Ok(true) => {
                run(client, "COMMIT").await?;
                outcome.applied.push(migration.version.clone());
            }
            Ok(false) => {
                run(client, "ROLLBACK").await?;
                outcome.skipped.push(migration.version.clone());
            }
            Err(error) => {
                // The first error is the one that tells something.
                let _ = client.batch_execute("ROLLBACK").await;
                return Err(error);
            }
        }
    }
    Ok(outcome)
}

async fn one(client: &Client, history: &History<'_>, migration: &Migration) -> Result<bool> {
    run(client, LOCK).await?;
    let statements = split(&migration.sql);
    if let Some(record) = history.find(client, &migration.version).await? {
        check_unchanged(migration, &record)?;
        return Ok(false);
    }
    run(
        client,
        &format!("SET LOCAL search_path TO {}", search_path(history.schema)),
    )
    .await?;
    for statement in &statements {
        let (first, second) = statement.opening();
        match (first.as_str(), second.as_str()) {
            ("begin", _) | ("start", "transaction") | ("commit" | "end", "") => continue,
            ("rollback", "") | ("abort", _) => {
                return Err(Error::refused(format!(
                    "{}:{}: a migration runs in one transaction and may not take it back itself.",
                    migration.file,
                    statement.first_line()
                )));
            }
            _ => {}
        }
        client
            .batch_execute(statement.text)
            .await
            .map_err(|error| failed(error, migration, statement))?;
    }
    let texts: Vec<&str> = statements.iter().map(|s| s.text).collect();
    history.record(client, migration, &texts).await?;
    Ok(true)
}

fn check_unchanged(migration: &Migration, record: &[String]) -> Result<()> {
    // Records made by other tools, or repaired by hand, may hold no text to compare.
    if record.is_empty() || essence(&record.join(";")) == essence(&migration.sql) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Conflict,
        format!(
            "{} was changed after it had run on this database.",
            migration.file
        ),
    )
    .hint("Put the file back as it was, and write the change as a new migration."))
}

fn failed(error: tokio_postgres::Error, migration: &Migration, statement: &Statement<'_>) -> Error {
    let position = error.as_db_error().and_then(|db| match db.position() {
        Some(ErrorPosition::Original(position)) => Some(*position as usize),
        _ => None,
    });
    let line = match position {
        Some(position) => statement.line_at(position),
        None => statement.first_line(),
    };
    explain::statement(error, &format!("{}:{line}", migration.file))
}

async fn run(client: &Client, sql: &str) -> Result<()> {
    client
        .batch_execute(sql)
        .await
        .map_err(|error| explain::statement(error, "Cannot run the migrations"))
}

/// Writes down for one schema what has run on another, for a copy that has its tables already.
/// Versions that are recorded there stay as they are. Returns how many were added.
pub async fn carry_over(
    from: &Client,
    from_schema: &str,
    to: &Client,
    to_schema: &str,
) -> Result<usize> {
    let target = History { schema: to_schema };
    let mut added = 0;
    for (migration, statements) in (History {
        schema: from_schema,
    })
    .all(from)
    .await?
    {
        if target.find(to, &migration.version).await?.is_none() {
            let texts: Vec<&str> = statements.iter().map(String::as_str).collect();
            target.record(to, &migration, &texts).await?;
            added += 1;
        }
    }
    Ok(added)
}

impl History<'_> {
    fn is_public(&self) -> bool {
        self.schema == "public"
    }

    /// The statements recorded for a version, or `None` when it has not run.
    async fn find(&self, client: &Client, version: &str) -> Result<Option<Vec<String>>> {
        let read = |error| explain::statement(error, "Cannot read which migrations have run");
        if !self.is_there(client).await? {
            return Ok(None);
        }
        let row = if self.is_public() {
            // Old versions of the Supabase command line made the table without `statements`.
            let sql = "SELECT ARRAY(SELECT pg_catalog.jsonb_array_elements_text(
                  CASE pg_catalog.jsonb_typeof(r.j -> 'statements') WHEN 'array'
                  THEN r.j -> 'statements' ELSE '[]'::jsonb END))
                FROM (SELECT pg_catalog.to_jsonb(m) AS j
                  FROM supabase_migrations.schema_migrations m WHERE m.version = $1) r";
            client.query_opt(sql, &[&version]).await
        } else {
            let sql = "SELECT coalesce(statements, '{}') FROM matriz_meta.schema_migration
                WHERE schema_name = $1 AND version = $2";
            client.query_opt(sql, &[&self.schema, &version]).await
        };
        match row.map_err(read)? {
            Some(row) => Ok(Some(row.try_get(0).map_err(read)?)),
            None => Ok(None),
        }
    }

    async fn is_there(&self, client: &Client) -> Result<bool> {
        let read = |error| explain::statement(error, "Cannot read which migrations have run");
        let table = if self.is_public() {
            "supabase_migrations.schema_migrations"
        } else {
            "matriz_meta.schema_migration"
        };
        client
            .query_one("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&table])
            .await
            .map_err(read)?
            .try_get(0)
            .map_err(read)
    }

    /// Everything that has run, in the order of the versions.
    async fn all(&self, client: &Client) -> Result<Vec<(Migration, Vec<String>)>> {
        let read = |error| explain::statement(error, "Cannot read which migrations have run");
        if !self.is_there(client).await? {
            return Ok(Vec::new());
        }
        let rows = if self.is_public() {
            let sql = "SELECT version, coalesce(name, ''), coalesce(statements, '{}')
                FROM supabase_migrations.schema_migrations ORDER BY version";
            client.query(sql, &[]).await
        } else {
            let sql = "SELECT version, coalesce(name, ''), coalesce(statements, '{}')
                FROM matriz_meta.schema_migration WHERE schema_name = $1 ORDER BY version";
            client.query(sql, &[&self.schema]).await
        };
        let mut all = Vec::new();
        for row in rows.map_err(read)? {
            let statements: Vec<String> = row.try_get(2).map_err(read)?;
            let migration = Migration {
                version: row.try_get(0).map_err(read)?,
                name: row.try_get(1).map_err(read)?,
                file: String::new(),
                sql: statements.join(";"),
            };
            all.push((migration, statements));
        }
        Ok(all)
    }

    async fn record(
        &self,
        client: &Client,
        migration: &Migration,
        statements: &[&str],
    ) -> Result<()> {
        let doing = format!("Cannot record that {} has run", migration.file);
        let (create, insert) = if self.is_public() {
            (
                "CREATE SCHEMA IF NOT EXISTS supabase_migrations;
                 CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations
                   (version text NOT NULL PRIMARY KEY);
                 ALTER TABLE supabase_migrations.schema_migrations
                   ADD COLUMN IF NOT EXISTS statements text[],
                   ADD COLUMN IF NOT EXISTS name text;",
                "INSERT INTO supabase_migrations.schema_migrations (version, name, statements)
                 VALUES ($1, $2, $3)",
            )
        } else {
            (
                "CREATE SCHEMA IF NOT EXISTS matriz_meta;
                 CREATE TABLE IF NOT EXISTS matriz_meta.schema_migration
                   (schema_name text NOT NULL, version text NOT NULL, name text,
                    statements text[], PRIMARY KEY (schema_name, version));",
                "INSERT INTO matriz_meta.schema_migration (version, name, statements, schema_name)
                 VALUES ($1, $2, $3, $4)",
            )
        };
        let failed = |error| explain::statement(error, &doing);
        client.batch_execute(create).await.map_err(failed)?;
        let mut values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
            vec![&migration.version, &migration.name, &statements];
        if !self.is_public() {
            values.push(&self.schema);
        }
        client.execute(insert, &values).await.map_err(failed)?;
        Ok(())
    }
}
