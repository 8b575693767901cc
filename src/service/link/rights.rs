//! What the account has to be allowed, and what a clone lacks otherwise.
//!
//! Names and keys as in Atlassian's pages on permissions (Jira: "Permissions" of the platform API;
//! Confluence: `operations` of a space).

use crate::provider::confluence::Operation;

/// Without it there is nothing to read.
pub const SEE_ISSUES: &str = "BROWSE_PROJECTS";

/// Jira's permissions for what a clone, a refresh or a deletion does in a project.
pub const IN_PROJECT: [(&str, &str); 14] = [
    (SEE_ISSUES, "see issues"),
    ("CREATE_ISSUES", "create issues"),
    ("EDIT_ISSUES", "change issues"),
    ("DELETE_ISSUES", "delete issues"),
    ("ASSIGN_ISSUES", "assign issues"),
    ("TRANSITION_ISSUES", "change their status"),
    ("SCHEDULE_ISSUES", "order them"),
    ("LINK_ISSUES", "link them"),
    ("ADD_COMMENTS", "comment"),
    ("CREATE_ATTACHMENTS", "attach files"),
    ("WORK_ON_ISSUES", "log work"),
    ("MANAGE_WATCHERS", "set watchers"),
    ("ADMINISTER_PROJECTS", "administer the project"),
    (
        "ADMINISTER",
        "administer Jira, which creating projects needs",
    ),
];

/// The same of a space: operation, what it's for, words.
pub const IN_SPACE: [(&str, &str, &str); 7] = [
    ("create", "page", "create pages"),
    ("delete", "page", "delete pages"),
    ("create", "blogpost", "create blog posts"),
    ("create", "comment", "comment"),
    ("create", "attachment", "attach files"),
    ("administer", "space", "administer the space"),
    ("delete", "space", "delete the space"),
];

/// The words for what an account lacks in a project.
pub fn lacking_in_project(lacking: &[String]) -> Vec<&'static str> {
    let lacks = |key: &str| lacking.iter().any(|l| l == key);
    let found = IN_PROJECT.iter().filter(|(key, _)| lacks(key));
    found.map(|(_, words)| *words).collect()
}

/// The words for what an account lacks in a space.
pub fn lacking_in_space(allowed: &[Operation]) -> Vec<&'static str> {
    let may = |operation: &str, target: &str| {
        allowed
            .iter()
            .any(|o| o.operation == operation && o.target_type == target)
    };
    let lacks = |(operation, target, _): &&(&str, &str, &str)| !may(operation, target);
    let found = IN_SPACE.iter().filter(lacks);
    found.map(|(_, _, words)| *words).collect()
}

/// `a, b and c`.
pub fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_allowed_is_lacking() {
        let page = |operation: &str| Operation {
            operation: operation.into(),
            target_type: "page".into(),
        };
        let lacking = lacking_in_space(&[page("create"), page("administer")]);
        assert!(lacking.contains(&"delete pages") && lacking.contains(&"administer the space"));
        assert!(!lacking.contains(&"create pages"));
        assert_eq!(
            lacking_in_project(&["ADMINISTER".to_owned(), "OTHER".to_owned()]),
            ["administer Jira, which creating projects needs"]
        );
    }

    #[test]
    fn words_are_listed() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
