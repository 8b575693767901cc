//! Holding a copy at a known point until a test lets it go on, so that a fast program is met in the
//! middle as surely as a slow one.
//!
//! A [`Gate`] is part of the source: a function that a copy runs in the target, while it writes the
//! rows or when it fills the views. There it stands until a session anywhere on the server holds the
//! gate's key, an advisory lock: `pg_locks` shows the locks of all databases. Nobody else is held.
//! A [`Lock`] is an ordinary one, on a table of the source: a copy waits for it before it begins.
//!
//! Each lasts as long as its value, and a cancel ends the waiting for it.

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use matriz::provider::postgres::connect::{ConnectOptions, Connection, connect};
use matriz::provider::postgres::server::SUPERUSER;
use matriz::provider::postgres::url::DatabaseUrl;
use tokio::runtime::Runtime;

/// For a sandbox that starts from nothing, seeds with embeddings, and a copy, all by a program that
/// wasn't optimised, on a busy machine.
const LONG: Duration = Duration::from_secs(240);

/// The gate itself. It gives up after two minutes: a test that failed leaves no copy standing.
/// Key 7001 is held by whoever stands at it, key 7002 opens it.
const FUNCTION: &str = "
    CREATE FUNCTION public.gate_is_passed() RETURNS boolean LANGUAGE plpgsql AS $gate$
    DECLARE tries integer := 0;
    BEGIN
        IF pg_catalog.current_setting('application_name') <> 'matriz copy' THEN
            RETURN true;
        END IF;
        PERFORM pg_catalog.pg_advisory_xact_lock_shared(7001);
        WHILE NOT EXISTS (
            SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objid = 7002 AND granted
        ) LOOP
            tries := tries + 1;
            IF tries > 12000 THEN
                RAISE 'The gate was never opened.';
            END IF;
            PERFORM pg_catalog.pg_sleep(0.01);
        END LOOP;
        RETURN true;
    END $gate$;";

const STANDING: &str = "SELECT count(*) FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objid = 7001 AND granted";

/// Makes a source whose copy stands in the middle of the rows: big tables come over, with their
/// indexes; some small ones don't, and nothing that follows the rows is begun.
pub fn among_the_rows() -> String {
    format!(
        "{FUNCTION}
         CREATE TABLE public.gate (n integer PRIMARY KEY CHECK (public.gate_is_passed()));
         INSERT INTO public.gate VALUES (1);"
    )
}

/// Makes a source whose copy stands behind the rows, the indexes and the foreign keys.
pub fn at_the_end() -> String {
    format!(
        "{FUNCTION}
         CREATE MATERIALIZED VIEW public.gate AS SELECT public.gate_is_passed() AS passed;"
    )
}

/// Takes away what [`at_the_end`] made.
pub const AWAY_FROM_THE_END: &str =
    "DROP MATERIALIZED VIEW public.gate; DROP FUNCTION public.gate_is_passed()";

/// The key to every gate on one server. A gate is shut unless somebody holds it.
pub struct Gate(Connection);

impl Gate {
    /// Of the gates on this server; any of its databases will do.
    pub async fn at(server: &DatabaseUrl) -> Gate {
        Gate(super::connected(server).await)
    }

    /// Returns once a copy stands at a gate.
    pub async fn reached(&self) {
        until_some(&self.0, STANDING, "a copy that stands at the gate").await;
    }

    pub async fn open(&self) {
        let sql = "SELECT pg_catalog.pg_advisory_lock_shared(7002)";
        self.0.batch_execute(sql).await.expect("the key");
    }

    pub async fn shut(&self) {
        let sql = "SELECT pg_catalog.pg_advisory_unlock_shared(7002)";
        self.0.batch_execute(sql).await.expect("the key given back");
    }
}

/// A table of a source that nobody else may touch.
pub struct Lock {
    session: Connection,
    table: String,
}

impl Lock {
    pub async fn take(source: &DatabaseUrl, table: &str) -> Lock {
        let session = super::connected(source).await;
        let sql = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        session.batch_execute(&sql).await.expect("the lock");
        let table = table.to_owned();
        Lock { session, table }
    }

    /// Returns once somebody waits for the table.
    pub async fn wanted(&self) {
        waited_for(&self.session, &self.table).await;
    }

    pub async fn release(self) {
        let released = self.session.batch_execute("ROLLBACK").await;
        released.expect("the lock given back");
    }
}

/// Returns once somebody waits for a lock on a table of this session's database.
pub async fn waited_for(session: &Connection, table: &str) {
    let waiting = format!(
        "SELECT count(*) FROM pg_catalog.pg_locks
         WHERE NOT granted AND relation = '{table}'::pg_catalog.regclass"
    );
    until_some(session, &waiting, "somebody who waits for the table").await;
}

async fn until_some(session: &Connection, count: &str, what: &str) {
    let deadline = Instant::now() + LONG;
    loop {
        let row = session.query_one(count, &[]).await.expect(what);
        if row.get::<_, i64>(0) > 0 {
            return;
        }
        assert!(Instant::now() < deadline, "never seen: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The superuser's address on a workspace's sandbox, once it has ever begun to run.
pub fn superuser(root: &Path, database: &str) -> Option<DatabaseUrl> {
    let text = std::fs::read_to_string(root.join(".matriz/sandbox/server.json")).ok()?;
    let kept: serde_json::Value = serde_json::from_str(&text).ok()?;
    let port = u16::try_from(kept["database_port"].as_u64()?).ok()?;
    let url = DatabaseUrl::tcp("127.0.0.1", port, SUPERUSER, database);
    Some(url.with_password(kept["password"].as_str()?))
}

/// A gate or a lock in the hands of a test that isn't async.
pub struct Held<T> {
    held: T,
    runtime: Runtime,
}

impl<T> Held<T> {
    fn new(taking: impl Future<Output = T>) -> Held<T> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        Held {
            held: runtime.block_on(taking),
            runtime,
        }
    }
}

impl Held<Gate> {
    /// Of the gates in a workspace's sandbox; waits until that runs.
    pub fn in_sandbox(root: &Path) -> Held<Gate> {
        Held::new(async {
            let deadline = Instant::now() + LONG;
            loop {
                if let Some(url) = superuser(root, "postgres")
                    && let Ok(session) = connect(&url, &ConnectOptions::named("matriz test")).await
                {
                    return Gate(session);
                }
                assert!(Instant::now() < deadline, "the sandbox never runs");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
    }

    pub fn reached(&self) {
        self.runtime.block_on(self.held.reached());
    }

    pub fn open(&self) {
        self.runtime.block_on(self.held.open());
    }

    pub fn shut(&self) {
        self.runtime.block_on(self.held.shut());
    }
}

impl Held<Lock> {
    pub fn take(source: &DatabaseUrl, table: &str) -> Held<Lock> {
        Held::new(Lock::take(source, table))
    }

    pub fn wanted(&self) {
        self.runtime.block_on(self.held.wanted());
    }

    pub fn release(self) {
        self.runtime.block_on(self.held.release());
    }
}
