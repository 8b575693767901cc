//! Blog posts: the one thing whose date can be kept.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::content::{Body, Format, Version};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlogPost {
    pub id: String,
    #[serde(default)]
    pub status: String,
    pub title: String,
    pub space_id: String,
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
pub struct NewBlogPost {
    pub space_id: String,
    /// Unique in its space on its day.
    pub title: String,
    pub format: Format,
    pub body: String,
    /// When it was written, such as 2026-01-31T09:30:00.000Z.
    pub created_at: Option<String>,
    /// Nobody but the account sees it.
    pub private: bool,
}

impl Confluence {
    /// The current blog posts of a space, with their bodies.
    pub fn blog_posts(&self, space_id: &str, format: Format) -> Items<BlogPost> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", space_id, "blogposts"],
                "list the blog posts of a space",
            )
            .query("status", "current")
            .query("body-format", format.word());
        self.list_bodies(request)
    }

    /// The blog post, or `None` where there is none that the account may see.
    pub async fn blog_post(&self, id: &str, format: Format) -> Result<Option<BlogPost>> {
        let request = self
            .v2(
                Method::GET,
                &["blogposts", id],
                format!("show the blog post {id}"),
            )
            .query("body-format", format.word());
        self.site.find(&request).await
    }

    /// The current blog posts of a space, without their bodies.
    pub fn blog_post_heads(&self, space_id: &str) -> Items<BlogPost> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", space_id, "blogposts"],
                "list the blog posts of a space",
            )
            .query("status", "current");
        self.list(request)
    }

    /// The current blog posts with this title in the space.
    pub fn find_blog_posts(&self, space_id: &str, title: &str) -> Items<BlogPost> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", space_id, "blogposts"],
                format!("look for the blog post \"{title}\""),
            )
            .query("title", title)
            .query("status", "current");
        self.list(request)
    }

    /// Not idempotent. After an ambiguous failure, look for title and date with
    /// [`Confluence::find_blog_posts`].
    pub async fn create_blog_post(&self, new: &NewBlogPost) -> Result<BlogPost> {
        let mut body = json!({
            "spaceId": new.space_id,
            "status": "current",
            "title": new.title,
            "body": Body::write(new.format, &new.body),
        });
        if let (Some(date), Some(fields)) = (&new.created_at, body.as_object_mut()) {
            fields.insert("createdAt".into(), json!(date));
        }
        let mut request = self
            .v2(
                Method::POST,
                &["blogposts"],
                format!("create the blog post \"{}\"", new.title),
            )
            .json(body);
        if new.private {
            request = request.query("private", "true");
        }
        self.fetch(&request).await
    }

    /// Writes a new version of the body, like [`Confluence::update_page`].
    pub async fn update_blog_post(
        &self,
        post: &BlogPost,
        format: Format,
        text: &str,
        version: u64,
    ) -> Result<BlogPost> {
        let request = self
            .v2(
                Method::PUT,
                &["blogposts", &post.id],
                format!("change the blog post \"{}\"", post.title),
            )
            .json(json!({
                "id": post.id,
                "status": "current",
                "title": post.title,
                "body": Body::write(format, text),
                "version": { "number": version },
            }))
            .repeat(crate::provider::http::Repeat::Harmful);
        self.fetch(&request).await
    }

    /// Into the trash; with `purge`, out of it for good (only what is in the trash). `false`: it
    /// was gone already.
    pub async fn delete_blog_post(&self, id: &str, purge: bool) -> Result<bool> {
        let mut request = self.v2(
            Method::DELETE,
            &["blogposts", id],
            format!("delete the blog post {id}"),
        );
        if purge {
            request = request.query("purge", "true");
        }
        self.site.remove(&request).await
    }
}
