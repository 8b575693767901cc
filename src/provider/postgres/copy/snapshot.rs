//! One moment of the source for everybody: the control connection locks every table, then exports
//! the snapshot that `pg_dump` and all workers use.

use std::collections::HashSet;
use std::time::Duration;

use tokio_postgres::error::SqlState;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::copy::request::Observer;
use crate::provider::postgres::copy::session::{Session, Sessions, Side, get};
use crate::provider::postgres::copy::sql::quote::qualified;

/// Tables that can hold rows or have children, and that are not temporary.
const LOCKABLE: &str = "SELECT c.oid::int8, n.nspname, c.relname
 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
 ORDER BY c.oid";

/// So many tables in one LOCK statement.
const LOCKS_A_STATEMENT: usize = 500;
/// So often a table may appear or vanish while we lock, before the copy gives up.
const ATTEMPTS: usize = 5;

/// A held snapshot. It dies with the connection inside.
pub struct Snapshot {
    pub control: Session,
    pub id: String,
}

impl Snapshot {
    /// Locks first, then the snapshot: a `TRUNCATE` or a rewriting `ALTER TABLE` between the two
    /// would show every table that it touched as empty.
    pub async fn take(
        sessions: &Sessions,
        lock_timeout_ms: u64,
        observer: &dyn Observer,
    ) -> Result<Snapshot> {
        let control = sessions.open(Side::Source).await?;
        let pid: i32 = control
            .value(
                "SELECT pg_catalog.pg_backend_pid()",
                "Reading the process id",
            )
            .await?;
        for _ in 0..ATTEMPTS {
            let watch = watch_blockers(sessions, pid, observer);
            let attempt = tokio::select! {
                biased;
                attempt = attempt(&control, lock_timeout_ms) => attempt,
                blocked = watch => Err(blocked),
            }?;
            if let Some(id) = attempt {
                return Ok(Snapshot { control, id });
            }
            control.batch("ROLLBACK", "Taking the snapshot").await?;
        }
        Err(Error::new(
            Kind::Conflict,
            "The source's tables change their definitions faster than they can be locked.",
        )
        .hint("Try again when no migration runs on the source."))
    }

    /// What a worker runs to see the same moment.
    pub fn adopt(&self) -> String {
        format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{}'",
            self.id
        )
    }
}

/// The exported snapshot's name, or `None` when the set of tables changed under our hands.
async fn attempt(control: &Session, lock_timeout_ms: u64) -> Result<Option<String>> {
    let doing = "Locking the tables of the source";
    let listed = control.query(LOCKABLE, &[], doing).await?;
    let mut locked = HashSet::new();
    let mut names = Vec::with_capacity(listed.len());
    for row in &listed {
        locked.insert(get::<i64>(row, 0)?);
        names.push(format!("ONLY {}", qualified(get(row, 1)?, get(row, 2)?)));
    }
    let mut sql = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '{lock_timeout_ms}ms'"
    );
    for chunk in names.chunks(LOCKS_A_STATEMENT) {
        sql.push_str(&format!(
            "; LOCK TABLE {} IN ACCESS SHARE MODE",
            chunk.join(", ")
        ));
    }
    sql.push_str("; SET LOCAL lock_timeout = 0");
    if let Err(error) = control.connection.batch_execute(&sql).await {
        return match error.code() {
            Some(code) if *code == SqlState::UNDEFINED_TABLE => Ok(None),
            Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => Err(Error::new(
                Kind::Timeout,
                "A table of the source stayed locked by another session for too long.",
            )
            .hint("Wait until the other session is done (a migration, say), then run it again.")
            .source(error)),
            _ => Err(control.explain(error, doing)),
        };
    }
    let id: String = control
        .value(
            "SELECT pg_catalog.pg_export_snapshot()",
            "Exporting the snapshot",
        )
        .await?;
    for row in control.query(LOCKABLE, &[], doing).await? {
        if !locked.contains(&get::<i64>(&row, 0)?) {
            return Ok(None);
        }
    }
    Ok(Some(id))
}

/// Says in the log who holds the lock that we wait for. Ends only with an error of its own.
async fn watch_blockers(sessions: &Sessions, pid: i32, observer: &dyn Observer) -> Error {
    const WHO: &str = "SELECT pid, coalesce(usename, '?')::text, coalesce(application_name, ''), coalesce(state, '?')
      FROM pg_catalog.pg_stat_activity WHERE pid = ANY (pg_catalog.pg_blocking_pids($1))";
    tokio::time::sleep(Duration::from_millis(800)).await;
    let session = match sessions.open(Side::Source).await {
        Ok(session) => session,
        Err(error) => return error,
    };
    let mut said = HashSet::new();
    loop {
        let rows = match session
            .query(WHO, &[&pid], "Looking who holds a lock")
            .await
        {
            Ok(rows) => rows,
            Err(error) => return error,
        };
        for row in &rows {
            let (Ok(who), Ok(user), Ok(program), Ok(state)) = (
                get::<i32>(row, 0),
                get::<String>(row, 1),
                get::<String>(row, 2),
                get::<String>(row, 3),
            ) else {
                continue;
            };
            if said.insert(who) {
                observer.log(&format!(
                    "Waiting for a lock that process {who} holds (user {user}, program {program:?}, {state})."
                ));
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
