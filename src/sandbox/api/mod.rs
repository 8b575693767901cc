//! The stand-in for Supabase's Management API.
//!
//! [`router`] serves, with state, the operations that Matriz and Supabase's own command line use;
//! answers have the shapes of Supabase's OpenAPI document. Behind every project stands a real
//! database, reached through [`ProjectDatabases`]. The state is `state.json` in the sandbox's
//! folder, written whole before a change is answered, so that the process may be killed at any
//! moment: what was under way goes on at the next start.
//!
//! Where the sandbox differs from the service on purpose:
//! - the organization `sandbox` has no limit of projects, and can pause ([`ApiOptions`]);
//! - services other than the database are reported as following it;
//! - the pooler is the server itself, in session mode;
//! - settings of Postgres that belong to a whole server are refused, because projects share one;
//! - the data API's settings are kept, and no data API is served;
//! - edge functions are kept, and never run;
//! - migrations' versions have milliseconds.

mod admin;
mod api_keys;
mod auth_config;
mod body;
mod clock;
mod connection;
mod creation;
mod data_api;
mod databases;
mod driver;
mod error;
mod faults;
mod functions;
mod guard;
mod health;
mod jwt;
mod limits;
mod machine;
mod migrations;
mod options;
mod orders;
mod organizations;
mod postgres_config;
mod projects;
mod query;
mod record;
mod regions;
mod router;
mod secrets;
mod state;
mod store;

pub use databases::{DatabaseAddress, ProjectDatabases};
pub use faults::{Fault, FaultKind};
pub use options::{ApiOptions, OrganizationOptions};
pub use orders::FaultOrders;
pub use router::router;
pub use state::ApiState;

pub(in crate::sandbox) use api_keys::{KeyRole, new_uuid, role_of};
pub(in crate::sandbox) use auth_config::effective as auth_settings;
pub(in crate::sandbox) use clock::{now_ms, rfc3339};
pub(in crate::sandbox) use error::ApiError;
pub(in crate::sandbox) use guard::{Called, ORDERED, disturbed, is_same};
pub(in crate::sandbox) use jwt::{Token, read as read_token, write as write_token};
pub(in crate::sandbox) use limits::Limits;
pub(in crate::sandbox) use record::Project;
pub(in crate::sandbox) use store::{hex, kept_token};
