//! The tokens that Supabase calls legacy API keys: JSON web tokens signed with HMAC-SHA-256
//! (RFC 7519, RFC 7515).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::error::{Context, Kind, Result};

/// Ten years, as with Supabase.
const LIFETIME_SECONDS: i64 = 10 * 365 * 24 * 3600;

/// A token of `role` (`anon`, `service_role`) for a project, the same at every call.
pub fn sign(reference: &str, role: &str, issued_ms: i64, secret: &str) -> Result<String> {
    let issued = issued_ms / 1000;
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let payload = json!({
        "iss": "supabase",
        "ref": reference,
        "role": role,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
    });
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(payload));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .context(Kind::Internal, || "Cannot sign a token".into())?;
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    Ok(format!("{signed}.{signature}"))
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
}
