//! Buckets.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::provider::http::{Failure, Repeat};
use crate::provider::supabase::storage::client::StorageClient;

/// Buckets of a page.
const PAGE: usize = 100;

/// A bucket, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bucket {
    pub id: String,
    #[serde(default)]
    pub public: bool,
    /// The most bytes of a file; `None` is the project's own limit.
    #[serde(default)]
    pub file_size_limit: Option<u64>,
    /// `None` or empty is every type.
    #[serde(default)]
    pub allowed_mime_types: Option<Vec<String>>,
    /// `STANDARD`, where the service says it.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// What a bucket is to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewBucket {
    pub id: String,
    pub public: bool,
    pub file_size_limit: Option<u64>,
    pub allowed_mime_types: Option<Vec<String>>,
}

impl Bucket {
    /// Whether it holds files; others hold tables of an analytics engine.
    pub fn holds_files(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "STANDARD")
    }

    pub fn settings(&self) -> NewBucket {
        NewBucket {
            id: self.id.clone(),
            public: self.public,
            file_size_limit: self.file_size_limit,
            allowed_mime_types: self.allowed_mime_types.clone(),
        }
    }
}

impl NewBucket {
    fn body(&self, is_new: bool) -> Value {
        let mut body = Map::new();
        if is_new {
            body.insert("id".into(), json!(self.id));
            body.insert("name".into(), json!(self.id));
        }
        body.insert("public".into(), json!(self.public));
        body.insert("file_size_limit".into(), json!(self.file_size_limit));
        body.insert("allowed_mime_types".into(), json!(self.allowed_mime_types));
        Value::Object(body)
    }
}

impl StorageClient {
    /// All buckets, by their ids.
    pub async fn buckets(&self) -> Result<Vec<Bucket>, Failure> {
        let mut all: Vec<Bucket> = Vec::new();
        loop {
            let request = self
                .request(Method::GET, &["bucket", ""], "list the buckets")
                .query("limit", PAGE.to_string())
                .query("offset", all.len().to_string())
                .query("sortColumn", "id")
                .query("sortOrder", "asc");
            let page: Vec<Bucket> = self.send(&request).await?.json()?;
            let is_last = page.len() < PAGE;
            // a service that knows no pages gives the same ones again
            let known = all.len();
            all.extend(page);
            all.sort_by(|a, b| a.id.cmp(&b.id));
            all.dedup_by(|a, b| a.id == b.id);
            if is_last || all.len() == known {
                return Ok(all);
            }
        }
    }

    /// `None` where there is none.
    pub async fn bucket(&self, id: &str) -> Result<Option<Bucket>, Failure> {
        let what = format!("show the bucket {id}");
        let request = self.request(Method::GET, &["bucket", id], what);
        match self.send(&request).await {
            Ok(answer) => answer.json().map(Some),
            Err(failure) if failure.status() == Some(404) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Makes a bucket; `false` where one with that id is there already, which stays as it is.
    pub async fn create_bucket(&self, new: &NewBucket) -> Result<bool, Failure> {
        let what = format!("make the bucket {}", new.id);
        let request = self
            .request(Method::POST, &["bucket", ""], what)
            .json(new.body(true))
            .repeat(Repeat::Safe);
        match self.send(&request).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.status() == Some(409) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Sets what a bucket is and takes.
    pub async fn update_bucket(&self, new: &NewBucket) -> Result<(), Failure> {
        let what = format!("change the bucket {}", new.id);
        let request = self
            .request(Method::PUT, &["bucket", &new.id], what)
            .json(new.body(false));
        self.send(&request).await.map(|_| ())
    }

    /// Removes a bucket that is empty; `false` where it isn't, or there is none.
    pub async fn delete_bucket(&self, id: &str) -> Result<bool, Failure> {
        let what = format!("delete the bucket {id}");
        let request = self.request(Method::DELETE, &["bucket", id], what);
        match self.send(&request).await {
            Ok(_) => Ok(true),
            Err(failure) if matches!(failure.status(), Some(404 | 409)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}
