//! Databases of projects that were deleted. Postgres removes one only after a checkpoint, which
//! writes out what every other database has changed: seconds on a busy disk, during which nothing
//! else could be made or deleted. So a deleted project's database is put aside under another name,
//! at once, and removed behind everybody's back. What a kill leaves is removed after the next start.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use crate::error::Result;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::ident;
use crate::provider::postgres::url::DatabaseUrl;
use crate::sandbox::database::NAME;
use crate::sandbox::database::bootstrap::batch;

/// How often a removal that fails is tried again before it waits for the next one.
const TRIES: u32 = 6;

/// What tells the names of databases and roles that were put aside: no reference has a dot.
const PATTERN: &str = "^gone\\.[a-z0-9]+\\.[0-9a-f]{8}(\\.[0-9]+)?$";

/// The statements that put a project's database and its roles aside. Together they are one
/// transaction. The roles go last, as there may be grants to them in the database.
pub fn put_aside(reference: &str, roles: &[String]) -> String {
    // one reference may be used, and its database put aside, more than once
    let aside = format!("gone.{reference}.{:08x}", rand::random::<u32>());
    let mut sql = format!(
        "alter database {} rename to {};",
        ident(reference),
        ident(&aside)
    );
    for (n, role) in roles.iter().enumerate() {
        let aside = ident(&format!("{aside}.{n}"));
        let role = ident(role);
        sql.push_str(&format!(
            "alter role {role} nologin; alter role {role} rename to {aside};"
        ));
    }
    sql
}

/// Removes what was put aside, while it lives.
pub struct Sweeper {
    wake: Arc<Notify>,
    _task: AbortOnDropHandle<()>,
}

impl Sweeper {
    /// Begins with what an earlier process left.
    pub fn start(superuser: DatabaseUrl) -> Self {
        let wake = Arc::new(Notify::new());
        wake.notify_one();
        let task = tokio::spawn(sweep(superuser, wake.clone()));
        Sweeper {
            wake,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// Says that there is something to remove.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

async fn sweep(superuser: DatabaseUrl, wake: Arc<Notify>) {
    loop {
        wake.notified().await;
        let mut pause = Duration::from_secs(1);
        for _ in 0..TRIES {
            let Err(error) = remove_all(&superuser).await else {
                break;
            };
            eprintln!("sandbox: {}", error.chain());
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
}

/// On a connection of its own, so that nobody waits for it.
async fn remove_all(superuser: &DatabaseUrl) -> Result<()> {
    let doing = "Cannot remove the database of a deleted project";
    let admin = connect(superuser, &ConnectOptions::named(NAME)).await?;
    for (list, kind, force) in [
        (
            "select datname::text from pg_database where datname ~ $1",
            "database",
            " with (force)",
        ),
        (
            "select rolname::text from pg_roles where rolname ~ $1",
            "role",
            "",
        ),
    ] {
        let rows = admin.query(list, &[&PATTERN]).await;
        for row in &rows.map_err(|error| explain::statement(error, doing))? {
            let name = ident(row.get(0));
            let sql = format!("drop {kind} if exists {name}{force}");
            batch(&admin, &sql, doing).await?;
        }
    }
    admin.close().await;
    Ok(())
}
