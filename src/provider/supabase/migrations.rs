//! Migrations, applied and recorded by the service.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Result;
use crate::provider::http::Repeat;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Migration {
    /// Digits; by them migrations are ordered.
    pub version: String,
    pub name: Option<String>,
}

/// A migration to apply.
#[derive(Debug, Clone)]
pub struct NewMigration {
    pub name: String,
    pub sql: String,
    /// Sent as `Idempotency-Key`: the same key is applied once, however often it is sent.
    pub key: String,
}

impl Supabase {
    pub async fn migrations(&self, project: &ProjectRef) -> Result<Vec<Migration>> {
        let request = self.project_request(
            Method::GET,
            project,
            "/database/migrations",
            format!("list the migrations of the project {project}"),
        );
        Ok(self.fetch(&request).await?)
    }

    /// Applies a migration in one transaction, and records it. Safe to repeat: see
    /// [`NewMigration::key`].
    pub async fn apply_migration(
        &self,
        project: &ProjectRef,
        migration: &NewMigration,
    ) -> Result<()> {
        self.send_migration(Method::POST, project, migration, "apply")
            .await
    }

    /// Records a migration as applied without running it.
    pub async fn record_migration(
        &self,
        project: &ProjectRef,
        migration: &NewMigration,
    ) -> Result<()> {
        self.send_migration(Method::PUT, project, migration, "record")
            .await
    }

    async fn send_migration(
        &self,
        method: Method,
        project: &ProjectRef,
        migration: &NewMigration,
        verb: &str,
    ) -> Result<()> {
        let body: Value = json!({ "query": migration.sql, "name": migration.name });
        let request = self
            .project_request(
                method,
                project,
                "/database/migrations",
                format!(
                    "{verb} the migration {} in the project {project}",
                    migration.name
                ),
            )
            .header("Idempotency-Key", migration.key.clone())
            .json(body)
            .repeat(Repeat::Safe);
        self.send(&request).await?;
        Ok(())
    }
}
