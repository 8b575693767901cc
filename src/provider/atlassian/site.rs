//! The site: where it is, with which account, and how a call is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::provider::atlassian::{Result, pace};
use crate::provider::http::{Answer, Basic, Cause, Failure, Http, Request};

/// The `.env` key that holds the account's e-mail address, unless the configuration names another.
pub const EMAIL_KEY: &str = "ATLASSIAN_EMAIL";
/// The `.env` key that holds the API token, unless the configuration names another.
pub const TOKEN_KEY: &str = "ATLASSIAN_API_TOKEN";

/// A site and an account on it. Cheap to clone.
#[derive(Clone)]
pub struct Atlassian {
    base: Url,
    credentials: Basic,
    token_key: String,
    http: Http,
    cancel: CancellationToken,
    calls: Arc<AtomicU64>,
}

impl std::fmt::Debug for Atlassian {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Atlassian")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl Atlassian {
    /// `url` is the site's address without a path, such as `https://example.atlassian.net`.
    pub fn new(
        url: &str,
        email: &str,
        token: &str,
        http: Http,
    ) -> std::result::Result<Self, Error> {
        let base = Url::parse(url.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && !url.cannot_be_a_base())
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .ok_or_else(|| {
                Error::usage(format!("\"{url}\" is not the address of an Atlassian site."))
                    .hint("The address begins with https:// and has no path, such as https://example.atlassian.net.")
            })?;
        if email.trim().is_empty() || token.trim().is_empty() {
            return Err(Error::usage("There is no Atlassian account to use.").hint(format!(
                "Put the e-mail address into {EMAIL_KEY} and an API token into {TOKEN_KEY} in the instance's .env. Tokens are made at id.atlassian.com/manage-profile/security/api-tokens."
            )));
        }
        Ok(Atlassian {
            base,
            credentials: Basic::new(email.trim(), token.trim()),
            token_key: TOKEN_KEY.to_owned(),
            http,
            cancel: CancellationToken::new(),
            calls: Arc::default(),
        })
    }

    /// Requests that this client and its clones made; the tries of one count once.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The same, whose calls and waits end when `cancel` is cancelled.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        Atlassian {
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

    /// The site's address, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub fn email(&self) -> &str {
        &self.credentials.user
    }

    /// A request to the path made of `segments`, each of which is escaped where needed.
    pub fn request(
        &self,
        service: &'static str,
        method: Method,
        segments: &[&str],
        what: impl Into<String>,
    ) -> Request {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        self.request_to(service, method, url.as_str(), what)
    }

    /// A request to an address of this site that the site itself gave.
    ///
    /// `link` is a path (with a query), or a whole address; one of another origin is refused, for
    /// the credentials would go there.
    pub fn request_link(
        &self,
        service: &'static str,
        link: &str,
        what: impl Into<String>,
    ) -> Result<Request> {
        let url = self
            .base
            .join(link)
            .ok()
            .filter(|url| url.origin() == self.base.origin())
            .ok_or_else(|| {
                Failure::new(
                    Cause::Malformed,
                    format!("{service} points to an address that is not on its own site."),
                )
            })?;
        Ok(self.request_to(service, Method::GET, url.as_str(), what))
    }

    fn request_to(
        &self,
        service: &'static str,
        method: Method,
        url: &str,
        what: impl Into<String>,
    ) -> Request {
        let mut request =
            Request::new(service, what, method, url).header("Accept", "application/json");
        request.operation = Some(pace::operation(&request.method, url));
        request.basic = Some(self.credentials.clone());
        request.credential_key = self.token_key.clone();
        request.shared_limit = true;
        request
    }

    pub async fn send(&self, request: &Request) -> Result<Answer> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.http.send(request, &self.cancel).await
    }

    pub async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T> {
        self.send(request).await?.json()
    }

    /// The same, but `None` where there is no such thing (404). Atlassian says the same of what
    /// the account may not see.
    pub async fn find<T: DeserializeOwned>(&self, request: &Request) -> Result<Option<T>> {
        match self.send(request).await {
            Ok(answer) => answer.json().map(Some),
            Err(failure) if failure.status() == Some(404) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Deletes; `false` where it was gone already.
    pub async fn remove(&self, request: &Request) -> Result<bool> {
        match self.send(request).await {
            Ok(_) => Ok(true),
            Err(failure) if matches!(failure.status(), Some(404 | 410)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// The body of the answer into the file `path`; see [`Http::download`].
    pub async fn download(
        &self,
        request: &Request,
        path: &std::path::Path,
        longest: u64,
    ) -> Result<Answer> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.http
            .download(request, path, longest, &self.cancel)
            .await
    }

    /// Waits, unless cancelled before.
    pub async fn pause(&self, time: std::time::Duration) -> Result<()> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Failure::new(Cause::Cancelled, "Cancelled.")),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::http::HttpOptions;

    fn site(url: &str) -> std::result::Result<Atlassian, Error> {
        let http = Http::new(HttpOptions::default())?;
        Atlassian::new(url, "person@example.com", "example-token", http)
    }

    #[test]
    fn an_address_is_a_site_or_refused() {
        let right = site("https://example.atlassian.net/").unwrap();
        assert_eq!(right.base_url(), "https://example.atlassian.net");
        for wrong in [
            "",
            "example.atlassian.net",
            "ftp://example.atlassian.net",
            "mailto:person@example.com",
            "https://person:example@example.atlassian.net",
        ] {
            assert!(site(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn segments_are_escaped_and_links_stay_on_the_site() {
        let site = site("https://example.atlassian.net").unwrap();
        let request = site.request("Jira", Method::GET, &["rest", "a/b c?d"], "x");
        assert_eq!(
            request.url,
            "https://example.atlassian.net/rest/a%2Fb%20c%3Fd"
        );
        let link = |link| site.request_link("Confluence", link, "x").map(|r| r.url);
        assert_eq!(
            link("/wiki/api/v2/pages?cursor=a%3D").unwrap(),
            "https://example.atlassian.net/wiki/api/v2/pages?cursor=a%3D"
        );
        assert!(link("https://elsewhere.example.com/wiki").is_err());
        assert!(link("//elsewhere.example.com/wiki").is_err());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let site = site("https://example.atlassian.net").unwrap();
        assert!(!format!("{site:?}").contains("example-token"));
    }
}
