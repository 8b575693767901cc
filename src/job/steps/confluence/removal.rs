//! Taking back what was copied into a space that the job didn't make.

use super::client;
use super::creating::{BLOG_POST, FOLDER, PAGE};
use super::known::Known;
use super::marker;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::provider::confluence::Owner;

/// A space that the job made goes as a whole, with the step that made it. The homepage stays in
/// either case: it belongs to the space.
pub async fn undo(ctx: &StepContext, world: &World, target: &InstanceName) -> Result<()> {
    if !world.has(target) {
        return Ok(());
    }
    let Some(key) = client::key_of(world, target)? else {
        return Ok(());
    };
    let client = client::of(world, ctx, target).await?;
    let Some(space) = client.find_space(&key).await? else {
        return Ok(());
    };
    let found = client
        .property(Owner::Space(&space.id), marker::KEY)
        .await?;
    if found.is_some_and(|p| marker::is_by(&p.value, target, ctx.job())) {
        return Ok(());
    }
    let known = Known::load(ctx)?;
    let home = space.homepage_id.as_deref();
    // children before their parents
    for (_, page) in known.pairs(PAGE).into_iter().rev() {
        if Some(page.as_str()) != home && client.delete_page(&page, false).await? {
            client.delete_page(&page, true).await?;
        }
    }
    for (_, post) in known.pairs(BLOG_POST) {
        if client.delete_blog_post(&post, false).await? {
            client.delete_blog_post(&post, true).await?;
        }
    }
    for (_, folder) in known.pairs(FOLDER).into_iter().rev() {
        client.delete_folder(&folder).await?;
    }
    Ok(())
}
