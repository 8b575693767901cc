//! Exchanges with a project's Auth API against its document.

use std::path::Path;

use serde_json::{Value, json};

use super::check::{Manners, check_as};
use super::document::Document;

const MANNERS: Manners = Manners {
    scheme: "Bearer ",
    limit_headers: &[],
    is_error: |answer| {
        answer["msg"].is_string() && answer["code"].is_u64() || answer["message"].is_string()
    },
    // the document has the key among its security schemes
    common_headers: &["authorization", "apikey"],
};

/// Operations outside the document, and why they are there.
const OUTSIDE: [(&str, &str); 4] = [
    (
        "POST /admin/users",
        "Supabase's own libraries make users with it; the document leaves it out",
    ),
    ("POST /signup", "left out of the shortened document"),
    ("PUT /user", "left out of the shortened document"),
    ("POST /logout", "left out of the shortened document"),
];

/// Where a project's Auth API begins in a path.
const BELOW: &str = "/auth/v1";

pub struct Auth {
    document: Document,
}

impl Auth {
    pub fn read(folder: &Path) -> Auth {
        Auth {
            document: Document::read(&folder.join("trimmed/supabase-auth.json")),
        }
    }

    /// Whether the path is one of a project's Auth API.
    pub fn has(path: &str) -> bool {
        path.starts_with("/projects/") && path.contains(BELOW)
    }

    /// The operation of an exchange, and what is wrong with it.
    pub fn check(&self, exchange: &Value) -> (Option<String>, Vec<String>) {
        let path = exchange["path"].as_str().unwrap();
        let (_, path) = path.split_once(BELOW).unwrap();
        let call = format!("{} {path}", exchange["method"].as_str().unwrap());
        if OUTSIDE.iter().any(|(outside, _)| call == *outside) {
            return (None, Vec::new());
        }
        let mut exchange = exchange.clone();
        exchange["path"] = json!(path);
        let verdict = check_as(&self.document, &exchange, &MANNERS);
        (verdict.operation, verdict.wrong)
    }
}
