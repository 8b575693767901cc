//! What stays in the target, under the names that an earlier job gave it: rows that come anew may
//! name issues and pages that don't.

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::refresh::last_copy;
use crate::job::shape::Shape;
use crate::job::step::StepContext;
use crate::job::steps::references::created;
use crate::job::steps::{confluence, jira};

/// Takes over from the job that copied last what became what of the parts that stay. A copy of
/// another source says nothing about this one.
pub fn carry(
    ctx: &StepContext,
    shape: &Shape,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<()> {
    let stays = |provider: &str| {
        (provider == jira::PROVIDER && !shape.atlassian.jira)
            || (provider == confluence::PROVIDER && !shape.atlassian.confluence)
    };
    let last = last_copy(ctx.registry(), target)?;
    let Some(last) = last.filter(|job| job.source.as_deref() == Some(source.as_str())) else {
        return Ok(());
    };
    let journal = ctx.registry().journal(last.id)?;
    for provider in [jira::PROVIDER, confluence::PROVIDER] {
        let pairs: Vec<(&str, &str, &str)> = journal
            .iter()
            .filter(|entry| entry.provider == provider && stays(provider))
            .filter(|entry| created::is_pair(entry))
            .filter_map(|entry| {
                Some((&*entry.kind, &*entry.source_id, entry.target_id.as_deref()?))
            })
            .collect();
        ctx.record(provider, &pairs)?;
    }
    Ok(())
}
