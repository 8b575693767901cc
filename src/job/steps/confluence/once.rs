//! Creating one thing once, although the service has no key against repeated requests.

use std::time::Duration;

use async_trait::async_trait;

use super::known::Known;
use crate::error::{Error, Result};
use crate::provider::atlassian;
use crate::provider::confluence::Confluence;
use crate::provider::http::Cause;

/// So often one thing is asked for when no answer comes back.
const MOST_TRIES: u32 = 5;
/// Before the second try; doubled before each further one.
const PAUSE: Duration = Duration::from_millis(100);

/// Something to create.
#[async_trait]
pub trait Creation: Send + Sync {
    /// What an earlier try made, if anything: its id.
    async fn find(&self) -> Result<Option<String>>;

    /// Creates it; its id.
    async fn create(&self) -> atlassian::Result<String>;
}

/// Gives the id of the target's thing: known, found or created.
pub async fn once(
    known: &Known,
    target: &Confluence,
    kind: &'static str,
    src: &str,
    thing: &dyn Creation,
) -> Result<String> {
    if let Some(id) = known.target(kind, src) {
        return Ok(id);
    }
    let begun = known.begin(kind, src)?;
    let mut look = begun.unclear;
    let mut tries = 0;
    loop {
        if look && let Some(id) = thing.find().await? {
            known.end(&begun, &id)?;
            return Ok(id);
        }
        let failure = match thing.create().await {
            Ok(id) => {
                known.end(&begun, &id)?;
                return Ok(id);
            }
            Err(failure) => failure,
        };
        if failure.cause == Cause::Cancelled {
            return Err(Error::cancelled());
        }
        // refused because it's there already
        if matches!(failure.status(), Some(400 | 409)) {
            return match thing.find().await? {
                Some(id) => known.end(&begun, &id).map(|()| id),
                None => Err(failure.into()),
            };
        }
        tries += 1;
        if !failure.ambiguous() || tries >= MOST_TRIES {
            return Err(failure.into());
        }
        look = true;
        target.site().pause(PAUSE * 2_u32.pow(tries - 1)).await?;
    }
}
