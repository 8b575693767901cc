//! An instance's Jira project: made, copied in two passes, deleted.
//!
//! The first pass ([`CopyIssues`]) creates everything that has an id of its own, so that the job's
//! journal knows what each became. The second ([`FinishIssues`])
//! writes what names other things: texts, comments, links, sprints, statuses, order.

mod adf;
mod attachments;
mod boards;
mod check;
mod comments;
mod create;
mod delete;
mod empty;
mod emptying;
mod fields;
mod finish;
mod gauge;
mod goal;
mod inventory;
mod issues;
mod links;
mod made;
mod marker;
mod names;
mod once;
mod parts;
mod pass;
mod project;
mod rank;
mod reconcile;
mod remote;
mod rewrite;
mod said;
mod shape;
mod sides;
mod speech;
mod sprints;
mod statuses;
mod texts;
mod verify;
mod watchers;
mod ways;
mod worklogs;

pub use delete::DeleteJiraProject;
pub use emptying::EmptyJiraProject;
pub(in crate::job) use emptying::source_is_there;
pub use finish::FinishIssues;
pub use issues::CopyIssues;
pub use project::CreateJiraProject;

/// The provider's name in the journal.
pub(in crate::job) const PROVIDER: &str = "jira";
/// The kind of the journal's entries that say how many calls a step made.
const CALLS: &str = "calls";
/// The property of a project that says whose it is: `{instance, job}`.
const OWNER_PROPERTY: &str = "matriz";
