//! A project's database, seen through the API: where it is, its settings, a query, its password.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::secret::Secret;
use crate::error::Result;
use crate::provider::http::Repeat;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

/// How a client reaches the database through the pooler.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PoolerConfig {
    /// `PRIMARY` or `READ_REPLICA`.
    pub database_type: String,
    pub db_user: String,
    /// Read it, never build it: its beginning differs from project to project.
    pub db_host: String,
    pub db_port: u16,
    pub db_name: String,
    /// With `[YOUR-PASSWORD]` where the password belongs.
    pub connection_string: String,
    /// `transaction` or `session`. Session mode is port 5432 on the same host.
    pub pool_mode: String,
}

/// A login for a short time, for tools that need one without the database's password.
#[derive(Debug, Clone, Deserialize)]
pub struct LoginRole {
    pub role: String,
    pub password: Secret,
    pub ttl_seconds: u64,
}

impl Supabase {
    /// The pooler's addresses, the primary database's first.
    pub async fn pooler_config(&self, project: &ProjectRef) -> Result<Vec<PoolerConfig>> {
        let request = self.project_request(
            Method::GET,
            project,
            "/config/database/pooler",
            format!("show how to connect to the project {project}"),
        );
        let mut configs: Vec<PoolerConfig> = self.fetch(&request).await?;
        configs.sort_by_key(|c| c.database_type != "PRIMARY");
        Ok(configs)
    }

    /// The settings of Postgres that were changed for this project.
    pub async fn postgres_config(&self, project: &ProjectRef) -> Result<Map<String, Value>> {
        let request = self.project_request(
            Method::GET,
            project,
            "/config/database/postgres",
            format!("show the Postgres settings of the project {project}"),
        );
        Ok(self.fetch(&request).await?)
    }

    /// Changes settings of Postgres; those that are not named stay. Returns all of them.
    pub async fn set_postgres_config(
        &self,
        project: &ProjectRef,
        settings: &Map<String, Value>,
    ) -> Result<Map<String, Value>> {
        let request = self
            .project_request(
                Method::PUT,
                project,
                "/config/database/postgres",
                format!("change the Postgres settings of the project {project}"),
            )
            .json(Value::Object(settings.clone()));
        Ok(self.fetch(&request).await?)
    }

    /// Runs SQL and returns the rows of its last statement, an object each. The project must be
    /// active. Sent again after a failure only where `read_only`.
    pub async fn query(
        &self,
        project: &ProjectRef,
        sql: &str,
        parameters: &[Value],
        read_only: bool,
    ) -> Result<Vec<Value>> {
        let mut body = json!({ "query": sql });
        if let Some(fields) = body.as_object_mut() {
            if !parameters.is_empty() {
                fields.insert("parameters".into(), Value::Array(parameters.to_vec()));
            }
            if read_only {
                fields.insert("read_only".into(), Value::Bool(true));
            }
        }
        let repeat = if read_only {
            Repeat::Safe
        } else {
            Repeat::Harmful
        };
        let request = self
            .project_request(
                Method::POST,
                project,
                "/database/query",
                format!("run a query in the project {project}"),
            )
            .json(body)
            .repeat(repeat);
        Ok(self.fetch(&request).await?)
    }

    /// Changes the password of the role `postgres`.
    pub async fn set_database_password(
        &self,
        project: &ProjectRef,
        password: &Secret,
    ) -> Result<()> {
        let request = self
            .project_request(
                Method::PATCH,
                project,
                "/database/password",
                format!("change the database password of the project {project}"),
            )
            .json(json!({ "password": password.reveal() }))
            .secret(password.reveal())
            .repeat(Repeat::Safe);
        self.send(&request).await?;
        Ok(())
    }

    /// Makes a login for a short time.
    pub async fn login_role(&self, project: &ProjectRef, read_only: bool) -> Result<LoginRole> {
        let request = self
            .project_request(
                Method::POST,
                project,
                "/cli/login-role",
                format!("make a temporary login for the project {project}"),
            )
            .json(json!({ "read_only": read_only }));
        Ok(self.fetch(&request).await?)
    }
}
