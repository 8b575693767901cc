//! The steps that the jobs are made of, one file a step.

pub mod atlassian_keys;
pub mod board;
pub mod confluence;
pub mod copy;
pub mod delete;
pub mod environment;
pub mod expose;
pub mod figures;
pub mod folder;
pub mod healthy;
pub mod held;
pub mod jira;
pub mod keys;
mod mark;
pub mod mcp;
pub mod migrate;
mod password;
pub mod project;
pub mod read_schema;
pub mod records;
pub mod references;
pub mod schema;
pub mod scoped;
pub mod seed;
pub mod site_names;
pub mod site_seeds;
pub mod space;
