//! A request as handlers see it, and handlers as axum sees them.

use std::collections::HashMap;
use std::pin::Pin;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::sandbox::api::hex;
use crate::sandbox::atlassian::account::{OWNER, User};
use crate::sandbox::atlassian::multipart::{self, Part};
use crate::sandbox::atlassian::refusal::{Answer, Refusal};
use crate::sandbox::atlassian::site::Site;
use crate::sandbox::atlassian::store::Db;

/// The longest body, in bytes: an attachment of the largest size with what is around it.
const LONGEST: usize = 128 * 1024 * 1024;

/// A request, read whole.
pub struct Call {
    pub site: Site,
    pub method: String,
    pub path: String,
    params: HashMap<String, String>,
    query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The parts of a `multipart/form-data` body.
    pub parts: Vec<Part>,
    /// Who asks.
    pub user: User,
}

impl Call {
    /// A parameter of the path.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query; the first, where it's given more than once.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a parameter: given more than once, or with commas between.
    pub fn queries(&self, name: &str) -> Vec<&str> {
        self.query
            .iter()
            .filter(|(n, _)| n == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// The query without one of its parameters.
    pub fn others(&self, without: &str) -> impl Iterator<Item = (&str, &str)> {
        self.query
            .iter()
            .filter(move |(name, _)| name != without)
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.query(name).map(|value| value != "false")
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.query(name).and_then(|value| value.parse().ok())
    }

    /// The body as JSON.
    pub fn json(&self) -> Answer<Value> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Refusal::bad(format!("The body isn't the JSON that is expected: {error}"))
        })
    }

    /// The site's address as this client knows it: `http://127.0.0.1:4711`.
    pub fn base(&self) -> String {
        let host = self
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        format!("http://{}", host.unwrap_or("127.0.0.1"))
    }
}

impl FromRequest<Site> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        // Below a nested router the address itself is cut short.
        let whole = parts.extensions.get::<OriginalUri>();
        let path = whole
            .map_or_else(|| parts.uri.path(), |uri| uri.path())
            .to_owned();
        let params = RawPathParams::from_request_parts(&mut parts, site)
            .await
            .map(|params| {
                params
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect()
            })
            .unwrap_or_default();
        let body = axum::body::to_bytes(body, LONGEST).await.map_err(|error| {
            Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The body could not be read: {error}"),
            )
            .render(&path)
        })?;
        let form = multipart::read(&parts.headers, body.clone())
            .await
            .map_err(|refusal| refusal.render(&path))?;
        Ok(Call {
            site: site.clone(),
            method: parts.method.to_string(),
            query: query(&parts.uri),
            user: parts.extensions.get::<User>().copied().unwrap_or(OWNER),
            headers: parts.headers,
            path,
            params,
            body,
            parts: form,
        })
    }
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map(|query| query.0)
        .unwrap_or_default()
}

/// What a handler answers with.
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    json: Option<Value>,
}

impl Reply {
    pub fn json(value: Value) -> Reply {
        Reply::status(StatusCode::OK).with(value)
    }

    pub fn created(value: Value) -> Reply {
        Reply::status(StatusCode::CREATED).with(value)
    }

    pub fn nothing() -> Reply {
        Reply::status(StatusCode::NO_CONTENT)
    }

    pub fn status(status: StatusCode) -> Reply {
        Reply {
            status,
            headers: HeaderMap::new(),
            body: None,
            json: None,
        }
    }

    /// The content of a file.
    pub fn file(mime: &str, bytes: Vec<u8>) -> Reply {
        let mut reply = Reply::status(StatusCode::OK).header("content-type", mime);
        reply.body = Some(bytes);
        reply
    }

    #[must_use]
    pub fn with(mut self, value: Value) -> Reply {
        self.json = Some(value);
        self
    }

    /// A header; one that HTTP doesn't allow is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = match (self.json, self.body) {
            (Some(json), _) => Json(json).into_response(),
            (None, Some(bytes)) => Response::new(Body::from(bytes)),
            (None, None) => Response::new(Body::empty()),
        };
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// What handlers are: a function over one transaction. A refusal takes back what it changed.
pub type Handler = fn(&Db<'_>, &Call) -> Answer<Reply>;

type Served = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler as axum wants it.
pub fn on(
    handler: Handler,
) -> impl Fn(State<Site>, Call) -> Served + Clone + Send + Sync + 'static {
    move |State(site), call: Call| {
        Box::pin(async move {
            let path = call.path.clone();
            match site.run(move |db| handler(db, &call)).await {
                Ok(reply) => reply.into_response(),
                Err(refusal) => refusal.render(&path),
            }
        })
    }
}

/// A random UUID (version 4, RFC 9562).
pub fn uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
