//! Exchanges with Confluence against its two documents.

use std::path::Path;

use serde_json::{Value, json};

use super::check::{Manners, check_parameters, check_request_body, check_shape};
use super::document::{Document, Operation};

const V2: &str = "/wiki/api/v2";

const MANNERS: Manners = Manners {
    scheme: "Basic ",
    limit_headers: &[],
    is_error: Value::is_object,
    common_headers: &["authorization"],
};

/// Fields of answers that the documents leave out, and why they are there.
const BESIDES: [(&str, &str); 3] = [
    ("subtype", "the document has it in lists of pages only"),
    (
        "inline-marker-ref",
        "the service names this property both ways",
    ),
    (
        "inline-original-selection",
        "the service names this property both ways",
    ),
];

pub struct Confluence {
    v1: Document,
    v2: Document,
}

impl Confluence {
    pub fn read(folder: &Path) -> Confluence {
        Confluence {
            v1: Document::with_overlaps(&folder.join("trimmed/confluence-v1.json")),
            v2: Document::with_overlaps(&folder.join("trimmed/confluence-v2.json")),
        }
    }

    /// The operation of an exchange (with its version), and what is wrong with it.
    pub fn check(&self, exchange: &Value) -> (Option<String>, Vec<String>) {
        let method = exchange["method"].as_str().unwrap();
        let path = exchange["path"].as_str().unwrap();
        let (document, path, version) = match path.strip_prefix(V2) {
            Some(path) => (&self.v2, path, "v2"),
            None => (&self.v1, path, "v1"),
        };
        let Some(operation) = document.operation(method, path) else {
            return (
                None,
                vec![format!("{method} {path} is not in the document")],
            );
        };
        let name = format!("{version} {}", operation.name);
        let mut wrong = Vec::new();
        let status = exchange["status"].as_u64().unwrap();
        if status != 400 {
            check_parameters(document, &operation, exchange, &MANNERS, &mut wrong);
            // Some operations describe an attachment's id as a number; it never is one.
            wrong.retain(|line| !(line.starts_with("id ") && line.contains("\"att")));
            check_form(&operation, exchange, &mut wrong);
            if operation.value["requestBody"]["content"]
                .get("multipart/form-data")
                .is_none()
            {
                check_request_body(document, &operation, exchange, &mut wrong);
            }
        }
        check_login(exchange, &mut wrong);
        let answer = &exchange["answer"];
        if status >= 400 {
            check_refusal(version, status, answer, &mut wrong);
        } else {
            check_shape(document, &operation, status, answer, &mut wrong);
            let described = &operation.value["responses"][status.to_string()];
            if let Some(schema) = document
                .resolve(described)
                .pointer("/content/application~1json/schema")
            {
                undescribed(document, &[schema], answer, "", &mut wrong);
            }
        }
        wrong
            .iter_mut()
            .for_each(|line| *line = format!("{name}: {line}"));
        (Some(name), wrong)
    }
}

fn check_login(exchange: &Value, wrong: &mut Vec<String>) {
    let headers = exchange["headers"].as_array().into_iter().flatten();
    let mut logins = headers.filter(|pair| pair[0] == "authorization");
    let basic = logins.any(|pair| pair[1].as_str().is_some_and(|v| v.starts_with("Basic ")));
    if !basic && exchange["status"] != 401 {
        wrong.push("there is no basic authorization".into());
    }
}

/// A form has the parts that the document asks for.
fn check_form(operation: &Operation, exchange: &Value, wrong: &mut Vec<String>) {
    let form = &operation.value["requestBody"]["content"]["multipart/form-data"]["schema"];
    for name in form["required"].as_array().into_iter().flatten() {
        let there = exchange["form"]
            .as_array()
            .is_some_and(|parts| parts.contains(name));
        if !there {
            wrong.push(format!("the form has no part {name}"));
        }
    }
}

/// The shape of refusals isn't in the documents; this is what the service answers.
fn check_refusal(version: &str, status: u64, answer: &Value, wrong: &mut Vec<String>) {
    let right = match version {
        "v2" => {
            let error = &answer["errors"][0];
            error["status"] == json!(status)
                && error["title"].is_string()
                && error["code"].is_string()
        }
        _ => answer["statusCode"] == json!(status) && answer["message"].is_string(),
    };
    if !right {
        wrong.push(format!("{status} in another shape: {answer}"));
    }
}

/// The documents require almost nothing, so that a misspelt field would pass: each field of an
/// answer must be described by one of the schemas.
fn undescribed(
    document: &Document,
    schemas: &[&Value],
    value: &Value,
    place: &str,
    wrong: &mut Vec<String>,
) {
    let mut all = Vec::new();
    schemas
        .iter()
        .for_each(|schema| flatten(document, schema, &mut all));
    match value {
        Value::Array(items) => {
            let inner: Vec<&Value> = all.iter().filter_map(|s| s.get("items")).collect();
            for item in items.iter().filter(|_| !inner.is_empty()) {
                undescribed(document, &inner, item, place, wrong);
            }
        }
        Value::Object(fields) => {
            let open = all.iter().any(|schema| {
                schema
                    .get("additionalProperties")
                    .is_some_and(|more| *more != json!(false))
            });
            let described = all.iter().any(|schema| schema.get("properties").is_some());
            if open || !described {
                return;
            }
            for (name, inner) in fields {
                let found: Vec<&Value> = all
                    .iter()
                    .filter_map(|s| s["properties"].get(name))
                    .collect();
                if !found.is_empty() {
                    undescribed(document, &found, inner, &format!("{place}/{name}"), wrong);
                } else if !BESIDES.iter().any(|(besides, _)| besides == name) {
                    wrong.push(format!(
                        "the answer's field {place}/{name} is not described"
                    ));
                }
            }
        }
        _ => {}
    }
}

/// A schema and all that it's made of.
fn flatten<'a>(document: &'a Document, schema: &'a Value, all: &mut Vec<&'a Value>) {
    let schema = document.resolve(schema);
    all.push(schema);
    for kind in ["allOf", "anyOf"] {
        for part in schema[kind].as_array().into_iter().flatten() {
            flatten(document, part, all);
        }
    }
}
