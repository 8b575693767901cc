//! Attachments of issues: up, down, and their media id.
//!
//! In a document, an attachment isn't named by its id but by the id of its medium (a UUID), which
//! only the address says that its content is redirected to.

use std::path::Path;

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::{Result, Stored, form_timeout};
use crate::provider::http::{Part, Request, Upload};
use crate::provider::jira::client::Jira;
use crate::provider::jira::users::User;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    #[serde(deserialize_with = "id_as_text")]
    pub id: String,
    pub filename: String,
    /// Bytes.
    #[serde(default)]
    pub size: u64,
    pub mime_type: Option<String>,
    pub author: Option<User>,
    #[serde(default)]
    pub created: String,
}

/// Text on an issue, a number where an attachment is asked for alone.
fn id_as_text<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentSettings {
    #[serde(default)]
    pub enabled: bool,
    /// Bytes of one file.
    #[serde(default)]
    pub upload_limit: u64,
}

impl Jira {
    pub async fn attachment_settings(&self) -> Result<AttachmentSettings> {
        let request = self.platform(
            Method::GET,
            &["attachment", "meta"],
            "say how large attachments may be",
        );
        self.fetch(&request).await
    }

    /// The attachment, without its content; `None` where there is none.
    pub async fn find_attachment(&self, id: &str) -> Result<Option<Attachment>> {
        let request = self.platform(
            Method::GET,
            &["attachment", id],
            format!("show the attachment {id}"),
        );
        self.site.find(&request).await
    }

    /// Adds a file of `bytes` bytes to an issue. The file is read while it's sent.
    ///
    /// Not idempotent: the same name may be there twice. After an ambiguous failure, look for the
    /// name and the size in the issue's `attachment` field.
    pub async fn upload_attachment(
        &self,
        issue: &str,
        upload: Upload,
        bytes: u64,
    ) -> Result<Vec<Attachment>> {
        let request = self
            .issue_write(
                Method::POST,
                issue,
                &["attachments"],
                format!("attach {} to {issue}", upload.file_name),
            )
            .header("X-Atlassian-Token", "no-check")
            .form(vec![Part::file("file", upload)])
            .timeout(form_timeout(bytes));
        self.fetch(&request).await
    }

    /// Writes an attachment's content to `path`; more than `longest` bytes are a failure. Beside it
    /// the id of its medium, where the content came from there.
    pub async fn download_attachment(
        &self,
        id: &str,
        path: &Path,
        longest: u64,
    ) -> Result<(Stored, Option<String>)> {
        let request = self
            .content(id, format!("give the attachment {id}"))
            .following()
            .timeout(form_timeout(longest));
        let answer = self.site.download(&request, path, longest).await?;
        let stored = Stored {
            bytes: answer.length,
            content_type: answer.header("content-type").map(str::to_owned),
        };
        Ok((stored, media_in(&answer.path)))
    }

    /// The id of an attachment's medium, or `None` where the site gives the content itself and
    /// names no medium. The redirection is read, not followed.
    pub async fn media_id(&self, id: &str) -> Result<Option<String>> {
        let request = self
            .content(id, format!("say which medium the attachment {id} is"))
            .query("redirect", "true")
            // One byte at most, where the content comes at once.
            .header("Range", "bytes=0-0")
            .accept(303)
            .accept(302);
        let answer = self.site.send(&request).await?;
        Ok(answer.header("location").and_then(media_in))
    }

    /// `false`: it was gone already.
    pub async fn delete_attachment(&self, id: &str) -> Result<bool> {
        let request = self.platform(
            Method::DELETE,
            &["attachment", id],
            format!("delete the attachment {id}"),
        );
        self.site.remove(&request).await
    }

    fn content(&self, id: &str, what: String) -> Request {
        let mut request = self.platform(Method::GET, &["attachment", "content", id], what);
        request.headers = vec![("Accept", "*/*".to_owned())];
        request
    }
}

/// The UUID in an address such as `https://api.media.atlassian.com/file/UUID/binary?…`.
fn media_in(location: &str) -> Option<String> {
    let path = location.split(['?', '#']).next().unwrap_or(location);
    path.split('/')
        .find(|part| is_uuid(part))
        .map(str::to_owned)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(n, b)| match n {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_medium_is_read_from_the_path_alone() {
        let id = "0f3f2c5e-8a91-4e9e-9f5b-2f4f2a8f9d10";
        let other = "11111111-2222-3333-4444-555555555555";
        let found = media_in(&format!(
            "https://api.media.atlassian.com/file/{id}/binary?client={other}"
        ));
        assert_eq!(found.as_deref(), Some(id));
        assert_eq!(media_in(&format!("/file/x?token={other}")), None);
        assert_eq!(media_in(""), None);
    }

    #[test]
    fn an_id_may_be_a_number() {
        let read = |text| serde_json::from_str::<Attachment>(text).unwrap().id;
        assert_eq!(read(r#"{"id": 10000, "filename": "a.png"}"#), "10000");
        assert_eq!(read(r#"{"id": "10000", "filename": "a.png"}"#), "10000");
    }
}
