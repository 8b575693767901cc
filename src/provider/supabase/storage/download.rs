//! Reading objects: into a file, or for their digest alone.

use std::path::Path;

use reqwest::Method;

use crate::provider::http::{Answer, Failure, Request};
use crate::provider::supabase::storage::client::{StorageClient, Where, time_for};

/// An object's bytes, as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
}

impl Stored {
    fn of(answer: &Answer) -> Stored {
        let header = |name: &str| answer.header(name).map(str::to_owned);
        Stored {
            bytes: answer.length,
            sha256: answer.sha256.clone().unwrap_or_default(),
            content_type: header("content-type"),
            cache_control: header("cache-control"),
        }
    }
}

impl StorageClient {
    fn reading(&self, bucket: &str, name: &str, longest: u64) -> Result<Request, Failure> {
        let what = format!("read the file {bucket}/{name}");
        let before = ["authenticated"];
        let request = self.object_request(Method::GET, &before, bucket, name, what)?;
        Ok(request.timeout(time_for(longest)))
    }

    /// Writes an object of at most `longest` bytes into the file `path`.
    pub async fn download(
        &self,
        bucket: &str,
        name: &str,
        path: &Path,
        longest: u64,
    ) -> Result<Stored, Failure> {
        let request = self.reading(bucket, name, longest)?;
        let answer = self.patiently(&request, Where::File(path, longest)).await?;
        Ok(Stored::of(&answer))
    }

    /// Reads an object of at most `longest` bytes and keeps nothing but its length and digest.
    pub async fn digest(&self, bucket: &str, name: &str, longest: u64) -> Result<Stored, Failure> {
        let request = self.reading(bucket, name, longest)?;
        let answer = self.patiently(&request, Where::Nowhere(longest)).await?;
        Ok(Stored::of(&answer))
    }
}
