//! A seed file of known shape, read with the place of each of its items.

use std::fmt;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_saphyr::{Options, Spanned};

use crate::error::{Error, Kind, Result};

/// One entry of a seed file, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<T> {
    /// `seeds/board/10_epics.yaml:12`
    pub at: String,
    pub value: T,
}

impl<T> Item<T> {
    pub(super) fn all(path: &Path, list: Vec<Spanned<T>>) -> Vec<Item<T>> {
        list.into_iter()
            .map(|one| Item {
                at: format!("{}:{}", path.display(), one.referenced.line()),
                value: one.value,
            })
            .collect()
    }

    /// What is wrong with the entry, said with its place.
    pub fn wrong(&self, what: impl fmt::Display) -> Error {
        Error::new(Kind::Parse, format!("{}: {what}.", self.at))
    }
}

/// Reads the text of a seed file; `path` is for messages.
///
/// # Errors
/// `Parse`, with file, line and column.
pub fn parse<T: DeserializeOwned + Default>(path: &Path, text: &str) -> Result<T> {
    let read: Option<T> =
        serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
            let mut message = error
                .without_snippet()
                .render_with_formatter(&serde_saphyr::UserMessageFormatter);
            let place = match error.location() {
                Some(at) if at.line() > 0 => {
                    let tail = format!(" at line {}, column {}", at.line(), at.column());
                    if let Some(cut) = message.find(&tail) {
                        message.truncate(cut);
                    }
                    format!("{}:{}:{}", path.display(), at.line(), at.column())
                }
                _ => path.display().to_string(),
            };
            Error::new(
                Kind::Parse,
                format!("{place}: {}.", message.trim_end_matches('.')),
            )
            .hint("The shapes of board and space seeds are in the README.")
        })?;
    Ok(read.unwrap_or_default())
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_events: 5_000_000,
            max_nodes: 2_000_000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 200_000,
            max_replay_stack_depth: 16,
        },
        leading_zero_numbers_as_strings: true,
        strict_booleans: true,
        with_snippet: false,
    }
}
