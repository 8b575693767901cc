//! Values as other programs read them.

use crate::domain::env_file::EnvFile;
use crate::error::{Error, Result};

/// Whose form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// `KEY=value` as this program writes it.
    Dotenv,
    /// `export KEY='value'`, for every shell after Bourne's (POSIX, 2.2.2: single quotes).
    Sh,
    /// `set -gx KEY 'value'` (<https://fishshell.com/docs/current/language.html#quotes>).
    Fish,
    /// One object.
    Json,
    /// `KEY=value` without any quotes, for `--env-file`
    /// (<https://docs.docker.com/reference/cli/docker/container/run/#env>).
    Docker,
}

/// A value, or that it isn't to be shown.
pub struct Exported<'a> {
    pub key: &'a str,
    pub value: Option<&'a str>,
}

/// The text, with its last line end.
///
/// # Errors
/// A key or a value that the format can't hold, named by its key.
pub fn export(format: ExportFormat, pairs: &[Exported<'_>]) -> Result<String> {
    match format {
        ExportFormat::Dotenv => dotenv(pairs),
        ExportFormat::Sh => lines(pairs, |key, value| {
            let quoted = value.replace('\'', r"'\''");
            Ok(format!("export {key}='{quoted}'"))
        }),
        ExportFormat::Fish => lines(pairs, |key, value| {
            let quoted = value.replace('\\', r"\\").replace('\'', r"\'");
            Ok(format!("set -gx {key} '{quoted}'"))
        }),
        ExportFormat::Docker => lines(pairs, docker),
        ExportFormat::Json => {
            let all = pairs.iter().map(|pair| {
                let value = pair.value.map_or(serde_json::Value::Null, Into::into);
                (pair.key.to_owned(), value)
            });
            let all: serde_json::Map<String, serde_json::Value> = all.collect();
            let text = serde_json::to_string_pretty(&all).map_err(|error| {
                Error::internal(format!("The values can't be written as JSON: {error}."))
            })?;
            Ok(format!("{text}\n"))
        }
    }
}

fn lines(pairs: &[Exported<'_>], line: impl Fn(&str, &str) -> Result<String>) -> Result<String> {
    let mut text = String::new();
    for pair in pairs {
        match pair.value {
            None => text.push_str(&hidden(pair.key)),
            Some(_) if !is_name(pair.key) => {
                return Err(Error::refused(format!(
                    "{} can't be a variable's name there: it holds other characters than letters, digits and underscores.",
                    pair.key
                ))
                .hint("Use --format json, or give the key another name."));
            }
            Some(value) => {
                text.push_str(&line(pair.key, value)?);
                text.push('\n');
            }
        }
    }
    Ok(text)
}

/// Never a mask as the value: whoever loads it would take it for the secret.
fn hidden(key: &str) -> String {
    format!("# {key} is secret and isn't shown\n")
}

fn dotenv(pairs: &[Exported<'_>]) -> Result<String> {
    let mut text = String::new();
    for pair in pairs {
        match pair.value {
            None => text.push_str(&hidden(pair.key)),
            Some(value) => {
                let mut file = EnvFile::default();
                file.set(pair.key, value)?;
                text.push_str(file.text());
            }
        }
    }
    Ok(text)
}

/// The whole line after the `=` is the value, and a line that begins with `#` is none.
fn docker(key: &str, value: &str) -> Result<String> {
    if value.contains(['\n', '\r']) {
        return Err(Error::refused(format!(
            "{key} has more than one line, which --env-file can't hold."
        ))
        .hint("Give that one with --env KEY, from the environment: matriz run -- docker run --env KEY …"));
    }
    Ok(format!("{key}={value}"))
}

fn is_name(key: &str) -> bool {
    let mut chars = key.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: [Exported<'_>; 3] = [
        Exported {
            key: "A",
            value: Some("it's $HOME \\ \"x\""),
        },
        Exported {
            key: "TOKEN",
            value: None,
        },
        Exported {
            key: "B",
            value: Some("plain"),
        },
    ];

    #[test]
    fn each_form_quotes_as_its_reader_does_and_hides_without_a_value() {
        let text = |format| export(format, &PAIRS).unwrap();
        let hidden = "# TOKEN is secret and isn't shown\n";
        assert_eq!(
            text(ExportFormat::Sh),
            format!("export A='it'\\''s $HOME \\ \"x\"'\n{hidden}export B='plain'\n")
        );
        assert_eq!(
            text(ExportFormat::Fish),
            format!("set -gx A 'it\\'s $HOME \\\\ \"x\"'\n{hidden}set -gx B 'plain'\n")
        );
        assert_eq!(
            text(ExportFormat::Docker),
            format!("A=it's $HOME \\ \"x\"\n{hidden}B=plain\n")
        );
        let json: serde_json::Value = serde_json::from_str(&text(ExportFormat::Json)).unwrap();
        assert_eq!(json["A"], "it's $HOME \\ \"x\"");
        assert!(json["TOKEN"].is_null());
        let file = EnvFile::parse(&text(ExportFormat::Dotenv)).unwrap();
        assert_eq!(file.get("A"), Some("it's $HOME \\ \"x\""));
        assert_eq!(file.get("TOKEN"), None);
    }

    #[test]
    fn what_a_form_cannot_hold_is_refused_by_its_key() {
        let lines = [Exported {
            key: "PEM",
            value: Some("a\nb"),
        }];
        let error = export(ExportFormat::Docker, &lines).unwrap_err();
        assert!(error.message.contains("PEM") && !error.message.contains("a\nb"));
        let named = [Exported {
            key: "a.b",
            value: Some("x"),
        }];
        assert!(export(ExportFormat::Sh, &named).is_err());
        assert!(export(ExportFormat::Json, &named).is_ok());
    }
}
