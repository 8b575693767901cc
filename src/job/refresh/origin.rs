//! Where a clone's content comes from, and when it came.

use crate::domain::job::{JobKind, JobState, JobView};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::world::World;
use crate::registry::Registry;
use crate::registry::views::JobFilter;

/// So many of an instance's jobs are looked at.
const RECENT: u32 = 200;

/// The instance that this one was cloned from: its `instance.toml` says so, else the job that last
/// copied into it. `None` where neither knows.
pub fn origin(
    world: &World,
    registry: &Registry,
    target: &InstanceName,
) -> Result<Option<InstanceName>> {
    if let Some(name) = written(world, target)? {
        return Ok(Some(name));
    }
    let job = last_copy(registry, target)?;
    job.and_then(|job| job.source)
        .map(|name| InstanceName::parse(&name))
        .transpose()
}

/// What `instance.toml` says.
pub fn written(world: &World, target: &InstanceName) -> Result<Option<InstanceName>> {
    let manifest = world.instance(target)?.manifest()?;
    let name = manifest.cloned_from.filter(|name| !name.is_empty());
    name.map(|name| InstanceName::parse(&name)).transpose()
}

/// The newest job that copied into an instance and came to its end.
pub fn last_copy(registry: &Registry, target: &InstanceName) -> Result<Option<JobView>> {
    let jobs = registry.job_views(&JobFilter {
        instance: Some(target.to_string()),
        limit: RECENT,
        ..JobFilter::default()
    })?;
    Ok(jobs.into_iter().find(|job| {
        matches!(job.kind, JobKind::Clone | JobKind::Refresh)
            && job.state == JobState::Done
            && job.instance == target.as_str()
    }))
}
