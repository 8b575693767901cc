//! Who calls: the role and the claims of the key or token that a request carries, and the tokens of
//! signed addresses. Tokens are JSON web tokens with HMAC-SHA-256 (RFC 7519), signed with the
//! project's own secret.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::sandbox::api::{Project, is_same, now_ms};
use crate::sandbox::storage::refusal::{Answer, Refusal};

/// Roles that a token may name: those that PostgREST's own role may become.
const ROLES: [&str; 3] = ["anon", "authenticated", "service_role"];

#[derive(Debug, Clone)]
pub struct Caller {
    pub role: String,
    pub claims: Value,
}

impl Caller {
    fn of_role(role: &str) -> Caller {
        Caller {
            role: role.to_owned(),
            claims: json!({ "role": role }),
        }
    }

    /// The project itself, whom no policy binds.
    pub fn service() -> Caller {
        Caller::of_role("service_role")
    }

    /// The user's id.
    pub fn user(&self) -> Option<&str> {
        self.claims.get("sub")?.as_str()
    }

    /// Of a request: `Authorization: Bearer …`, else `apikey`; `None` where it has neither.
    pub fn of(headers: &HeaderMap, project: &Project) -> Answer<Option<Caller>> {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let bearer = text(header::AUTHORIZATION.as_str());
        let bearer = bearer.and_then(|v| v.strip_prefix("Bearer ").or(v.strip_prefix("bearer ")));
        let Some(token) = bearer.or_else(|| text("apikey")).map(str::trim) else {
            return Ok(None);
        };
        let known = project
            .keys
            .iter()
            .find(|key| is_same(token, key.value.reveal()));
        if let Some(key) = known {
            let role = match key.key_type.as_str() {
                "secret" => "service_role",
                _ => "anon",
            };
            return Ok(Some(Caller::of_role(role)));
        }
        let claims = verify(token, project.jwt_secret.reveal()).ok_or_else(Refusal::wrong_key)?;
        let role = claims.get("role").and_then(Value::as_str).unwrap_or("anon");
        // the project's own two keys are tokens without a user, and can be switched off
        let is_key = claims.get("sub").is_none() && role != "authenticated";
        if !ROLES.contains(&role) || is_key && !project.legacy_keys {
            return Err(Refusal::wrong_key());
        }
        Ok(Some(Caller {
            role: role.to_owned(),
            claims,
        }))
    }
}

fn signature(signed: &str, secret: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    Some(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// The claims of a token that the secret has signed and that isn't over.
pub fn verify(token: &str, secret: &str) -> Option<Value> {
    let (signed, given) = token.rsplit_once('.')?;
    let (head, payload) = signed.split_once('.')?;
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    if read(head)?.get("alg")? != "HS256" || !is_same(given, &signature(signed, secret)?) {
        return None;
    }
    let claims = read(payload)?;
    let over = claims.get("exp").and_then(Value::as_i64);
    over.is_none_or(|end| end > now_ms() / 1000)
        .then_some(claims)
}

/// A token with these claims.
pub fn sign(claims: &Value, secret: &str) -> Answer<String> {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({ "alg": "HS256", "typ": "JWT" });
    let signed = format!("{}.{}", encode(&head), encode(claims));
    let end = signature(&signed, secret);
    let end = end.ok_or_else(|| Refusal::internal("The token can't be signed."))?;
    Ok(format!("{signed}.{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_with_its_secret_and_until_it_is_over() {
        let token =
            |exp: i64| sign(&json!({ "role": "anon", "exp": exp }), "example-secret").unwrap();
        let later = now_ms() / 1000 + 60;
        assert_eq!(
            verify(&token(later), "example-secret").unwrap()["role"],
            "anon"
        );
        assert!(verify(&token(later), "example-other").is_none());
        assert!(verify(&token(1), "example-secret").is_none());
        let unsigned = token(later).replacen("eyJ", "eyI", 1);
        assert!(verify(&unsigned, "example-secret").is_none());
        assert!(verify("no token", "example-secret").is_none());
    }
}
