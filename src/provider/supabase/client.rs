//! The client: where the API is, with which token, and how a call is made.

use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::provider::http::{Answer, Failure, Http, Request};
use crate::provider::supabase::types::ProjectRef;

/// The real service.
pub const CLOUD_URL: &str = "https://api.supabase.com";
/// The `.env` key that holds the access token, unless the configuration names another.
pub const TOKEN_KEY: &str = "SUPABASE_ACCESS_TOKEN";

const SERVICE: &str = "Supabase";

/// A client of the Management API. Cheap to clone.
#[derive(Clone)]
pub struct Supabase {
    base: String,
    token: Secret,
    token_key: String,
    http: Http,
    cancel: CancellationToken,
}

impl std::fmt::Debug for Supabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supabase")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Supabase {
    /// `base_url` has no path: [`CLOUD_URL`], or the sandbox's address.
    pub fn new(base_url: &str, token: &str, http: Http) -> Result<Self> {
        let base = base_url.trim().trim_end_matches('/');
        let right =
            reqwest::Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !right {
            return Err(Error::usage(format!("\"{base_url}\" is not the address of a Supabase API."))
                .hint("apiUrl in supabase.config.json begins with https://; leave it out for Supabase's own service."));
        }
        if token.trim().is_empty() {
            return Err(Error::usage("There is no Supabase access token.")
                .hint(format!("Put it into {TOKEN_KEY} in the instance's .env. Tokens are made at supabase.com/dashboard/account/tokens.")));
        }
        Ok(Supabase {
            base: base.to_owned(),
            token: Secret::new(token.trim()),
            token_key: TOKEN_KEY.to_owned(),
            http,
            cancel: CancellationToken::new(),
        })
    }

    /// A client whose calls and waits end when `cancel` is cancelled.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        Supabase {
            cancel,
            ..self.clone()
        }
    }

    /// Names the `.env` key of the token, for hints.
    #[must_use]
    pub fn with_token_key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.token_key);
        self
    }

    pub fn base_url(&self) -> &str {
        &self.base
    }

    pub(super) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// A request to `path`, which begins with `/v1/` and holds nothing that needs escaping.
    pub(super) fn request(&self, method: Method, path: &str, what: impl Into<String>) -> Request {
        let mut request = Request::new(SERVICE, what, method, format!("{}{path}", self.base));
        request.bearer = Some(self.token.reveal().to_owned());
        request.credential_key = self.token_key.clone();
        request
    }

    /// The same, below one project.
    pub(super) fn project_request(
        &self,
        method: Method,
        project: &ProjectRef,
        rest: &str,
        what: impl Into<String>,
    ) -> Request {
        self.request(method, &format!("/v1/projects/{project}{rest}"), what)
    }

    pub(super) async fn send(&self, request: &Request) -> Result<Answer, Failure> {
        self.http.send(request, &self.cancel).await
    }

    pub(super) async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Failure> {
        self.send(request).await?.json()
    }

    /// Waits, unless cancelled before.
    pub(super) async fn pause(&self, time: std::time::Duration) -> Result<()> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Error::cancelled()),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}
