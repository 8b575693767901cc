//! An instance's Jira project: made, copied in two passes, deleted.
//!
//! The first pass ([`CopyIssues`]) creates everything that has an id of its own, so that the job's
//! journal knows what each became. The second writes what names other things:
//! texts, comments, links, sprints, statuses, order.

#[expect(dead_code, reason = "the second pass needs the rest")]
mod adf;
mod attachments;
mod boards;
mod create;
mod delete;
mod empty;
#[expect(dead_code, reason = "the second pass needs the rest")]
mod fields;
mod gauge;
#[expect(dead_code, reason = "the second pass needs the rest")]
mod inventory;
mod issues;
mod made;
#[expect(dead_code, reason = "the second pass needs the rest")]
mod marker;
mod names;
mod once;
mod parts;
mod project;
mod reconcile;
#[expect(dead_code, reason = "the second pass needs the rest")]
mod rewrite;
mod shape;
#[expect(dead_code, reason = "the second pass needs the rest")]
mod sides;
#[expect(dead_code, reason = "the second pass needs the rest")]
mod sprints;

pub use delete::DeleteJiraProject;
pub use issues::CopyIssues;
pub use project::CreateJiraProject;

/// The provider's name in the journal.
pub(in crate::job) const PROVIDER: &str = "jira";
/// The property of a project that says whose it is: `{instance, job}`.
const OWNER_PROPERTY: &str = "matriz";
