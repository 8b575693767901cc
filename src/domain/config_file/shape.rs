//! The shape that each file has to have.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::mark;
use crate::domain::config::{AtlassianConfig, Manifest, SupabaseConfig};
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

/// What is wrong with a file, and where (line and column, from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub what: String,
    pub place: (usize, usize),
}

/// What keeps the program from reading a file of this name, if anything: its form, or its shape.
pub fn misfit(file: &str, text: &str) -> Option<Misfit> {
    fit(file, text)?.err()
}

/// `None` for a file that Matriz doesn't know.
fn fit(file: &str, text: &str) -> Option<Result<(), Misfit>> {
    let body = text.get(mark(text)..).unwrap_or_default();
    Some(match file {
        "instance.toml" => toml::from_str::<Manifest>(body)
            .map(drop)
            .map_err(|error| Misfit {
                what: error.message().trim_end_matches('.').to_owned(),
                place: place(body, error.span().map_or(0, |span| span.start)),
            }),
        "supabase.config.json" => json::<SupabaseConfig>(body),
        "atlassian.config.json" => json::<AtlassianConfig>(body),
        "mcp.json" => json::<Value>(body),
        _ => return None,
    })
}

fn json<T: DeserializeOwned>(body: &str) -> Result<(), Misfit> {
    // through a value, which takes a key that stands there twice as JSON readers do
    let lenient = serde_json::from_str(body).and_then(serde_json::from_value::<T>);
    match (lenient, serde_json::from_str::<T>(body)) {
        (Ok(_), _) | (_, Ok(_)) => Ok(()),
        // the text knows the place
        (Err(_), Err(error)) => Err(Misfit {
            what: words(&error),
            place: (error.line(), error.column()),
        }),
    }
}

fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next();
    what.unwrap_or_default().to_owned()
}

/// Refuses a text that the program couldn't read back, with its line and column. `shown` is the
/// file as a person knows it: `instances/NAME/FILE`.
pub fn check(shown: &str, file: &str, text: &str) -> Result<()> {
    match fit(file, text) {
        Some(Ok(())) => Ok(()),
        Some(Err(Misfit { what, place })) => {
            let (line, column) = place;
            Err(Error::new(
                Kind::Parse,
                format!("{shown} isn't right: {what} at line {line} column {column}."),
            )
            .hint("Mend that place; nothing was written."))
        }
        None => Err(Error::refused(format!(
            "{file} isn't one of an instance's configuration files."
        ))),
    }
}

/// The same for a text with one value typed anew: the place in it means nothing to who typed.
pub(super) fn keeps(file: &str, text: &str) -> Result<()> {
    match fit(file, text) {
        Some(Err(Misfit { what, .. })) => {
            Err(Error::usage(format!("{file} wouldn't be valid: {what}.")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_configs_are_refused_with_their_place() {
        let error = check("instances/a/mcp.json", "mcp.json", "{\n  oops\n}").unwrap_err();
        assert!(error.message.contains("line 2"), "{}", error.message);
        let error = check("x", "instance.toml", "\nstrategy = \"other\"").unwrap_err();
        assert!(error.message.contains("line 2"), "{}", error.message);
        assert!(check("x", "../.env", "").is_err());
        let good = r#"{"kind":"sandbox","mine":1}"#;
        assert!(check("x", "supabase.config.json", good).is_ok());
        assert!(check("x", "supabase.config.json", &format!("\u{FEFF}{good}")).is_ok());
        let twice = r#"{"region":"a","region":"b"}"#;
        assert!(check("x", "supabase.config.json", twice).is_ok());
    }
}
