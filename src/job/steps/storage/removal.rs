//! Takes back what a job put into a project that stays: its objects, and its buckets where they're
//! empty then.

use std::collections::BTreeMap;

use super::{BUCKET, OBJECT, PROVIDER};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::registry::journal::{JournalEntry, JournalState};

pub async fn remove(world: &World, ctx: &StepContext, target: &InstanceName) -> Result<()> {
    let entries: Vec<JournalEntry> = ctx
        .journal()?
        .into_iter()
        .filter(|e| e.provider == PROVIDER && e.state != JournalState::Undone)
        .collect();
    if entries.is_empty() {
        return Ok(());
    }
    let client = world.storage(target).await?.with_cancel(ctx.cancel.clone());
    let mut objects: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in entries.iter().filter(|e| e.kind == OBJECT) {
        if let Some((bucket, name)) = entry.source_id.split_once('/') {
            objects.entry(bucket).or_default().push(name.to_owned());
        }
    }
    for (bucket, names) in &objects {
        client.remove(bucket, names).await?;
    }
    for entry in entries.iter().filter(|e| e.kind == BUCKET) {
        client.delete_bucket(&entry.source_id).await?;
    }
    for entry in &entries {
        ctx.mark(entry.seq, JournalState::Undone)?;
    }
    Ok(())
}
