//! The settings of a project's sign-in, as one JSON object, so that nothing is lost of what the
//! service has and Matriz doesn't know.

use reqwest::Method;
use serde_json::{Map, Value};

use crate::domain::auth_field::is_secret_field;
use crate::error::{Error, Result};
use crate::provider::http::Repeat;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

/// What became of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Taken,
    /// In the service's words: a value that it doesn't allow, or that the plan doesn't have.
    Refused(String),
}

/// Statuses with which the service says no to a value.
const REFUSALS: [u16; 3] = [400, 402, 422];

impl Supabase {
    /// All settings. Of a secret one only a stand-in comes, which is of no use to another project.
    pub async fn auth_config(&self, project: &ProjectRef) -> Result<Map<String, Value>> {
        let request = self.project_request(
            Method::GET,
            project,
            "/config/auth",
            format!("show the sign-in settings of the project {project}"),
        );
        Ok(self.fetch(&request).await?)
    }

    /// Changes these settings; the others stay. All of them are taken, or none.
    pub async fn set_auth_config(
        &self,
        project: &ProjectRef,
        change: &Map<String, Value>,
    ) -> Result<Setting> {
        let mut request = self
            .project_request(
                Method::PATCH,
                project,
                "/config/auth",
                format!("set the sign-in settings of the project {project}"),
            )
            .json(Value::Object(change.clone()))
            .repeat(Repeat::Safe);
        for status in REFUSALS {
            request = request.accept(status);
        }
        for (name, value) in change {
            if let Some(secret) = value.as_str().filter(|_| is_secret_field(name)) {
                request = request.secret(secret);
            }
        }
        let answer = self.send(&request).await?;
        if REFUSALS.contains(&answer.status) {
            let refusal: Error = answer.refusal(&request).into();
            return Ok(Setting::Refused(refusal.message));
        }
        Ok(Setting::Taken)
    }
}
