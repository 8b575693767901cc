//! What a request carries. A body can be built again for every try; files are read while they are
//! sent, and never stand in memory as a whole.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part as FormPart};
use serde_json::{Value, json};
use tokio::fs::File;

use crate::provider::http::failure::{Cause, Failure};

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Body {
    Json(Value),
    /// Bytes as they are, with their media type.
    Raw {
        content_type: String,
        bytes: Bytes,
    },
    /// `multipart/form-data`.
    Form(Vec<Part>),
}

/// One field of a form.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: &'static str,
    pub content: Content,
}

#[derive(Debug, Clone)]
pub enum Content {
    Text(String),
    File(Upload),
    /// A file that is in memory. In a form with one of these the names of files stand as they are,
    /// for services that read a path from them.
    Bytes {
        file_name: String,
        bytes: Bytes,
    },
}

/// A file on its way out.
#[derive(Debug, Clone)]
pub struct Upload {
    pub path: PathBuf,
    /// The name that the service sees; it need not be the name on the disk.
    pub file_name: String,
    /// `application/octet-stream` where it is `None`.
    pub content_type: Option<String>,
}

impl Part {
    pub fn text(name: &'static str, text: impl Into<String>) -> Self {
        Part {
            name,
            content: Content::Text(text.into()),
        }
    }

    pub fn bytes(name: &'static str, file_name: impl Into<String>, bytes: Bytes) -> Self {
        Part {
            name,
            content: Content::Bytes {
                file_name: file_name.into(),
                bytes,
            },
        }
    }

    pub fn file(name: &'static str, upload: Upload) -> Self {
        Part {
            name,
            content: Content::File(upload),
        }
    }
}

impl Body {
    /// Adds the body to a call. Fails with [`Cause::Setup`] where a file can't be read.
    pub(super) async fn attach(&self, call: RequestBuilder) -> Result<RequestBuilder, Failure> {
        match self {
            Body::Json(value) => Ok(call.json(value)),
            Body::Raw {
                content_type,
                bytes,
            } => Ok(call
                .header(reqwest::header::CONTENT_TYPE, content_type)
                .body(bytes.clone())),
            Body::Form(parts) => {
                let mut form = Form::new();
                let in_memory = |part: &Part| matches!(part.content, Content::Bytes { .. });
                if parts.iter().any(in_memory) {
                    form = form.percent_encode_noop();
                }
                for part in parts {
                    form = match &part.content {
                        Content::Text(text) => form.text(part.name, text.clone()),
                        Content::File(upload) => form.part(part.name, upload.open().await?),
                        Content::Bytes { file_name, bytes } => {
                            let length = bytes.len() as u64;
                            let body = reqwest::Body::from(bytes.clone());
                            let file = FormPart::stream_with_length(body, length);
                            form.part(part.name, file.file_name(file_name.clone()))
                        }
                    };
                }
                Ok(call.multipart(form))
            }
        }
    }

    /// The shape for a recording: JSON as it is, of everything else what it consists of.
    pub(super) fn described(&self) -> Value {
        match self {
            Body::Json(value) => value.clone(),
            Body::Raw {
                content_type,
                bytes,
            } => json!({ "content_type": content_type, "bytes": bytes.len() }),
            Body::Form(parts) => parts
                .iter()
                .map(|part| match &part.content {
                    Content::Text(text) => json!([part.name, text]),
                    Content::File(upload) => json!([part.name, { "file": upload.file_name }]),
                    Content::Bytes { file_name, .. } => json!([part.name, { "file": file_name }]),
                })
                .collect(),
        }
    }
}

impl Upload {
    async fn open(&self) -> Result<FormPart, Failure> {
        let unreadable = |error: std::io::Error| unreadable(&self.path, &error);
        let file = File::open(&self.path).await.map_err(unreadable)?;
        let length = file.metadata().await.map_err(unreadable)?.len();
        let part = FormPart::stream_with_length(file, length).file_name(self.file_name.clone());
        let kind = self
            .content_type
            .as_deref()
            .unwrap_or("application/octet-stream");
        part.mime_str(kind).map_err(|_| {
            Failure::new(
                Cause::Setup,
                format!(
                    "\"{kind}\" is not a media type, so {} can't be uploaded.",
                    self.file_name
                ),
            )
        })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Cause::Setup,
        format!("Cannot read {} to upload it: {error}.", path.display()),
    )
    .hint("Check that the file is there and may be read.")
}
