//! Creating what has no key against repetition: after a call whose answer got lost, what it may
//! have made is looked for before it's asked for again.

use std::future::Future;
use std::time::Duration;

use crate::error::Result;
use crate::provider::atlassian;
use crate::provider::jira::Jira;

/// Calls whose answers get lost before the step gives up; the job can be resumed then.
const TRIES: u32 = 4;
/// A service that just broke gets a moment.
const PAUSE: Duration = Duration::from_millis(300);

/// What `create` made, or what `find` says that a call without an answer made.
pub async fn once<T, C, F>(jira: &Jira, create: impl Fn() -> C, find: impl Fn() -> F) -> Result<T>
where
    C: Future<Output = atlassian::Result<T>>,
    F: Future<Output = Result<Option<T>>>,
{
    let mut tries = 1;
    loop {
        match create().await {
            Ok(made) => return Ok(made),
            Err(failure) if failure.ambiguous() => {
                if let Some(found) = find().await? {
                    return Ok(found);
                }
                if tries >= TRIES {
                    return Err(failure.into());
                }
            }
            Err(failure) => return Err(failure.into()),
        }
        jira.site().pause(PAUSE * tries).await?;
        tries += 1;
    }
}
