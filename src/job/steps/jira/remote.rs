//! Remote links: to pages, to other sites.

use serde_json::Value;

use super::rewrite::Rewrites;
use super::sides::Sides;
use crate::error::Result;
use crate::provider::jira::RemoteLink;

/// Writes the source's remote links to its copy. Gives how many there are.
pub async fn copy(sides: &Sides, rewrites: &Rewrites, issue: &str, copy: &str) -> Result<u64> {
    let links = sides.source.remote_links(issue).await?;
    for link in &links {
        sides
            .target
            .put_remote_link(copy, &pointed(rewrites, link))
            .await?;
    }
    Ok(links.len() as u64)
}

/// The link with what names the source rewritten. One without a global id gets one, so that
/// writing it twice makes one link.
fn pointed(rewrites: &Rewrites, link: &RemoteLink) -> RemoteLink {
    let global = match &link.global_id {
        Some(global) => rewrites.text(global),
        None => format!("matriz:{}", link.id.unwrap_or_default()),
    };
    let mut new = RemoteLink {
        id: None,
        global_id: Some(global),
        ..link.clone()
    };
    for value in new.object.values_mut() {
        deep(rewrites, value);
    }
    new
}

/// Every text in a value.
fn deep(rewrites: &Rewrites, value: &mut Value) {
    match value {
        Value::String(text) => *text = rewrites.text(text),
        Value::Array(all) => all.iter_mut().for_each(|one| deep(rewrites, one)),
        Value::Object(fields) => fields.values_mut().for_each(|one| deep(rewrites, one)),
        _ => {}
    }
}
