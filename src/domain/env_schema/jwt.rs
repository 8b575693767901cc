//! What a JSON web token says of itself (RFC 7519). Its signature can't be checked without the key
//! that made it, so this is for telling tokens apart, never for trusting one.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

/// The claims that Supabase's legacy keys carry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// `anon`, `service_role`.
    pub role: Option<String>,
    /// The project's reference (`ref`).
    pub reference: Option<String>,
    /// Seconds since 1970 (`exp`).
    pub expires: Option<i64>,
}

/// Reads the payload; `None` where the text hasn't the form of a token.
pub fn claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature.is_empty() {
        return None;
    }
    let signed = signature
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
    if !signed || !object(header)?.is_object() {
        return None;
    }
    let payload = object(payload)?;
    let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
    payload.as_object()?;
    Some(Claims {
        role: text("role"),
        reference: text("ref"),
        expires: payload.get("exp").and_then(whole_seconds),
    })
}

/// `exp` may have a fraction.
fn whole_seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

fn object(part: &str) -> Option<Value> {
    // padding isn't allowed in a token, but some tools write it
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .or_else(|_| URL_SAFE.decode(part))
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A token with these claims, for tests.
#[cfg(test)]
pub(super) fn example(payload: &str) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let body = URL_SAFE_NO_PAD.encode(payload);
    format!("{head}.{body}.example-signature")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_of_a_token_are_read() {
        let token = example(r#"{"ref":"abc","role":"anon","exp":100,"iss":"supabase"}"#);
        let found = claims(&token).unwrap();
        assert_eq!(found.role.as_deref(), Some("anon"));
        assert_eq!(found.reference.as_deref(), Some("abc"));
        assert_eq!(found.expires, Some(100));
        assert_eq!(claims(&example(r#"{"exp":1.5}"#)).unwrap().expires, Some(1));
        assert_eq!(claims(&example("{}")), Some(Claims::default()));
    }

    #[test]
    fn what_has_another_form_is_none() {
        let token = example("{}");
        for wrong in [
            "",
            "a.b.c",
            "..",
            &token.replace(".example-signature", ""),
            &token.replace("example-signature", ""),
            &format!("{token}.more"),
            &format!("{token} "),
            &example("[]"),
            &example("text"),
        ] {
            assert_eq!(claims(wrong), None, "{wrong}");
        }
    }
}
