//! The connection pool, and the loop around one request.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::error::{Context, Kind, Result};
use crate::provider::http::download::Sink;
use crate::provider::http::exchange::{AnswerObserver, Exchange, Observer};
use crate::provider::http::failure::{Cause, Failure};
use crate::provider::http::limit::{HostLimit, LimitReason, LimitWait, WaitObserver};
use crate::provider::http::request::{Answer, Request};
use crate::provider::http::retry::{Backoff, Wait, asked_pause};
use crate::provider::http::transfer::{Pools, transfer};
use crate::provider::http::writes::AllWrites;
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
    /// Told before every wait for a limit.
    pub waits: Option<WaitObserver>,
    /// Given every answer as it came, of success or not, before anything is made of it.
    pub answers: Option<AnswerObserver>,
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
            waits: None,
            answers: None,
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
    writes: AllWrites,
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
                writes: AllWrites::default(),
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
        self.run(request, &Sink::Memory, cancel).await
    }

    /// Like [`Http::send`], but the body of a good answer goes into the file `path`, which is
    /// replaced when the answer is whole. An answer of more than `longest` bytes is a failure.
    /// The [`Answer`] has no body; its `length` says what was written.
    pub async fn download(
        &self,
        request: &Request,
        path: &Path,
        longest: u64,
        cancel: &CancellationToken,
    ) -> Result<Answer, Failure> {
        self.run(request, &Sink::File { path, longest }, cancel)
            .await
    }

    /// Like [`Http::send`], but the body of a good answer is read and kept nowhere: the [`Answer`]
    /// has its length and its SHA-256. An answer of more than `longest` bytes is a failure.
    pub async fn digest(
        &self,
        request: &Request,
        longest: u64,
        cancel: &CancellationToken,
    ) -> Result<Answer, Failure> {
        self.run(request, &Sink::Digest { longest }, cancel).await
    }

    async fn run(
        &self,
        request: &Request,
        sink: &Sink<'_>,
        cancel: &CancellationToken,
    ) -> Result<Answer, Failure> {
        let options = &self.inner.options;
        let mut attempt = 1;
        loop {
            // the operation last: its place is for now
            for key in request.writes.iter().chain(&request.operation) {
                let pause = self.inner.writes.reserve(key, tokio::time::Instant::now());
                self.wait(
                    request,
                    LimitReason::OwnPace(key.key.clone()),
                    pause,
                    cancel,
                )
                .await?;
            }
            let request_id = format!("{:016x}", rand::random::<u64>());
            let started = Instant::now();
            let tried = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(hint::cancelled(request)),
                tried = self.try_once(request, &request_id, sink, cancel) => tried,
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
                limit: None,
                next_try_in: None,
            };
            let (failure, asked) = match tried {
                Ok((status, answer)) => {
                    exchange.status = Some(status);
                    exchange.bytes = answer.length;
                    exchange.limit = answer.header("ratelimit-reason").map(str::to_owned);
                    if let Some(path) = &options.capture
                        && let Err(error) = capture::append(path, request, status, &answer)
                    {
                        return Err(Failure::new(Cause::Setup, error.message));
                    }
                    if let Some(answers) = &options.answers {
                        answers(request, status, &answer);
                    }
                    if (200..300).contains(&status) || request.accepted.contains(&status) {
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
                    if failure.cause == Cause::Status(429) {
                        self.keep_others_back(request, exchange.limit.as_deref(), pause);
                        let reason = LimitReason::Refused(exchange.limit.take());
                        self.wait(request, reason, pause, cancel).await?;
                    } else {
                        sleep(request, pause, cancel).await?;
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

    /// A wait for a limit, which is told. Nothing is told where there is nothing to wait for.
    async fn wait(
        &self,
        request: &Request,
        reason: LimitReason,
        pause: Duration,
        cancel: &CancellationToken,
    ) -> Result<(), Failure> {
        if pause.is_zero() {
            return Ok(());
        }
        if let Some(observer) = &self.inner.options.waits {
            observer(&LimitWait {
                service: request.service,
                reason,
                pause,
            });
        }
        sleep(request, pause, cancel).await
    }

    /// A limit that all requests share is met by the next one too; one of an operation only by the
    /// next call of it, and one of a single issue by the next write to it.
    fn keep_others_back(&self, request: &Request, reason: Option<&str>, pause: Duration) {
        let until = tokio::time::Instant::now() + pause;
        if reason.is_some_and(|text| text.contains("per-issue")) {
            for key in &request.writes {
                self.inner.writes.keep_quiet(key, until);
            }
        } else if let Some(operation) = &request.operation
            && reason.is_some_and(|text| text.contains("burst"))
        {
            self.inner.writes.keep_quiet(operation, until);
        } else if request.shared_limit {
            self.inner.limit.of(&request.host()).keep_quiet(until);
        }
    }

    async fn try_once(
        &self,
        request: &Request,
        request_id: &str,
        sink: &Sink<'_>,
        cancel: &CancellationToken,
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
        self.pool(&url)?;
        let host = self.inner.limit.of(&request.host());
        let _place = host.places.acquire().await;
        if request.shared_limit {
            let pause = host.pause(tokio::time::Instant::now());
            self.wait(request, LimitReason::KeptBack, pause, cancel)
                .await?;
        }
        let limit = request.timeout.unwrap_or(self.inner.options.timeout);
        let longest = self.inner.options.longest_body;
        let exchange = transfer(&*self.inner, request, url, request_id, sink, longest);
        match tokio::time::timeout(limit, exchange).await {
            Ok(result) => result,
            Err(_) => Err(hint::timeout(request)),
        }
    }

    fn pool(&self, url: &reqwest::Url) -> Result<&reqwest::Client, Failure> {
        self.inner.pool(url)
    }
}

async fn sleep(
    request: &Request,
    pause: Duration,
    cancel: &CancellationToken,
) -> Result<(), Failure> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(hint::cancelled(request)),
        () = tokio::time::sleep(pause) => Ok(()),
    }
}

impl Pools for Inner {
    fn pool(&self, url: &reqwest::Url) -> Result<&reqwest::Client, Failure> {
        let host = url.host_str().unwrap_or_default();
        if tls::is_loopback(host) {
            return Ok(&self.local);
        }
        if url.scheme() != "https" {
            return Err(Failure::new(
                Cause::Setup,
                format!("{host} would be asked without encryption, and the token would travel in the clear."),
            )
            .hint("Use an address that begins with https://."));
        }
        if let Some(client) = self.remote.get() {
            return Ok(client);
        }
        let client = builder(&self.options).build().map_err(|error| {
            Failure::new(
                Cause::Setup,
                format!("Cannot load this machine's certificates: {error}."),
            )
            .hint("Install the system's CA certificates (the package ca-certificates on Linux).")
        })?;
        Ok(self.remote.get_or_init(|| client))
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
