//! Keeps secrets out of everything that is logged, recorded or shown.

use serde_json::Value;

/// What stands in place of a secret.
pub const HIDDEN: &str = "(hidden)";

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

/// The beginnings of tokens that are recognised without being told: Supabase's personal tokens,
/// its secret keys, JSON web tokens, and Atlassian's API tokens.
const TOKEN_STARTS: [&str; 5] = ["sbp_", "sb_secret_", "eyJ", "ATATT", "ATSTT"];

/// `text` without the `secrets` given, and without anything that looks like a token or like a
/// password inside an address (`scheme://user:password@host`).
pub fn redact(text: &str, secrets: &[&str]) -> String {
    let mut clean = text.to_owned();
    for secret in secrets {
        // Very short values would cut ordinary words to pieces.
        if secret.len() >= 6 {
            clean = clean.replace(secret, HIDDEN);
        }
    }
    hide_passwords_in_addresses(&hide_tokens(&clean))
}

fn hide_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut inside_word = false;
    while let Some(first) = rest.chars().next() {
        let start = (!inside_word)
            .then(|| TOKEN_STARTS.iter().find(|s| rest.starts_with(**s)))
            .flatten();
        if start.is_some() {
            let end = rest.find(|c: char| !is_token_char(c)).unwrap_or(rest.len());
            if end >= 16 {
                out.push_str(HIDDEN);
                rest = rest.get(end..).unwrap_or("");
                continue;
            }
        }
        inside_word = first.is_ascii_alphanumeric() || first == '_';
        out.push(first);
        rest = rest.get(first.len_utf8()..).unwrap_or("");
    }
    out
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '=' | '+' | '/')
}

fn hide_passwords_in_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'))
            .unwrap_or(after.len());
        let (address, tail) = after.split_at(end);
        match address.rfind('@') {
            Some(sign) => {
                let (login, host) = address.split_at(sign);
                match login.split_once(':') {
                    Some((user, _)) => {
                        out.push_str(user);
                        out.push(':');
                        out.push_str(HIDDEN);
                    }
                    None => out.push_str(login),
                }
                out.push_str(host);
            }
            None => out.push_str(address),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Is this the name of a field or header whose value is a secret?
pub fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.iter().any(|s| name.eq_ignore_ascii_case(s))
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
                    Value::String(_) if is_secret_name(name) => Value::String(HIDDEN.into()),
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
    fn tokens_and_passwords_disappear_and_the_rest_stays() {
        let token = "sbp_0123456789abcdef0123456789abcdef01234567";
        let text =
            format!("refused {token}: postgres://postgres:example-pass@db.local:5432/x is down");
        let clean = redact(&text, &[]);
        assert_eq!(
            clean,
            "refused (hidden): postgres://postgres:(hidden)@db.local:5432/x is down"
        );
        assert_eq!(
            redact("key example-secret.", &["example-secret"]),
            "key (hidden)."
        );
        assert_eq!(redact("sbp_short stays", &[]), "sbp_short stays");
    }

    #[test]
    fn a_password_with_an_at_sign_is_hidden_whole() {
        let clean = redact("postgres://u:pa@ss@host/db", &[]);
        assert_eq!(clean, "postgres://u:(hidden)@host/db");
    }

    #[test]
    fn bodies_keep_their_shape() {
        let body =
            json!({"name": "clone-1", "db_pass": "example-pass", "n": [1, {"api_key": "x"}]});
        assert_eq!(
            redact_json(&body, &[]),
            json!({"name": "clone-1", "db_pass": HIDDEN, "n": [1, {"api_key": HIDDEN}]})
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
