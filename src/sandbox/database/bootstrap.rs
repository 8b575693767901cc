//! What every project of the sandbox shares: the roles, and the database that new ones are copied
//! from. Done at each start; nothing that stands is touched.

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::ident;
use crate::provider::postgres::url::DatabaseUrl;
use crate::sandbox::database::NAME;

/// The database that projects are copied from.
pub const TEMPLATE: &str = "supabase_template";

const ROLES: &str = include_str!("sql/roles.sql");
const TEMPLATE_SQL: [&str; 3] = [
    include_str!("sql/schemas.sql"),
    include_str!("sql/auth.sql"),
    include_str!("sql/storage.sql"),
];

/// Makes roles and template where they are missing, and the template anew where it is from
/// another version of its SQL.
pub async fn run(admin: &Connection, superuser: &DatabaseUrl) -> Result<()> {
    batch(admin, ROLES, "Cannot make the roles of the sandbox").await?;
    if admin.server_major() >= 15 {
        // A copy switches triggers off in the target, as it may on Supabase.
        let grant = "grant set on parameter session_replication_role to postgres";
        batch(admin, grant, "Cannot make the roles of the sandbox").await?;
    }
    // A project's role enters its own database and no other.
    for database in ["postgres", "template1"] {
        let revoke = format!("revoke connect, temporary on database {database} from public");
        batch(admin, &revoke, "Cannot close the sandbox's own databases").await?;
    }
    let sum = fingerprint();
    if template_is(admin, &sum).await? {
        return Ok(());
    }
    let doing = "Cannot make the template of the sandbox's databases";
    let making = format!("{TEMPLATE}_making");
    for name in [TEMPLATE, &making] {
        let name_sql = ident(name);
        let there = admin
            .query_opt("select from pg_database where datname = $1", &[&name])
            .await
            .map_err(|error| explain::statement(error, doing))?;
        if there.is_some() {
            let open = format!("alter database {name_sql} is_template false");
            batch(admin, &open, doing).await?;
            batch(
                admin,
                &format!("drop database {name_sql} with (force)"),
                doing,
            )
            .await?;
        }
    }
    let making_sql = ident(&making);
    let create =
        format!("create database {making_sql} owner postgres template template0 encoding 'UTF8'");
    batch(admin, &create, doing).await?;
    let url = superuser.clone().with_database(making.clone());
    let inside = connect(&url, &ConnectOptions::named(NAME)).await?;
    batch(&inside, &TEMPLATE_SQL.join("\n"), doing).await?;
    inside.close().await;
    // Under its name only once it's whole.
    for statement in [
        format!("comment on database {making_sql} is '{sum}'"),
        format!("alter database {making_sql} is_template true allow_connections false"),
        format!("alter database {making_sql} rename to {}", ident(TEMPLATE)),
    ] {
        batch(admin, &statement, doing).await?;
    }
    Ok(())
}

async fn template_is(admin: &Connection, sum: &str) -> Result<bool> {
    let row = admin
        .query_opt(
            "select shobj_description(oid, 'pg_database') = $2 from pg_database where datname = $1",
            &[&TEMPLATE, &sum],
        )
        .await
        .map_err(|error| explain::statement(error, "Cannot look at the sandbox's template"))?;
    Ok(row
        .and_then(|row| row.get::<_, Option<bool>>(0))
        .unwrap_or(false))
}

fn fingerprint() -> String {
    let mut hasher = Sha256::new();
    for text in TEMPLATE_SQL {
        hasher.update(text);
    }
    let sum = hasher.finalize();
    sum.iter().take(12).map(|b| format!("{b:02x}")).collect()
}

pub async fn batch(connection: &Connection, sql: &str, doing: &str) -> Result<()> {
    connection
        .batch_execute(sql)
        .await
        .map_err(|error| explain::statement(error, doing))
}
