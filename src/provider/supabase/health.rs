//! Is a project's every service ready? (A database that answers is not yet a project that does.)

use reqwest::Method;
use serde::Deserialize;

use crate::error::Result;
use crate::provider::http::Failure;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::types::ProjectRef;

/// A service of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Auth,
    Db,
    Pooler,
    Realtime,
    Rest,
    Storage,
}

impl Service {
    pub const ALL: [Service; 6] = [
        Service::Auth,
        Service::Db,
        Service::Pooler,
        Service::Realtime,
        Service::Rest,
        Service::Storage,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Service::Auth => "auth",
            Service::Db => "db",
            Service::Pooler => "pooler",
            Service::Realtime => "realtime",
            Service::Rest => "rest",
            Service::Storage => "storage",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum ServiceStatus {
    ComingUp,
    Healthy,
    Unhealthy,
    Other(String),
}

impl From<String> for ServiceStatus {
    fn from(word: String) -> Self {
        match word.as_str() {
            "COMING_UP" => ServiceStatus::ComingUp,
            "ACTIVE_HEALTHY" => ServiceStatus::Healthy,
            "UNHEALTHY" => ServiceStatus::Unhealthy,
            _ => ServiceStatus::Other(word),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServiceHealth {
    /// The service's name, as in [`Service::as_str`].
    pub name: String,
    pub status: ServiceStatus,
    /// What is wrong with it, where the service says so.
    pub error: Option<String>,
}

impl Supabase {
    pub async fn health(
        &self,
        project: &ProjectRef,
        services: &[Service],
    ) -> Result<Vec<ServiceHealth>> {
        Ok(self.health_once(project, services).await?)
    }

    pub(super) async fn health_once(
        &self,
        project: &ProjectRef,
        services: &[Service],
    ) -> Result<Vec<ServiceHealth>, Failure> {
        let mut request = self.project_request(
            Method::GET,
            project,
            "/health",
            format!("show the health of the project {project}"),
        );
        // The parameter is repeated, not a list with commas.
        for service in services {
            request = request.query("services", service.as_str());
        }
        self.fetch(&request).await
    }
}
