//! Statements on a project's `storage` schema, under the caller's role.

use serde_json::Value;

use crate::sandbox::storage::caller::Caller;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::Storage;

/// A moment as the API gives it.
pub fn moment(column: &str) -> String {
    format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as {column}")
}

/// A text as SQL has it.
pub fn text(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    match quoted.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

/// A text, or NULL.
pub fn optional(value: Option<&str>) -> String {
    value.map_or("null".to_owned(), text)
}

/// Several texts as an array, or NULL.
pub fn list(values: Option<&[String]>) -> String {
    match values {
        None => "null".to_owned(),
        Some(values) => {
            let all: Vec<String> = values.iter().map(|v| text(v)).collect();
            format!("array[{}]::text[]", all.join(", "))
        }
    }
}

impl Storage {
    /// Runs one statement as the caller, with his claims for the policies; its rows.
    pub async fn rows(&self, project: &str, caller: &Caller, sql: &str) -> Answer<Vec<Value>> {
        if sql.contains('\0') {
            return Err(Refusal::bad("A value holds a zero byte."));
        }
        let claims = caller.claims.to_string();
        // several statements in one text are one transaction, at whose end the settings are gone
        let whole = format!(
            "select set_config('request.jwt.claims', {}, true),
                    set_config('request.jwt.claim.sub', {}, true),
                    set_config('role', {}, true);\n{sql}",
            text(&claims),
            text(caller.user().unwrap_or_default()),
            text(&caller.role),
        );
        let found = self.databases().query(project, &whole, &[], false).await;
        found.map_err(Refusal::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_end_no_text() {
        assert_eq!(text("it's"), "'it''s'");
        assert_eq!(text("a\\' or 1"), "E'a\\\\'' or 1'");
        assert_eq!(optional(None), "null");
        assert_eq!(
            list(Some(&["a".into(), "b'".into()])),
            "array['a', 'b''']::text[]"
        );
    }
}
