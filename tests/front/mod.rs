//! Stands in front of a server and passes everything on, but for what a test wants otherwise: a
//! field that is missing or of another type, a refusal, a page for people.
#![allow(dead_code)] // each test program uses its own part of this

use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use matriz::provider::http::{Http, HttpOptions};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// What becomes of one request.
pub enum Turn {
    Pass,
    /// Answered here, and not passed on.
    Answer(u16, Vec<(&'static str, &'static str)>, &'static str),
    /// Passed on, and the answer's JSON changed.
    Edit(Box<dyn FnOnce(&mut Value) + Send>),
    /// Passed on, and a header of the answer left out.
    Without(&'static str),
}

pub fn edit(change: impl FnOnce(&mut Value) + Send + 'static) -> Turn {
    Turn::Edit(Box::new(change))
}

pub fn refused(status: u16) -> Turn {
    Turn::Answer(status, Vec::new(), r#"{"message":"No."}"#)
}

type Rule = Box<dyn Fn(&str) -> Turn + Send>;

/// The server in front. Its rule gets each request as `GET /path`, without the query.
pub struct Front {
    pub url: String,
    rule: Arc<Mutex<Rule>>,
    asked: Arc<Mutex<Vec<String>>>,
    stop: CancellationToken,
    served: Option<thread::JoinHandle<()>>,
}

impl Front {
    /// In front of `behind`, such as `http://127.0.0.1:5000`; passes everything on.
    pub fn of(behind: &str) -> Front {
        // brings the process's cryptography along, which this one's client needs too
        let _ = Http::new(HttpOptions::default()).expect("a client");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(|_| Turn::Pass)));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let stop = CancellationToken::new();
        let (kept, seen, stopped) = (rule.clone(), asked.clone(), stop.clone());
        let behind = behind.trim_end_matches('/').to_owned();
        let served = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                let client = reqwest::Client::builder()
                    .no_proxy()
                    .redirect(reqwest::redirect::Policy::none())
                    .build()
                    .expect("a client");
                let app = Router::new().fallback(move |request: Request| {
                    let call = format!("{} {}", request.method(), request.uri().path());
                    let turn = kept.lock().expect("the rule")(&call);
                    seen.lock().expect("the list").push(call);
                    pass(client.clone(), behind.clone(), request, turn)
                });
                let serve = axum::serve(listener, app);
                tokio::select! {
                    () = stopped.cancelled() => {}
                    ended = async { serve.await } => ended.expect("a server"),
                }
            });
        });
        Front {
            url,
            rule,
            asked,
            stop,
            served: Some(served),
        }
    }

    pub fn rule(&self, rule: impl Fn(&str) -> Turn + Send + 'static) {
        *self.rule.lock().expect("the rule") = Box::new(rule);
    }

    /// Everything asked since the last time.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("the list"))
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(served) = self.served.take() {
            let ended = served.join();
            assert!(ended.is_ok() || thread::panicking(), "the front failed");
        }
    }
}

async fn pass(client: reqwest::Client, behind: String, request: Request, turn: Turn) -> Response {
    if let Turn::Answer(status, headers, body) = &turn {
        let mut response = Response::builder()
            .status(*status)
            .header("content-type", "application/json");
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        return response.body(Body::from(*body)).expect("an answer");
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    let mut headers = parts.headers;
    headers.remove("host");
    let sent = client
        .request(parts.method, format!("{behind}{}", parts.uri))
        .headers(headers)
        .body(bytes)
        .send()
        .await
        .expect("an answer of the server behind");
    let status = sent.status();
    let mut headers = sent.headers().clone();
    let mut bytes = sent.bytes().await.expect("its body").to_vec();
    headers.remove("transfer-encoding");
    headers.remove("content-length");
    match turn {
        Turn::Edit(change) => {
            let mut value: Value = serde_json::from_slice(&bytes).expect("JSON to change");
            change(&mut value);
            bytes = value.to_string().into_bytes();
        }
        Turn::Without(name) => {
            headers.remove(name);
        }
        Turn::Pass | Turn::Answer(..) => {}
    }
    answer(status, headers, bytes)
}

fn answer(status: reqwest::StatusCode, headers: HeaderMap, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
