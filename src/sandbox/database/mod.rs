//! The databases behind the sandbox's projects: one server, one database a project.
//!
//! A project's database is named by its reference. Three roles of its own may connect to it:
//! `postgres.REF` with the project's password (as through Supabase's pooler), and `api.REF` and
//! `read.REF` for the sandbox's own API, over the socket. All act as the role `postgres` (the last
//! as `supabase_read_only_user`), which the projects share, as roles belong to a server.

mod bootstrap;
mod gone;
mod json;
mod project;
mod wire;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::url::{DatabaseUrl, Host};
use crate::sandbox::api::{DatabaseAddress, ProjectDatabases};

/// For `pg_hba.conf`: the API's own roles come in over the socket, whose folder is private.
pub const HBA: &str = "local all +matriz_api trust";

/// Of the sandbox's own connections, for `pg_stat_activity`.
const NAME: &str = "matriz sandbox";

/// Every project's database on one server. Cheap to clone.
#[derive(Clone)]
pub struct Databases {
    shared: Arc<Shared>,
}

struct Shared {
    superuser: DatabaseUrl,
    port: u16,
    /// One change of roles and databases at a time.
    admin: Mutex<Option<Connection>>,
    gone: OnceLock<gone::Sweeper>,
}

impl Databases {
    /// Prepares the server: roles and template. `superuser` is its address over the socket, `port`
    /// its loopback port. The server's `pg_hba.conf` must have the line [`HBA`].
    pub async fn open(superuser: DatabaseUrl, port: u16) -> Result<Self> {
        let databases = Databases {
            shared: Arc::new(Shared {
                superuser,
                port,
                admin: Mutex::new(None),
                gone: OnceLock::new(),
            }),
        };
        {
            let admin = databases.admin().await?;
            end_predecessor(admin.connection()?).await?;
            bootstrap::run(admin.connection()?, &databases.shared.superuser).await?;
        }
        let superuser = databases.shared.superuser.clone();
        let sweeper = || gone::Sweeper::start(superuser);
        databases.shared.gone.get_or_init(sweeper);
        Ok(databases)
    }

    /// The size of a project's database in bytes.
    pub async fn size(&self, reference: &str) -> Result<u64> {
        let admin = self.admin().await?;
        let row = admin
            .connection()?
            .query_opt(
                "select pg_database_size(oid) from pg_database where datname = $1",
                &[&reference],
            )
            .await
            .map_err(|error| explain::statement(error, "Cannot measure the database"))?;
        let size: i64 = row.ok_or_else(|| unknown(reference))?.get(0);
        Ok(u64::try_from(size).unwrap_or(0))
    }

    /// How many clients are connected to projects' databases over the loopback port.
    pub async fn clients(&self) -> Result<u64> {
        let admin = self.admin().await?;
        let row = admin
            .connection()?
            .query_one(
                "select count(*) from pg_stat_activity
                 where backend_type = 'client backend' and client_addr is not null",
                &[],
            )
            .await
            .map_err(|error| explain::statement(error, "Cannot count the connections"))?;
        Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
    }

    async fn admin(&self) -> Result<Admin<'_>> {
        let mut held = self.shared.admin.lock().await;
        if held
            .as_ref()
            .is_none_or(|connection| connection.is_closed())
        {
            let options = ConnectOptions::named(NAME);
            *held = Some(connect(&self.shared.superuser, &options).await?);
        }
        Ok(Admin(held))
    }

    fn socket(&self) -> Result<(&std::path::Path, u16)> {
        match &self.shared.superuser.host {
            Host::Unix(folder) => Ok((folder, self.shared.superuser.port)),
            Host::Tcp(_) => Err(Error::internal("The sandbox's server has no socket.")),
        }
    }
}

struct Admin<'a>(MutexGuard<'a, Option<Connection>>);

impl Admin<'_> {
    fn connection(&self) -> Result<&Connection> {
        let connection = self.0.as_ref();
        connection.ok_or_else(|| Error::internal("The sandbox's server is not connected."))
    }
}

/// What a killed process of the sandbox had begun here may still go on; ours begins it anew.
async fn end_predecessor(admin: &Connection) -> Result<()> {
    // where the server can, waits until they have ended
    let wait = if admin.server_major() >= 14 {
        ", 5000"
    } else {
        ""
    };
    let sql = format!(
        "select pg_terminate_backend(pid{wait}) from pg_stat_activity
         where application_name = '{NAME}' and pid <> pg_backend_pid()
           and usename = current_user"
    );
    let ended = admin.query(&sql, &[]).await;
    let doing = "Cannot end what an earlier sandbox had begun";
    ended
        .map(|_| ())
        .map_err(|error| explain::statement(error, doing))
}

fn unknown(reference: &str) -> Error {
    Error::not_found(format!("There is no database for the project {reference}."))
}

#[async_trait]
impl ProjectDatabases for Databases {
    async fn create(&self, reference: &str, password: &str) -> Result<()> {
        let admin = self.admin().await?;
        project::create(admin.connection()?, reference, password).await
    }

    async fn drop(&self, reference: &str) -> Result<()> {
        let admin = self.admin().await?;
        project::drop(admin.connection()?, reference).await?;
        if let Some(sweeper) = self.shared.gone.get() {
            sweeper.wake();
        }
        Ok(())
    }

    async fn pause(&self, reference: &str) -> Result<()> {
        let admin = self.admin().await?;
        project::allow_connections(admin.connection()?, reference, false).await
    }

    async fn resume(&self, reference: &str) -> Result<()> {
        let admin = self.admin().await?;
        project::allow_connections(admin.connection()?, reference, true).await
    }

    async fn query(
        &self,
        reference: &str,
        sql: &str,
        parameters: &[Value],
        read_only: bool,
    ) -> Result<Vec<Value>> {
        let (folder, port) = self.socket()?;
        let role = if read_only { "read" } else { "api" };
        let login = wire::Login {
            socket: folder.join(format!(".s.PGSQL.{port}")),
            user: format!("{role}.{reference}"),
            database: reference.to_owned(),
        };
        wire::query(&login, sql, parameters).await
    }

    async fn set_password(&self, reference: &str, password: &str) -> Result<()> {
        let admin = self.admin().await?;
        project::set_password(admin.connection()?, reference, password).await
    }

    async fn connection(&self, reference: &str) -> Result<DatabaseAddress> {
        Ok(DatabaseAddress {
            host: "127.0.0.1".to_owned(),
            port: self.shared.port,
            user: project::owner(reference),
            database: reference.to_owned(),
        })
    }

    async fn login_role(
        &self,
        reference: &str,
        role: &str,
        password: &str,
        read_only: bool,
        seconds: u64,
    ) -> Result<()> {
        let admin = self.admin().await?;
        let login = project::Login {
            role,
            password,
            read_only,
            seconds,
        };
        project::login_role(admin.connection()?, reference, &login).await
    }

    async fn healthy(&self, reference: &str) -> Result<bool> {
        match self.query(reference, "select 1", &[], true).await {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    error.kind,
                    Kind::Network | Kind::Database | Kind::Timeout | Kind::NotFound
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
