//! Spaces: create and look at.

use futures_util::TryStreamExt;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::client::Confluence;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Space {
    pub id: String,
    pub key: String,
    pub name: String,
    /// `current` or `archived`.
    #[serde(default)]
    pub status: String,
    pub homepage_id: Option<String>,
    /// By format; only where it was asked for.
    #[serde(default)]
    pub description: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSpace {
    /// Letters and digits, at most 255.
    pub key: String,
    pub name: String,
    /// Plain text.
    pub description: String,
    /// Nobody but the account sees it.
    pub private: bool,
}

impl Confluence {
    pub fn spaces(&self) -> Items<Space> {
        self.list(self.v2(Method::GET, &["spaces"], "list the spaces"))
    }

    /// The space with that key, or `None` where there is none that the account may see.
    pub async fn find_space(&self, key: &str) -> Result<Option<Space>> {
        let request = self
            .v2(
                Method::GET,
                &["spaces"],
                format!("look for the space {key}"),
            )
            .query("keys", key)
            .query("description-format", "plain");
        let mut found: Items<Space> = self.list(request);
        while let Some(space) = found.try_next().await? {
            if space.key.eq_ignore_ascii_case(key) {
                return Ok(Some(space));
            }
        }
        Ok(None)
    }

    /// Creates a space with a homepage: by v2, and by v1 on sites whose access isn't by roles,
    /// where v2 refuses. Where the answer doesn't name the homepage, the space is looked at again.
    ///
    /// Not idempotent, but a key is taken once only: after an ambiguous failure,
    /// [`Confluence::find_space`] says whether it's there.
    pub async fn create_space(&self, new: &NewSpace) -> Result<Space> {
        let what = format!("create the space {}", new.key);
        let request = self.v2(Method::POST, &["spaces"], &what).json(json!({
            "key": new.key,
            "name": new.name,
            "description": { "representation": "plain", "value": new.description },
            "createPrivateSpace": new.private,
        }));
        let refused = match self.fetch(&request).await {
            Ok(space) => return Ok(self.with_homepage(space).await),
            Err(failure) => failure,
        };
        // Which status says "not by roles" isn't documented. A key that is taken is refused by v1
        // as well, so nothing is made twice.
        if !matches!(refused.status(), Some(400 | 403 | 404 | 405 | 501)) {
            return Err(refused);
        }
        let path: &[&str] = match new.private {
            true => &["space", "_private"],
            false => &["space"],
        };
        let request = self.v1(Method::POST, path, &what).json(json!({
            "key": new.key,
            "name": new.name,
            "description": {
                "plain": { "value": new.description, "representation": "plain" },
            },
        }));
        let made: Made = self.fetch(&request).await?;
        let space = Space {
            id: made.id.to_string(),
            key: made.key,
            name: made.name,
            status: made.status,
            homepage_id: made.homepage.and_then(|page| page.id),
            description: Value::Null,
        };
        Ok(self.with_homepage(space).await)
    }

    /// Gives a space another name and description. Idempotent.
    pub async fn describe_space(&self, key: &str, name: &str, description: &str) -> Result<()> {
        let request = self
            .v1(
                Method::PUT,
                &["space", key],
                format!("describe the space {key}"),
            )
            .json(json!({
                "name": name,
                "description": {
                    "plain": { "value": description, "representation": "plain" },
                },
            }));
        self.done(&request).await
    }

    /// Makes another page of the space its homepage. Idempotent.
    pub async fn set_homepage(&self, key: &str, page: &str) -> Result<()> {
        let request = self
            .v1(
                Method::PUT,
                &["space", key],
                format!("set the homepage of the space {key}"),
            )
            .json(json!({ "homepage": { "id": page } }));
        self.done(&request).await
    }

    /// A new space, looked at again where it doesn't name its homepage. It's there: that it can't
    /// be looked at is no reason to call its creation a failure.
    async fn with_homepage(&self, space: Space) -> Space {
        if space.homepage_id.is_some() {
            return space;
        }
        match self.find_space(&space.key).await {
            Ok(Some(found)) => found,
            _ => space,
        }
    }
}

/// A space of v1, whose id is a number.
#[derive(Deserialize)]
struct Made {
    id: u64,
    key: String,
    name: String,
    #[serde(default)]
    status: String,
    homepage: Option<MadePage>,
}

#[derive(Deserialize)]
struct MadePage {
    id: Option<String>,
}
