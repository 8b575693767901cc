//! An instance's Jira project: made, copied in two passes, deleted.
//!
//! The first pass ([`CopyIssues`]) creates everything that has an id of its own, so that the job's
//! journal knows what each became. The second ([`FinishIssues`]) writes what names other things:
//! texts, comments, links, sprints, statuses, order.

mod delete;
mod once;
mod parts;
mod project;
mod shape;

pub use delete::DeleteJiraProject;
pub use project::CreateJiraProject;

/// The provider's name in the journal.
pub(in crate::job) const PROVIDER: &str = "jira";
/// The property of a project that says whose it is: `{instance, job}`.
const OWNER_PROPERTY: &str = "matriz";
