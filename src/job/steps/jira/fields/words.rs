//! A field's value as a person reads it.

use serde_json::Value;

use crate::job::steps::jira::adf;

/// The longest value in a table, in characters.
const LONGEST: usize = 2000;

/// Empty where there is nothing to read.
pub fn words(value: &Value) -> String {
    let whole = read(value);
    match whole.char_indices().nth(LONGEST) {
        None => whole,
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
    }
}

fn read(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(read).filter(|w| !w.is_empty()).collect();
            all.join(", ")
        }
        Value::Object(_) if adf::is_document(value) => adf::words(value),
        Value::Object(fields) => {
            let named = [
                "displayName",
                "value",
                "name",
                "title",
                "key",
                "originalEstimate",
                "remainingEstimate",
            ];
            let found = named.iter().find_map(|name| fields.get(*name));
            let own = found.map(read).unwrap_or_default();
            match fields.get("child").map(read) {
                Some(child) if !child.is_empty() => format!("{own}: {child}"),
                _ => own,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_as_people_know_them() {
        for (value, read) in [
            (json!(null), ""),
            (json!(3.5), "3.5"),
            (json!({ "id": "1", "value": "High" }), "High"),
            (
                json!({ "value": "Brazil", "child": { "value": "Bahia" } }),
                "Brazil: Bahia",
            ),
            (
                json!([{ "displayName": "One" }, { "displayName": "Two" }]),
                "One, Two",
            ),
            (json!({}), ""),
        ] {
            assert_eq!(words(&value), read);
        }
        assert_eq!(words(&json!("ã".repeat(3000))).chars().count(), 2001);
    }
}
