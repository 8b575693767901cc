//! The second pass: with everything's new id known, bodies get their final form and what stands
//! beside them; then the order, then who may see what; then it's all read again and reported.

use async_trait::async_trait;
use futures_util::stream::{self, TryStreamExt};

use super::create::{ARCHIVED, RESTRICTED, UNSUPPORTED};
use super::creating::{BLOG_POST, PAGE};
use super::ends::{Ends, WIDTH};
use super::inventory::{self, Inventory, Kind};
use super::known::Known;
use super::people::People;
use super::second::{Item, Second};
use super::tally::Tally;
use super::verify::{self, Verified};
use super::{comment_links, content, order, restrict};
use crate::domain::name::InstanceName;
use crate::domain::reference::Rewriter;
use crate::domain::report_confluence::{CONFLUENCE, Count, NotCarried, SpaceChanges};
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::references::created;
use crate::job::steps::references::pairs::{self, Place};
use crate::job::steps::users::Users;
use crate::job::world::World;
use crate::registry::journal::JournalEntry;

/// The phases.
const CONTENT: &str = "pages and blog posts";
const ORDER: &str = "order";
const RESTRICTIONS: &str = "restrictions";
const CHECKS: &str = "checks";

pub struct FinishPages {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for FinishPages {
    fn name(&self) -> &str {
        "confluence.finish"
    }

    fn title(&self) -> &str {
        "Rewrite the pages"
    }

    fn weight(&self) -> u32 {
        60
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let ends = Ends::open(ctx, &self.world, &self.source, &self.target).await?;
        let known = Known::load(ctx)?;
        let ran = self.finish(&ends, &known).await;
        let kept = ends.keep_calls(&known);
        ran.and(kept)
    }

    /// What it changed goes with what the first pass created.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

impl FinishPages {
    async fn finish(&self, ends: &Ends<'_>, known: &Known) -> Result<()> {
        let ctx = ends.ctx;
        let rewriter = self.rewriter(ctx, |entry| !comment_links::is_comment(entry))?;
        let tally = Tally::new(ctx, &[CONTENT, ORDER, RESTRICTIONS, CHECKS]);
        let second = Second {
            ends,
            known,
            rewriter: &rewriter,
            tally: &tally,
            people: People::new(&ends.source),
        };
        let items = items(known);
        tally.begin(CONTENT, items.len());
        let each: Vec<Result<&Item>> = items.iter().map(Ok).collect();
        stream::iter(each)
            .try_for_each_concurrent(WIDTH, |item| one(&second, item))
            .await?;
        tally.end(CONTENT);
        comment_links::restore(&second, ctx).await?;
        describe(&second).await?;
        let source = inventory::tree(&ends.source, &ends.from).await?;
        let target = inventory::tree(&ends.target, &ends.to).await?;
        tally.begin(ORDER, 1);
        let moved = order::restore(&second, &source, &target).await?;
        tally.end(ORDER);
        tally.begin(RESTRICTIONS, 1);
        restrict::restore(&second).await?;
        tally.end(RESTRICTIONS);
        tally.begin(CHECKS, 1);
        let whole = self.rewriter(ctx, |_| true)?;
        let verified = verify::verify(&second, &whole, &items, &source, &target).await?;
        tally.end(CHECKS);
        let report = report(&second, &source, &target, verified);
        ctx.log(format!(
            "{} references rewritten, {moved} moved, {} links followed, {} broken, {} left; {} calls",
            report.references,
            report.followed,
            report.broken.len(),
            report.left.len(),
            report.calls
        ));
        ctx.save_report(CONFLUENCE, &report)
    }

    /// The source's names and what took their place, from both instances and what counts of the
    /// job's journal.
    fn rewriter(
        &self,
        ctx: &StepContext,
        counts: impl Fn(&JournalEntry) -> bool,
    ) -> Result<Rewriter> {
        let mut map = pairs::map(&self.world, &self.source, &self.target, Place::Text)?;
        let mut journal = ctx.journal()?;
        journal.retain(counts);
        created::add(&mut map, &journal);
        Users::of(ctx)?.add_to(&mut map);
        map.compile()
    }
}

async fn one(second: &Second<'_>, item: &Item) -> Result<()> {
    second.ends.ctx.check_cancelled()?;
    content::finish(second, item).await?;
    second.tally.one(CONTENT);
    Ok(())
}

/// The space's own name and description, where they name the source.
async fn describe(second: &Second<'_>) -> Result<()> {
    let space = &second.ends.to;
    let description = space.description.pointer("/plain/value");
    let description = description
        .and_then(|text| text.as_str())
        .unwrap_or_default();
    let name = second.rewriter.text(&space.name);
    let words = second.rewriter.text(description);
    if name.count + words.count > 0 {
        let target = &second.ends.target;
        target
            .describe_space(&space.key, &name.text, &words.text)
            .await?;
    }
    Ok(())
}

fn items(known: &Known) -> Vec<Item> {
    let of = |kind, is_post| {
        known
            .pairs(kind)
            .into_iter()
            .map(move |(src, target)| Item {
                is_post,
                src,
                target,
            })
    };
    of(PAGE, false).chain(of(BLOG_POST, true)).collect()
}

fn report(
    second: &Second<'_>,
    source: &Inventory,
    target: &Inventory,
    verified: Verified,
) -> SpaceChanges {
    let (ends, known) = (second.ends, second.known);
    let done = second.done();
    let count = |what: &str, source, target| Count {
        what: what.to_owned(),
        source,
        target,
    };
    let nodes = |kind| {
        let of = |i: &Inventory| i.nodes().filter(|n| n.kind == kind).count() as u64;
        (of(source), of(target))
    };
    let (pages, folders) = (nodes(Kind::Page), nodes(Kind::Folder));
    let attached = known.pairs("attachment").len() as u64;
    let restricted = known.notes(RESTRICTED).len() as u64;
    SpaceChanges {
        source: ends.from.key.clone(),
        target: ends.to.key.clone(),
        counts: vec![
            count("pages", pages.0, pages.1),
            count("folders", folders.0, folders.1),
            count("blog posts", verified.posts.0, verified.posts.1),
            count("attachments", known.count("attachment"), attached),
            count("comments", done.comments.0, done.comments.1),
            count("labels", done.labels.0, done.labels.1),
            count("properties", done.properties.0, done.properties.1),
            count("restricted pages and posts", restricted, restricted),
        ],
        rewritten: done.rewritten,
        references: done.references,
        followed: verified.followed,
        calls: ends.calls(known),
        not_carried: not_carried(second),
        broken: verified.broken,
        left: verified.left,
        unlisted: verified.unlisted,
    }
}

fn not_carried(second: &Second<'_>) -> Vec<NotCarried> {
    let one = |what: String, why: &str| NotCarried {
        what,
        why: why.to_owned(),
    };
    let mut all = vec![
        one(
            "page history".into(),
            "only the current versions are copied",
        ),
        one(
            "authors and dates of pages".into(),
            "the API takes neither; of blog posts the date is kept",
        ),
        one(
            "drafts".into(),
            "they aren't published, and no list has them",
        ),
    ];
    all.push(one(
        "pages that this account may not see".into(),
        "no list has them either",
    ));
    let archived = second.known.noted(ARCHIVED, "pages").unwrap_or_default();
    if !matches!(archived.as_str(), "" | "0") {
        all.push(one(
            format!("archived pages: {archived}"),
            "only current pages are copied",
        ));
    }
    for (what, kind) in second.known.notes(UNSUPPORTED) {
        let title = what.split_once(' ').map_or("", |(_, title)| title);
        all.push(one(
            format!("{kind} \"{title}\""),
            "the API can't fill one; what was below it moved up",
        ));
    }
    for (what, why) in second.all_left_behind() {
        all.push(one(what, &why));
    }
    all
}
