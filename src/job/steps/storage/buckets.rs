//! Buckets. The database brings them as rows; where it's left out, they're made by the API.

use super::ends::Ends;
use super::tally::Tally;
use super::{BUCKET, PROVIDER};
use crate::error::Result;

/// Makes the target's missing buckets like the source's; those that are there stay as they are.
pub async fn make(ends: &Ends<'_>, tally: &Tally<'_>) -> Result<()> {
    let theirs = ends.target.buckets().await?;
    for bucket in ends.source.buckets().await? {
        ends.ctx.check_cancelled()?;
        if !bucket.holds_files() {
            let kind = bucket.kind.as_deref().unwrap_or_default().to_lowercase();
            tally.note(format!(
                "{}: a bucket of the kind {kind} holds no files and isn't made",
                bucket.id
            ));
            continue;
        }
        match theirs.iter().find(|their| their.id == bucket.id) {
            None => {
                let seq = ends.ctx.intent(PROVIDER, BUCKET, &bucket.id)?;
                ends.target.create_bucket(&bucket.settings()).await?;
                ends.ctx.result(seq, &bucket.id)?;
            }
            Some(their) if their.settings() != bucket.settings() => tally.note(format!(
                "the bucket {} was there already, with other settings, which stay",
                bucket.id
            )),
            Some(_) => {}
        }
    }
    tally.note("policies on files aren't copied: they come with the database");
    Ok(())
}
