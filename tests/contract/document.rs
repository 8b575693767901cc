//! An OpenAPI document: finding operations in it, and validating values against its schemas.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

pub struct Document {
    root: Value,
    /// By the schema's text: building one takes far longer than using it.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One operation of the document.
pub struct Operation<'a> {
    /// Such as `GET /v1/projects/{ref}`.
    pub name: String,
    pub value: &'a Value,
    /// Parameters of all operations of the path.
    pub shared: &'a Value,
    /// The values of the path's parameters.
    pub path: Vec<(String, String)>,
}

impl Document {
    pub fn read(path: &Path) -> Document {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut root: Value = serde_json::from_str(&text).unwrap();
        nullable_to_json_schema(&mut root);
        Document {
            root,
            validators: Mutex::default(),
        }
    }

    /// A document whose alternatives overlap: a value may be more than one of them.
    pub fn with_overlaps(path: &Path) -> Document {
        let mut document = Document::read(path);
        one_to_any(&mut document.root);
        document
    }

    /// The operation for a request. A path without parameters goes before one with.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let paths = self.root["paths"].as_object()?;
        let mut fitting: Vec<(&String, Vec<(String, String)>)> = paths
            .keys()
            .filter_map(|pattern| Some((pattern, parameters(pattern, path)?)))
            .collect();
        fitting.sort_by_key(|(_, parameters)| parameters.len());
        let (pattern, path) = fitting.into_iter().next()?;
        let value = paths[pattern].get(method.to_lowercase())?;
        Some(Operation {
            name: format!("{method} {pattern}"),
            value,
            shared: &paths[pattern]["parameters"],
            path,
        })
    }

    /// What is wrong with `value` as an instance of `schema`.
    pub fn errors(&self, schema: &Value, value: &Value) -> Vec<String> {
        self.validator(schema)
            .iter_errors(value)
            .map(|error| format!("at {}: {error}", error.instance_path()))
            .collect()
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut known = self.validators.lock().unwrap();
        let validator = known.entry(schema.to_string()).or_insert_with(|| {
            let whole = json!({ "allOf": [schema], "components": self.root["components"] });
            let built = jsonschema::options()
                .with_draft(Draft::Draft4)
                .build(&whole);
            Arc::new(built.unwrap_or_else(|e| panic!("the document's schema is wrong: {e}")))
        });
        Arc::clone(validator)
    }

    /// The schema, with a reference at its top replaced by what it refers to.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = reference.trim_start_matches('#');
            schema = self
                .root
                .pointer(pointer)
                .unwrap_or_else(|| panic!("{reference} leads nowhere"));
        }
        schema
    }
}

/// The parameters of `path` where it fits the pattern.
fn parameters(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, given): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut found = Vec::new();
    for (want, give) in wanted.into_iter().zip(given) {
        match want.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
            Some(name) => found.push((name.to_owned(), give.to_owned())),
            None if want == give => {}
            None => return None,
        }
    }
    Some(found)
}

fn one_to_any(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(one_to_any),
        Value::Object(fields) => {
            fields.values_mut().for_each(one_to_any);
            if let Some(schemas) = fields.remove("oneOf") {
                fields.insert("anyOf".to_owned(), schemas);
            }
        }
        _ => {}
    }
}

/// OpenAPI 3.0 says `nullable: true`; JSON Schema says so by the type.
fn nullable_to_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(nullable_to_json_schema),
        Value::Object(fields) => {
            fields.values_mut().for_each(nullable_to_json_schema);
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                let schema = Value::Object(std::mem::take(fields));
                *fields =
                    Map::from_iter([("anyOf".to_owned(), json!([schema, { "type": "null" }]))]);
            }
        }
        _ => {}
    }
}
