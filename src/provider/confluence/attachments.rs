//! Attachments of pages and blog posts. Their names are unique there.

use std::path::Path;

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::{Items, Result, Stored, form_timeout};
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::content::Version;
use crate::provider::http::{Cause, Failure, Part, Upload};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Such as `att12345`.
    pub id: String,
    /// Its name.
    pub title: String,
    pub media_type: Option<String>,
    /// The id of its medium, by which documents name it.
    pub file_id: Option<String>,
    /// Bytes.
    #[serde(default)]
    pub file_size: u64,
    #[serde(default)]
    pub comment: String,
    pub version: Option<Version>,
}

/// An attachment of v1.
#[derive(Deserialize)]
struct Uploaded {
    #[serde(default)]
    results: Vec<Option<UploadedOne>>,
}

#[derive(Deserialize)]
struct UploadedOne {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    media_type: Option<String>,
    #[serde(default)]
    file_size: u64,
    file_id: Option<String>,
    #[serde(default)]
    comment: String,
}

impl Confluence {
    pub fn page_attachments(&self, page: &str) -> Items<Attachment> {
        self.list(self.v2(
            Method::GET,
            &["pages", page, "attachments"],
            format!("list the attachments of the page {page}"),
        ))
    }

    pub fn blog_post_attachments(&self, post: &str) -> Items<Attachment> {
        self.list(self.v2(
            Method::GET,
            &["blogposts", post, "attachments"],
            format!("list the attachments of the blog post {post}"),
        ))
    }

    /// Puts a file of `bytes` bytes on a page or blog post, without mail. The file is read while
    /// it's sent.
    ///
    /// Idempotent: where the name is there already, it becomes a new version of it.
    pub async fn put_attachment(
        &self,
        content: &str,
        upload: Upload,
        bytes: u64,
    ) -> Result<Attachment> {
        let name = upload.file_name.clone();
        let request = self
            .v1(
                Method::PUT,
                &["content", content, "child", "attachment"],
                format!("attach {name} to {content}"),
            )
            .header("X-Atlassian-Token", "nocheck")
            .form(vec![
                Part::text("minorEdit", "true"),
                Part::file("file", upload),
            ])
            .timeout(form_timeout(bytes));
        let uploaded: Uploaded = self.fetch(&request).await?;
        let one = uploaded.results.into_iter().flatten().next();
        let one = one.ok_or_else(|| {
            Failure::new(
                Cause::Malformed,
                format!("Confluence took {name} without saying what became of it."),
            )
        })?;
        Ok(Attachment {
            id: one.id,
            title: one.title,
            media_type: one.extensions.media_type,
            file_id: one.extensions.file_id,
            file_size: one.extensions.file_size,
            comment: one.extensions.comment,
            version: None,
        })
    }

    /// Writes an attachment of that page or blog post to `path`; more than `longest` bytes are a
    /// failure.
    pub async fn download_attachment(
        &self,
        content: &str,
        attachment: &str,
        path: &Path,
        longest: u64,
    ) -> Result<Stored> {
        let mut request = self
            .v1(
                Method::GET,
                &[
                    "content",
                    content,
                    "child",
                    "attachment",
                    attachment,
                    "download",
                ],
                format!("give the attachment {attachment}"),
            )
            .following()
            .timeout(form_timeout(longest));
        request.headers = vec![("Accept", "*/*".to_owned())];
        let answer = self.site.download(&request, path, longest).await?;
        Ok(Stored {
            bytes: answer.length,
            content_type: answer.header("content-type").map(str::to_owned),
        })
    }

    /// Into the trash. `false`: it was gone already. The document calls the id a number here and a
    /// text elsewhere; it's sent as it came. Not verified against a live account.
    pub async fn delete_attachment(&self, id: &str) -> Result<bool> {
        let request = self.v2(
            Method::DELETE,
            &["attachments", id],
            format!("delete the attachment {id}"),
        );
        self.site.remove(&request).await
    }
}
