//! What a copy is created with.

use serde_json::{Map, Value, json};

use super::maps::{FieldMaps, TypeMap};
use super::value::{Carried, Known, carry, filled};
use super::words::words;
use crate::job::steps::jira::adf;
use crate::job::steps::jira::made::Made;
use crate::provider::jira::Issue;

/// The title of the table of values that the target has no field for.
const TITLE: &str = "Values that this project has no field for";

/// A copy before it's created.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub fields: Map<String, Value>,
    /// The ids of the source's fields whose values aren't in `fields`, or not as a whole.
    pub left: Vec<String>,
    /// The names of the target's fields that can't be without a value, and have one that isn't the source's.
    pub filled: Vec<String>,
}

/// The draft of an issue's copy. `dropped` are the target's fields that Jira refused, `me` the
/// account that creates it.
pub fn draft(
    issue: &Issue,
    (project, me): (&str, &str),
    kind: &TypeMap,
    maps: &FieldMaps,
    made: &Made,
    dropped: &[String],
) -> Draft {
    let mut fields = Map::new();
    let mut left = Vec::new();
    fields.insert("project".into(), json!({ "key": project }));
    fields.insert("issuetype".into(), json!({ "id": kind.id }));
    fields.insert("summary".into(), json!(issue.summary()));
    if let Some(parent) = parent(issue, made) {
        fields.insert("parent".into(), json!({ "id": parent }));
    }
    let known = Known {
        made,
        account: &|account| maps.account(account).map(str::to_owned),
    };
    for (id, _) in maps.names().filter(|(id, _)| *id != "description") {
        let value = issue.fields.get(id).unwrap_or(&Value::Null);
        if words(value).is_empty() {
            continue;
        }
        let field = kind.field(id);
        let carried = match field.filter(|f| !dropped.contains(&f.field_id)) {
            Some(field) => (carry(value, field, &known), field.field_id.clone()),
            None => (Carried::Nothing, String::new()),
        };
        match carried {
            (Carried::Whole(value), field) => {
                fields.insert(field, value);
            }
            (Carried::Partly(value), field) => {
                fields.insert(field, value);
                left.push(id.to_owned());
            }
            (Carried::Nothing, _) => left.push(id.to_owned()),
        }
    }
    if kind.has_description() && !dropped.iter().any(|field| field == "description") {
        let whole = description(issue, maps, &left);
        if !whole.is_null() {
            fields.insert("description".into(), adf::without_files(&whole));
        }
    }
    let mut names = Vec::new();
    for field in &kind.required {
        let missing = !fields.contains_key(&field.field_id);
        if let Some(value) = filled(field, me).filter(|_| missing) {
            fields.insert(field.field_id.clone(), value);
            names.push(field.name.clone());
        }
    }
    Draft {
        fields,
        left,
        filled: names,
    }
}

/// The id of the parent's copy.
fn parent<'a>(issue: &Issue, made: &'a Made) -> Option<&'a str> {
    let id = issue.text("/parent/id");
    made.target("issue", id)
}

/// The description as the copy is to have it, before references are rewritten: the source's, with
/// the values of `left` at its end. Null where there is nothing to say.
pub fn description(issue: &Issue, maps: &FieldMaps, left: &[String]) -> Value {
    let own = issue.fields.get("description").unwrap_or(&Value::Null);
    if left.is_empty() {
        return own.clone();
    }
    let rows: Vec<(String, String)> = maps
        .names()
        .filter(|(id, _)| left.iter().any(|field| field == id))
        .map(|(id, name)| {
            let value = issue.fields.get(id).unwrap_or(&Value::Null);
            (name.to_owned(), words(value))
        })
        .collect();
    adf::with_table(own, TITLE, &rows)
}

/// The texts and documents of an issue whose copy may need other words: by the target's field, as
/// they are to be before references are rewritten. `left` is what the copy couldn't be given.
pub fn texts(
    issue: &Issue,
    kind: &TypeMap,
    maps: &FieldMaps,
    left: &[String],
) -> Map<String, Value> {
    let mut found = Map::new();
    found.insert("summary".into(), json!(issue.summary()));
    for (id, _) in maps.names().filter(|(id, _)| *id != "description") {
        let value = issue.fields.get(id).unwrap_or(&Value::Null);
        let text = value.is_string() || adf::is_document(value);
        let field = kind
            .field(id)
            .filter(|_| text && !left.iter().any(|l| l == id));
        let written = |field: &&crate::provider::jira::CreateField| {
            field.schema.as_ref().is_some_and(|s| s.kind == "string")
        };
        if let Some(field) = field.filter(written) {
            found.insert(field.field_id.clone(), value.clone());
        }
    }
    if kind.has_description() {
        let whole = description(issue, maps, left);
        if adf::is_document(&whole) {
            found.insert("description".into(), whole);
        }
    }
    found
}
