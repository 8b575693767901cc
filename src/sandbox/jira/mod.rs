//! The stand-in for Jira Cloud: platform v3 and agile 1.0.
//!
//! Numbers of issues are never given twice, a deleted project keeps its key for as long as it's in
//! the trash, a status is reached by transitions only, and what a form doesn't ask for can't be
//! set. Where it differs from the service on purpose:
//! - everybody who has the token may do everything, and no mail is sent;
//! - statuses, priorities, resolutions, fields and types of links are fixed;
//! - search's delay hides new issues; changes of others are seen at once;
//! - what a long task does is done before its first poll.

mod adf;
mod attachments;
mod basics;
mod boards;
mod changelog;
mod comments;
mod components;
mod createmeta;
mod duration;
mod fields;
mod filters;
mod issue_create;
mod issue_delete;
mod issue_edit;
mod issue_properties;
mod issue_types;
mod issue_view;
mod issues;
mod jql;
mod links;
mod project_properties;
mod projects;
mod projects_trash;
mod properties;
mod rank;
mod remote_links;
mod router;
mod search;
mod server;
mod shape;
mod sprints;
mod tasks;
mod time;
mod transitions;
mod users;
mod values;
mod versions;
mod watchers;
mod workflow;
mod worklogs;

pub(in crate::sandbox) use router::router;
