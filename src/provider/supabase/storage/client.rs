//! The client: whose Storage it is, with which key, and how a call is made.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, Url};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::provider::http::{Answer, Cause, Failure, Http, Request};

/// The `.env` key that holds the project's address.
pub const URL: &str = "SUPABASE_URL";
/// The `.env` key that holds the project's own key, whom no policy binds.
pub const KEY: &str = "SUPABASE_SERVICE_ROLE_KEY";

const SERVICE: &str = "Supabase Storage";
/// Tries of a call that the service put off in the body of its answer.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The slowest connection that is waited for, in bytes a second.
const SLOWEST: u64 = 100_000;

/// Where the body of an answer goes. The numbers are the most bytes that it may have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Where<'a> {
    Memory,
    File(&'a Path, u64),
    /// It's read for its digest only.
    Nowhere(u64),
}

/// A client of one project's Storage. Cheap to clone.
#[derive(Clone)]
pub struct StorageClient {
    base: Url,
    key: Secret,
    http: Http,
    cancel: CancellationToken,
}

impl std::fmt::Debug for StorageClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StorageClient")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl StorageClient {
    /// `project_url` is what [`URL`] holds, `key` what [`KEY`] does.
    pub fn new(project_url: &str, key: &str, http: Http) -> Result<StorageClient> {
        let wrong = || {
            Error::usage(format!(
                "\"{project_url}\" is not the address of a Supabase project."
            ))
            .hint(format!("Check {URL} in the instance's .env."))
        };
        let mut base = Url::parse(project_url.trim()).map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(wrong());
        }
        if key.trim().is_empty() {
            return Err(
                Error::usage("There is no key for the project's files.").hint(format!(
                    "Put the project's service key into {KEY} in the instance's .env."
                )),
            );
        }
        base.set_query(None);
        if let Ok(mut path) = base.path_segments_mut() {
            path.pop_if_empty().extend(["storage", "v1"]);
        }
        Ok(StorageClient {
            base,
            key: Secret::new(key.trim()),
            http,
            cancel: CancellationToken::new(),
        })
    }

    /// A client whose calls and waits end when `cancel` is cancelled.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        StorageClient {
            cancel,
            ..self.clone()
        }
    }

    /// A request to the path made of `segments`, each of which is escaped where needed.
    pub(super) fn request(
        &self,
        method: Method,
        segments: &[&str],
        what: impl Into<String>,
    ) -> Request {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        let mut request = Request::new(SERVICE, what, method, url.as_str());
        request.bearer = Some(self.key.reveal().to_owned());
        request.credential_key = KEY.to_owned();
        request.header("apikey", self.key.reveal())
    }

    /// A request about one object, `/object/…/BUCKET/NAME`.
    ///
    /// # Errors
    /// A name with the part `.` or `..` has no address.
    pub(super) fn object_request(
        &self,
        method: Method,
        before: &[&str],
        bucket: &str,
        name: &str,
        what: impl Into<String>,
    ) -> Result<Request, Failure> {
        if !has_address(name) || !has_address(bucket) {
            let message =
                format!("\"{bucket}/{name}\" can't be asked for: an address has no part . or ..");
            return Err(Failure::new(Cause::Setup, message));
        }
        let mut segments = vec!["object"];
        segments.extend(before);
        segments.push(bucket);
        segments.extend(name.split('/'));
        Ok(self.request(method, &segments, what))
    }

    /// Sends; what the service says in the body of a 400 is the failure's status.
    pub(super) async fn send(&self, request: &Request) -> Result<Answer, Failure> {
        self.patiently(request, Where::Memory).await
    }

    /// Sends, again where the service put it off.
    pub(super) async fn patiently(
        &self,
        request: &Request,
        to: Where<'_>,
    ) -> Result<Answer, Failure> {
        let request = request.clone().accept(400);
        let mut pause = FIRST_PAUSE;
        let mut tries = 1;
        loop {
            let (http, cancel) = (&self.http, &self.cancel);
            let mut answer = match to {
                Where::Memory => http.send(&request, cancel).await?,
                Where::File(path, longest) => {
                    http.download(&request, path, longest, cancel).await?
                }
                Where::Nowhere(longest) => http.digest(&request, longest, cancel).await?,
            };
            if answer.status != 400 {
                return Ok(answer);
            }
            answer.status = said(&answer.body);
            let failure = answer.refusal(&request);
            if tries >= TRIES || !matches!(answer.status, 429 | 503 | 544) {
                return Err(failure);
            }
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Err(failure),
                () = tokio::time::sleep(pause) => {}
            }
            pause *= 2;
            tries += 1;
        }
    }
}

/// Whether a web address can have this path: `.` and `..` mean something else in one.
pub fn has_address(path: &str) -> bool {
    path.split('/').all(|part| part != "." && part != "..")
}

/// The status that the body of a refusal says.
fn said(body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Said {
        #[serde(rename = "statusCode")]
        status_code: String,
    }
    serde_json::from_slice::<Said>(body)
        .ok()
        .and_then(|said| said.status_code.parse().ok())
        .filter(|status| (400..600).contains(status))
        .unwrap_or(400)
}

/// The longest time for moving `bytes` in one try.
pub(super) fn time_for(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / SLOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::http::HttpOptions;

    fn client(url: &str) -> Result<StorageClient> {
        StorageClient::new(
            url,
            "example-key",
            Http::new(HttpOptions::default()).unwrap(),
        )
    }

    #[test]
    fn names_are_escaped_and_stay_whole() {
        let client = client("https://abcdefghijklmnopqrst.supabase.co/").unwrap();
        let object =
            |name: &str| client.object_request(Method::GET, &["authenticated"], "b 1", name, "x");
        assert_eq!(
            object("a/ç ?#%.txt").unwrap().url,
            "https://abcdefghijklmnopqrst.supabase.co/storage/v1/object/authenticated/b%201/a/%C3%A7%20%3F%23%25.txt"
        );
        assert!(object("a//b").unwrap().url.ends_with("/a//b"));
        assert!(object("a/../b").is_err());
        assert!(!format!("{client:?}").contains("example-key"));
    }

    #[test]
    fn a_project_may_be_below_a_path() {
        let client = client("http://127.0.0.1:1/projects/abcdefghijklmnopqrst").unwrap();
        let request = client.request(Method::GET, &["bucket"], "x");
        assert_eq!(
            request.url,
            "http://127.0.0.1:1/projects/abcdefghijklmnopqrst/storage/v1/bucket"
        );
        assert!(self::client("abc").is_err());
    }

    #[test]
    fn a_refusal_says_its_own_status() {
        assert_eq!(said(br#"{"statusCode":"404","error":"not_found"}"#), 404);
        assert_eq!(said(b"{}"), 400);
        assert_eq!(said(br#"{"statusCode":"200"}"#), 400);
    }
}
