//! What the values of a field, or the arguments of a function, name.

use super::Language;
use crate::domain::reference::context::{CONTENT, ISSUE, PROJECT, SPACE};
use crate::domain::reference::kind::ReferenceKind::{self, *};

const QUERIED_PROJECT: &[ReferenceKind] = &[JiraProject, JiraProjectId, JiraProjectName];
const ANY_CONTENT: &[ReferenceKind] = &[
    ConfluencePage,
    ConfluenceBlogpost,
    ConfluenceFolder,
    ConfluenceAttachment,
    ConfluenceComment,
];

/// The kinds that a field's values are of. Any other field's values may be people.
pub(super) fn of_field(language: Language, name: &str) -> &'static [ReferenceKind] {
    let name = name.to_ascii_lowercase();
    match (language, name.as_str()) {
        (Language::Jql, "project") => QUERIED_PROJECT,
        (
            Language::Jql,
            "key" | "issuekey" | "issue" | "id" | "parent" | "epic link" | "parent link" | "epic",
        ) => ISSUE,
        (Language::Jql, "sprint") => &[JiraSprint],
        (Language::Jql, "fixversion" | "affectedversion") => &[JiraVersion],
        (Language::Jql, "component") => &[JiraComponent],
        (Language::Jql, "filter" | "request" | "savedfilter" | "searchrequest") => &[JiraFilter],
        (Language::Cql, "space" | "space.key" | "space.id") => SPACE,
        (Language::Cql, "ancestor" | "parent" | "container") => CONTENT,
        (Language::Cql, "id" | "content" | "content.id") => ANY_CONTENT,
        _ => &[Account],
    }
}

/// The kinds that a function's arguments are of.
pub(super) fn of_function(language: Language, name: &str) -> &'static [ReferenceKind] {
    let name = name.to_ascii_lowercase();
    match language {
        Language::Cql => &[Account],
        Language::Jql if name.contains("version") => PROJECT,
        Language::Jql if name.contains("sprint") => &[JiraBoard],
        Language::Jql if name.contains("user") || name.contains("member") => &[Account],
        Language::Jql => ISSUE,
    }
}
