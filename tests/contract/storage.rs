//! Exchanges with a project's Storage against its document.

use std::path::Path;

use serde_json::{Value, json};

use super::check::{Manners, check_as};
use super::document::Document;

const MANNERS: Manners = Manners {
    scheme: "Bearer ",
    limit_headers: &[],
    is_error: |answer| {
        let fields = ["statusCode", "error", "message", "code"];
        fields.iter().all(|field| answer[*field].is_string())
    },
    // the document lists none; these stand in the service's guides and its source
    common_headers: &[
        "authorization",
        "apikey",
        "x-upsert",
        "x-metadata",
        "cache-control",
    ],
};

/// Operations outside the document, and why they are there.
const OUTSIDE: [(&str, &str); 1] = [(
    "/upload/resumable",
    "TUS, a protocol of its own: the document names its first call, without headers and answers",
)];

/// What an object's path begins with before its bucket.
const KINDS: [&str; 5] = ["list", "info", "authenticated", "public", "sign"];

pub struct Storage {
    document: Document,
}

/// Whether an exchange is one with Storage.
pub fn is_storage(path: &str) -> bool {
    path.contains("/storage/v1/")
}

impl Storage {
    pub fn read(folder: &Path) -> Storage {
        Storage {
            document: Document::read(&folder.join("trimmed/supabase-storage.json")),
        }
    }

    /// The operation of an exchange, and what is wrong with it.
    pub fn check(&self, exchange: &Value) -> (Option<String>, Vec<String>) {
        let path = exchange["path"].as_str().unwrap();
        let (_, path) = path.split_once("/storage/v1").unwrap();
        if OUTSIDE.iter().any(|(outside, _)| path.starts_with(outside)) {
            return (None, Vec::new());
        }
        let mut exchange = exchange.clone();
        exchange["path"] = json!(folded(path));
        let method = exchange["method"].as_str().unwrap();
        let operation = self.document.operation(method, &folded(path));
        if let Some(operation) = operation {
            let is_file = operation.name.ends_with("/{*}");
            if is_file && operation.value["requestBody"].is_null() {
                // a file's own bytes, which the document doesn't describe
                exchange["body"] = Value::Null;
            }
            if is_file && operation.value["responses"].get("200").is_none() {
                // of a download it describes the errors only
                let ok = exchange["status"].as_u64().unwrap() < 400;
                if ok {
                    return (Some(operation.name), Vec::new());
                }
            }
        }
        let verdict = check_as(&self.document, &exchange, &MANNERS);
        (verdict.operation, verdict.wrong)
    }
}

/// An object's name is one parameter, whatever folders it has.
fn folded(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.get(1) != Some(&"object") {
        return path.to_owned();
    }
    let fixed = match parts.get(2) {
        Some(kind) if KINDS.contains(kind) => 4,
        _ => 3,
    };
    if parts.len() <= fixed + 1 {
        return path.to_owned();
    }
    let name = parts.split_off(fixed).join("%2F");
    format!("{}/{name}", parts.join("/"))
}
