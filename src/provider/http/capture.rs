//! Records requests and answers to a file, a JSON object a line, to check them against a
//! service's own description. Secrets are replaced; shapes stay.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::domain::secret::MASK;
use crate::error::{Context, Kind, Result};
use crate::provider::http::redact::{is_secret_name, redact, redact_json};
use crate::provider::http::request::{Answer, Request};

/// The environment variable that names the file.
pub const VARIABLE: &str = "MATRIZ_HTTP_CAPTURE";

/// Appends one exchange. A line is written at once, so that several processes can share a file.
pub fn append(path: &Path, request: &Request, status: u16, answer: &Answer) -> Result<()> {
    let mut line = record(request, status, answer).to_string();
    line.push('\n');
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .context(Kind::Io, || format!("Cannot open {}", path.display()))?;
    file.write_all(line.as_bytes())
        .context(Kind::Io, || format!("Cannot write {}", path.display()))
}

fn record(request: &Request, status: u16, answer: &Answer) -> Value {
    let secrets = request.all_secrets();
    let mut headers: Vec<Value> = request
        .headers
        .iter()
        .map(|(name, value)| {
            let value = if is_secret_name(name) {
                MASK.into()
            } else {
                redact(value, &secrets)
            };
            json!([name, value])
        })
        .collect();
    if request.bearer.is_some() {
        headers.push(json!(["authorization", format!("Bearer {MASK}")]));
    }
    if request.basic.is_some() {
        headers.push(json!(["authorization", format!("Basic {MASK}")]));
    }
    let body = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) => redact_json(&value, &secrets),
        Err(_) => Value::String(redact(&String::from_utf8_lossy(&answer.body), &secrets)),
    };
    json!({
        "service": request.service,
        "method": request.method.as_str(),
        "path": request.path(),
        "query": request.query,
        "headers": headers,
        "body": request.body.as_ref().map(|b| redact_json(&b.described(), &secrets)),
        "status": status,
        "answer_headers": answer.headers,
        "answer": if answer.body.is_empty() { Value::Null } else { body },
    })
}
