//! Bodies as requests bring them: which representation, how long, well-formed or not.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::sandbox::atlassian::{Answer, Call, Refusal};
use crate::sandbox::confluence::content::Body;
use crate::sandbox::confluence::{adf, xhtml};

/// The longest body, in bytes. Source: Confluence's API answers 413 above 5 MB.
const LONGEST: usize = 5 * 1024 * 1024;

/// The JSON of a request, refused above the longest body that Confluence takes.
pub fn request(call: &Call) -> Answer<Value> {
    if call.body.len() > LONGEST {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request is too large: more than 5 MB.",
        ));
    }
    let value = call.json()?;
    if !value.is_object() && !value.is_array() {
        return Err(Refusal::bad("The request's body is not an object."));
    }
    Ok(value)
}

/// The `body` of a request with the words in it: `{representation, value}`, or one such below the
/// name of its representation.
pub fn read(request: &Value) -> Answer<Option<(Body, String)>> {
    let Some(given) = request.get("body").filter(|body| !body.is_null()) else {
        return Ok(None);
    };
    let flat = given.get("value").is_some() || given.get("representation").is_some();
    let (representation, holder) = if flat {
        (text(given, "representation").unwrap_or("storage"), given)
    } else {
        let fields = given.as_object().filter(|fields| fields.len() == 1);
        let Some((name, inner)) = fields.and_then(|fields| fields.iter().next()) else {
            return Err(Refusal::bad("Provide exactly one body representation."));
        };
        (text(inner, "representation").unwrap_or(name), inner)
    };
    let value = text(holder, "value").unwrap_or_default();
    let words = match representation {
        "storage" => xhtml::text(value),
        "atlas_doc_format" => adf::text(value),
        other => Err(format!(
            "The body representation \"{other}\" is not served here."
        )),
    };
    let body = Body {
        representation: representation.to_owned(),
        value: value.to_owned(),
    };
    Ok(Some((body, words.map_err(Refusal::bad)?)))
}

/// Which representation the query asks for.
pub fn wanted(call: &Call) -> Answer<Option<&str>> {
    match call.query("body-format") {
        None => Ok(None),
        Some(
            format @ ("storage"
            | "atlas_doc_format"
            | "view"
            | "export_view"
            | "anonymous_export_view"
            | "styled_view"
            | "editor"),
        ) => Ok(Some(format)),
        Some(other) => Err(Refusal::bad(format!(
            "Provided value {{{other}}} for 'body-format' is not a body representation."
        ))),
    }
}

/// The `body` of an answer. A body is not converted: where it was written in another
/// representation than the wanted one, it's left out.
pub fn show(body: Option<&Body>, wanted: Option<&str>) -> Value {
    let mut shown = Map::new();
    if let (Some(body), Some(wanted)) = (body, wanted)
        && body.representation == wanted
    {
        shown.insert(
            wanted.to_owned(),
            json!({ "representation": wanted, "value": body.value }),
        );
    }
    Value::Object(shown)
}

/// A text field of a request.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// A text field that must be there.
pub fn needed<'a>(value: &'a Value, name: &str) -> Answer<&'a str> {
    text(value, name)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Refusal::bad(format!("'{name}' must be provided.")))
}

/// An id, which clients also send as a number.
pub fn id(value: &Value, name: &str) -> Option<String> {
    match value.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}
