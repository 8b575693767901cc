//! The comments of an issue.

use futures_util::TryStreamExt;

use super::made::Made;
use super::marker::Marker;
use super::rewrite::Rewrites;
use super::said;
use super::sides::Sides;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::jira::{Comment, Issue, Jira, NewComment};

/// All comments of an issue: those that it shows, or where it doesn't show all, page by page.
pub async fn of(jira: &Jira, issue: &Issue) -> Result<Vec<Comment>> {
    match said::shown(issue, "comment", "comments") {
        Some(shown) => Ok(shown),
        None => Ok(jira.comments(&issue.id).try_collect().await?),
    }
}

/// Adds what isn't there of `comments` to the copy.
pub async fn copy(
    ctx: &StepContext,
    sides: &Sides,
    marker: &Marker,
    made: &Made,
    rewrites: &Rewrites,
    copy: &str,
    comments: &[Comment],
) -> Result<()> {
    let all = comments.iter().map(|comment| {
        let body = rewrites.adf(&comment.body);
        let new = NewComment {
            body: said::attributed(&body, comment.author.as_ref(), &comment.created),
            visibility: comment.visibility.clone(),
            properties: vec![marker.property(&comment.id)],
        };
        (comment.id.clone(), new)
    });
    said::copy(
        ctx,
        marker,
        made,
        "comment",
        all.collect(),
        || async {
            let there: Vec<Comment> = sides.target.comments(copy).try_collect().await?;
            Ok(there.into_iter().map(|c| (c.id, c.properties)).collect())
        },
        |new: NewComment| async move { Ok(sides.target.add_comment(copy, &new).await?.id) },
    )
    .await
}

/// Writes the comments of an issue again that name what has a name only now.
pub async fn again(
    sides: &Sides,
    made: &Made,
    rewrites: &Rewrites,
    issue: &Issue,
    copy: &str,
) -> Result<()> {
    for comment in of(&sides.source, issue).await? {
        let target = made.target("comment", &comment.id);
        if let Some(target) = target.filter(|_| said::may_name_another(&comment.body)) {
            let body = rewrites.adf(&comment.body);
            let body = said::attributed(&body, comment.author.as_ref(), &comment.created);
            sides.target.edit_comment(copy, target, &body).await?;
        }
    }
    Ok(())
}
