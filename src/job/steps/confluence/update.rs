//! New versions of what was created: written once, although an answer may get lost.

use super::ends::Ends;
use crate::error::{Error, Result};
use crate::provider::confluence::{BlogPost, Format, PageUpdate, is_stale};

/// Why a version is written. Each pass writes each page once, so its message tells a version that
/// an earlier try made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    Copied,
    Rewritten,
    Linked,
}

fn message(ends: &Ends<'_>, pass: Pass) -> String {
    let what = match pass {
        Pass::Copied => "copied",
        Pass::Rewritten => "rewritten",
        Pass::Linked => "links to comments",
    };
    format!("Matriz job {}: {what}", ends.ctx.job())
}

const MOST_TRIES: u32 = 5;

/// Writes a page's title and body. What was created has one version: that's believed first, and
/// looked up where the service knows better.
pub async fn page(
    ends: &Ends<'_>,
    id: &str,
    title: &str,
    format: Format,
    body: &str,
    pass: Pass,
) -> Result<()> {
    let message = message(ends, pass);
    let mut tries = 0;
    let mut version = 1;
    loop {
        if tries > 0 {
            let page = ends.target.page(id, format).await?;
            let page = page.ok_or_else(|| gone("page", title))?;
            let there = page.version.unwrap_or_default();
            if there.message == message {
                return Ok(());
            }
            version = there.number;
        }
        tries += 1;
        let update = PageUpdate {
            id: id.to_owned(),
            title: title.to_owned(),
            parent_id: None,
            format,
            body: body.to_owned(),
            version: version + 1,
            message: message.clone(),
        };
        match ends.target.update_page(&update).await {
            Ok(_) => return Ok(()),
            Err(failure) if tries < MOST_TRIES && (failure.ambiguous() || is_stale(&failure)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// Writes a blog post's title and body.
pub async fn post(
    ends: &Ends<'_>,
    id: &str,
    title: &str,
    format: Format,
    body: &str,
) -> Result<()> {
    let mut tries = 0;
    let mut asked = None;
    loop {
        tries += 1;
        let post = ends.target.blog_post(id, format).await?;
        let post = post.ok_or_else(|| gone("blog post", title))?;
        let number = post.version.as_ref().map_or(1, |version| version.number);
        if asked == Some(number) {
            return Ok(());
        }
        let renamed = BlogPost {
            title: title.to_owned(),
            ..post
        };
        let written = ends
            .target
            .update_blog_post(&renamed, format, body, number + 1)
            .await;
        match written {
            Ok(_) => return Ok(()),
            Err(failure) if tries < MOST_TRIES && (failure.ambiguous() || is_stale(&failure)) => {
                asked = Some(number + 1);
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}

fn gone(what: &str, title: &str) -> Error {
    Error::not_found(format!(
        "The {what} \"{title}\" was created in the copy, and is gone from there."
    ))
    .hint("If somebody deleted it, cancel the job and clone again.")
}
