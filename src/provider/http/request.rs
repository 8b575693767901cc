//! What goes out, and what comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::provider::http::basic::Basic;
use crate::provider::http::body::{Body, Part};
use crate::provider::http::failure::{Cause, Failure};
use crate::provider::http::hint;
use crate::provider::http::writes::WriteKey;

/// Does it do harm to send this request twice?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// No: the second time changes nothing more (reading, deleting, putting).
    Safe,
    /// Yes: it is sent again only where it certainly had no effect (no connection was made, or
    /// the service refused it with 429).
    Harmful,
}

/// One request to a provider.
#[derive(Clone)]
pub struct Request {
    /// The provider's name as a person knows it: "Supabase".
    pub service: &'static str,
    /// What is asked, to stand after "could not": "create the project clone-1".
    pub what: String,
    pub method: Method,
    pub url: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Body>,
    /// Sent as `Authorization: Bearer …`.
    pub bearer: Option<String>,
    /// Sent as `Authorization: Basic …`.
    pub basic: Option<Basic>,
    /// The `.env` key that the credential came from, for hints.
    pub credential_key: String,
    /// Values that must not appear in a log or an error.
    pub secrets: Vec<String>,
    pub repeat: Repeat,
    /// Longest time for one try; the client's own where it is `None`.
    pub timeout: Option<Duration>,
    /// Statuses besides 2xx that are an answer and no failure: a 303 that is read and not
    /// followed, a 400 whose body says which of many went wrong.
    pub accepted: Vec<u16>,
    /// Goes after a redirection of a `GET`. The credentials stay with the origin (scheme, host and
    /// port) that they are for. Otherwise a redirection is a failure.
    pub follow: bool,
    /// What this writes to, where the service limits writes to one thing.
    pub writes: Vec<WriteKey>,
    /// The operation that this is a call of, where the service limits how often it's called.
    pub operation: Option<WriteKey>,
    /// After a 429, other requests of this kind to the same host keep back as well.
    pub shared_limit: bool,
}

impl Request {
    /// A request whose `repeat` follows from its method: only `POST` and `PATCH` are harmful.
    pub fn new(
        service: &'static str,
        what: impl Into<String>,
        method: Method,
        url: impl Into<String>,
    ) -> Self {
        let repeat = match method {
            Method::POST | Method::PATCH => Repeat::Harmful,
            _ => Repeat::Safe,
        };
        Request {
            service,
            what: what.into(),
            method,
            url: url.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            bearer: None,
            basic: None,
            credential_key: String::new(),
            secrets: Vec::new(),
            repeat,
            timeout: None,
            accepted: Vec::new(),
            follow: false,
            writes: Vec::new(),
            operation: None,
            shared_limit: false,
        }
    }

    #[must_use]
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    /// Bytes as they are.
    #[must_use]
    pub fn raw(mut self, content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(Body::Raw {
            content_type: content_type.into(),
            bytes: bytes.into(),
        });
        self
    }

    /// A form with fields and files.
    #[must_use]
    pub fn form(mut self, parts: Vec<Part>) -> Self {
        self.body = Some(Body::Form(parts));
        self
    }

    /// Takes an answer with this status for an answer and not for a failure.
    #[must_use]
    pub fn accept(mut self, status: u16) -> Self {
        self.accepted.push(status);
        self
    }

    /// Goes after redirections (see [`Request::follow`]).
    #[must_use]
    pub fn following(mut self) -> Self {
        self.follow = true;
        self
    }

    /// Keeps writes to one thing below the service's limit.
    #[must_use]
    pub fn writing(mut self, key: WriteKey) -> Self {
        self.writes.push(key);
        self
    }

    /// A value in this request that must never be shown.
    #[must_use]
    pub fn secret(mut self, value: impl Into<String>) -> Self {
        self.secrets.push(value.into());
        self
    }

    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(super) fn all_secrets(&self) -> Vec<&str> {
        self.secrets
            .iter()
            .chain(self.bearer.iter())
            .map(String::as_str)
            .chain(self.basic.iter().flat_map(Basic::secrets))
            .collect()
    }

    /// The host that is asked; empty where the address is wrong.
    pub(super) fn host(&self) -> String {
        reqwest::Url::parse(&self.url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// The path without the query, for logs.
    pub fn path(&self) -> String {
        reqwest::Url::parse(&self.url)
            .map(|url| url.path().to_owned())
            .unwrap_or_default()
    }
}

/// A provider's answer with a status of success, or one that the request accepts.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    /// Empty where it went into a file or was only read.
    pub body: Bytes,
    /// Bytes of the body, also of one that went into a file.
    pub length: u64,
    /// The path of the address that answered in the end, after redirections; without a query, which
    /// may hold a signature.
    pub path: String,
    /// SHA-256 of a body that went into a file or was only read, in hexadecimal.
    pub sha256: Option<String>,
    /// Ours; it stands in the log too.
    pub request_id: String,
    pub(super) service: &'static str,
    pub(super) what: String,
}

impl Answer {
    /// The body as `T`.
    ///
    /// A body that does not have that form is a [`Cause::Malformed`] failure, and an ambiguous
    /// one: the service said yes before its answer got lost.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Failure::new(
                Cause::Malformed,
                format!(
                    "{} answered {} to the request to {}, but its text could not be understood: {error}",
                    self.service, self.status, self.what
                ),
            )
            .hint("Try again. If it happens again, the service may have changed its answers.")
        })
    }

    /// A header's value; names are in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The failure that this answer would have been, had `request` not accepted its status.
    pub fn refusal(&self, request: &Request) -> Failure {
        hint::for_status(request, self.status, &self.body)
    }
}

pub(super) fn plain_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), text)
        })
        .collect()
}
