//! An `.env` against the schema: what is missing, what has another type, and what belongs elsewhere.

use super::address;
use super::jwt;
use super::key_spec::{KeySpec, Wanted};
use super::key_type::KeyType;
use super::owner::project_of;
use super::schema::Schema;
use crate::domain::env_file::EnvFile;

const REF: &str = "SUPABASE_PROJECT_REF";
const URL: &str = "SUPABASE_URL";
const DATABASE: &str = "DATABASE_URL";
/// A pooler in transaction mode can't hold a session
/// (<https://supabase.com/docs/guides/database/connecting-to-postgres>).
const TRANSACTION_PORT: u16 = 6543;

/// Something that isn't as the schema says. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFinding {
    pub key: String,
    /// From 1; none where the key isn't in the file.
    pub line: Option<usize>,
    /// Stable: `E301` missing, `E302` another type, `E303` another project's, `E304` expired,
    /// `W302` another type than the key's name says, `W305` a pooler that can't hold a session.
    pub code: &'static str,
    pub text: String,
    pub error: bool,
}

impl Schema {
    /// What is wrong with a file in such an instance: missing keys first, then by line.
    pub fn check(&self, env: &EnvFile, wanted: &Wanted) -> Vec<SchemaFinding> {
        let mut found: Vec<SchemaFinding> = self
            .required(wanted)
            .into_iter()
            .filter(|key| env.get(&key.name).is_none_or(str::is_empty))
            .map(|key| missing(env, key, wanted))
            .collect();
        let mut rest = Vec::new();
        for entry in env.entries().filter(|e| e.effective && !e.value.is_empty()) {
            let Some(spec) = self.key(entry.key) else {
                continue;
            };
            if let Err(problem) = spec.kind.check(entry.value) {
                let exact = !spec.is_pattern();
                rest.push(SchemaFinding {
                    key: entry.key.to_owned(),
                    line: Some(entry.line),
                    code: if exact { "E302" } else { "W302" },
                    text: format!("{}: {problem}{}", entry.key, from(spec)),
                    error: exact,
                });
            } else if spec.kind == KeyType::DatabaseUrl && is_transaction_pooler(entry.value) {
                rest.push(SchemaFinding {
                    key: entry.key.to_owned(),
                    line: Some(entry.line),
                    code: "W305",
                    text: format!(
                        "{}: Port {TRANSACTION_PORT} is the pooler in transaction mode, which can't hold a session: copies and migrations need port 5432.",
                        entry.key
                    ),
                    error: false,
                });
            }
        }
        rest.extend(foreign(env));
        rest.sort_by_key(|f| f.line);
        found.extend(rest);
        found
    }

    /// The tokens in a file that are over; `now` in seconds since 1970.
    pub fn expired(&self, env: &EnvFile, now: i64) -> Vec<SchemaFinding> {
        let over = |value: &str| {
            let claims = jwt::claims(value);
            claims.and_then(|c| c.expires).is_some_and(|end| end <= now)
        };
        env.entries()
            .filter(|e| e.effective && over(e.value))
            .map(|e| SchemaFinding {
                key: e.key.to_owned(),
                line: Some(e.line),
                code: "E304",
                text: format!(
                    "{}: The token has expired.{}",
                    e.key,
                    self.key(e.key).map(from).unwrap_or_default()
                ),
                error: true,
            })
            .collect()
    }
}

fn missing(env: &EnvFile, key: &KeySpec, wanted: &Wanted) -> SchemaFinding {
    let line = env
        .entries()
        .find(|e| e.effective && e.key == key.name)
        .map(|e| e.line);
    let what = if line.is_some() {
        "has no value"
    } else {
        "is missing"
    };
    let place = match key.is_made(wanted) {
        true => " \"matriz init\" or \"matriz link\" writes it.".to_owned(),
        false => from(key),
    };
    SchemaFinding {
        key: key.name.clone(),
        line,
        code: "E301",
        text: format!("{} {what}.{place}", key.name),
        error: true,
    }
}

fn from(key: &KeySpec) -> String {
    let place = key.from.as_deref();
    place.map_or_else(String::new, |place| format!(" To be found: {place}"))
}

fn is_transaction_pooler(value: &str) -> bool {
    address::read(value).is_ok_and(|a| a.port == Some(TRANSACTION_PORT))
}

/// Values that name another project than the file says that it is.
fn foreign(env: &EnvFile) -> Vec<SchemaFinding> {
    let named = |key: &str| env.get(key).and_then(project_of);
    let (own, said) = match (named(REF), named(URL)) {
        (Some(own), _) => (own, REF),
        (None, Some(own)) => (own, URL),
        (None, None) => return Vec::new(),
    };
    let of_project = |key: &str| {
        key == DATABASE || key.starts_with("SUPABASE_") || key.starts_with("MCP_SUPABASE_")
    };
    env.entries()
        .filter(|e| e.effective && e.key != said && of_project(e.key))
        .filter(|e| project_of(e.value).is_some_and(|other| other != own))
        .map(|e| SchemaFinding {
            key: e.key.to_owned(),
            line: Some(e.line),
            code: "E303",
            text: format!("{} belongs to another project than {said} says.", e.key),
            error: true,
        })
        .collect()
}
