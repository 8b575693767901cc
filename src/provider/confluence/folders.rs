//! Folders: they stand in the tree of pages and have no body.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::provider::atlassian::Result;
use crate::provider::confluence::client::Confluence;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    pub id: String,
    pub title: String,
    pub parent_id: Option<String>,
    pub parent_type: Option<String>,
    pub position: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFolder {
    pub space_id: String,
    pub title: String,
    /// A page or a folder; on the top level where it's `None`.
    pub parent_id: Option<String>,
}

impl Confluence {
    /// The folder, or `None` where there is none that the account may see.
    pub async fn folder(&self, id: &str) -> Result<Option<Folder>> {
        let request = self.v2(
            Method::GET,
            &["folders", id],
            format!("show the folder {id}"),
        );
        self.site.find(&request).await
    }

    /// Not idempotent. After an ambiguous failure, look for the title in
    /// [`Confluence::children_of_page`] or [`Confluence::children_of_folder`] of what it's in.
    pub async fn create_folder(&self, new: &NewFolder) -> Result<Folder> {
        let mut body = json!({ "spaceId": new.space_id, "title": new.title });
        if let (Some(parent), Some(fields)) = (&new.parent_id, body.as_object_mut()) {
            fields.insert("parentId".into(), json!(parent));
        }
        let request = self
            .v2(
                Method::POST,
                &["folders"],
                format!("create the folder \"{}\"", new.title),
            )
            .json(body);
        self.fetch(&request).await
    }

    /// `false`: it was gone already.
    pub async fn delete_folder(&self, id: &str) -> Result<bool> {
        let request = self.v2(
            Method::DELETE,
            &["folders", id],
            format!("delete the folder {id}"),
        );
        self.site.remove(&request).await
    }
}
