//! A piece of content as it's stored: pages, blog posts, folders, attachments and comments.
//!
//! All of them share one sequence of ids with the spaces, so that an id names one thing only and is
//! never given again. Pages, blog posts and folders are listed by their space, attachments and
//! comments by what they stand on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Context, Kind as ErrorKind};
use crate::sandbox::api::{now_ms, rfc3339};
use crate::sandbox::atlassian::{Answer, Db, Refusal, order};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Page,
    Blogpost,
    Folder,
    Attachment,
    FooterComment,
    InlineComment,
}

impl Kind {
    pub const ALL: [Kind; 6] = [
        Kind::Page,
        Kind::Blogpost,
        Kind::Folder,
        Kind::Attachment,
        Kind::FooterComment,
        Kind::InlineComment,
    ];

    /// The name in the store.
    pub fn store(self) -> &'static str {
        match self {
            Kind::Page => "page",
            Kind::Blogpost => "blogpost",
            Kind::Folder => "folder",
            // Jira keeps its own attachments in the same store
            Kind::Attachment => "page-attachment",
            Kind::FooterComment => "footer-comment",
            Kind::InlineComment => "inline-comment",
        }
    }

    /// The name that the API and CQL have for it.
    pub fn public(self) -> &'static str {
        match self {
            Kind::FooterComment | Kind::InlineComment => "comment",
            Kind::Attachment => "attachment",
            other => other.store(),
        }
    }

    pub fn is_comment(self) -> bool {
        matches!(self, Kind::FooterComment | Kind::InlineComment)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub number: i64,
    pub message: String,
    pub minor: bool,
    pub author: String,
    pub created_ms: i64,
}

impl Version {
    pub fn first(author: &str) -> Version {
        Version {
            number: 1,
            message: String::new(),
            minor: false,
            author: author.to_owned(),
            created_ms: now_ms(),
        }
    }
}

/// A body, kept as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// `storage` or `atlas_doc_format`.
    pub representation: String,
    pub value: String,
}

/// What an attachment holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The media service's id, new with each version.
    pub media: String,
    /// The name among the site's files.
    pub name: String,
    pub mime: String,
    pub size: u64,
    pub comment: String,
}

/// Which text an inline comment is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inline {
    /// The reference of the marker in the body.
    pub marker: String,
    pub selection: String,
    /// `open`, `reopened`, `resolved` or `dangling`.
    pub resolution: String,
    pub resolver: Option<String>,
    pub resolved_ms: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub id: String,
    pub kind: Kind,
    /// `current`, `draft` or `trashed`.
    pub status: String,
    pub title: String,
    pub space: String,
    /// What it stands below: a page or a folder for pages and folders (nothing at the space's
    /// root), a page or a blog post for attachments and comments, a comment for a reply.
    pub parent: Option<String>,
    pub author: String,
    pub owner: String,
    pub created_ms: i64,
    pub version: Version,
    pub body: Option<Body>,
    /// The words of the body, for searching.
    pub text: String,
    pub subtype: Option<String>,
    pub file: Option<File>,
    pub inline: Option<Inline>,
    /// Title and text before the last change, which search may still see.
    pub before: Option<(String, String)>,
}

impl Content {
    pub fn new(kind: Kind, id: String, space: &str, author: &str) -> Content {
        Content {
            id,
            kind,
            status: "current".into(),
            title: String::new(),
            space: space.to_owned(),
            parent: None,
            author: author.to_owned(),
            owner: author.to_owned(),
            created_ms: now_ms(),
            version: Version::first(author),
            body: None,
            text: String::new(),
            subtype: None,
            file: None,
            inline: None,
            before: None,
        }
    }

    pub fn is_current(&self) -> bool {
        self.status == "current"
    }

    pub fn save(&self, db: &Db<'_>) -> Answer<()> {
        let value = serde_json::to_value(self).context(ErrorKind::Internal, || {
            format!("{} cannot be stored", self.id)
        })?;
        let (list, sort) = match self.kind {
            // No order is promised for a space's content, so that it has none that means anything.
            Kind::Page | Kind::Blogpost | Kind::Folder => {
                (self.space.clone(), self.id.chars().rev().collect())
            }
            _ => (
                self.parent.clone().unwrap_or_default(),
                order(number(&self.id)),
            ),
        };
        Ok(db.put(self.kind.store(), &self.id, &list, &sort, &value)?)
    }

    pub fn created(&self) -> String {
        time(self.created_ms)
    }

    /// Before a change: what search may still see afterwards, and the next version.
    pub fn begin_version(&mut self, author: &str, message: &str, minor: bool) {
        self.before = Some((self.title.clone(), self.text.clone()));
        self.version = Version {
            number: self.version.number + 1,
            message: message.to_owned(),
            minor,
            author: author.to_owned(),
            created_ms: now_ms(),
        };
    }
}

/// A new id, for content and spaces.
pub fn new_id(db: &Db<'_>) -> Answer<String> {
    Ok(db.next("confluence", 65_536)?.to_string())
}

/// The number in an id: attachments have `att` before it.
pub fn number(id: &str) -> i64 {
    id.trim_start_matches("att").parse().unwrap_or(0)
}

/// `2026-03-01T12:00:00.000Z`.
pub fn time(ms: i64) -> String {
    let text = rfc3339(ms);
    match text.split_once('.') {
        Some((whole, fraction)) => {
            let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
            format!("{whole}.{digits:0<3}Z")
        }
        None => format!("{}.000Z", text.trim_end_matches('Z')),
    }
}

pub fn read(value: Value) -> Answer<Content> {
    Ok(serde_json::from_value(value)
        .context(ErrorKind::Internal, || "A stored content is wrong".into())?)
}

/// A content of a kind; whoever asks, and whatever its status.
pub fn stored(db: &Db<'_>, kind: Kind, id: &str) -> Answer<Option<Content>> {
    db.get(kind.store(), id)?.map(read).transpose()
}

/// A content of any kind.
pub fn any(db: &Db<'_>, id: &str) -> Answer<Option<Content>> {
    for kind in Kind::ALL {
        if let Some(found) = stored(db, kind, id)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// All of a kind in a list: by space, or by what they stand on.
pub fn listed(db: &Db<'_>, kind: Kind, list: &str) -> Answer<Vec<Content>> {
    let docs = db.list(kind.store(), list)?;
    docs.into_iter().map(|doc| read(doc.body)).collect()
}

pub fn not_found(what: &str, id: &str) -> Refusal {
    Refusal::not_found(format!(
        "There is no {what} with the id {id}, or you may not see it."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_always_have_milliseconds() {
        assert_eq!(time(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(time(1_500), "1970-01-01T00:00:01.500Z");
        assert_eq!(time(1_007), "1970-01-01T00:00:01.007Z");
    }
}
