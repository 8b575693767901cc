//! The tokens that Supabase calls legacy API keys: JSON web tokens signed with HMAC-SHA-256
//! (RFC 7519, RFC 7515).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::error::{Context, Kind, Result};

/// Ten years, as with Supabase.
const LIFETIME_SECONDS: i64 = 10 * 365 * 24 * 3600;

/// A token of `role` (`anon`, `service_role`) for a project, the same at every call.
pub fn sign(reference: &str, role: &str, issued_ms: i64, secret: &str) -> Result<String> {
    let issued = issued_ms / 1000;
    let payload = json!({
        "iss": "supabase",
        "ref": reference,
        "role": role,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
    });
    write(&payload, secret)
}

/// A token that says `payload`.
pub fn write(payload: &Value, secret: &str) -> Result<String> {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(mac(&signed, secret)?.finalize().into_bytes());
    Ok(format!("{signed}.{signature}"))
}

/// What a token that came says.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// Signed with the secret, and not over yet.
    Valid(Value),
    Expired,
    /// Signed with another secret, or no such token at all.
    Wrong,
}

/// Reads a token that [`write`] may have made; `now` in seconds since 1970.
pub fn read(token: &str, secret: &str, now: i64) -> Token {
    match payload(token, secret) {
        None => Token::Wrong,
        Some(payload) => match payload.get("exp").and_then(Value::as_i64) {
            Some(end) if end > now => Token::Valid(payload),
            _ => Token::Expired,
        },
    }
}

fn payload(token: &str, secret: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let json = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    if json(header)?.get("alg")? != "HS256" {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(signed, secret).ok()?.verify_slice(&signature).ok()?;
    json(payload)
}

fn mac(signed: &str, secret: &str) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .context(Kind::Internal, || "Cannot sign a token".into())?;
    mac.update(signed.as_bytes());
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_names_project_and_role_and_the_secret_matters() {
        let token = sign("abcdefghijklmnopqrst", "anon", 1_000, "example-secret").unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        let payload = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["ref"], "abcdefghijklmnopqrst");
        assert_eq!(payload["role"], "anon");
        let other = sign("abcdefghijklmnopqrst", "anon", 1_000, "example-secret-2").unwrap();
        assert_ne!(token, other);
    }

    #[test]
    fn only_the_secret_that_signed_it_reads_a_token_and_only_in_time() {
        let said = json!({ "sub": "u", "exp": 100 });
        let token = write(&said, "example-secret").unwrap();
        assert_eq!(read(&token, "example-secret", 99), Token::Valid(said));
        assert_eq!(read(&token, "example-secret", 100), Token::Expired);
        assert_eq!(read(&token, "example-other", 99), Token::Wrong);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let payload = signed.split_once('.').unwrap().1;
        let other = URL_SAFE_NO_PAD.encode(r#"{"sub":"v","exp":100}"#);
        let header = signed.split_once('.').unwrap().0;
        for bad in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}.{other}.{signature}"),
            "a.b.c".into(),
            "a".into(),
            String::new(),
        ] {
            assert_eq!(read(&bad, "example-secret", 99), Token::Wrong, "{bad}");
        }
    }
}
