//! The stand-in for Supabase's Management API.

mod databases;
mod options;

pub use databases::{DatabaseAddress, ProjectDatabases};
pub use options::{ApiOptions, OrganizationOptions};
