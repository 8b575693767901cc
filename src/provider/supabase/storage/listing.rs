//! What a bucket holds: page by page and folder by folder, so that memory holds no more than a page
//! and the folders that are still to be looked into.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::http::{Failure, Repeat};
use crate::provider::supabase::storage::client::StorageClient;

/// Entries of a page.
const PAGE: usize = 500;

/// A file as a listing has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// With its folders.
    pub name: String,
    pub id: String,
    pub bytes: u64,
    /// The service's tag, without quotes: the MD5 of a file that came at one go.
    pub tag: Option<String>,
    pub content_type: Option<String>,
}

/// A folder has no id.
#[derive(Deserialize)]
struct Entry {
    name: String,
    id: Option<String>,
    metadata: Option<Value>,
}

/// A walk through a bucket.
pub struct Walk {
    client: StorageClient,
    bucket: String,
    /// Folders to look into, and how many of their entries were seen.
    folders: Vec<(String, usize)>,
}

impl StorageClient {
    /// Walks through a bucket from its top.
    pub fn walk(&self, bucket: &str) -> Walk {
        Walk {
            client: self.clone(),
            bucket: bucket.to_owned(),
            folders: vec![(String::new(), 0)],
        }
    }
}

impl Walk {
    /// The files of the next page, which may be none; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Listed>>, Failure> {
        let Some((folder, seen)) = self.folders.pop() else {
            return Ok(None);
        };
        let what = format!("list the files of the bucket {}", self.bucket);
        let request = self
            .client
            .request(Method::POST, &["object", "list", &self.bucket], what)
            .json(json!({
                "prefix": folder,
                "limit": PAGE,
                "offset": seen,
                "sortBy": { "column": "name", "order": "asc" },
            }))
            .repeat(Repeat::Safe);
        let page: Vec<Entry> = self.client.send(&request).await?.json()?;
        let count = page.len();
        let mut files = Vec::new();
        let mut inside = Vec::new();
        for entry in page {
            let name = match folder.as_str() {
                "" => entry.name.clone(),
                above => format!("{above}/{}", entry.name),
            };
            match entry.id {
                Some(id) => files.push(listed(name, id, entry.metadata.as_ref())),
                // a folder without a name (`a//b`) can't be asked for
                None if entry.name.is_empty() => {}
                None => inside.push((name, 0)),
            }
        }
        if count == PAGE {
            self.folders.push((folder, seen + count));
        }
        self.folders.extend(inside.into_iter().rev());
        Ok(Some(files))
    }
}

fn listed(name: String, id: String, metadata: Option<&Value>) -> Listed {
    let field = |field: &str| metadata.and_then(|m| m.get(field));
    let text = |name: &str| field(name).and_then(Value::as_str).map(str::to_owned);
    Listed {
        name,
        id,
        bytes: field("size").and_then(Value::as_u64).unwrap_or(0),
        tag: text("eTag").map(|tag| tag.trim_matches('"').to_owned()),
        content_type: text("mimetype"),
    }
}
