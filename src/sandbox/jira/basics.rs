//! What every site has from the start: statuses, priorities, resolutions, types of issues and of
//! links.

use serde_json::{Value, json};

/// Id, key, name and colour of a category of statuses.
pub const CATEGORIES: [(i64, &str, &str, &str); 4] = [
    (1, "undefined", "No Category", "medium-gray"),
    (2, "new", "To Do", "blue-gray"),
    (4, "indeterminate", "In Progress", "yellow"),
    (3, "done", "Done", "green"),
];

/// Id, name and category's key of a status.
pub const STATUSES: [(&str, &str, &str); 4] = [
    ("10000", "To Do", "new"),
    ("10001", "In Progress", "indeterminate"),
    ("10002", "In Review", "indeterminate"),
    ("10003", "Done", "done"),
];

pub const PRIORITIES: [(&str, &str, &str); 5] = [
    ("1", "Highest", "#d04437"),
    ("2", "High", "#f15C75"),
    ("3", "Medium", "#f79232"),
    ("4", "Low", "#707070"),
    ("5", "Lowest", "#999999"),
];

pub const RESOLUTIONS: [(&str, &str); 4] = [
    ("10000", "Done"),
    ("10001", "Won't Do"),
    ("10002", "Duplicate"),
    ("10003", "Cannot Reproduce"),
];

/// Id, name and level of a type of issue in company-managed projects. Team-managed ones have their
/// own ids for the same names.
pub const ISSUE_TYPES: [(&str, &str, i64); 5] = [
    ("10000", "Epic", 1),
    ("10001", "Story", 0),
    ("10002", "Task", 0),
    ("10003", "Bug", 0),
    ("10004", "Subtask", -1),
];

/// Id, name, and how it reads from the one side and from the other.
pub const LINK_TYPES: [(&str, &str, &str, &str); 4] = [
    ("10000", "Blocks", "is blocked by", "blocks"),
    ("10001", "Cloners", "is cloned by", "clones"),
    ("10002", "Duplicate", "is duplicated by", "duplicates"),
    ("10003", "Relates", "relates to", "relates to"),
];

pub fn category(base: &str, key: &str) -> Value {
    let found = CATEGORIES.iter().find(|(_, k, ..)| *k == key);
    let (id, key, name, colour) =
        found
            .copied()
            .unwrap_or((1, "undefined", "No Category", "medium-gray"));
    json!({
        "self": format!("{base}/rest/api/3/statuscategory/{id}"),
        "id": id, "key": key, "name": name, "colorName": colour,
    })
}

/// The key of a status's category.
pub fn category_of(status: &str) -> &'static str {
    STATUSES
        .iter()
        .find(|(id, ..)| *id == status)
        .map_or("undefined", |(.., category)| category)
}

pub fn status(base: &str, id: &str) -> Value {
    let Some((id, name, key)) = STATUSES.iter().find(|(i, ..)| *i == id) else {
        return Value::Null;
    };
    json!({
        "self": format!("{base}/rest/api/3/status/{id}"),
        "description": "",
        "iconUrl": format!("{base}/"),
        "name": name,
        "id": id,
        "statusCategory": category(base, key),
    })
}

pub fn priority(base: &str, id: &str) -> Value {
    let Some((id, name, colour)) = PRIORITIES.iter().find(|(i, ..)| *i == id) else {
        return Value::Null;
    };
    json!({
        "self": format!("{base}/rest/api/3/priority/{id}"),
        "id": id, "name": name, "statusColor": colour, "description": "",
        "iconUrl": format!("{base}/images/icons/priorities/{}.svg", name.to_lowercase()),
        "isDefault": *id == "3",
    })
}

/// A priority as an issue shows it.
pub fn priority_of_issue(base: &str, id: &str) -> Value {
    let mut shown = priority(base, id);
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| ["self", "id", "name", "iconUrl"].contains(&name.as_str()));
    }
    shown
}

pub fn resolution(base: &str, id: &str) -> Value {
    let Some((id, name)) = RESOLUTIONS.iter().find(|(i, _)| *i == id) else {
        return Value::Null;
    };
    json!({
        "self": format!("{base}/rest/api/3/resolution/{id}"),
        "id": id, "name": name, "description": "",
    })
}

pub fn link_type(base: &str, id: &str) -> Value {
    let Some((id, name, inward, outward)) = LINK_TYPES.iter().find(|(i, ..)| *i == id) else {
        return Value::Null;
    };
    json!({
        "id": id, "name": name, "inward": inward, "outward": outward,
        "self": format!("{base}/rest/api/3/issueLinkType/{id}"),
    })
}

/// The id of an entry that a request names by its id or its name.
pub fn named<'a>(
    mut entries: impl Iterator<Item = (&'a str, &'a str)>,
    given: &Value,
) -> Option<&'a str> {
    let id = given
        .get("id")
        .and_then(crate::sandbox::jira::shape::id_text);
    let name = given.get("name").and_then(Value::as_str);
    entries
        .find(|(i, n)| match (&id, name) {
            (Some(id), _) => i == id,
            (None, Some(name)) => n.eq_ignore_ascii_case(name),
            _ => false,
        })
        .map(|(id, _)| id)
}
