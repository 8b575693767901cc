//! The secrets of a project's functions. The service keeps values to itself: what it gives back
//! are digests, so secrets cannot be cloned, only compared.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::secret::Secret;
use crate::error::Result;
use crate::provider::http::Repeat;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

/// A secret's name, and the SHA-256 of its value in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SecretDigest {
    pub name: String,
    #[serde(rename = "value")]
    pub digest: String,
}

impl Supabase {
    pub async fn secrets(&self, project: &ProjectRef) -> Result<Vec<SecretDigest>> {
        let request = self.project_request(
            Method::GET,
            project,
            "/secrets",
            format!("list the secrets of the project {project}"),
        );
        Ok(self.fetch(&request).await?)
    }

    /// Sets secrets; others stay. Names that begin with `SUPABASE_` are the service's own.
    pub async fn set_secrets(
        &self,
        project: &ProjectRef,
        secrets: &[(String, Secret)],
    ) -> Result<()> {
        let body: Value = secrets
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value.reveal() }))
            .collect();
        let mut request = self
            .project_request(
                Method::POST,
                project,
                "/secrets",
                format!("set secrets of the project {project}"),
            )
            .json(body)
            .repeat(Repeat::Safe);
        for (_, value) in secrets {
            request = request.secret(value.reveal());
        }
        self.send(&request).await?;
        Ok(())
    }

    pub async fn delete_secrets(&self, project: &ProjectRef, names: &[String]) -> Result<()> {
        let request = self
            .project_request(
                Method::DELETE,
                project,
                "/secrets",
                format!("delete secrets of the project {project}"),
            )
            .json(json!(names));
        self.send(&request).await?;
        Ok(())
    }
}
