//! Pages.

use futures_util::TryStreamExt;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::content::{Body, Format, Version};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub id: String,
    /// `current`, `archived`, `draft`, `trashed`, …
    #[serde(default)]
    pub status: String,
    pub title: String,
    pub space_id: String,
    pub parent_id: Option<String>,
    /// `page`, `folder`, `whiteboard`, `database`, `embed`.
    pub parent_type: Option<String>,
    /// Among its siblings; lists don't come in this order.
    pub position: Option<i64>,
    /// `live` for a live document.
    pub subtype: Option<String>,
    pub author_id: Option<String>,
    #[serde(default)]
    pub created_at: String,
    pub version: Option<Version>,
    #[serde(default)]
    pub body: Body,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPage {
    pub space_id: String,
    /// Unique in its space.
    pub title: String,
    /// A page or a folder; below the homepage where it's `None` (unless `root`).
    pub parent_id: Option<String>,
    /// On the top level, beside the homepage.
    pub root: bool,
    /// A live document; its format is [`Format::Document`].
    pub live: bool,
    /// Nobody but the account sees it.
    pub private: bool,
    pub format: Format,
    /// At most 5 MB.
    pub body: String,
}

/// A new version of a page. All of it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageUpdate {
    pub id: String,
    pub title: String,
    pub parent_id: Option<String>,
    pub format: Format,
    pub body: String,
    /// The version that this makes: one more than the one that was read.
    pub version: u64,
    pub message: String,
}

/// Where a page goes, relative to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Not with a page of the top level.
    Before,
    /// Not with a page of the top level.
    After,
    /// Below it, at the end.
    Append,
}

impl Confluence {
    /// The current pages of a space, with their bodies, in no order.
    pub fn pages(&self, space_id: &str, format: Format) -> Items<Page> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", space_id, "pages"],
                "list the pages of a space",
            )
            .query("status", "current")
            .query("body-format", format.word());
        self.list_bodies(request)
    }

    /// The pages of a space in this status (`current`, `archived`), without their bodies, in no
    /// order.
    pub fn page_heads(&self, space_id: &str, status: &str) -> Items<Page> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", space_id, "pages"],
                "list the pages of a space",
            )
            .query("status", status);
        self.list(request)
    }

    /// The page, or `None` where there is none that the account may see.
    pub async fn page(&self, id: &str, format: Format) -> Result<Option<Page>> {
        let request = self
            .v2(Method::GET, &["pages", id], format!("show the page {id}"))
            .query("body-format", format.word());
        self.site.find(&request).await
    }

    /// The current page with exactly this title in the space.
    pub async fn find_page(&self, space_id: &str, title: &str) -> Result<Option<Page>> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", space_id, "pages"],
                format!("look for the page \"{title}\""),
            )
            .query("title", title)
            .query("status", "current");
        let mut found: Items<Page> = self.list(request);
        while let Some(page) = found.try_next().await? {
            if page.title == title {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Not idempotent, but a title is taken once only in a space (400 the second time): after an
    /// ambiguous failure, look for it with [`Confluence::find_page`].
    pub async fn create_page(&self, new: &NewPage) -> Result<Page> {
        let mut body = json!({
            "spaceId": new.space_id,
            "status": "current",
            "title": new.title,
            "body": Body::write(new.format, &new.body),
        });
        if let Some(fields) = body.as_object_mut() {
            if let Some(parent) = &new.parent_id {
                fields.insert("parentId".into(), json!(parent));
            }
            if new.live {
                fields.insert("subtype".into(), json!("live"));
            }
        }
        let mut request = self
            .v2(
                Method::POST,
                &["pages"],
                format!("create the page \"{}\"", new.title),
            )
            .json(body);
        if new.root {
            request = request.query("root-level", "true");
        }
        if new.private {
            request = request.query("private", "true");
        }
        self.fetch(&request).await
    }

    /// Writes a new version, without mail (a minor edit).
    ///
    /// It names the version that it makes, so it's never done twice; repeated, it's refused as
    /// stale ([`is_stale`](crate::provider::confluence::is_stale)). After an ambiguous failure,
    /// read the page's version and message.
    pub async fn update_page(&self, update: &PageUpdate) -> Result<Page> {
        let mut body = json!({
            "id": update.id,
            "status": "current",
            "title": update.title,
            "body": Body::write(update.format, &update.body),
            "version": {
                "number": update.version,
                "message": update.message,
                "minorEdit": true,
            },
        });
        if let (Some(parent), Some(fields)) = (&update.parent_id, body.as_object_mut()) {
            fields.insert("parentId".into(), json!(parent));
        }
        let request = self
            .v2(
                Method::PUT,
                &["pages", &update.id],
                format!("change the page \"{}\"", update.title),
            )
            .json(body)
            .repeat(crate::provider::http::Repeat::Harmful);
        self.fetch(&request).await
    }

    /// Moves a page to a place relative to another, with all that is below it. Idempotent.
    pub async fn move_page(&self, id: &str, position: Position, target: &str) -> Result<()> {
        let word = match position {
            Position::Before => "before",
            Position::After => "after",
            Position::Append => "append",
        };
        let request = self.v1(
            Method::PUT,
            &["content", id, "move", word, target],
            format!("move the page {id}"),
        );
        self.done(&request).await
    }

    /// Into the trash; with `purge`, out of it for good (only what is in the trash). `false`: it
    /// was gone already.
    pub async fn delete_page(&self, id: &str, purge: bool) -> Result<bool> {
        let mut request = self.v2(
            Method::DELETE,
            &["pages", id],
            format!("delete the page {id}"),
        );
        if purge {
            request = request.query("purge", "true");
        }
        self.site.remove(&request).await
    }
}
