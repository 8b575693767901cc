//! What a plan says of files.

use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::error::Result;
use crate::job::counts::Counts;
use crate::job::shape::Shape;
use crate::job::steps::storage::{FileCount, StorageSeeds};
use crate::job::world::World;

/// What the seeds of an instance put into its buckets.
pub fn seeds(world: &World, name: &InstanceName, loaded: bool) -> Result<Option<String>> {
    if !loaded {
        return Ok(None);
    }
    let seeds = StorageSeeds::read(&world.instance(name)?)?;
    let count = FileCount {
        buckets: seeds.buckets.len() as u64,
        files: seeds.files.len() as u64,
        bytes: seeds.bytes(),
    };
    Ok((count.buckets > 0).then(|| counted(count)))
}

/// What a clone copies, as far as it's known.
pub fn copies(plan: &mut Plan, shape: &Shape, counts: &Counts) {
    if !shape.supabase.storage {
        return;
    }
    // the source's files are its seeds, which the plan names
    if shape.sets_up_source && !shape.source_supabase.storage {
        return;
    }
    match counts.files {
        // most projects have none: nothing is said of nothing
        Some(count) if count.buckets == 0 => {}
        Some(count) => {
            plan.line("", counted(count));
        }
        None => {
            plan.line("", "every bucket, with its files");
        }
    }
}

/// `8 files in 2 buckets, 132 kB`.
fn counted(count: FileCount) -> String {
    format!(
        "{} {} in {} {}, {}",
        human::count(count.files),
        human::plural(count.files, "file", "files"),
        count.buckets,
        human::plural(count.buckets, "bucket", "buckets"),
        human::bytes(count.bytes)
    )
}
