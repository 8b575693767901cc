//! The connection pool, and the loop around one request.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::error::{Context, Kind, Result};
use crate::provider::http::exchange::{Exchange, Observer};
use crate::provider::http::failure::{Cause, Failure};
use crate::provider::http::limit::HostLimit;
use crate::provider::http::request::{Answer, Request, plain_headers};
use crate::provider::http::retry::{Backoff, Wait, asked_pause};
use crate::provider::http::{capture, hint, tls};

/// How an [`Http`] behaves.
#[derive(Clone)]
pub struct HttpOptions {
    /// Longest time for one try, from sending to the last byte.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    pub backoff: Backoff,
    /// Requests under way to one host at the same time.
    pub per_host: usize,
    /// Longest answer, in bytes.
    pub longest_body: usize,
    /// Told about every try.
    pub observer: Option<Observer>,
    /// Where requests and answers are recorded; by default what `MATRIZ_HTTP_CAPTURE` names.
    pub capture: Option<PathBuf>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        HttpOptions {
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            backoff: Backoff::default(),
            per_host: 8,
            longest_body: 64 * 1024 * 1024,
            observer: None,
            capture: std::env::var_os(capture::VARIABLE).map(PathBuf::from),
        }
    }
}

/// One connection pool for all providers. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    options: HttpOptions,
    /// For this machine: no proxy, no certificates to load.
    local: reqwest::Client,
    /// Made when first needed, because loading the system's certificates takes a moment.
    remote: OnceLock<reqwest::Client>,
    limit: HostLimit,
}

impl Http {
    pub fn new(options: HttpOptions) -> Result<Http> {
        tls::install_provider();
        let local = builder(&options)
            .no_proxy()
            .tls_certs_only([])
            .build()
            .context(Kind::Internal, || "Cannot set up HTTP".into())?;
        Ok(Http {
            inner: Arc::new(Inner {
                limit: HostLimit::new(options.per_host),
                remote: OnceLock::new(),
                local,
                options,
            }),
        })
    }

    /// Sends a request, again where that is harmless and may help, until an answer with a status
    /// of success comes or the tries are used up. Stops at once when `cancel` is cancelled.
    pub async fn send(
        &self,
        request: &Request,
        cancel: &CancellationToken,
    ) -> Result<Answer, Failure> {
        let options = &self.inner.options;
        let mut attempt = 1;
        loop {
            let started = Instant::now();
            let request_id = format!("{:016x}", rand::random::<u64>());
            let tried = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(hint::cancelled(request)),
                tried = self.try_once(request, &request_id) => tried,
            };
            let mut exchange = Exchange {
                request_id,
                service: request.service,
                method: request.method.as_str().to_owned(),
                path: request.path(),
                attempt,
                elapsed: started.elapsed(),
                status: None,
                bytes: 0,
                failure: None,
                next_try_in: None,
            };
            let (failure, asked) = match tried {
                Ok((status, answer)) => {
                    exchange.status = Some(status);
                    exchange.bytes = answer.body.len();
                    if let Some(path) = &options.capture
                        && let Err(error) = capture::append(path, request, status, &answer)
                    {
                        return Err(Failure::new(Cause::Setup, error.message));
                    }
                    if (200..300).contains(&status) {
                        self.tell(&exchange);
                        return Ok(answer);
                    }
                    let asked = asked_pause(status, &answer.headers, Timestamp::now());
                    (hint::for_status(request, status, &answer.body), asked)
                }
                Err(failure) => (failure, None),
            };
            exchange.failure = Some(failure.message.clone());
            match options
                .backoff
                .after(attempt, &failure, request.repeat, asked, rand::random())
            {
                Wait::GiveUp => {
                    self.tell(&exchange);
                    return Err(failure);
                }
                Wait::Again(pause) => {
                    exchange.next_try_in = Some(pause);
                    self.tell(&exchange);
                    tokio::select! {
                        biased;
                        () = cancel.cancelled() => return Err(hint::cancelled(request)),
                        () = tokio::time::sleep(pause) => {}
                    }
                    attempt += 1;
                }
            }
        }
    }

    fn tell(&self, exchange: &Exchange) {
        if let Some(observer) = &self.inner.options.observer {
            observer(exchange);
        }
    }

    async fn try_once(
        &self,
        request: &Request,
        request_id: &str,
    ) -> Result<(u16, Answer), Failure> {
        let url = reqwest::Url::parse(&request.url).map_err(|error| {
            Failure::new(
                Cause::Setup,
                format!(
                    "The address of {} is not a web address: {error}.",
                    request.service
                ),
            )
            .hint("Check the address of the service in the instance's configuration.")
        })?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let client = self.client_for(&host, &url)?;
        let place = self.inner.limit.of(&host);
        let _place = place.acquire().await;

        let mut call = client
            .request(request.method.clone(), url)
            .header("X-Request-Id", request_id);
        if !request.query.is_empty() {
            call = call.query(&request.query);
        }
        for (name, value) in &request.headers {
            call = call.header(*name, value);
        }
        if let Some(token) = &request.bearer {
            call = call.bearer_auth(token);
        }
        if let Some(body) = &request.body {
            call = call.json(body);
        }
        let limit = request.timeout.unwrap_or(self.inner.options.timeout);
        let exchange = async {
            let response = call
                .send()
                .await
                .map_err(|e| hint::for_transport(request, &e))?;
            let status = response.status().as_u16();
            let headers = plain_headers(response.headers());
            let body = self.read_body(request, response).await?;
            let answer = Answer {
                status,
                headers,
                body,
                request_id: request_id.to_owned(),
                service: request.service,
                what: request.what.clone(),
            };
            Ok((status, answer))
        };
        match tokio::time::timeout(limit, exchange).await {
            Ok(result) => result,
            Err(_) => Err(hint::timeout(request)),
        }
    }

    async fn read_body(
        &self,
        request: &Request,
        mut response: reqwest::Response,
    ) -> Result<Bytes, Failure> {
        let longest = self.inner.options.longest_body;
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|e| hint::for_transport(request, &e))?
        {
            if body.len() + chunk.len() > longest {
                return Err(Failure::new(
                    Cause::TooLarge,
                    format!(
                        "{} answered with more than {longest} bytes when asked to {}.",
                        request.service, request.what
                    ),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn client_for(&self, host: &str, url: &reqwest::Url) -> Result<&reqwest::Client, Failure> {
        if tls::is_loopback(host) {
            return Ok(&self.inner.local);
        }
        if url.scheme() != "https" {
            return Err(Failure::new(
                Cause::Setup,
                format!("{host} would be asked without encryption, and the token would travel in the clear."),
            )
            .hint("Use an address that begins with https://."));
        }
        if let Some(client) = self.inner.remote.get() {
            return Ok(client);
        }
        let client = builder(&self.inner.options).build().map_err(|error| {
            Failure::new(
                Cause::Setup,
                format!("Cannot load this machine's certificates: {error}."),
            )
            .hint("Install the system's CA certificates (the package ca-certificates on Linux).")
        })?;
        Ok(self.inner.remote.get_or_init(|| client))
    }
}

fn builder(options: &HttpOptions) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("matriz/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        // An API that redirects is not the API that was meant; the token must not follow.
        .redirect(reqwest::redirect::Policy::none())
        // Repeating is decided here, with the caller's knowledge of what is harmless.
        .retry(reqwest::retry::never())
}
