//! Deleting a space: for good, with all that is in it, in the background.

use reqwest::Method;

use crate::provider::atlassian::Result;
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::tasks::Accepted;

impl Confluence {
    /// Begins to delete a space, and gives the id for [`Confluence::finish_task`]. There is no
    /// trash for spaces. `None`: there was none.
    ///
    /// Idempotent: the second time there is none, or the same deletion goes on.
    pub async fn delete_space(&self, key: &str) -> Result<Option<String>> {
        let request = self.v1(
            Method::DELETE,
            &["space", key],
            format!("delete the space {key}"),
        );
        let accepted: Option<Accepted> = self.site.find(&request).await?;
        Ok(accepted.map(|accepted| accepted.id))
    }
}
