//! A new instance's folder.

use super::Service;
use crate::domain::config::{AtlassianConfig, AtlassianKind};
use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Result};
use crate::workspace::NewInstance;

/// What a new instance is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstanceRequest {
    pub name: InstanceName,
    pub strategy: Strategy,
    pub kind: ProviderKind,
    pub purpose: String,
    /// Strategy `schema`: whose project it will share. Only checked here; `init` connects it.
    pub project_of: Option<InstanceName>,
}

impl Service {
    /// The folder from the templates: configs only, nothing at any provider.
    pub fn create(&self, request: &NewInstanceRequest) -> Result<InstanceView> {
        if let Some(owner) = &request.project_of {
            self.workspace.instance(owner)?;
            if request.strategy != Strategy::Schema {
                return Err(Error::usage(format!(
                    "--project-of goes with the strategy schema, not with {}.",
                    request.strategy
                )));
            }
        }
        self.workspace.create_instance(
            &request.name,
            &NewInstance {
                strategy: request.strategy,
                kind: request.kind,
                purpose: request.purpose.clone(),
                atlassian: AtlassianConfig {
                    // a real site has to be named first; the sandbox has one
                    kind: match request.kind {
                        ProviderKind::Sandbox => AtlassianKind::Sandbox,
                        ProviderKind::Cloud => AtlassianKind::None,
                    },
                    ..AtlassianConfig::default()
                },
                ..NewInstance::default()
            },
        )?;
        self.audit("create", request.name.as_str(), request.strategy.word())?;
        self.touch(&request.name)?;
        self.instance(&request.name)
    }
}
