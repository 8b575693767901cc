//! What a page has beside its title: a body that names others, files, labels, comments, and who may
//! see it.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::site_seed::Item;
use crate::domain::site_seed::space::{Comment as Said, Page as Seed, Post};
use crate::domain::site_seed::symbol::{has_symbols, resolve};
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_names::{PAGE, PROVIDER, SiteNames};
use crate::job::steps::site_seeds::{SiteSeeds, media_type};
use crate::job::world::World;
use crate::provider::confluence::{
    Comment, CommentKind, CommentOn, Confluence, Format, Label, NewComment, Page, PageUpdate,
    Restriction, Selection, Space,
};
use crate::provider::http::Upload;

/// Pages that are filled in at a time.
const AT_ONCE: usize = 4;

/// Fills in what [`MakeSpace`](super::MakeSpace) made, and adds what other pages lack.
pub struct FillSpace {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for FillSpace {
    fn name(&self) -> &str {
        "space.fill"
    }

    fn title(&self) -> &str {
        "Fill in the pages"
    }

    fn weight(&self) -> u32 {
        25
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = SiteSeeds::read(&self.world.instance(&self.name)?)?;
        if seeds.space.is_empty() {
            return Ok(());
        }
        let Some((confluence, space)) = super::space(&self.world, &self.name, ctx).await? else {
            return Ok(());
        };
        let mut names = SiteNames::read(&self.world, &self.name, ctx).await?;
        let home = seeds.space.pages.iter().find(|item| item.value.home);
        if let (Some(home), Some(id)) = (home, &space.homepage_id) {
            names.pages.insert(home.value.title.clone(), id.clone());
        }
        let all: Vec<Page> = confluence
            .pages(&space.id, Format::Storage)
            .try_collect()
            .await?;
        let filling = Filling {
            ctx,
            confluence: &confluence,
            space: &space,
            seeds: &seeds,
            names: &names,
            now: all
                .into_iter()
                .map(|page| (page.id.clone(), page))
                .collect(),
        };
        let pages = seeds.space.pages.iter().filter(|item| !item.value.folder);
        let total = seeds.space.count() as u64;
        let work: Vec<_> = pages.map(|item| filling.page(item)).collect();
        let mut all = stream::iter(work).buffer_unordered(AT_ONCE);
        let mut done = 0;
        while all.try_next().await?.is_some() {
            done += 1;
            ctx.report(Report {
                amount: Amount::new(done, total, Unit::Items),
                ..Report::default()
            });
        }
        drop(all);
        for item in &seeds.space.posts {
            filling.post(&item.value).await?;
        }
        Ok(())
    }

    /// What it made goes with the space.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

struct Filling<'a> {
    ctx: &'a StepContext,
    confluence: &'a Confluence,
    space: &'a Space,
    seeds: &'a SiteSeeds,
    names: &'a SiteNames,
    /// The pages as they are, by id.
    now: HashMap<String, Page>,
}

impl Filling<'_> {
    fn text(&self, text: &str) -> String {
        resolve(text, |asks, name| {
            self.names.value(asks, name).map(|value| escaped(&value))
        })
    }

    async fn page(&self, item: &Item<Seed>) -> Result<()> {
        let seed = &item.value;
        let Some(id) = self.names.pages.get(&seed.title) else {
            return Ok(());
        };
        // deleted since it was looked up
        let Some(now) = self.now.get(id) else {
            return Ok(());
        };
        self.ctx.check_cancelled()?;
        self.files(item, id).await?;
        let untouched = now
            .version
            .as_ref()
            .is_none_or(|version| version.number == 1);
        if untouched && (seed.home || has_symbols(&seed.body)) {
            let update = PageUpdate {
                id: id.clone(),
                title: seed.title.clone(),
                parent_id: now.parent_id.clone(),
                format: Format::Storage,
                body: self.text(&seed.body),
                version: 2,
                message: String::new(),
            };
            let told = |e: Error| Error::new(e.kind, format!("{}: {}", item.at, e.message));
            let written = self.confluence.update_page(&update).await;
            written.map_err(|failure| told(failure.into()))?;
        }
        self.labels(id, &seed.labels).await?;
        self.comments(id, &seed.comments).await?;
        self.restrict(seed, id).await
    }

    async fn files(&self, item: &Item<Seed>, id: &str) -> Result<()> {
        if item.value.files.is_empty() {
            return Ok(());
        }
        let there: Vec<_> = self.confluence.page_attachments(id).try_collect().await?;
        for name in &item.value.files {
            if there.iter().any(|one| one.title == *name) {
                continue;
            }
            let (path, bytes) = self.seeds.file(&item.at, "space", name)?;
            let upload = Upload {
                path,
                file_name: name.clone(),
                content_type: media_type(name),
            };
            self.confluence.put_attachment(id, upload, bytes).await?;
        }
        Ok(())
    }

    async fn labels(&self, id: &str, names: &[String]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let label = |name: &String| Label {
            prefix: "global".into(),
            name: name.clone(),
        };
        let all: Vec<Label> = names.iter().map(label).collect();
        Ok(self.confluence.add_labels(id, &all).await?)
    }

    async fn comments(&self, page: &str, comments: &[Said]) -> Result<()> {
        if comments.is_empty() {
            return Ok(());
        }
        // one that stood beside words may have become one below the page in a copy
        let mut there = Vec::new();
        for kind in [CommentKind::Footer, CommentKind::Inline] {
            let found = self.confluence.page_comments(page, kind, Format::Storage);
            let found: Vec<Comment> = found.try_collect().await?;
            there.extend(found.into_iter().map(|comment| (kind, comment)));
        }
        for said in comments {
            let body = self.text(&said.body);
            let (kind, id) = match there.iter().find(|(_, one)| same(one, &body)) {
                Some((kind, one)) => (*kind, one.id.clone()),
                None => {
                    let kind = match said.beside {
                        Some(_) => CommentKind::Inline,
                        None => CommentKind::Footer,
                    };
                    let selection = said.beside.as_ref().map(|text| Selection {
                        text: text.clone(),
                        matches: 1,
                        index: 0,
                    });
                    let on = CommentOn::Page(page.to_owned());
                    (kind, self.say(kind, on, body, selection).await?)
                }
            };
            self.replies(kind, &id, &said.replies).await?;
        }
        Ok(())
    }

    async fn replies(&self, kind: CommentKind, to: &str, replies: &[String]) -> Result<()> {
        if replies.is_empty() {
            return Ok(());
        }
        let there = self.confluence.replies(to, kind, Format::Storage);
        let there: Vec<Comment> = there.try_collect().await?;
        for reply in replies {
            let body = self.text(reply);
            if !there.iter().any(|one| same(one, &body)) {
                let on = CommentOn::Comment(to.to_owned());
                self.say(kind, on, body, None).await?;
            }
        }
        Ok(())
    }

    async fn say(
        &self,
        kind: CommentKind,
        on: CommentOn,
        body: String,
        selection: Option<Selection>,
    ) -> Result<String> {
        let new = NewComment {
            on,
            format: Format::Storage,
            body,
            selection,
        };
        Ok(self.confluence.add_comment(kind, &new).await?.id)
    }

    /// Only of what this job made: later it's people's to say.
    async fn restrict(&self, seed: &Seed, id: &str) -> Result<()> {
        let made = self.ctx.lookup(PROVIDER, PAGE, &seed.title)?.is_some();
        let Some(me) = self.names.me.as_ref().filter(|_| made) else {
            return Ok(());
        };
        let only_me = |operation: &str| Restriction {
            operation: operation.to_owned(),
            users: vec![me.clone()],
            groups: Vec::new(),
        };
        let all: Vec<Restriction> = seed.restrict.iter().map(|o| only_me(o.word())).collect();
        match all.is_empty() {
            true => Ok(()),
            false => Ok(self.confluence.set_restrictions(id, &all).await?),
        }
    }

    async fn post(&self, post: &Post) -> Result<()> {
        let mut found = self.confluence.find_blog_posts(&self.space.id, &post.title);
        let Some(now) = found.try_next().await? else {
            return Ok(());
        };
        let untouched = now
            .version
            .as_ref()
            .is_none_or(|version| version.number == 1);
        if untouched && has_symbols(&post.body) {
            let body = self.text(&post.body);
            self.confluence
                .update_blog_post(&now, Format::Storage, &body, 2)
                .await?;
        }
        self.labels(&now.id, &post.labels).await
    }
}

/// A copied comment has its author and date in front.
fn same(comment: &Comment, body: &str) -> bool {
    let there = comment.body.text(Format::Storage).map(words);
    there.is_some_and(|there| there.ends_with(&words(body)))
}

/// The words of a body: a site may write its elements in another way than they were sent.
fn words(storage: &str) -> String {
    let mut inside = false;
    let mut found = String::new();
    for c in storage.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                found.push(' ');
            }
            c if !inside => found.push(c),
            _ => {}
        }
    }
    found.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value as it stands in storage format.
fn escaped(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_written_otherwise_are_the_same_words() {
        assert_eq!(
            words("<p>Um <br/>dois</p>"),
            words("<p>Um  <br />dois</p>\n")
        );
        assert_ne!(words("<p>Um</p>"), words("<p>Dois</p>"));
        assert_eq!(escaped("a&b \"c\""), "a&amp;b &quot;c&quot;");
    }
}
