//! A page or a blog post with its labels and properties, in one call.

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::blog_posts::BlogPost;
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::content::Format;
use crate::provider::confluence::labels::Label;
use crate::provider::confluence::pages::Page;
use crate::provider::confluence::properties::{Owner, Property};
use futures_util::TryStreamExt;

#[derive(Debug, Clone, PartialEq)]
pub struct Whole<T> {
    pub content: T,
    pub labels: Vec<Label>,
    pub properties: Vec<Property>,
}

/// A list inside another answer: its beginning only, where there is more.
#[derive(Deserialize)]
struct Included<T> {
    #[serde(default = "Vec::new")]
    results: Vec<T>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    #[serde(default)]
    has_more: bool,
}

#[derive(Deserialize)]
struct Lists {
    labels: Option<Included<Label>>,
    properties: Option<Included<Property>>,
}

impl Confluence {
    /// The page, or `None` where there is none that the account may see.
    pub async fn whole_page(&self, id: &str, format: Format) -> Result<Option<Whole<Page>>> {
        let Some((content, lists)) = self.whole("pages", id, format).await? else {
            return Ok(None);
        };
        let more = self.page_labels(id);
        self.with_lists(content, lists, more, Owner::Page(id))
            .await
            .map(Some)
    }

    /// The blog post, or `None` where there is none that the account may see.
    pub async fn whole_blog_post(
        &self,
        id: &str,
        format: Format,
    ) -> Result<Option<Whole<BlogPost>>> {
        let Some((content, lists)) = self.whole("blogposts", id, format).await? else {
            return Ok(None);
        };
        let more = self.blog_post_labels(id);
        self.with_lists(content, lists, more, Owner::BlogPost(id))
            .await
            .map(Some)
    }

    async fn whole<T: DeserializeOwned>(
        &self,
        kind: &str,
        id: &str,
        format: Format,
    ) -> Result<Option<(T, Lists)>> {
        let request = self
            .v2(Method::GET, &[kind, id], format!("show {id}"))
            .query("body-format", format.word())
            .query("include-labels", "true")
            .query("include-properties", "true");
        let answer = match self.site.send(&request).await {
            Ok(answer) => answer,
            Err(failure) if failure.status() == Some(404) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        Ok(Some((answer.json()?, answer.json()?)))
    }

    async fn with_lists<T>(
        &self,
        content: T,
        lists: Lists,
        more_labels: Items<Label>,
        owner: Owner<'_>,
    ) -> Result<Whole<T>> {
        let labels = match lists.labels {
            Some(whole) if !whole.meta.has_more => whole.results,
            _ => more_labels.try_collect().await?,
        };
        let properties = match lists.properties {
            Some(whole) if !whole.meta.has_more => whole.results,
            _ => self.properties(owner).try_collect().await?,
        };
        Ok(Whole {
            content,
            labels,
            properties,
        })
    }
}
