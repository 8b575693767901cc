//! Keeps secrets out of everything that is logged, recorded or shown.

use serde_json::Value;

use crate::domain::auth_field::is_secret_field;
use crate::domain::secret::{MASK, redact_known};

/// The names of JSON fields and headers whose values are secrets wherever they turn up.
const SECRET_NAMES: [&str; 12] = [
    "authorization",
    "apikey",
    "api_key",
    "db_pass",
    "password",
    "token",
    "access_token",
    "refresh_token",
    "secret",
    "value",
    "jwt_secret",
    "x-connection-encrypted",
];

/// `text` without the `secrets` given, and without anything that can be recognised as one.
pub fn redact(text: &str, secrets: &[&str]) -> String {
    redact_known(text, secrets.iter().copied())
}

/// Is this the name of a field or header whose value is a secret?
pub fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.iter().any(|s| name.eq_ignore_ascii_case(s)) || is_secret_field(name)
}

/// A JSON body as it may be recorded: the same shape, secrets replaced.
pub fn redact_json(value: &Value, secrets: &[&str]) -> Value {
    match value {
        Value::String(text) => Value::String(redact(text, secrets)),
        Value::Array(items) => items.iter().map(|v| redact_json(v, secrets)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| {
                let field = match field {
                    Value::String(_) if is_secret_name(name) => Value::String(MASK.into()),
                    other => redact_json(other, secrets),
                };
                (name.clone(), field)
            })
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn bodies_keep_their_shape() {
        let body =
            json!({"name": "clone-1", "db_pass": "example-pass", "n": [1, {"api_key": "x"}]});
        assert_eq!(
            redact_json(&body, &[]),
            json!({"name": "clone-1", "db_pass": MASK, "n": [1, {"api_key": MASK}]})
        );
    }

    proptest! {
        #[test]
        fn a_known_secret_never_survives(before in ".{0,20}", secret in "[A-Za-z0-9]{8,30}", after in ".{0,20}") {
            let text = format!("{before}{secret}{after}");
            prop_assert!(!redact(&text, &[&secret]).contains(&secret));
        }
    }
}
