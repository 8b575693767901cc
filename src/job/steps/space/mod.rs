//! The space's seeds: first every page is made ([`MakeSpace`]), so that each has its id; then it's
//! filled in ([`FillSpace`]), with what names other pages and issues.
//!
//! Loading twice adds nothing: a page is known by its title, which is there once in a space; what it
//! has (files, comments) by names and words. A page that people changed stays as it is; one that
//! they renamed is made again.

mod fill;
mod make;

pub use fill::FillSpace;
pub use make::MakeSpace;

use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::provider::confluence::{Confluence, Space};

/// The client and the space; `None` where the instance has none.
async fn space(
    world: &World,
    name: &InstanceName,
    ctx: &StepContext,
) -> Result<Option<(Confluence, Space)>> {
    let config = world.instance(name)?.atlassian_config()?;
    let Some(key) = config.confluence_space_key.filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    let site = world.atlassian(name).await?.ok_or_else(|| {
        Error::not_found(format!("{name} has a Confluence space, but no site."))
            .hint(format!("Look at instances/{name}/atlassian.config.json."))
    })?;
    let confluence = Confluence::new(site.with_cancel(ctx.cancel.clone()));
    let space = confluence.find_space(&key).await?;
    let space = space.ok_or_else(|| Error::not_found(format!("The site has no space {key}.")))?;
    Ok(Some((confluence, space)))
}
