//! What goes out, and what comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::provider::http::failure::{Cause, Failure};

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
    pub body: Option<Value>,
    /// Sent as `Authorization: Bearer …`.
    pub bearer: Option<String>,
    /// The `.env` key that the credential came from, for hints.
    pub credential_key: String,
    /// Values that must not appear in a log or an error.
    pub secrets: Vec<String>,
    pub repeat: Repeat,
    /// Longest time for one try; the client's own where it is `None`.
    pub timeout: Option<Duration>,
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
            credential_key: String::new(),
            secrets: Vec::new(),
            repeat,
            timeout: None,
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
        self.body = Some(body);
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
            .collect()
    }

    /// The path without the query, for logs.
    pub(super) fn path(&self) -> String {
        reqwest::Url::parse(&self.url)
            .map(|url| url.path().to_owned())
            .unwrap_or_default()
    }
}

/// A provider's answer with a status of success.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Bytes,
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
