//! Signed addresses: a token that lets anybody read one object until it's over.

use axum::Extension;
use axum::Json as Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::storage::body::Json;
use crate::sandbox::storage::caller::{sign, verify};
use crate::sandbox::storage::download::{How, serve};
use crate::sandbox::storage::objects::Object;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// Seconds.
    expires_in: u32,
}

/// `a b/ç` in an address.
fn escaped(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes()
        .map(|b| match plain(b) {
            true => char::from(b).to_string(),
            false => format!("%{b:02X}"),
        })
        .collect()
}

pub async fn create(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
    Json(wanted): Json<Wanted>,
) -> Answer<Body<Value>> {
    let project = asked.reference();
    let found = Object::seen(&storage, project, asked.caller()?, &bucket, &name).await?;
    found.ok_or_else(Refusal::no_object)?;
    if wanted.expires_in == 0 {
        return Err(Refusal::bad("expiresIn is at least 1."));
    }
    let path = format!("{bucket}/{name}");
    let now = now_ms() / 1000;
    let claims = json!({ "url": path, "iat": now, "exp": now + i64::from(wanted.expires_in) });
    let token = sign(&claims, asked.project.jwt_secret.reveal())?;
    let address = format!("/object/sign/{}?token={token}", escaped(&path));
    Ok(Body(json!({ "signedURL": address })))
}

#[derive(Deserialize)]
pub struct Presented {
    token: Option<String>,
}

pub async fn read(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
    Query(presented): Query<Presented>,
    Query(how): Query<How>,
    headers: HeaderMap,
) -> Answer<Response> {
    let wrong = || Refusal::new(400, "InvalidSignature", "Invalid signature");
    let token = presented.token.ok_or_else(wrong)?;
    let claims = verify(&token, asked.project.jwt_secret.reveal()).ok_or_else(wrong)?;
    if claims["url"] != format!("{bucket}/{name}") {
        return Err(wrong());
    }
    let object = Object::find(&storage, asked.reference(), &bucket, &name).await?;
    let object = object.ok_or_else(Refusal::no_object)?;
    serve(&storage, &asked, &bucket, &name, &object, &how, &headers).await
}
