//! The step: every object of every bucket, several at a time.
//!
//! Where the database was copied, its rows say what has to be there, paired with the source's by
//! their ids, because a name may have been rewritten. Where it wasn't, the source's rows say it, and
//! what stands in the target already is never overwritten.
//!
//! A page of rows is done before the next is read, and then a checkpoint says so; within a page the
//! journal says which objects are there. An object that was on its way when the worker died is sent
//! again, which changes nothing more.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::ends::Ends;
use super::object::{self, Object};
use super::rows::{self, Row};
use super::tally::Tally;
use super::{OBJECT, PROVIDER, buckets, removal};
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::report_storage::{STORAGE, StorageChanges};
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;

/// Objects that are on their way at the same time.
const SIDE_BY_SIDE: usize = 4;

/// Copies the files of the source's buckets.
pub struct CopyFiles {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    /// The rows came with the database.
    pub with_rows: bool,
    /// The project was there before this job: cancel has to take the files out again.
    pub keeps_project: bool,
}

/// Where a copy stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    /// The last id of the last page that is done.
    after: String,
    bytes: u64,
    changes: StorageChanges,
}

#[async_trait]
impl Step for CopyFiles {
    fn name(&self) -> &str {
        "storage.files"
    }

    fn title(&self) -> &str {
        "Copy the files"
    }

    fn weight(&self) -> u32 {
        20
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let ends = Ends::open(&self.world, ctx, &self.source, &self.target).await?;
        let outcome = self.copy(&ends).await;
        ends.close().await;
        outcome
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        // the project that this job made goes as a whole
        match self.keeps_project {
            true => removal::remove(&self.world, ctx, &self.target).await,
            false => Ok(()),
        }
    }
}

impl CopyFiles {
    async fn copy(&self, ends: &Ends<'_>) -> Result<()> {
        let ctx = ends.ctx;
        let leading = match self.with_rows {
            true => &ends.to,
            false => &ends.from,
        };
        let (buckets, files, total) = rows::total(leading).await?;
        let mark: Mark = match ctx.checkpoint()? {
            Some(value) => serde_json::from_value(value).unwrap_or_default(),
            None => Mark::default(),
        };
        let mut after = mark.after;
        let tally = Tally::new(ctx, mark.changes, mark.bytes, total);
        if !self.with_rows {
            buckets::make(ends, &tally).await?;
        }
        loop {
            let page = rows::page(leading, &after).await?;
            let Some(last) = page.last().map(|row| row.id.clone()) else {
                break;
            };
            match self.with_rows {
                true => by_target(ends, &tally, &page).await?,
                false => by_source(ends, &tally, &page).await?,
            }
            after = last;
            let mark = Mark {
                after: after.clone(),
                bytes: tally.moved_bytes(),
                changes: tally.so_far(),
            };
            let mark = serde_json::to_value(&mark)
                .map_err(|e| Error::internal("A checkpoint can't be written as JSON.").source(e))?;
            ctx.save_checkpoint(&mark)?;
        }
        if files > 0 {
            tally.note("references inside files aren't rewritten: files are copied byte for byte");
        }
        let mut changes = tally.so_far();
        changes.buckets = buckets;
        ctx.log(format!(
            "{} {} copied and compared, {}, {} left out",
            changes.files,
            human::plural(changes.files, "file", "files"),
            human::bytes(changes.bytes),
            changes.left_out()
        ));
        ctx.save_report(STORAGE, &changes)
    }
}

/// The target's rows say what has to be there.
async fn by_target(ends: &Ends<'_>, tally: &Tally<'_>, page: &[Row]) -> Result<()> {
    let ids: Vec<&str> = page.iter().map(|row| row.id.as_str()).collect();
    let found = rows::by_ids(&ends.from, &ids).await?;
    let found: HashMap<&str, &Row> = found.iter().map(|row| (&*row.id, row)).collect();
    let mut objects = Vec::new();
    for target in page {
        let Some(source) = found.get(target.id.as_str()).copied() else {
            let reason = "the source has it no more".to_owned();
            tally.left_out(&target.file(), target.bytes(), reason);
            continue;
        };
        if source.tag() != target.tag() && !is_there(ends, target)? {
            tally.note(
                "files that were changed after the database was copied have their newer contents",
            );
        }
        objects.push(Object {
            source,
            target: Some(target),
        });
    }
    all(ends, tally, objects).await
}

/// The source's rows say what has to be there; what stands there already stays.
async fn by_source(ends: &Ends<'_>, tally: &Tally<'_>, page: &[Row]) -> Result<()> {
    let names: Vec<(&str, &str)> = page.iter().map(|r| (&*r.bucket, &*r.name)).collect();
    let there = rows::by_names(&ends.to, &names).await?;
    let mut objects = Vec::new();
    for source in page {
        let other = there
            .iter()
            .find(|row| (&row.bucket, &row.name) == (&source.bucket, &source.name));
        // an intent of this job: it's a copy that was on its way
        let ours = ends.ctx.lookup(PROVIDER, OBJECT, &source.file())?.is_some();
        match other.filter(|_| !ours) {
            None => objects.push(Object {
                source,
                target: None,
            }),
            Some(other) if is_same(ends, source, other).await? => tally.there(source.bytes()),
            Some(_) => {
                let reason = "the target has another file of that name, which stays".to_owned();
                tally.left_out(&source.file(), source.bytes(), reason);
            }
        }
    }
    all(ends, tally, objects).await
}

async fn is_same(ends: &Ends<'_>, source: &Row, target: &Row) -> Result<bool> {
    if source.bytes() != target.bytes() {
        return Ok(false);
    }
    let longest = source.bytes();
    let (ours, theirs) = tokio::join!(
        ends.source.digest(&source.bucket, &source.name, longest),
        ends.target.digest(&target.bucket, &target.name, longest),
    );
    // one that can't be read isn't known to be the same
    Ok(matches!((ours, theirs), (Ok(ours), Ok(theirs)) if ours.sha256 == theirs.sha256))
}

/// Whether this job has put it there.
fn is_there(ends: &Ends<'_>, place: &Row) -> Result<bool> {
    let entry = ends.ctx.lookup(PROVIDER, OBJECT, &place.file())?;
    Ok(entry.is_some_and(|entry| entry.target_id.is_some()))
}

async fn all(ends: &Ends<'_>, tally: &Tally<'_>, objects: Vec<Object<'_>>) -> Result<()> {
    let mut missing = Vec::new();
    for object in objects {
        match is_there(ends, object.place())? {
            true => {
                tally.copied(object.source.bytes());
                tally.moved(object.source.bytes());
            }
            false => missing.push(object),
        }
    }
    let names: Vec<String> = missing.iter().map(|o| o.place().file()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let seqs = ends.ctx.intents(PROVIDER, OBJECT, &names)?;
    let work: Vec<_> = missing
        .iter()
        .zip(seqs)
        .map(|(object, seq)| one(ends, tally, object, seq))
        .collect();
    stream::iter(work)
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<()>()
        .await
}

async fn one(ends: &Ends<'_>, tally: &Tally<'_>, object: &Object<'_>, seq: i64) -> Result<()> {
    ends.ctx.check_cancelled()?;
    match object::copy(ends, tally, object).await? {
        true => ends.ctx.result(seq, &object.source.id),
        false => Ok(()),
    }
}
