//! The first pass: every page, folder and blog post is created with its own body as it is, and
//! everything attached to them. What is in the bodies is rewritten once everything has its new id.

use std::sync::Mutex;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::attach::{self, ATTACHMENTS};
use super::create;
use super::creating::{BLOG_POST, PAGE};
use super::ends::{Ends, WIDTH};
use super::inventory::{self, Inventory, Node};
use super::known::Known;
use super::removal;
use super::spool::Spool;
use super::tally::Tally;
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::sites;
use crate::job::world::World;
use crate::provider::confluence::Format;

/// The phases.
const PAGES: &str = "pages";
const POSTS: &str = "blog posts";

pub struct CopyPages {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for CopyPages {
    fn name(&self) -> &str {
        "confluence.pages"
    }

    fn title(&self) -> &str {
        "Copy the pages"
    }

    fn weight(&self) -> u32 {
        60
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let ends = Ends::open(ctx, &self.world, &self.source, &self.target).await?;
        sites::write_down(ctx, ends.source.site(), ends.target.site()).await?;
        let known = Known::load(ctx)?;
        attach::make_folder(ctx)?;
        let ran = self.copy(&ends, &known).await;
        attach::remove_folder(ctx);
        let kept = ends.keep_calls(&known);
        ran.and(kept)
    }

    /// What the job put into a space that was there before; its own space goes as a whole.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        attach::remove_folder(ctx);
        removal::undo(ctx, &self.world, &self.target).await
    }
}

impl CopyPages {
    async fn copy(&self, ends: &Ends<'_>, known: &Known) -> Result<()> {
        let ctx = ends.ctx;
        let tally = Tally::new(ctx, &[PAGES, POSTS, ATTACHMENTS]);
        let mut spool = Spool::new(ctx.state_dir())?;
        let inventory = inventory::read(ends, &mut spool).await?;
        let copy = Copy {
            ends,
            known,
            tally: &tally,
            spool: Mutex::new(spool),
        };
        copy.pages(&inventory).await?;
        let posts = copy.posts().await?;
        let bytes = copy.attachments(&inventory, &posts).await?;
        create::remember(known, &inventory)?;
        let pages = inventory.nodes().count() as u64;
        ctx.log(format!(
            "{pages} {}, {} {}, {} attached; {} calls",
            human::plural(pages, "page or folder", "pages and folders"),
            posts.len(),
            human::plural(posts.len() as u64, "blog post", "blog posts"),
            human::bytes(bytes),
            ends.calls(known)
        ));
        Ok(())
    }
}

struct Copy<'a> {
    ends: &'a Ends<'a>,
    known: &'a Known,
    tally: &'a Tally<'a>,
    spool: Mutex<Spool>,
}

impl Copy<'_> {
    async fn pages(&self, inventory: &Inventory) -> Result<()> {
        self.tally.begin(PAGES, inventory.nodes().count());
        if let Some(home) = &inventory.homepage {
            create::homepage(self.ends, self.known, &self.spool, home).await?;
            self.tally.one(PAGES);
        }
        for level in &inventory.levels {
            // siblings one after the other, so that they stand in order
            let families: Vec<&[Node]> = level.chunk_by(|a, b| a.parent == b.parent).collect();
            stream::iter(families.into_iter().map(Ok))
                .try_for_each_concurrent(WIDTH, |family| self.family(family))
                .await?;
        }
        self.tally.end(PAGES);
        Ok(())
    }

    async fn family(&self, family: &[Node]) -> Result<()> {
        for node in family {
            self.ends.ctx.check_cancelled()?;
            create::node(self.ends, self.known, &self.spool, node).await?;
            self.tally.one(PAGES);
        }
        Ok(())
    }

    /// The source's blog posts, by id.
    async fn posts(&self) -> Result<Vec<String>> {
        let ids = Mutex::new(Vec::new());
        self.tally.begin(POSTS, 0);
        self.ends
            .source
            .blog_posts(&self.ends.from.id, Format::Storage)
            .map_err(crate::error::Error::from)
            .try_for_each_concurrent(WIDTH, |post| {
                self.tally.more(POSTS, 1);
                let ids = &ids;
                async move {
                    self.ends.ctx.check_cancelled()?;
                    create::post(self.ends, self.known, &post).await?;
                    self.tally.one(POSTS);
                    if let Ok(mut ids) = ids.lock() {
                        ids.push(post.id);
                    }
                    Ok(())
                }
            })
            .await?;
        self.tally.end(POSTS);
        Ok(ids.into_inner().unwrap_or_default())
    }

    /// Bytes copied.
    async fn attachments(&self, inventory: &Inventory, posts: &[String]) -> Result<u64> {
        let mut holders: Vec<(bool, String)> = Vec::new();
        for node in inventory.nodes() {
            if node.kind == inventory::Kind::Page {
                holders.push((false, node.id.clone()));
            }
        }
        holders.extend(posts.iter().map(|id| (true, id.clone())));
        self.tally.begin(ATTACHMENTS, 0);
        let bytes = stream::iter(holders)
            .map(|(is_post, src)| async move {
                let kind = if is_post { BLOG_POST } else { PAGE };
                match self.known.target(kind, &src) {
                    Some(target) => {
                        let (ends, known) = (self.ends, self.known);
                        attach::copy(ends, known, self.tally, is_post, &src, &target).await
                    }
                    None => Ok(0),
                }
            })
            .buffer_unordered(WIDTH)
            .try_fold(0, |sum, bytes| async move { Ok(sum + bytes) })
            .await?;
        self.tally.end(ATTACHMENTS);
        Ok(bytes)
    }
}
