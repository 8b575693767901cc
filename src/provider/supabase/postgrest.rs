//! A project's data API (PostgREST): which schemas it serves.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::error::Result;
use crate::provider::http::Repeat;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

/// The settings that Matriz reads. The service's answer may hold more, a secret among them, which
/// is not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DataApiConfig {
    /// The schemas that are served, with commas between them; the first is the default one.
    pub db_schema: String,
}

impl DataApiConfig {
    pub fn serves(&self, schema: &str) -> bool {
        names(&self.db_schema).any(|name| name.trim() == schema)
    }

    /// The list with this schema at its end; the others stay as they are written.
    fn with(&self, schema: &str) -> String {
        let others = names(&self.db_schema);
        others.chain([schema]).collect::<Vec<_>>().join(",")
    }

    fn without(&self, schema: &str) -> String {
        let others: Vec<&str> = names(&self.db_schema)
            .filter(|name| name.trim() != schema)
            .collect();
        others.join(",").trim_start().to_owned()
    }
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|name| !name.trim().is_empty())
}

impl Supabase {
    pub async fn data_api(&self, project: &ProjectRef) -> Result<DataApiConfig> {
        let request = self.project_request(
            Method::GET,
            project,
            "/postgrest",
            format!("show the data API's settings of the project {project}"),
        );
        Ok(self.fetch(&request).await?)
    }

    /// Lets the project's data API serve a schema, after those that it serves already. Does nothing
    /// where it's served.
    ///
    /// The service replaces the whole list and has no marker against two writers: whoever may run
    /// beside another takes a lock around it.
    pub async fn serve_schema(&self, project: &ProjectRef, schema: &str) -> Result<()> {
        let config = self.data_api(project).await?;
        if config.serves(schema) {
            return Ok(());
        }
        self.set_served(project, &config.with(schema)).await
    }

    /// Takes a schema out of those that the data API serves; the others stay.
    pub async fn stop_serving_schema(&self, project: &ProjectRef, schema: &str) -> Result<()> {
        let config = self.data_api(project).await?;
        if !config.serves(schema) {
            return Ok(());
        }
        self.set_served(project, &config.without(schema)).await
    }

    async fn set_served(&self, project: &ProjectRef, schemas: &str) -> Result<()> {
        let request = self
            .project_request(
                Method::PATCH,
                project,
                "/postgrest",
                format!("set which schemas the project {project} serves"),
            )
            .json(json!({ "db_schema": schemas }))
            .repeat(Repeat::Safe);
        self.send(&request).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(list: &str) -> DataApiConfig {
        DataApiConfig {
            db_schema: list.into(),
        }
    }

    #[test]
    fn the_other_schemas_and_their_order_stay() {
        let before = config("public, graphql_public,clone_2");
        assert!(before.serves("graphql_public") && !before.serves("clone_1"));
        assert!(!before.serves("clone"), "a part of a name is another name");
        let with = before.with("clone_1");
        assert_eq!(with, "public, graphql_public,clone_2,clone_1");
        assert_eq!(config(&with).without("clone_1"), before.db_schema);
        assert_eq!(before.without("public"), "graphql_public,clone_2");
        assert_eq!(config("").with("clone_1"), "clone_1");
        assert_eq!(config("clone_1").without("clone_1"), "");
    }
}
