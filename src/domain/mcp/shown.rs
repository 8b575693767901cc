//! An entry of somebody else's as it may be shown.

use serde_json::Value;

use crate::domain::secret;

/// The same with secret values masked; references to the environment stay.
pub fn masked(value: &Value) -> Value {
    under("", value)
}

fn under(key: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("${") => value.clone(),
        Value::String(text) => secret::mask_value(key, text).into(),
        Value::Array(list) => list.iter().map(|v| under(key, v)).collect(),
        Value::Object(map) => {
            let pairs = map.iter().map(|(k, v)| (k.clone(), under(k, v)));
            Value::Object(pairs.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_masked_and_references_stay() {
        let entry = json!({
            "command": "x",
            "args": ["--token", "sbp_0123456789abcdef0123456789abcdef01234567"],
            "env": {"API_TOKEN": "example-token", "B_KEY": "${B_KEY}"},
        });
        let shown = masked(&entry).to_string();
        assert!(
            !shown.contains("example-token") && !shown.contains("sbp_0"),
            "{shown}"
        );
        assert!(shown.contains("${B_KEY}") && shown.contains("\"x\""));
    }
}
