//! Properties: JSON that a program keeps at a space, a page, a blog post, a folder, an attachment
//! or a comment.

use futures_util::TryStreamExt;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::client::Confluence;
use crate::provider::confluence::content::Version;
use crate::provider::http::{Cause, Failure, Repeat, Request};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Property {
    pub id: String,
    pub key: String,
    #[serde(default)]
    pub value: Value,
    pub version: Option<Version>,
}

/// What a property is kept at, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    Space(&'a str),
    Page(&'a str),
    BlogPost(&'a str),
    Folder(&'a str),
    Attachment(&'a str),
    Comment(&'a str),
}

impl<'a> Owner<'a> {
    fn path(self) -> [&'a str; 3] {
        let (kind, id) = match self {
            Owner::Space(id) => ("spaces", id),
            Owner::Page(id) => ("pages", id),
            Owner::BlogPost(id) => ("blogposts", id),
            Owner::Folder(id) => ("folders", id),
            Owner::Attachment(id) => ("attachments", id),
            Owner::Comment(id) => ("comments", id),
        };
        [kind, id, "properties"]
    }
}

impl Confluence {
    /// All properties of something.
    pub fn properties(&self, owner: Owner<'_>) -> Items<Property> {
        self.list(self.v2(Method::GET, &owner.path(), "list properties"))
    }

    /// The property with that key, or `None` where there is none.
    pub async fn property(&self, owner: Owner<'_>, key: &str) -> Result<Option<Property>> {
        let request = self
            .v2(
                Method::GET,
                &owner.path(),
                format!("show the property {key}"),
            )
            .query("key", key);
        let mut found: Items<Property> = self.list(request);
        while let Some(property) = found.try_next().await? {
            if property.key == key {
                return Ok(Some(property));
            }
        }
        Ok(None)
    }

    /// Sets a property at what was just created: it's looked for only where it can't be made.
    /// Idempotent, like [`Confluence::set_property`].
    pub async fn new_property(&self, owner: Owner<'_>, key: &str, value: &Value) -> Result<()> {
        let request = self
            .v2(
                Method::POST,
                &owner.path(),
                format!("set the property {key}"),
            )
            .json(json!({ "key": key, "value": value }));
        match self.done(&request).await {
            Ok(()) => Ok(()),
            Err(failure) if failure.ambiguous() || matches!(failure.status(), Some(400 | 409)) => {
                self.set_property(owner, key, value).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// Sets a property, whether it's there or not. Idempotent, through looking: after an ambiguous
    /// failure, the property is read again.
    ///
    /// Of [`Owner::Folder`], [`Owner::BlogPost`], [`Owner::Attachment`] and [`Owner::Comment`] a
    /// property that is there with another value can't be changed: that is a failure.
    pub async fn set_property(&self, owner: Owner<'_>, key: &str, value: &Value) -> Result<()> {
        let what = format!("set the property {key}");
        let there = self.property(owner, key).await?;
        let request = match &there {
            Some(property) if property.value == *value => return Ok(()),
            Some(property) => self.change(owner, property, value, &what)?,
            None => self
                .v2(Method::POST, &owner.path(), &what)
                .json(json!({ "key": key, "value": value })),
        };
        let Err(failure) = self.done(&request).await else {
            return Ok(());
        };
        let may_be_there = failure.ambiguous() || matches!(failure.status(), Some(400 | 409));
        if may_be_there {
            let now = self.property(owner, key).await?;
            if now.is_some_and(|property| property.value == *value) {
                return Ok(());
            }
        }
        Err(failure)
    }

    fn change(
        &self,
        owner: Owner<'_>,
        property: &Property,
        value: &Value,
        what: &str,
    ) -> Result<Request> {
        if !matches!(owner, Owner::Space(_) | Owner::Page(_)) {
            return Err(Failure::new(
                Cause::Status(409),
                format!(
                    "The property {} is there already, with another value.",
                    property.key
                ),
            ));
        }
        let number = property.version.as_ref().map_or(1, |v| v.number) + 1;
        let path = [&owner.path()[..], &[property.id.as_str()]].concat();
        Ok(self
            .v2(Method::PUT, &path, what)
            .json(json!({
                "key": property.key,
                "value": value,
                "version": { "number": number },
            }))
            .repeat(Repeat::Harmful))
    }
}
