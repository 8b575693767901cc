//! Folders, pages and blog posts, so that each has its id.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::TryStreamExt;

use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::site_seed::Item;
use crate::domain::site_seed::space::{Page as Seed, Post};
use crate::domain::site_seed::symbol::has_symbols;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_names::{PAGE, PROVIDER, SiteNames};
use crate::job::steps::site_seeds::SiteSeeds;
use crate::job::world::World;
use crate::provider::atlassian::Items;
use crate::provider::confluence::{
    Child, Confluence, Format, NewBlogPost, NewFolder, NewPage, Space,
};

/// What a page holds until the names in its body are known.
const LATER: &str = "<p />";

/// Makes what the space doesn't have yet.
pub struct MakeSpace {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for MakeSpace {
    fn name(&self) -> &str {
        "space.seeds"
    }

    fn title(&self) -> &str {
        "Make the space's pages"
    }

    fn weight(&self) -> u32 {
        15
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = SiteSeeds::read(&self.world.instance(&self.name)?)?.space;
        if seeds.is_empty() {
            ctx.log("no seeds for the space");
            return Ok(());
        }
        let Some((confluence, space)) = super::space(&self.world, &self.name, ctx).await? else {
            ctx.log("no Confluence space");
            return Ok(());
        };
        let known = SiteNames::read(&self.world, &self.name, ctx).await?.pages;
        let mut making = Making {
            ctx,
            confluence,
            space,
            known,
            folders: HashMap::new(),
            made: 0,
        };
        let total = seeds.pages.len() as u64;
        let mut left: Vec<&Item<Seed>> = seeds.pages.iter().collect();
        let mut done = 0;
        // those above first, each level in the files' order
        while !left.is_empty() {
            let before = left.len();
            let mut later = Vec::new();
            for item in left {
                if !making.page(item).await? {
                    later.push(item);
                    continue;
                }
                done += 1;
                ctx.report(Report {
                    amount: Amount::new(done, total, Unit::Items),
                    ..Report::default()
                });
            }
            if later.len() == before {
                break;
            }
            left = later;
        }
        for item in &seeds.posts {
            making.post(&item.value).await?;
        }
        ctx.log(format!("{} pages made", making.made));
        Ok(())
    }

    /// What it made goes with the space.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

struct Making<'a> {
    ctx: &'a StepContext,
    confluence: Confluence,
    space: Space,
    /// Ids of pages, by title.
    known: HashMap<String, String>,
    /// Ids of folders, by title.
    folders: HashMap<String, String>,
    made: u64,
}

impl Making<'_> {
    /// `false`: what it's in isn't there yet.
    async fn page(&mut self, item: &Item<Seed>) -> Result<bool> {
        let seed = &item.value;
        let parent = match &seed.parent {
            None => None,
            Some(title) => {
                let folder = self.folders.get(title).map(|id| (id.clone(), true));
                let page = || self.known.get(title).map(|id| (id.clone(), false));
                match folder.or_else(page) {
                    Some(parent) => Some(parent),
                    None => return Ok(false),
                }
            }
        };
        self.ctx.check_cancelled()?;
        if seed.folder {
            self.folder(&seed.title, parent).await?;
        } else if seed.home {
            // it's there; it gets its title and body when it's filled in
            if let Some(home) = self.space.homepage_id.clone() {
                self.known.insert(seed.title.clone(), home);
            }
        } else if !self.known.contains_key(&seed.title) {
            let intent = self.ctx.intent(PROVIDER, PAGE, &seed.title)?;
            let new = NewPage {
                space_id: self.space.id.clone(),
                title: seed.title.clone(),
                parent_id: parent.map(|(id, _)| id),
                format: Format::Storage,
                body: body_now(&seed.body),
                ..NewPage::default()
            };
            let made = self.confluence.create_page(&new).await?;
            self.ctx.result(intent, &made.id)?;
            self.known.insert(seed.title.clone(), made.id);
            self.made += 1;
        }
        Ok(true)
    }

    /// `parent`: its id, and whether it's a folder.
    async fn folder(&mut self, title: &str, parent: Option<(String, bool)>) -> Result<()> {
        let parent = parent.or_else(|| Some((self.space.homepage_id.clone()?, false)));
        let mut there: Option<Items<Child>> = parent.as_ref().map(|(id, folder)| match folder {
            true => self.confluence.children_of_folder(id),
            false => self.confluence.children_of_page(id),
        });
        while let Some(children) = &mut there
            && let Some(child) = children.try_next().await?
        {
            if child.kind == "folder" && child.title == title {
                self.folders.insert(title.to_owned(), child.id);
                return Ok(());
            }
        }
        let new = NewFolder {
            space_id: self.space.id.clone(),
            title: title.to_owned(),
            parent_id: parent.map(|(id, _)| id),
        };
        let made = self.confluence.create_folder(&new).await?;
        self.folders.insert(title.to_owned(), made.id);
        Ok(())
    }

    async fn post(&mut self, post: &Post) -> Result<()> {
        let mut there = self.confluence.find_blog_posts(&self.space.id, &post.title);
        if there.try_next().await?.is_some() {
            return Ok(());
        }
        let new = NewBlogPost {
            space_id: self.space.id.clone(),
            title: post.title.clone(),
            format: Format::Storage,
            body: body_now(&post.body),
            created_at: post.created.as_deref().map(moment),
            private: false,
        };
        self.confluence.create_blog_post(&new).await?;
        Ok(())
    }
}

fn body_now(body: &str) -> String {
    match has_symbols(body) || body.is_empty() {
        true => LATER.to_owned(),
        false => body.to_owned(),
    }
}

/// A moment as Confluence takes it.
fn moment(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        Err(_) => text.to_owned(),
    }
}
