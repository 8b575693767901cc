//! Supabase's Management API: `https://api.supabase.com`, or whatever stands in for it; a project's
//! Storage API is in [`storage`].
//!
//! The same code talks to the real service and to the sandbox; only the base URL and the token
//! differ. Shapes follow Supabase's OpenAPI document of the Management API (v1), as far as Matriz
//! needs them; unknown fields are ignored and unknown statuses kept.
//!
//! Not verified against a live account: the statuses and texts with which the service refuses
//! pausing on a paid plan, a third free project, or wrong SQL. They are passed on as they come.

mod auth;
mod auth_config;
mod client;
mod database;
mod function_body;
mod functions;
mod health;
mod keys;
mod migrations;
mod organizations;
mod postgrest;
mod probes;
mod projects;
mod secrets;
mod state;
pub mod storage;
mod types;
mod wait;

pub use auth::{Auth, KeyOpens, NewUser, Outcome};
pub use auth_config::Setting;
pub use client::{CLOUD_URL, Supabase, TOKEN_KEY};
pub use database::{LoginRole, PoolerConfig};
pub use function_body::{FunctionBody, FunctionFile};
pub use functions::{Deployment, Function};
pub use health::{Service, ServiceHealth, ServiceStatus};
pub use keys::{ApiKey, ApiKeys, KeyType};
pub use migrations::{Migration, NewMigration};
pub use organizations::{Organization, OrganizationDetail, Region};
pub use postgrest::DataApiConfig;
pub use probes::{PROJECT, auth_probes, probes};
pub use projects::{NewProject, Project, ProjectDatabase};
pub use secrets::SecretDigest;
pub use state::ProjectStatus;
pub use types::ProjectRef;
pub use wait::{WaitFor, WaitOptions, WaitProgress};
