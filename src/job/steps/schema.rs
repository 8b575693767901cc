//! Strategy `schema`: a schema and a role of its own in another instance's project.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use super::password::new_password;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::env::set_env;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::ident as identifier;

/// Makes the schema, a role that sees only it, and the grants that the project's API needs.
pub struct CreateSchema {
    pub world: World,
    pub name: InstanceName,
    /// Whose project is shared.
    pub owner: InstanceName,
}

#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    schema: String,
    role: String,
}

/// The role of a schema. Roles are one namespace for a server, so the project is in its name.
pub fn role_name(schema: &str, project: &str) -> String {
    let project: String = project.chars().take(8).collect();
    format!("{schema}_{project}")
}

#[async_trait]
impl Step for CreateSchema {
    fn name(&self) -> &str {
        "schema.create"
    }

    fn title(&self) -> &str {
        "Create the schema"
    }

    fn weight(&self) -> u32 {
        2
    }

    /// An instance that was set up before keeps its schema; one of this job is made to the end.
    async fn done(&self, ctx: &StepContext) -> Result<bool> {
        let config = self.world.instance(&self.name)?.supabase_config()?;
        let shared = self.world.instance(&self.owner)?.supabase_config()?;
        let named = config.project_ref.is_some() && config.project_ref == shared.project_ref;
        if !named || mark::load::<Mark>(ctx)?.is_some() {
            return Ok(false);
        }
        let connection = self.connect().await?;
        let there = has_schema(&connection, &config.schema).await?;
        connection.close().await;
        Ok(there)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let shared = self.world.instance(&self.owner)?.supabase_config()?;
        let project = shared.project_ref.clone().ok_or_else(|| {
            Error::refused(format!("{} has no project to share yet.", self.owner))
                .hint(format!("Set it up first: matriz init {}", self.owner))
        })?;
        let schema = self.name.as_schema();
        let role = role_name(&schema, &project);
        let dir = self.world.instance(&self.name)?;
        let connection = self.connect().await?;
        if mark::load::<Mark>(ctx)?.is_none() {
            refuse_taken(&connection, &schema, &self.owner).await?;
            mark::save(
                ctx,
                &Mark {
                    schema: schema.clone(),
                    role: role.clone(),
                },
            )?;
        }
        let mut config = dir.supabase_config()?;
        config.kind = shared.kind;
        config.api_url.clone_from(&shared.api_url);
        config.organization.clone_from(&shared.organization);
        config.region.clone_from(&shared.region);
        config.project_ref = Some(project);
        config.schema.clone_from(&schema);
        dir.save_supabase_config(&config)?;
        let password = match dir.read_env()?.0.get(&config.db_password_key) {
            Some(kept) if !kept.is_empty() => kept.to_owned(),
            _ => {
                let fresh = new_password();
                set_env(&dir, &[(&config.db_password_key, &fresh)])?;
                fresh
            }
        };
        make(&connection, &schema, &role, &password).await?;
        connection.close().await;
        ctx.log(format!("schema {schema}, role {role}"));
        Ok(())
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(made) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        let connection = self.connect().await?;
        drop_schema(&connection, &made.schema, &made.role).await?;
        connection.close().await;
        ctx.log(format!("schema {} dropped", made.schema));
        if self.world.has(&self.name) {
            let dir = self.world.instance(&self.name)?;
            let mut config = dir.supabase_config()?;
            config.project_ref = None;
            dir.save_supabase_config(&config)?;
        }
        Ok(())
    }
}

impl CreateSchema {
    async fn connect(&self) -> Result<Connection> {
        let url = self.world.database(&self.owner)?;
        connect(&url, &ConnectOptions::named("matriz schema")).await
    }
}

async fn refuse_taken(connection: &Connection, schema: &str, owner: &InstanceName) -> Result<()> {
    let row = connection
        .query_one(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = $1",
            &[&schema],
        )
        .await
        .map_err(|e| explain::statement(e, "look for the schema"))?;
    match row.get::<_, i64>(0) {
        0 => Ok(()),
        n => Err(Error::refused(format!(
            "The project of {owner} has a schema {schema} already, with {n} objects in it."
        ))
        .hint("Choose another name for the instance, or empty that schema first.")),
    }
}

/// Everything may be there already, from a try that was cut off.
async fn make(connection: &Connection, schema: &str, role: &str, password: &str) -> Result<()> {
    let (s, r, p) = (identifier(schema), identifier(role), literal(password));
    let exists = connection
        .query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role])
        .await
        .map_err(|e| explain::statement(e, "look for the role"))?
        .is_some();
    let verb = if exists { "ALTER" } else { "CREATE" };
    let all_rows = if may_see_all_rows(connection).await? {
        "BYPASSRLS"
    } else {
        ""
    };
    let database: String = connection
        .query_one("SELECT current_database()", &[])
        .await
        .map_err(|e| explain::statement(e, "ask for the database's name"))?
        .get(0);
    let database = identifier(&database);
    let mut sql = format!(
        "{verb} ROLE {r} LOGIN {all_rows} PASSWORD {p};
         GRANT {r} TO CURRENT_USER;
         GRANT CONNECT ON DATABASE {database} TO {r};
         CREATE SCHEMA IF NOT EXISTS {s};
         GRANT ALL ON SCHEMA {s} TO {r};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON TABLES TO {r};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON SEQUENCES TO {r};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON ROUTINES TO {r};
         ALTER ROLE {r} SET search_path = {s}, extensions;"
    );
    if has_schema(connection, "extensions").await? {
        sql.push_str(&format!("GRANT USAGE ON SCHEMA extensions TO {r};"));
    }
    for api_role in ["anon", "authenticated", "service_role"] {
        sql.push_str(&format!(
            "GRANT USAGE ON SCHEMA {s} TO {api_role};
             ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON TABLES TO {api_role};
             ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON SEQUENCES TO {api_role};
             ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON ROUTINES TO {api_role};"
        ));
    }
    connection
        .batch_execute(&sql)
        .await
        .map_err(|e| explain::statement(e, &format!("create the schema {schema}")))
}

/// An instance's own role sees all rows of its tables, as the role of a project of one's own does;
/// it has rights on no other schema's. Before Postgres 16 only a superuser can say so.
async fn may_see_all_rows(connection: &Connection) -> Result<bool> {
    let row = connection
        .query_one(
            "SELECT rolsuper OR (rolbypassrls AND current_setting('server_version_num')::int >= 160000)
               FROM pg_roles WHERE rolname = current_user",
            &[],
        )
        .await
        .map_err(|e| explain::statement(e, "look at this role's rights"))?;
    Ok(row.get(0))
}

async fn has_schema(connection: &Connection, name: &str) -> Result<bool> {
    let row = connection
        .query_opt("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[&name])
        .await
        .map_err(|e| explain::statement(e, "look for a schema"))?;
    Ok(row.is_some())
}

/// Our own passwords and role names hold nothing but letters, digits and `_`; doubled quotes keep
/// even others whole (`standard_conforming_strings` is on everywhere since Postgres 9.1).
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Drops a schema with all that is in it, and its role. Nothing of other schemas is touched.
pub async fn drop_schema(connection: &Connection, schema: &str, role: &str) -> Result<()> {
    let (s, r) = (identifier(schema), identifier(role));
    connection
        .batch_execute(&format!("DROP SCHEMA IF EXISTS {s} CASCADE"))
        .await
        .map_err(|e| explain::statement(e, &format!("drop the schema {schema}")))?;
    forget_records(connection, schema).await?;
    let exists = connection
        .query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role])
        .await
        .map_err(|e| explain::statement(e, "look for the role"))?;
    if exists.is_some() {
        connection
            .batch_execute(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {};
                 DROP OWNED BY {r}; DROP ROLE {r}",
                literal(role)
            ))
            .await
            .map_err(|e| explain::statement(e, &format!("drop the role {role}")))?;
    }
    Ok(())
}

/// Forgets which migrations have run in a schema, and which models filled its columns.
pub(super) async fn forget_records(connection: &Connection, schema: &str) -> Result<()> {
    for table in ["embedding_model", "schema_migration"] {
        let there = connection
            .query_one(
                "SELECT to_regclass($1) IS NOT NULL",
                &[&format!("matriz_meta.{table}")],
            )
            .await
            .map_err(|e| explain::statement(e, "look for the schema's records"))?;
        if there.get(0) {
            let sql = format!("DELETE FROM matriz_meta.{table} WHERE schema_name = $1");
            connection
                .execute(&sql, &[&schema])
                .await
                .map_err(|e| explain::statement(e, "remove the schema's records"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_names_its_schema_and_project() {
        assert_eq!(
            role_name("clone_1", "abcdefghijklmnopqrst"),
            "clone_1_abcdefgh"
        );
    }
}
