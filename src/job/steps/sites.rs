//! Two sites: what names them in macros, smart links and documents.

use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::atlassian::Atlassian;

/// Under this name the journal has what belongs to neither Jira nor Confluence alone.
pub const PROVIDER: &str = "atlassian";
/// A site's id in Atlassian's cloud.
pub const CLOUD: &str = "cloud";

/// Writes down how the target's site is called, where it's another than the source's. A site that
/// doesn't say its id has none that anybody could name.
pub async fn write_down(ctx: &StepContext, source: &Atlassian, target: &Atlassian) -> Result<()> {
    if source.base_url() == target.base_url() {
        return Ok(());
    }
    let ids = tokio::try_join!(source.cloud_id(), target.cloud_id())?;
    match ids {
        (Some(from), Some(to)) if from != to => ctx.record(PROVIDER, &[(CLOUD, &from, &to)]),
        _ => Ok(()),
    }
}
