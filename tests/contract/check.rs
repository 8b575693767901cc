//! One recorded exchange against the document: path, parameters, headers, body, status, answer.

#![allow(dead_code)] // each test program uses its own part of this

use serde_json::{Value, json};

use super::document::{Document, Operation};

/// What an API has in all its operations, and its document doesn't say.
pub struct Manners {
    /// How the token is sent: `Bearer ` or `Basic `.
    pub scheme: &'static str,
    /// Headers, with numbers, of every answer to a right token.
    pub limit_headers: &'static [&'static str],
    /// Whether an error's body has the right shape.
    pub is_error: fn(&Value) -> bool,
    /// Headers that any request may have.
    pub common_headers: &'static [&'static str],
}

/// Headers that belong to HTTP and to every request.
const COMMON_HEADERS: [&str; 1] = ["authorization"];

/// Headers of every answer.
const LIMIT_HEADERS: [&str; 3] = [
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

pub const SUPABASE: Manners = Manners {
    scheme: "Bearer ",
    limit_headers: &LIMIT_HEADERS,
    // The document lists only some statuses of errors, and no shape; this one is recorded.
    is_error: |answer| answer["message"].is_string(),
    common_headers: &COMMON_HEADERS,
};

/// What is wrong with an exchange, and the operation that it is one of.
pub struct Verdict {
    pub operation: Option<String>,
    pub wrong: Vec<String>,
}

pub fn check(document: &Document, exchange: &Value) -> Verdict {
    check_as(document, exchange, &SUPABASE)
}

pub fn check_as(document: &Document, exchange: &Value, manners: &Manners) -> Verdict {
    let method = exchange["method"].as_str().unwrap();
    let path = exchange["path"].as_str().unwrap();
    let Some(operation) = document.operation(method, path) else {
        return Verdict {
            operation: None,
            wrong: vec![format!("{method} {path} is not in the document")],
        };
    };
    let mut wrong = Vec::new();
    // A wrong request that was refused as such is what a test of refusals sends.
    if exchange["status"] != 400 {
        check_parameters(document, &operation, exchange, manners, &mut wrong);
        check_request_body(document, &operation, exchange, &mut wrong);
    }
    check_answer(document, &operation, exchange, manners, &mut wrong);
    for line in &mut wrong {
        *line = format!("{}: {line}", operation.name);
    }
    Verdict {
        operation: Some(operation.name),
        wrong,
    }
}

fn pairs<'a>(exchange: &'a Value, field: &str) -> Vec<(&'a str, &'a str)> {
    exchange[field]
        .as_array()
        .into_iter()
        .flatten()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect()
}

pub fn check_parameters(
    document: &Document,
    operation: &Operation,
    exchange: &Value,
    manners: &Manners,
    wrong: &mut Vec<String>,
) {
    let described: Vec<&Value> = [&operation.value["parameters"], operation.shared]
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .map(|p| document.resolve(p))
        .collect();
    let find = |place: &str, name: &str| {
        described.iter().find(|p| {
            p["in"] == place
                && p["name"]
                    .as_str()
                    .is_some_and(|n| n.eq_ignore_ascii_case(name))
        })
    };
    for (name, value) in &operation.path {
        match find("path", name) {
            Some(parameter) => check_text(document, parameter, &[value], wrong),
            None => wrong.push(format!("the path's parameter {name} is not described")),
        }
    }
    let query = pairs(exchange, "query");
    for (name, _) in &query {
        match find("query", name) {
            Some(parameter) => {
                let values: Vec<&str> = query
                    .iter()
                    .filter(|(n, _)| n == name)
                    .map(|(_, v)| *v)
                    .collect();
                check_text(document, parameter, &values, wrong);
            }
            None => wrong.push(format!("the query's parameter {name} is not described")),
        }
    }
    let headers = pairs(exchange, "headers");
    for (name, value) in &headers {
        if manners.common_headers.contains(name) {
            continue;
        }
        match find("header", name) {
            Some(parameter) => check_text(document, parameter, &[value], wrong),
            None => wrong.push(format!("the header {name} is not described")),
        }
    }
    let logged_in = headers
        .iter()
        .any(|(name, value)| *name == "authorization" && value.starts_with(manners.scheme));
    if !logged_in && exchange["status"] != 401 {
        wrong.push("there is no token".into());
    }
    for parameter in described
        .iter()
        .filter(|p| p["required"] == true && p["in"] == "query")
    {
        let name = parameter["name"].as_str().unwrap();
        if !query.iter().any(|(n, _)| *n == name) {
            wrong.push(format!("the query's parameter {name} is missing"));
        }
    }
}

/// Parameters travel as text; the schema says what they are.
fn check_text(document: &Document, parameter: &Value, values: &[&str], wrong: &mut Vec<String>) {
    let name = parameter["name"].as_str().unwrap_or_default();
    let schema = document.resolve(&parameter["schema"]);
    // Jira's document calls some lists of words objects: nothing can be held against those.
    let kind = document.resolve(schema.get("items").unwrap_or(schema));
    if kind["type"] == "object" {
        return;
    }
    let read = |schema: &Value, text: &str| match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        _ => json!(text),
    };
    let value = match (schema["type"].as_str(), values) {
        (Some("array"), _) => {
            let item = document.resolve(&schema["items"]);
            let joined = parameter["explode"] == false;
            let parts = values.iter().flat_map(|text| match joined {
                true => text.split(',').collect(),
                false => vec![*text],
            });
            parts.map(|text| read(item, text)).collect()
        }
        (_, [one]) => read(schema, one),
        (_, many) => {
            wrong.push(format!("{name} is given {} times", many.len()));
            return;
        }
    };
    for error in document.errors(schema, &value) {
        wrong.push(format!("{name} {error}"));
    }
}

pub fn check_request_body(
    document: &Document,
    operation: &Operation,
    exchange: &Value,
    wrong: &mut Vec<String>,
) {
    let described = document.resolve(&operation.value["requestBody"]);
    let json = described.pointer("/content/application~1json/schema");
    // A form is an object of its fields; Jira describes the list of files in it instead.
    let form = described.pointer("/content/multipart~1form-data/schema");
    let form = form.filter(|schema| document.resolve(schema)["type"] != "array");
    let is_form = described.pointer("/content/multipart~1form-data").is_some();
    if is_form && exchange["body"].is_null() {
        wrong.push("there is no form".into());
    }
    if is_form && form.is_none() {
        return;
    }
    match (json.or(form), &exchange["body"]) {
        (None, Value::Null) => {}
        (None, _) => wrong.push("a body is sent, but none is described".into()),
        (Some(_), Value::Null) if described["required"] == true => {
            wrong.push("the body is missing".into())
        }
        (Some(_), Value::Null) => {}
        (Some(schema), body) => {
            let fields = fields_of_form(document, schema, body);
            let body = fields.as_ref().unwrap_or(body);
            for error in document.errors(schema, body) {
                wrong.push(format!("the request's body {error}"));
            }
            // The document is silent about unknown fields, and the service refuses them.
            for field in undescribed(document, schema, body) {
                wrong.push(format!("the request's field {field} is not described"));
            }
        }
    }
}

/// A form's parts, each a pair of its name and its content, as an object: what is described as an
/// object is JSON, and what is described as a list may come several times.
fn fields_of_form(document: &Document, schema: &Value, body: &Value) -> Option<Value> {
    let parts = body.as_array()?;
    let properties = document.resolve(schema)["properties"].as_object()?;
    let mut fields = serde_json::Map::new();
    for part in parts {
        let (name, content) = (part[0].as_str()?, &part[1]);
        let text = content["file"].as_str().or(content.as_str())?;
        let described = properties.get(name).map(|one| document.resolve(one));
        match described.and_then(|one| one["type"].as_str()) {
            Some("array") => {
                let list = fields.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut()?.push(json!(text));
            }
            Some("object") => {
                fields.insert(name.to_owned(), serde_json::from_str(text).ok()?);
            }
            _ => {
                fields.insert(name.to_owned(), json!(text));
            }
        }
    }
    Some(Value::Object(fields))
}

fn undescribed(document: &Document, schema: &Value, body: &Value) -> Vec<String> {
    let (Some(properties), Some(fields)) = (
        document.resolve(schema)["properties"].as_object(),
        body.as_object(),
    ) else {
        return Vec::new();
    };
    fields
        .keys()
        .filter(|f| !properties.contains_key(*f))
        .cloned()
        .collect()
}

fn check_answer(
    document: &Document,
    operation: &Operation,
    exchange: &Value,
    manners: &Manners,
    wrong: &mut Vec<String>,
) {
    let status = exchange["status"].as_u64().unwrap();
    let answer = &exchange["answer"];
    // The limit is a token's: without a right one there is none to tell.
    let limits: &[&str] = match status {
        401 => &[],
        _ => manners.limit_headers,
    };
    for name in limits {
        let number = exchange["answer_headers"][*name]
            .as_str()
            .is_some_and(|v| v.parse::<u64>().is_ok());
        if !number {
            wrong.push(format!("the answer's header {name} is not a number"));
        }
    }
    if status >= 400 {
        if !(manners.is_error)(answer) {
            wrong.push(format!("{status} has another shape: {answer}"));
        }
        return;
    }
    check_shape(document, operation, status, answer, wrong);
}

/// The answer to a request that was carried out.
pub fn check_shape(
    document: &Document,
    operation: &Operation,
    status: u64,
    answer: &Value,
    wrong: &mut Vec<String>,
) {
    let Some(described) = operation.value["responses"].get(status.to_string()) else {
        wrong.push(format!("the status {status} is not described"));
        return;
    };
    let described = document.resolve(described);
    if let Some(schema) = described.pointer("/content/application~1json/schema") {
        for error in document.errors(schema, answer) {
            wrong.push(format!("the answer {error}"));
        }
    }
}
