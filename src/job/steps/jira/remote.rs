//! Remote links: to pages, to other sites.

use serde_json::Value;

use super::rewrite::Rewrites;
use super::sides::Sides;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::jira::RemoteLink;

/// How many there are in the source, and how many the copy has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    pub wanted: u64,
    pub there: u64,
}

/// Writes the source's remote links to its copy.
pub async fn copy(
    ctx: &StepContext,
    sides: &Sides,
    rewrites: &Rewrites,
    issue: &str,
    copy: &str,
) -> Result<Told> {
    let links = sides.source.remote_links(issue).await?;
    let mut told = Told {
        wanted: links.len() as u64,
        there: 0,
    };
    for link in &links {
        let link = pointed(rewrites, link);
        match sides.target.put_remote_link(copy, &link).await {
            Ok(()) => told.there += 1,
            Err(failure) if matches!(failure.status(), Some(400 | 413)) => {
                ctx.log(format!("a remote link was refused: {failure}"));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(told)
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
