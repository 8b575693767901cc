//! What the API needs of the databases behind the projects.

use async_trait::async_trait;
use serde_json::Value;

use crate::error::Result;

/// Where a project's database listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseAddress {
    pub host: String,
    pub port: u16,
    /// The role that owns the project's objects.
    pub user: String,
    pub database: String,
}

/// The databases of the sandbox's projects, each named by its project's reference.
///
/// Every method may be called again after a crash in the middle of it: `create` finishes what an
/// interrupted one began, and `drop`, `pause` and `resume` do nothing where there is nothing to do.
#[async_trait]
pub trait ProjectDatabases: Send + Sync + 'static {
    /// Makes the database with a Supabase project's roles, schemas and extensions.
    async fn create(&self, reference: &str, password: &str) -> Result<()>;

    async fn drop(&self, reference: &str) -> Result<()>;

    /// Ends all connections and lets none in.
    async fn pause(&self, reference: &str) -> Result<()>;

    async fn resume(&self, reference: &str) -> Result<()>;

    /// Runs SQL as the project's owner and returns the rows of the last statement, an object
    /// each. Without parameters the text may hold several statements: one transaction.
    ///
    /// # Errors
    /// `Database` with Postgres's own text for SQL that is wrong.
    async fn query(
        &self,
        reference: &str,
        sql: &str,
        parameters: &[Value],
        read_only: bool,
    ) -> Result<Vec<Value>>;

    async fn set_password(&self, reference: &str, password: &str) -> Result<()>;

    async fn connection(&self, reference: &str) -> Result<DatabaseAddress>;

    /// Makes a role named `role` that may log in for `seconds` and do what the owner may, or, with
    /// `read_only`, read what the owner may. One that is there already gets the new password.
    async fn login_role(
        &self,
        reference: &str,
        role: &str,
        password: &str,
        read_only: bool,
        seconds: u64,
    ) -> Result<()>;

    /// Does the database answer?
    async fn healthy(&self, reference: &str) -> Result<bool>;
}
