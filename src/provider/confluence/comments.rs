//! Comments below a page and beside its text, with their replies.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::content::{Body, Format, Version};

/// Below the page, or beside a part of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentKind {
    Footer,
    Inline,
}

impl CommentKind {
    fn path(self) -> &'static str {
        match self {
            CommentKind::Footer => "footer-comments",
            CommentKind::Inline => "inline-comments",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    pub id: String,
    #[serde(default)]
    pub status: String,
    pub page_id: Option<String>,
    pub blog_post_id: Option<String>,
    pub parent_comment_id: Option<String>,
    pub version: Option<Version>,
    #[serde(default)]
    pub body: Body,
    /// Of inline comments: `open`, `resolved`, `dangling`, `reopened`.
    pub resolution_status: Option<String>,
    /// The text that an inline comment stands beside, and what else there is.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a comment is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentOn {
    Page(String),
    BlogPost(String),
    /// A reply.
    Comment(String),
}

/// The text that an inline comment stands beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub text: String,
    /// How often the text is on the page.
    pub matches: u32,
    /// Which of them it is, from 0.
    pub index: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    pub on: CommentOn,
    pub format: Format,
    pub body: String,
    /// For an inline comment that isn't a reply.
    pub selection: Option<Selection>,
}

impl Confluence {
    /// Without replies: see [`Confluence::replies`].
    pub fn page_comments(&self, page: &str, kind: CommentKind, format: Format) -> Items<Comment> {
        let request = self.v2(
            Method::GET,
            &["pages", page, kind.path()],
            format!("list the comments on the page {page}"),
        );
        self.list(request.query("body-format", format.word()))
    }

    /// Without replies: see [`Confluence::replies`].
    pub fn blog_post_comments(
        &self,
        post: &str,
        kind: CommentKind,
        format: Format,
    ) -> Items<Comment> {
        let request = self.v2(
            Method::GET,
            &["blogposts", post, kind.path()],
            format!("list the comments on the blog post {post}"),
        );
        self.list(request.query("body-format", format.word()))
    }

    /// The direct replies to a comment.
    pub fn replies(&self, comment: &str, kind: CommentKind, format: Format) -> Items<Comment> {
        let request = self.v2(
            Method::GET,
            &[kind.path(), comment, "children"],
            format!("list the replies to the comment {comment}"),
        );
        self.list(request.query("body-format", format.word()))
    }

    /// Not idempotent. After an ambiguous failure, look for the body in the comments of what it's
    /// on; its property tells it from another with the same words, where that was set.
    pub async fn add_comment(&self, kind: CommentKind, new: &NewComment) -> Result<Comment> {
        let (field, id) = match &new.on {
            CommentOn::Page(id) => ("pageId", id),
            CommentOn::BlogPost(id) => ("blogPostId", id),
            CommentOn::Comment(id) => ("parentCommentId", id),
        };
        let mut body = Map::new();
        body.insert(field.into(), json!(id));
        body.insert("body".into(), Body::write(new.format, &new.body));
        if let (Some(selection), CommentKind::Inline) = (&new.selection, kind) {
            body.insert(
                "inlineCommentProperties".into(),
                json!({
                    "textSelection": selection.text,
                    "textSelectionMatchCount": selection.matches,
                    "textSelectionMatchIndex": selection.index,
                }),
            );
        }
        let request = self
            .v2(Method::POST, &[kind.path()], "add a comment")
            .json(Value::Object(body));
        self.fetch(&request).await
    }

    /// Writes a new version of a comment, like [`Confluence::update_page`].
    pub async fn update_comment(
        &self,
        comment: &str,
        kind: CommentKind,
        format: Format,
        text: &str,
        version: u64,
    ) -> Result<Comment> {
        let request = self
            .v2(
                Method::PUT,
                &[kind.path(), comment],
                format!("change the comment {comment}"),
            )
            .json(json!({
                "version": { "number": version },
                "body": Body::write(format, text),
            }))
            .repeat(crate::provider::http::Repeat::Harmful);
        self.fetch(&request).await
    }

    /// Marks a thread beside the text as resolved.
    pub async fn resolve_comment(&self, comment: &str, body: &str, version: u64) -> Result<()> {
        let request = self
            .v2(
                Method::PUT,
                &["inline-comments", comment],
                format!("resolve the comment {comment}"),
            )
            .json(json!({
                "version": { "number": version },
                "body": Body::write(Format::Storage, body),
                "resolved": true,
            }))
            .repeat(crate::provider::http::Repeat::Harmful);
        self.done(&request).await
    }
}
