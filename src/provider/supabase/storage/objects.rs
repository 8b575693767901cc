//! Removing objects.

use reqwest::Method;
use serde_json::{Value, json};

use crate::provider::http::Failure;
use crate::provider::supabase::storage::client::StorageClient;

/// The most that one call removes.
const MOST: usize = 1000;

impl StorageClient {
    /// Removes objects by their whole names; those that aren't there are no matter.
    pub async fn remove(&self, bucket: &str, names: &[String]) -> Result<(), Failure> {
        for some in names.chunks(MOST) {
            let what = format!("remove files from the bucket {bucket}");
            let request = self
                .request(Method::DELETE, &["object", bucket], what)
                .json(json!({ "prefixes": some }));
            match self.send(&request).await {
                Ok(answer) => {
                    let _gone: Vec<Value> = answer.json()?;
                }
                // no bucket, no files
                Err(failure) if failure.status() == Some(404) => return Ok(()),
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }
}
