//! What pages, blog posts and comments share: a body, a version.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::provider::http::Failure;

/// In which format a body is read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Format {
    #[default]
    #[serde(rename = "storage")]
    Storage,
    /// An Atlassian document, as a text of JSON.
    #[serde(rename = "atlas_doc_format")]
    Document,
}

impl Format {
    pub fn word(self) -> &'static str {
        match self {
            Format::Storage => "storage",
            Format::Document => "atlas_doc_format",
        }
    }
}

/// The body in the formats that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Body {
    storage: Option<Text>,
    atlas_doc_format: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Text {
    #[serde(default)]
    value: String,
}

impl Body {
    pub fn text(&self, format: Format) -> Option<&str> {
        let text = match format {
            Format::Storage => &self.storage,
            Format::Document => &self.atlas_doc_format,
        };
        text.as_ref().map(|text| text.value.as_str())
    }

    /// A body to write.
    pub(super) fn write(format: Format, text: &str) -> Value {
        json!({ "representation": format.word(), "value": text })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// From 1.
    pub number: u64,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub minor_edit: bool,
    #[serde(default)]
    pub created_at: String,
    pub author_id: Option<String>,
}

/// Was it refused because someone else made a version in between? Then read and decide again.
pub fn is_stale(failure: &Failure) -> bool {
    failure.status() == Some(409)
}
