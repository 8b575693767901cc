//! The names of accounts, asked for in bulk and remembered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::storage;
use crate::error::Result;
use crate::provider::confluence::{Comment, Confluence};

pub struct People<'a> {
    client: &'a Confluence,
    names: Mutex<HashMap<String, String>>,
}

impl<'a> People<'a> {
    pub fn new(client: &'a Confluence) -> People<'a> {
        People {
            client,
            names: Mutex::default(),
        }
    }

    /// Looks up who wrote these.
    pub async fn learn(&self, comments: &[Comment]) -> Result<()> {
        let mut unknown: Vec<String> = {
            let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            let authors = comments.iter().filter_map(author);
            authors
                .filter(|id| !names.contains_key(*id))
                .map(str::to_owned)
                .collect()
        };
        unknown.sort();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let found = self.client.users(&unknown).await?;
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for id in unknown {
            let user = found.iter().find(|user| user.account_id == id);
            let name = user.and_then(|user| user.display_name.clone());
            names.insert(id, name.unwrap_or_default());
        }
        Ok(())
    }

    /// Who wrote a comment and when, as its first paragraph: the copy's own author and date are
    /// those of the copying.
    pub fn heading(&self, comment: &Comment) -> String {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let name = author(comment).and_then(|id| names.get(id));
        let name = name.map_or("", String::as_str);
        let name = match name {
            "" => "Somebody",
            name => name,
        };
        let date = comment.version.as_ref().map(|version| &version.created_at);
        let date = date.map(|date| moment(date)).unwrap_or_default();
        format!(
            "<p><strong>{}</strong>, {}:</p>",
            storage::escaped(name),
            storage::escaped(&date)
        )
    }
}

fn author(comment: &Comment) -> Option<&str> {
    comment.version.as_ref()?.author_id.as_deref()
}

/// `2026-01-31 09:30 UTC`.
fn moment(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_alike() {
        assert_eq!(moment("2026-01-31T09:30:12.345Z"), "2026-01-31 09:30 UTC");
        assert_eq!(moment("yesterday"), "yesterday");
    }
}
