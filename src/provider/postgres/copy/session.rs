//! The connections of one copy: opened with the same settings, named by their side in every error,
//! and all cancelled when the copy ends early.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::connect::{Cancel, ConnectOptions, Connection, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::url::DatabaseUrl;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Source,
    Target,
}

impl Side {
    pub fn word(self) -> &'static str {
        match self {
            Side::Source => "source",
            Side::Target => "target",
        }
    }
}

/// Settings under which both servers write and read values in the same way. `pg_dump`'s statements
/// expect the empty search path.
const BOTH: &[(&str, &str)] = &[
    ("statement_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("search_path", ""),
    ("standard_conforming_strings", "on"),
    ("client_min_messages", "warning"),
    ("row_security", "off"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    // Compiling a query that runs once costs more than it gives.
    ("jit", "off"),
];

const TARGET_ONLY: &[(&str, &str)] = &[
    ("check_function_bodies", "off"),
    ("xmloption", "content"),
    // Made up for by one durable commit at the end.
    ("synchronous_commit", "off"),
    ("default_tablespace", ""),
    ("default_transaction_read_only", "off"),
];

/// Building an index sorts in memory as far as this goes; a server that gives more keeps its own.
const SORT_MEMORY: &str = "SELECT pg_catalog.set_config('maintenance_work_mem', '256MB', false)
  FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem' AND setting::int8 < 262144";

/// One connection that knows its side.
#[derive(Debug)]
pub struct Session {
    pub side: Side,
    pub connection: Connection,
}

impl Session {
    /// Runs one or more statements in one message.
    pub async fn batch(&self, sql: &str, doing: &str) -> Result<()> {
        self.connection
            .batch_execute(sql)
            .await
            .map_err(|error| self.explain(error, doing))
    }

    /// Waits until all that was committed so far is on the server's disk: sessions commit without
    /// waiting. Only a commit that has something to write waits, so this one has: a message in the
    /// write-ahead log that nobody reads.
    pub async fn make_durable(&self) -> Result<()> {
        let sql = "BEGIN; SET LOCAL synchronous_commit = on; \
             SELECT pg_catalog.pg_logical_emit_message(true, 'matriz', ''); COMMIT";
        self.batch(sql, "Making the copy durable").await
    }

    pub async fn query(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        doing: &str,
    ) -> Result<Vec<Row>> {
        self.connection
            .query(sql, params)
            .await
            .map_err(|error| self.explain(error, doing))
    }

    /// The first row's first value.
    pub async fn value<T>(&self, sql: &str, doing: &str) -> Result<T>
    where
        T: for<'a> tokio_postgres::types::FromSql<'a>,
    {
        let rows = self.query(sql, &[], doing).await?;
        match rows.first() {
            Some(row) => get(row, 0),
            None => Err(Error::internal(format!("{doing}: the answer has no row."))),
        }
    }

    /// One of our errors out of a driver's: it says what was being done and on which side.
    pub fn explain(&self, error: tokio_postgres::Error, doing: &str) -> Error {
        let side = self.side.word();
        let mut out = explain::statement(error, doing);
        if out.kind == Kind::Network {
            out.message = format!(
                "{doing}: the connection to the {side} at {} broke.",
                self.connection.place()
            );
        } else {
            out.message = format!("{} [{side}]", out.message);
        }
        out
    }
}

/// A column's value, or an error where the server sent another type than was asked for.
pub fn get<'a, T>(row: &'a Row, column: usize) -> Result<T>
where
    T: tokio_postgres::types::FromSql<'a>,
{
    row.try_get(column).map_err(|error| {
        Error::internal(format!("Column {column} of an answer can't be read.")).source(error)
    })
}

/// Opens the connections of one copy and can cancel them all.
pub struct Sessions {
    source: DatabaseUrl,
    target: DatabaseUrl,
    replica_role: Mutex<Option<bool>>,
    open: Mutex<Vec<Cancel>>,
}

impl Sessions {
    pub fn new(source: DatabaseUrl, target: DatabaseUrl) -> Self {
        Sessions {
            source,
            target,
            replica_role: Mutex::new(None),
            open: Mutex::new(Vec::new()),
        }
    }

    pub fn url(&self, side: Side) -> &DatabaseUrl {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }

    pub async fn open(&self, side: Side) -> Result<Session> {
        let mut options = ConnectOptions::named("matriz copy");
        for (name, value) in BOTH {
            options = options.setting(name, value);
        }
        if side == Side::Target {
            for (name, value) in TARGET_ONLY {
                options = options.setting(name, value);
            }
        }
        let connection = connect(self.url(side), &options)
            .await
            .map_err(|mut error| {
                error.message = format!("{} [{}]", error.message, side.word());
                error
            })?;
        lock(&self.open).push(connection.cancel_handle());
        let session = Session { side, connection };
        if side == Side::Target {
            self.quiet_triggers(&session).await?;
        }
        Ok(session)
    }

    /// Triggers and rules stay silent where the role may have it so; elsewhere it doesn't matter,
    /// as a table's triggers are made after its rows.
    async fn quiet_triggers(&self, session: &Session) -> Result<()> {
        let sorting = session.batch(SORT_MEMORY, "Setting up the connection");
        if *lock(&self.replica_role) == Some(false) {
            return sorting.await;
        }
        let role = session
            .connection
            .batch_execute("SET session_replication_role = replica");
        // Both are on their way before the first answer.
        let (sorting, role) = tokio::join!(sorting, role);
        *lock(&self.replica_role) = Some(role.is_ok());
        sorting
    }

    /// Asks both servers to stop whatever these connections do. Waits at most a moment.
    pub async fn cancel_all(&self) {
        let handles: Vec<Cancel> = lock(&self.open).drain(..).collect();
        let asked = join_all(handles.iter().map(Cancel::cancel));
        // A dead network must not hold the caller; the server's own keepalive ends the rest.
        let _ = tokio::time::timeout(Duration::from_millis(700), asked).await;
    }

    /// The copy is over and its connections idle: nothing is left to cancel.
    pub fn finished(&self) {
        lock(&self.open).clear();
    }
}

impl Drop for Sessions {
    /// A copy whose future was dropped half way must not leave statements running.
    fn drop(&mut self) {
        let handles: Vec<Cancel> = lock(&self.open).drain(..).collect();
        if handles.is_empty() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                join_all(handles.iter().map(Cancel::cancel)).await;
            });
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
