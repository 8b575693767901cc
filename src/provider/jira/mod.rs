//! Jira Cloud: the platform API (v3) and the agile API (1.0) of a site.
//!
//! Shapes follow Atlassian's OpenAPI documents, as far as Matriz needs them. An issue's fields stay
//! JSON: which there are is the site's matter. Types that are written back keep what they don't
//! know.
//!
//! # Creating twice
//!
//! Jira has no key against repeated requests. So whatever creates is sent once
//! ([`Repeat::Harmful`](crate::provider::http::Repeat)), and says in its documentation how one
//! finds out after an ambiguous failure
//! ([`Failure::ambiguous`](crate::provider::http::Failure::ambiguous)) whether it was done:
//!
//! | what | idempotent | how to find out |
//! |---|---|---|
//! | project | no, but the key is unique | [`Jira::find_project`] by the key |
//! | issue, alone or in bulk | no | property written at the creation: [`Jira::search`] with `properties` and `reconcile` |
//! | comment, worklog | no | property written at the creation: [`Jira::comments`], [`Jira::worklogs`] |
//! | attachment | no | name and size in the issue's `attachment` field |
//! | link between issues | no, duplicates are accepted in silence | the issue's `issuelinks` field |
//! | remote link | yes, by `globalId` | repeat it |
//! | component, version | no, but the name is unique in its project (400) | [`Jira::components`], [`Jira::versions`] |
//! | filter, board | no | by name: [`Jira::filters`], [`Jira::boards`] |
//! | sprint | no | by name on its board, or its property: [`Jira::sprints`] |
//! | property, watcher, rank, membership of a sprint, edit | yes | repeat it |
//! | transition | no: the second finds another state | the issue's `status` field |
//!
//! Not verified against a live account: how soon `reconcile` shows a new issue, and whether a
//! trashed project's key can be used again after its final deletion.

mod attachments;
mod boards;
mod bulk_transition;
mod client;
mod comments;
mod components;
mod create_meta;
mod fields;
mod filters;
mod issue;
mod issue_types;
mod issues;
mod links;
mod new_issue;
mod permissions;
mod probes;
mod project_check;
mod projects;
mod properties;
mod rank;
mod remote_links;
mod schemes;
mod search;
mod server;
mod sprints;
mod statuses;
mod tasks;
mod transitions;
mod users;
mod versions;
mod watchers;
mod worklogs;

pub use attachments::{Attachment, AttachmentSettings};
pub use boards::{Board, BoardConfiguration, BoardKind, BoardLocation, NewBoard};
pub use bulk_transition::{BulkOutcome, BulkTransition};
pub use client::{ISSUE_WRITES, Jira};
pub use comments::{Comment, NewComment};
pub use components::{Component, NewComponent};
pub use create_meta::{CreateField, CreateIssueType};
pub use fields::{Field, FieldContext, FieldOption, FieldSchema};
pub use filters::{Filter, NewFilter};
pub use issue::{Issue, IssueRef};
pub use issue_types::IssueType;
pub use issues::{Fetch, Fetched};
pub use links::{LinkType, NewLink};
pub use new_issue::{BulkCreated, NewIssue, Refused};
pub use probes::{PROJECT, probes};
pub use projects::{NewProject, Project, ProjectSearch, ProjectShape};
pub use properties::{Owner, Property};
pub use rank::Rank;
pub use remote_links::RemoteLink;
pub use search::{Jql, ParsedJql};
pub use server::ServerInfo;
pub use sprints::{NewSprint, Sprint, SprintState};
pub use statuses::{IssueTypeStatuses, Named, Status, StatusCategory};
pub use tasks::{Task, TaskStatus};
pub use transitions::{Transition, TransitionRequest};
pub use users::User;
pub use versions::Version;
pub use watchers::Watchers;
pub use worklogs::{NewWorklog, Worklog};
