//! Emptying a space that stays: everything in it goes, for another copy.

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::client;
use super::ends::WIDTH;
use super::inventory::{self, Kind};
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::refresh::{emptied_parts, note_emptied};
use crate::job::world::World;
use crate::provider::confluence::{Confluence, Format, NewPage, Space};

/// As a person reads what is gone.
const PART: &str = "pages";

/// Deletes the pages, folders and blog posts of the target's space for good. The space stays, with
/// its key; an empty page takes the homepage's place, as a new space has one.
pub struct EmptySpace {
    pub world: World,
    pub target: InstanceName,
}

#[async_trait]
impl Step for EmptySpace {
    fn name(&self) -> &str {
        "confluence.empty"
    }

    fn title(&self) -> &str {
        "Empty the Confluence space"
    }

    fn weight(&self) -> u32 {
        15
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let Some(key) = client::key_of(&self.world, &self.target)? else {
            return Ok(());
        };
        // asked again right before it can't be taken back
        let others = client::sharers(&self.world, &self.target, &key)?;
        if !others.is_empty() {
            let names: Vec<String> = others.into_iter().map(String::from).collect();
            return Err(Error::refused(format!(
                "The space {key} is also used by {}; nothing in it was deleted.",
                names.join(", ")
            )));
        }
        let client = client::of(&self.world, ctx, &self.target).await?;
        let space = client::space_of(&self.world, &client, &self.target).await?;
        if !ctx.still_owner()? {
            return Err(Error::cancelled());
        }
        note_emptied(ctx, PART)?;
        empty(ctx, &client, &space).await
    }

    /// The pages don't come back. What was half emptied is emptied whole.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        if !self.world.has(&self.target) || !emptied_parts(ctx)?.iter().any(|part| part == PART) {
            return Ok(());
        }
        let client = client::of(&self.world, ctx, &self.target).await?;
        let space = client::space_of(&self.world, &client, &self.target).await?;
        empty(ctx, &client, &space).await
    }
}

/// Before anything goes: the space that is to come in its place can be read.
pub async fn source_is_there(
    world: &World,
    source: &InstanceName,
    ctx: &StepContext,
) -> Result<()> {
    let client = client::of(world, ctx, source).await?;
    client::space_of(world, &client, source).await.map(drop)
}

async fn empty(ctx: &StepContext, client: &Confluence, space: &Space) -> Result<()> {
    let tree = inventory::tree(client, space).await?;
    let mut posts: Vec<String> = Vec::new();
    let mut heads = client.blog_post_heads(&space.id);
    while let Some(post) = heads.try_next().await? {
        posts.push(post.id);
    }
    let total = tree.levels.iter().map(Vec::len).sum::<usize>() + posts.len();
    let mut done = 0;
    let mut told = |more: usize| {
        done += more;
        ctx.report(Report {
            amount: Amount::new(done as u64, total as u64, Unit::Items),
            note: Some("deleting pages".into()),
            ..Report::default()
        });
    };
    // children before their parents, or they would move up
    for level in tree.levels.into_iter().rev() {
        let each = level.into_iter().map(|node| async move {
            ctx.check_cancelled()?;
            match node.kind {
                Kind::Page => page(client, &node.id).await,
                Kind::Folder => {
                    client.delete_folder(&node.id).await?;
                    Ok(())
                }
            }
        });
        let mut deleting = stream::iter(each).buffer_unordered(WIDTH);
        while let Some(one) = deleting.next().await {
            one?;
            told(1);
        }
    }
    for post in &posts {
        ctx.check_cancelled()?;
        if client.delete_blog_post(post, false).await? {
            client.delete_blog_post(post, true).await?;
        }
        told(1);
    }
    let mut archived = client.page_heads(&space.id, "archived");
    let mut old = Vec::new();
    while let Some(page) = archived.try_next().await? {
        old.push(page.id);
    }
    for id in &old {
        page(client, id).await?;
    }
    homepage(ctx, client, space).await?;
    for (kind, title) in &tree.unsupported {
        ctx.log(format!(
            "the {kind} \"{title}\" stays: it can't be deleted here"
        ));
    }
    ctx.log(format!(
        "{}: {total} pages, folders and blog posts deleted",
        space.key
    ));
    Ok(())
}

/// Into the trash, and out of it.
async fn page(client: &Confluence, id: &str) -> Result<()> {
    if client.delete_page(id, false).await? {
        client.delete_page(id, true).await?;
    }
    Ok(())
}

/// An empty page in the homepage's place: what is on the old one (comments, labels, files, its
/// history) goes with it.
async fn homepage(ctx: &StepContext, client: &Confluence, space: &Space) -> Result<()> {
    let title = format!("{} (refresh {})", space.name, ctx.job());
    let fresh = match client.find_page(&space.id, &title).await? {
        Some(page) => page,
        None => {
            let new = NewPage {
                space_id: space.id.clone(),
                title: title.clone(),
                parent_id: None,
                root: true,
                live: false,
                private: false,
                format: Format::Storage,
                body: String::new(),
            };
            match client.create_page(&new).await {
                Ok(page) => page,
                Err(failure) if failure.ambiguous() => {
                    let found = client.find_page(&space.id, &title).await?;
                    found.ok_or_else(|| Error::from(failure))?
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    };
    let old = space.homepage_id.as_ref().filter(|id| **id != fresh.id);
    client.set_homepage(&space.key, &fresh.id).await?;
    match old {
        Some(old) => page(client, old).await,
        None => Ok(()),
    }
}
