//! A server on a loopback port that answers as it's told, and holds what it was asked against
//! Atlassian's own documents. `MATRIZ_SPECS` names the folder that has them in `trimmed/`; without
//! it the behaviour is tested all the same, and the requests aren't held against anything.
#![allow(dead_code)] // each test program uses its own part of this

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use matriz::provider::atlassian::{Atlassian, Patience};
use matriz::provider::http::{Backoff, Http, HttpOptions, LimitWait};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::contract::check::{Manners, check_as};
use crate::contract::document::Document;

pub const EMAIL: &str = "person@example.com";
pub const TOKEN: &str = "example-token-of-a-person";

const ATLASSIAN: Manners = Manners {
    scheme: "Basic ",
    common_headers: &["authorization", "x-atlassian-token", "range"],
    limit_headers: &[],
    is_error: |answer| answer.is_object(),
};

/// What belongs to the protocol and isn't in any document.
const PLAIN: [&str; 7] = [
    "host",
    "user-agent",
    "accept",
    "content-type",
    "content-length",
    "transfer-encoding",
    "x-request-id",
];

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: BTreeMap<String, String>,
    /// JSON, or of a form an object of its fields.
    pub body: Value,
    /// Which request of this method and path it is, from 1.
    pub nth: usize,
}

impl Asked {
    /// Method and path, to match on.
    pub fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

pub enum Reply {
    Json(u16, Value),
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The connection breaks, after whatever the request changed was changed.
    Cut,
    /// The connection breaks in the middle of this text.
    Half(Value),
}

pub fn ok(body: Value) -> Reply {
    Reply::Json(200, body)
}

pub fn nothing() -> Reply {
    Reply::Full {
        status: 204,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

pub fn headed(status: u16, headers: &[(&'static str, &str)], body: Value) -> Reply {
    Reply::Full {
        status,
        headers: headers.iter().map(|(n, v)| (*n, v.to_string())).collect(),
        body: body.to_string().into_bytes(),
    }
}

pub struct Desk {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    stop: CancellationToken,
    served: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    asked: Vec<Asked>,
    exchanges: Vec<Value>,
}

impl Desk {
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Desk {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let stop = CancellationToken::new();
        let (stopped, kept, answer) = (stop.clone(), seen.clone(), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (kept, answer) = (kept.clone(), answer.clone());
            async move {
                let mut asked = read(request).await;
                let mut seen = kept.lock().unwrap();
                let same = |a: &&Asked| a.call() == asked.call();
                asked.nth = seen.asked.iter().filter(same).count() + 1;
                let reply = answer(&asked);
                seen.exchanges.push(exchange(&asked, &reply));
                seen.asked.push(asked);
                respond(reply)
            }
        });
        let served = tokio::spawn(async move {
            let serve = axum::serve(listener, app);
            tokio::select! {
                () = stopped.cancelled() => {}
                result = async { serve.await } => result.unwrap(),
            }
        });
        Desk {
            url,
            seen,
            stop,
            served,
        }
    }

    pub fn site(&self) -> Atlassian {
        self.site_with(options())
    }

    pub fn site_with(&self, options: HttpOptions) -> Atlassian {
        Atlassian::new(&self.url, EMAIL, TOKEN, Http::new(options).unwrap()).unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().asked.clone()
    }

    /// How often this was asked for.
    pub fn count(&self, call: &str) -> usize {
        self.asked().iter().filter(|a| a.call() == call).count()
    }

    /// The last request of this method and path.
    pub fn last(&self, call: &str) -> Asked {
        let asked = self.asked();
        let found = asked.iter().rev().find(|a| a.call() == call);
        found
            .unwrap_or_else(|| panic!("{call} was not asked"))
            .clone()
    }

    /// Stops, and holds everything against the documents. Gives the names of the operations.
    pub async fn finish(self) -> BTreeSet<String> {
        self.stop.cancel();
        self.served.await.unwrap();
        let Some(documents) = documents() else {
            return BTreeSet::new();
        };
        let mut names = BTreeSet::new();
        let mut wrong = Vec::new();
        for exchange in &self.seen.lock().unwrap().exchanges {
            let mut exchange = exchange.clone();
            let path = exchange["path"].as_str().unwrap().to_owned();
            let found = documents
                .iter()
                .find(|(folder, _, _)| path.starts_with(folder));
            let Some((folder, within, document)) = found else {
                continue;
            };
            if *within {
                exchange["path"] = json!(path.trim_start_matches(folder));
            }
            let verdict = check_as(document, &exchange, &ATLASSIAN);
            wrong.extend(verdict.wrong.into_iter().filter(|line| !is_known(line)));
            names.extend(verdict.operation);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        println!("contract: {} operations, all as described", names.len());
        names
    }
}

/// Where the documents contradict themselves: Jira's moments end in `+0000` (so do its examples),
/// which RFC 3339 has not; an attachment's id is a text everywhere in Confluence (`att123`), but a
/// number where it's deleted.
fn is_known(line: &str) -> bool {
    line.starts_with("DELETE /attachments/{id}: id at ")
        || line.contains("+0000\" is not a \"date-time\"")
}

/// The documents: under which path, whether their paths begin below it, and what they say.
fn documents() -> Option<[(&'static str, bool, Document); 4]> {
    let Some(folder) = std::env::var_os("MATRIZ_SPECS").map(PathBuf::from) else {
        println!("SKIP contract: MATRIZ_SPECS does not name the folder of the API descriptions");
        assert!(
            std::env::var_os("MATRIZ_REQUIRE_ALL").is_none(),
            "MATRIZ_REQUIRE_ALL is set, and the contract was skipped"
        );
        return None;
    };
    let path = |name: &str| folder.join("trimmed").join(name);
    let read = |name: &str| Document::read(&path(name));
    let loose = |name: &str| Document::with_overlaps(&path(name));
    Some([
        ("/rest/api/3", false, read("jira-platform.json")),
        ("/rest/agile/1.0", false, read("jira-software.json")),
        ("/wiki/api/v2", true, loose("confluence-v2.json")),
        ("/wiki/rest/api", false, loose("confluence-v1.json")),
    ])
}

/// Short pauses, nothing recorded.
pub fn options() -> HttpOptions {
    HttpOptions {
        timeout: Duration::from_secs(20),
        backoff: Backoff {
            base: Duration::from_millis(5),
            ..Backoff::default()
        },
        capture: None,
        ..HttpOptions::default()
    }
}

/// Options whose waits for limits are kept in the list.
pub fn listening() -> (HttpOptions, Arc<Mutex<Vec<LimitWait>>>) {
    let waits = Arc::new(Mutex::new(Vec::new()));
    let kept = waits.clone();
    let options = HttpOptions {
        waits: Some(Arc::new(move |wait| {
            kept.lock().unwrap().push(wait.clone())
        })),
        ..options()
    };
    (options, waits)
}

pub fn patient() -> Patience {
    Patience {
        deadline: Duration::from_secs(20),
        fastest: Duration::from_millis(2),
        slowest: Duration::from_millis(10),
    }
}

async fn read(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let url = reqwest::Url::parse(&format!("http://desk{}", parts.uri)).unwrap();
    let headers: BTreeMap<String, String> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let kind = headers.get("content-type").cloned().unwrap_or_default();
    let body = match kind.strip_prefix("multipart/form-data; boundary=") {
        Some(boundary) => form(&bytes, boundary),
        None if bytes.is_empty() => Value::Null,
        None => serde_json::from_slice(&bytes).unwrap(),
    };
    Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body,
        nth: 0,
    }
}

/// The fields of a form; of a file its name stands under `NAME.filename`.
fn form(bytes: &Bytes, boundary: &str) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let mut fields = serde_json::Map::new();
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let quoted = |name: &str| {
            let start = head.find(&format!("{name}=\""))? + name.len() + 2;
            head[start..].split('"').next().map(str::to_owned)
        };
        let name = quoted("; name").unwrap();
        if let Some(file) = quoted("filename") {
            fields.insert(format!("{name}.filename"), json!(file));
        }
        fields.insert(name, json!(content.trim_end_matches("\r\n")));
    }
    Value::Object(fields)
}

fn exchange(asked: &Asked, reply: &Reply) -> Value {
    let headers: Vec<_> = asked
        .headers
        .iter()
        .filter(|(name, _)| !PLAIN.contains(&name.as_str()))
        .collect();
    let mut body = asked.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("file.filename");
    }
    let (status, answer) = match reply {
        Reply::Json(status, body) => (*status, body.clone()),
        // a redirection need not have a body
        Reply::Full {
            status: 303, body, ..
        } if body.is_empty() => (500, json!({})),
        Reply::Full { status, body, .. } => {
            let body = serde_json::from_slice(body).unwrap_or(json!({}));
            (*status, body)
        }
        // nothing that a document could say something about
        Reply::Cut | Reply::Half(_) => (500, json!({})),
    };
    json!({
        "method": asked.method, "path": asked.path, "query": asked.query,
        "headers": headers, "body": body, "status": status, "answer": answer,
    })
}

fn respond(reply: Reply) -> Response {
    match reply {
        Reply::Json(status, body) => Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap(),
        Reply::Full {
            status,
            headers,
            body,
        } => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Body::from(body)).unwrap()
        }
        Reply::Cut => Response::new(broken(Bytes::new())),
        Reply::Half(body) => {
            let text = body.to_string();
            Response::new(broken(Bytes::from(text[..text.len() / 2].to_owned())))
        }
    }
}

/// A body that breaks off after `sent`.
fn broken(sent: Bytes) -> Body {
    let end = || Err(std::io::Error::other("cut on purpose"));
    if sent.is_empty() {
        return Body::from_stream(stream::once(async move { end() as Result<Bytes, _> }));
    }
    let later = stream::once(async move {
        // lets the server send what it has before the connection breaks
        tokio::time::sleep(Duration::from_millis(20)).await;
        end()
    });
    Body::from_stream(stream::iter([Ok(sent)]).chain(later))
}
