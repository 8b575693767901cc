//! One copy, from the first look to the word "equal".

mod dumping;
mod finish;
mod prepare;
mod rows;
mod verdict;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::provider::postgres::copy::checkpoint::{Checkpoint, Reached};
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::engine::dumping::Dumping;
use crate::provider::postgres::copy::inventory::Inventory;
use crate::provider::postgres::copy::request::{
    CopyRequest, CopySummary, Observer, Skipped, not_empty,
};
use crate::provider::postgres::copy::schema;
use crate::provider::postgres::copy::script::classify::Target;
use crate::provider::postgres::copy::session::{Session, Sessions, Side};
use crate::provider::postgres::copy::snapshot::Snapshot;
use crate::provider::postgres::copy::target::state;
use crate::provider::postgres::copy::toc::Toc;
use crate::provider::postgres::copy::wide::{self, WideRows};
use crate::provider::postgres::copy::work::hash;
use crate::provider::postgres::copy::work::progress::Progress;
use crate::provider::postgres::copy::work::room::Room;
use crate::provider::postgres::copy::work::worker::Floor;

/// So long a copy looks how large its tables' rows are, while the schema is read.
const WIDE_ROWS: Duration = Duration::from_secs(3);

/// Everything that one copy knows once both sides were read.
struct Copy<'a> {
    request: &'a CopyRequest,
    observer: &'a dyn Observer,
    sessions: Arc<Sessions>,
    progress: Arc<Progress>,
    snapshot: Snapshot,
    target: Session,
    toc: Toc,
    inventory: Inventory,
    theirs: Target,
    checkpoint: Checkpoint,
    skipped: Vec<Skipped>,
}

pub async fn copy(
    request: &CopyRequest,
    observer: &dyn Observer,
    sessions: Arc<Sessions>,
    progress: Arc<Progress>,
) -> Result<CopySummary> {
    let began = Instant::now();
    let earlier = Checkpoint::load(observer)?;
    if let Some(summary) = earlier.as_ref().and_then(|c| c.summary.clone()) {
        observer.log("This copy was finished before; nothing is left to do.");
        return Ok(summary);
    }
    progress.say("looking at both databases");
    // The source's tables are locked side by side with the look at the target, which may refuse.
    let looking = async {
        let target = sessions.open(Side::Target).await?;
        let theirs = state::read(&target).await?;
        let checkpoint = match earlier {
            Some(checkpoint) => checkpoint,
            None => first_look(request, &target, &theirs, observer).await?,
        };
        Ok((target, theirs, checkpoint))
    };
    let locking = Snapshot::take(&sessions, request.lock_timeout_ms, observer);
    let ((target, theirs, checkpoint), snapshot) = tokio::try_join!(looking, locking)?;
    let theirs = prepare::as_found(theirs, &checkpoint.baseline);
    progress.say("reading the source's schema");
    let workers = request.jobs.max(1);
    let hands = rows::open_hands(&sessions, &snapshot.adopt(), workers);
    let only = request.schemas.as_ref().map(|map| map.from.clone());
    let dumping = Dumping::begin(request, &snapshot, only.clone()).await?;
    let (mut inventory, wide) = tokio::try_join!(
        Inventory::read(&snapshot.control),
        wide::read(&snapshot.control, WIDE_ROWS)
    )?;
    if let Some(schema) = &only {
        inventory.keep_only(schema);
    }
    let mut copy = Copy {
        request,
        observer,
        sessions,
        progress,
        snapshot,
        target,
        toc: Toc::default(),
        inventory,
        theirs,
        checkpoint,
        skipped: Vec::new(),
    };
    // While pg_dump reads the catalogue, the servers have time for the source's hashes.
    let jobs = copy.plain_jobs()?;
    let as_text = hash::needs_text(&copy.snapshot.control, &copy.target);
    let adopt = copy.snapshot.adopt();
    let hashing = rows::begin_hashing(&copy.sessions, adopt, jobs.clone(), as_text);
    copy.hold_space().await?;
    copy.toc = dumping.end().await?;
    if let Some(map) = &request.schemas {
        let names = schema::Names::read(&copy.snapshot.control, &map.from).await?;
        copy.skipped
            .extend(schema::repoint(&mut copy.toc, map, &names));
    }
    let mut summary = copy.make(jobs, &wide, hands, hashing, as_text).await?;
    summary.seconds = began.elapsed().as_secs_f64();
    copy.checkpoint.reached = Reached::Finished;
    copy.checkpoint.summary = Some(summary.clone());
    copy.checkpoint.save(observer)?;
    Ok(summary)
}

/// The target must be empty, and that is written down before anything is changed: from then on,
/// whatever is in it is this copy's.
async fn first_look(
    request: &CopyRequest,
    session: &Session,
    theirs: &Target,
    observer: &dyn Observer,
) -> Result<Checkpoint> {
    let only = request.schemas.as_ref().map(|map| map.to.as_str());
    let holds = state::holds(session, theirs, only).await?;
    if !holds.is_empty() {
        let what = match only {
            Some(schema) => format!("schema {schema} of the target"),
            None => "target database".to_owned(),
        };
        return Err(not_empty(&what, &holds));
    }
    let mut checkpoint = Checkpoint::new(state::baseline(session).await?);
    checkpoint.only_schema = only.map(str::to_owned);
    checkpoint.save(observer)?;
    Ok(checkpoint)
}

impl Copy<'_> {
    async fn make(
        &mut self,
        mut jobs: Vec<TableJob>,
        wide: &WideRows,
        hands: rows::Hands,
        hashing: rows::Hashing,
        as_text: bool,
    ) -> Result<CopySummary> {
        let script = self.prepare().await?;
        let hashed = jobs.len();
        jobs.extend(self.kept_jobs().await?);
        wide.note(&mut jobs);
        if let Some(words) = wide.words() {
            self.observer.log(&words);
        }
        self.checkpoint.filled = jobs
            .iter()
            .filter(|job| job.kept)
            .map(|job| {
                (
                    job.target.0.clone(),
                    job.target.1.clone(),
                    job.filter.clone(),
                )
            })
            .collect();
        self.checkpoint.save(self.observer)?;

        for job in &jobs {
            self.progress.table(job.title(), job.bytes);
        }
        let mut entries = self.toc.entries.iter();
        let analyze_early = !entries.any(|entry| entry.desc == "STATISTICS");
        let progress = self.progress.clone();
        let room = Room::new(&jobs, self.sessions.clone(), self.snapshot.adopt());
        let floor = Floor::new(jobs, script, progress, as_text, analyze_early, room);
        let floor = Arc::new(floor);
        floor.plan(hands.len(), self.request.spare_cores);
        self.progress.say("copying the rows");
        let (rows, hands, hashes) = self.rows(&floor, hands, hashing, hashed).await?;
        self.finish(&floor, hands).await?;
        self.compare(&floor, &hashes)?;
        self.target.make_durable().await?;
        let mut skipped = std::mem::take(&mut self.skipped);
        skipped.extend(floor.script.skipped.iter().cloned());
        Ok(CopySummary {
            tables: floor.jobs.len() as u64,
            rows,
            bytes: self.progress.wire_bytes(),
            statements: floor.script.tasks.len() as u64,
            skipped,
            verified: floor.jobs.len() as u64,
            seconds: 0.0,
        })
    }

    /// A schema's name in the target.
    fn there(&self, schema: &str) -> String {
        match &self.request.schemas {
            Some(map) if map.from == schema => map.to.clone(),
            _ => schema.to_owned(),
        }
    }
}

fn crashed(error: tokio::task::JoinError) -> Error {
    Error::internal("A worker of the copy ended by a defect.").source(error)
}
