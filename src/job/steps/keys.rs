//! The project's address and keys, written into the instance's `.env`.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use super::schema::role_name;
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Kind, Result};
use crate::job::env::set_env;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::url::{DatabaseUrl, SslMode};
use crate::provider::supabase::{ApiKeys, PoolerConfig, ProjectRef, Supabase};

/// Writes `SUPABASE_*`, `DATABASE_URL` and `MCP_SUPABASE_*`.
pub struct WriteKeys {
    pub world: World,
    pub name: InstanceName,
    /// Strategy `schema`: whose project is shared. The database is then reached by the schema's role.
    pub owner: Option<InstanceName>,
}

/// The keys that were empty before, so that undo empties them again and touches no other.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    filled: Vec<String>,
}

#[async_trait]
impl Step for WriteKeys {
    fn name(&self) -> &str {
        "environment.write"
    }

    fn title(&self) -> &str {
        "Write its address and keys"
    }

    fn weight(&self) -> u32 {
        1
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let supabase = self.world.supabase(&self.name).await?;
        let supabase = supabase.with_cancel(ctx.cancel.clone());
        let dir = self.world.instance(&self.name)?;
        let config = dir.supabase_config()?;
        let project = self
            .world
            .project(&self.name)?
            .ok_or_else(|| Error::not_found(format!("{} has no project yet.", self.name)))?;
        let (env, _) = dir.read_env()?;
        let password = env
            .get(&config.db_password_key)
            .unwrap_or_default()
            .to_owned();
        let mut values = connection_values(&supabase, &project, &password).await?;
        if self.owner.is_some() {
            let role = role_name(&config.schema, project.as_str());
            as_role(&mut values, &role, config.kind, &project)?;
        }
        values.push(("MCP_SUPABASE_SCHEMA".into(), config.schema.clone()));
        if config.kind == ProviderKind::Sandbox {
            // other programs reach the sandbox's API with it; in the cloud it's the person's own
            let token = self.world.sandbox(|_| ()).await?.token.clone();
            values.push((config.access_token_key.clone(), token));
        }
        if ctx.checkpoint()?.is_none() {
            let filled = values
                .iter()
                .filter(|(key, _)| env.get(key).is_none_or(str::is_empty))
                .map(|(key, _)| key.clone())
                .collect();
            mark::save(ctx, &Mark { filled })?;
        }
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        set_env(&dir, &pairs)
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(mark) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        let Ok(dir) = self.world.instance(&self.name) else {
            return Ok(());
        };
        let pairs: Vec<(&str, &str)> = mark.filled.iter().map(|k| (k.as_str(), "")).collect();
        set_env(&dir, &pairs)
    }
}

/// Replaces the project's own role by the schema's. Supabase's pooler wants the project in the
/// user's name.
fn as_role(
    values: &mut [(String, String)],
    role: &str,
    kind: ProviderKind,
    project: &ProjectRef,
) -> Result<()> {
    let user = match kind {
        ProviderKind::Cloud => format!("{role}.{project}"),
        ProviderKind::Sandbox => role.to_owned(),
    };
    for (key, value) in values.iter_mut().filter(|(key, _)| key == "DATABASE_URL") {
        debug_assert_eq!(key, "DATABASE_URL");
        *value = DatabaseUrl::parse(value)?.with_user(user.clone()).reveal();
    }
    Ok(())
}

/// Everything that the `.env` says of a project, from the provider's own answers.
pub async fn connection_values(
    supabase: &Supabase,
    project: &ProjectRef,
    password: &str,
) -> Result<Vec<(String, String)>> {
    let keys = ApiKeys::pick(&supabase.api_keys(project, true).await?);
    let public = keys.public.ok_or_else(|| hidden("anon"))?;
    let service = keys.service.ok_or_else(|| hidden("service_role"))?;
    let database = session_address(&supabase.pooler_config(project).await?, password)?;
    Ok(vec![
        (
            "SUPABASE_URL".into(),
            project_url(supabase.base_url(), project),
        ),
        ("SUPABASE_PROJECT_REF".into(), project.to_string()),
        ("SUPABASE_ANON_KEY".into(), public.reveal().to_owned()),
        (
            "SUPABASE_SERVICE_ROLE_KEY".into(),
            service.reveal().to_owned(),
        ),
        ("DATABASE_URL".into(), database.reveal()),
        ("MCP_SUPABASE_PROJECT_REF".into(), project.to_string()),
    ])
}

fn hidden(which: &str) -> Error {
    Error::new(
        Kind::Provider,
        format!("The provider doesn't show this token the project's {which} key."),
    )
    .hint("Use an access token that may read the project's API keys.")
}

/// Supabase's own service has a host for each project; any other serves them below its address.
fn project_url(base: &str, project: &ProjectRef) -> String {
    if base == crate::provider::supabase::CLOUD_URL {
        format!("https://{project}.supabase.co")
    } else {
        format!("{base}/projects/{project}")
    }
}

/// The session pooler's address: transaction mode can hold neither a snapshot nor a setting.
fn session_address(configs: &[PoolerConfig], password: &str) -> Result<DatabaseUrl> {
    const SESSION_PORT: u16 = 5432;
    const TRANSACTION_PORT: u16 = 6543;
    let config = configs
        .iter()
        .find(|c| c.pool_mode == "session")
        .or_else(|| configs.first())
        .ok_or_else(|| {
            Error::new(
                Kind::Provider,
                "The provider names no address for the database.",
            )
        })?;
    let port = match config.db_port {
        TRANSACTION_PORT => SESSION_PORT,
        port => port,
    };
    let url = DatabaseUrl::tcp(&config.db_host, port, &config.db_user, &config.db_name)
        .with_password(password);
    Ok(if crate::provider::http::is_loopback(&config.db_host) {
        url.with_sslmode(SslMode::Disable)
    } else {
        url.with_sslmode(SslMode::Require)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooler(mode: &str, port: u16) -> PoolerConfig {
        PoolerConfig {
            database_type: "PRIMARY".into(),
            db_user: "postgres.abc".into(),
            db_host: "pooler.example".into(),
            db_port: port,
            db_name: "postgres".into(),
            connection_string: String::new(),
            pool_mode: mode.into(),
        }
    }

    #[test]
    fn the_session_mode_is_taken_from_a_transaction_address() {
        let url = session_address(&[pooler("transaction", 6543)], "example-password").unwrap();
        assert_eq!(url.port, 5432);
        assert_eq!(url.sslmode, SslMode::Require);
        assert!(session_address(&[], "x").is_err());
    }
}
