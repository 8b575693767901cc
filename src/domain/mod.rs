//! Pure values and rules: no files, no network, no clock, no screen.

pub mod atlassian_key;
pub mod auth_field;
pub mod config;
pub mod config_file;
pub mod env_file;
pub mod fingerprint;
pub mod held;
pub mod human;
pub mod instance;
pub mod job;
pub mod name;
pub mod place;
pub mod plan;
pub mod probe;
pub mod progress;
pub mod reference;
pub mod report;
pub mod report_confluence;
pub mod report_jira;
pub mod report_project;
pub mod report_storage;
pub mod request;
pub mod secret;
pub mod site_seed;
pub mod strategy;
pub mod user_map;
