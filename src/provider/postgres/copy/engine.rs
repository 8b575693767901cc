//! One copy, from the first look to the word "equal".

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::copy::checkpoint::{Checkpoint, Reached};
use crate::provider::postgres::copy::data::{TableJob, kept};
use crate::provider::postgres::copy::dump;
use crate::provider::postgres::copy::finish::{foreign_keys, large_objects, sequences, views};
use crate::provider::postgres::copy::inventory::Inventory;
use crate::provider::postgres::copy::request::{CopyRequest, CopySummary, Observer, Skipped};
use crate::provider::postgres::copy::script::classify::{Target, classify};
use crate::provider::postgres::copy::script::{Script, Stage, Task, run};
use crate::provider::postgres::copy::session::{Session, Sessions, Side};
use crate::provider::postgres::copy::snapshot::Snapshot;
use crate::provider::postgres::copy::target::{defaults, state, wipe};
use crate::provider::postgres::copy::toc::Toc;
use crate::provider::postgres::copy::work::hash::{self, SourceHashes};
use crate::provider::postgres::copy::work::progress::{Part, Progress};
use crate::provider::postgres::copy::work::worker::{self, Floor};

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
    let target = sessions.open(Side::Target).await?;
    let theirs = state::read(&target).await?;
    let checkpoint = match earlier {
        Some(checkpoint) => checkpoint,
        None => first_look(&target, &theirs, observer).await?,
    };
    progress.say("reading the source's schema");
    let snapshot = Snapshot::take(&sessions, request.lock_timeout_ms, observer).await?;
    let (toc, inventory) = tokio::try_join!(
        dump::schema(&request.pg_dump, &request.source, &snapshot.id, None),
        Inventory::read(&snapshot.control),
    )?;
    let mut copy = Copy {
        request,
        observer,
        sessions,
        progress,
        snapshot,
        target,
        toc,
        inventory,
        theirs,
        checkpoint,
        skipped: Vec::new(),
    };
    let mut summary = copy.make().await?;
    summary.seconds = began.elapsed().as_secs_f64();
    copy.checkpoint.reached = Reached::Finished;
    copy.checkpoint.summary = Some(summary.clone());
    copy.checkpoint.save(observer)?;
    Ok(summary)
}

/// The target must be empty, and that is written down before anything is changed: from then on,
/// whatever is in it is this copy's.
async fn first_look(
    session: &Session,
    theirs: &Target,
    observer: &dyn Observer,
) -> Result<Checkpoint> {
    let holds = state::holds(session, theirs).await?;
    if !holds.is_empty() {
        return Err(Error::new(
            Kind::Refused,
            format!(
                "The target database isn't empty. It holds: {}.",
                holds.join(", ")
            ),
        )
        .hint("Use a new, empty database, or empty this one first."));
    }
    let mut baseline = state::baseline(session).await?;
    baseline.default_rights.retain(|text| !text.is_empty());
    let checkpoint = Checkpoint::new(baseline);
    checkpoint.save(observer)?;
    Ok(checkpoint)
}

impl Copy<'_> {
    async fn make(&mut self) -> Result<CopySummary> {
        let script = self.prepare().await?;
        let jobs = self.jobs().await?;
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

        let workers = self.request.jobs.max(1);
        let as_text = hash::needs_text(&self.snapshot.control, &self.target);
        for job in &jobs {
            self.progress.table(job.title(), job.bytes);
        }
        let floor = Arc::new(Floor::new(jobs, script, self.progress.clone(), as_text));
        floor.plan(workers);
        self.progress.say("copying the rows");
        let (rows, hands, hashes) = self.rows(&floor, workers).await?;
        self.finish(&floor, hands).await?;
        self.compare(&floor, &hashes)?;
        self.target
            .batch(
                // Everything before was committed without waiting for the disk; this one waits.
                "SET synchronous_commit = on; SELECT pg_catalog.pg_current_xact_id()",
                "Making the copy durable",
            )
            .await?;
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

    /// The schema's first part: everything that must be there before the rows.
    async fn prepare(&mut self) -> Result<Script> {
        let keep = self.checkpoint.reached == Reached::Schema
            && self.checkpoint.schema_hash == self.toc.hash;
        let fresh =
            self.checkpoint.reached == Reached::Started && self.checkpoint.schema_hash.is_empty();
        if !keep && !fresh {
            self.progress
                .say("taking back what an interrupted run made");
            self.observer
                .log("An earlier run was interrupted; what it made is taken back first.");
            wipe::run(&self.target, &self.checkpoint).await?;
            self.theirs = state::read(&self.target).await?;
        }
        let mut before = self.theirs.clone();
        if keep {
            // Decide as if the earlier run's objects weren't there yet.
            let base = &self.checkpoint.baseline;
            before.roles.schemas = base.schemas.iter().cloned().collect();
            before
                .roles
                .installed
                .retain(|name, _| base.extensions.contains(name));
            before.publications = base.publications.iter().cloned().collect();
        }
        let script = classify(&self.toc, &before);
        if !script.refusals.is_empty() {
            return Err(Error::new(Kind::Refused, script.refusals.join(" "))
                .hint("Install it on the target's server, or drop it from the source."));
        }
        for (part, stages) in [
            (Part::Schema, &[Stage::Schema][..]),
            (Part::Constraints, &[Stage::ForeignKey, Stage::Attach]),
            (
                Part::Rights,
                &[
                    Stage::Rest,
                    Stage::Owner,
                    Stage::Rights,
                    Stage::Comment,
                    Stage::Last,
                ],
            ),
        ] {
            let count = script
                .tasks
                .iter()
                .filter(|t| stages.contains(&t.stage))
                .count();
            self.progress.expect(part, count as u64);
        }
        self.checkpoint.reached = Reached::Started;
        self.checkpoint.schema_hash = self.toc.hash.clone();
        self.checkpoint.on_managed = script.on_managed.clone();
        self.theirs = before;
        let schema = script.stage(Stage::Schema);
        if keep {
            self.observer
                .log("The schema that the earlier run made is kept.");
            self.progress.add(Part::Schema, schema.len() as u64);
            self.empty_tables().await?;
        } else {
            self.checkpoint.save(self.observer)?;
            self.progress.say("making the schema");
            self.close_default_rights().await?;
            let progress = self.progress.clone();
            run::together(&self.target, &schema, &move |n| {
                progress.add(Part::Schema, n)
            })
            .await?;
        }
        self.checkpoint.reached = Reached::Schema;
        self.checkpoint.save(self.observer)?;
        Ok(script)
    }

    async fn close_default_rights(&self) -> Result<()> {
        let statements: Vec<String> = defaults::read(&self.target)
            .await?
            .iter()
            .filter(|rights| {
                rights
                    .schema()
                    .is_none_or(|schema| !self.theirs.manages(schema))
            })
            .flat_map(defaults::DefaultRights::take_away)
            .collect();
        self.target
            .batch(&statements.join(";\n"), "Closing the default rights")
            .await
    }

    async fn empty_tables(&self) -> Result<()> {
        let names: Vec<String> = self
            .inventory
            .relations
            .iter()
            .filter(|r| r.kind == 'r' && r.extension.is_none() && !self.theirs.manages(&r.schema))
            .map(|r| format!("ONLY {}", r.sql()))
            .collect();
        for chunk in names.chunks(200) {
            let sql = format!("TRUNCATE {}", chunk.join(", "));
            self.target
                .batch(&sql, "Emptying the target's tables")
                .await?;
        }
        Ok(())
    }

    /// Every table whose rows are copied, the largest first, those that the target had at the end.
    async fn jobs(&mut self) -> Result<Vec<TableJob>> {
        let same_major = self.snapshot.control.connection.server_major()
            == self.target.connection.server_major();
        let kept = kept::tables(
            &self.inventory,
            &self.theirs,
            &self.target,
            same_major,
            &mut self.skipped,
        )
        .await?;
        let mut jobs = Vec::new();
        for relation in &self.inventory.relations {
            if relation.kind != 'r'
                || relation.extension.is_some()
                || self.theirs.manages(&relation.schema)
            {
                continue;
            }
            if !relation.readable {
                return Err(Error::refused(format!(
                    "The source's role may not read the table {}.",
                    relation.plain()
                ))
                .hint("Use the project's postgres user."));
            }
            jobs.push(TableJob::plain(relation, &self.inventory, same_major));
        }
        jobs.sort_by_key(|job| std::cmp::Reverse(job.bytes));
        jobs.extend(kept);
        Ok(jobs)
    }

    /// All workers, until the rows are in, indexed and hashed on both sides.
    async fn rows(
        &mut self,
        floor: &Arc<Floor>,
        workers: usize,
    ) -> Result<(u64, Vec<Session>, SourceHashes)> {
        let adopt = Arc::new(self.snapshot.adopt());
        let mut set: JoinSet<Result<(u64, Session)>> = JoinSet::new();
        for _ in 0..workers {
            let (floor, sessions, adopt) = (floor.clone(), self.sessions.clone(), adopt.clone());
            set.spawn(async move {
                let (source, target) =
                    tokio::try_join!(sessions.open(Side::Source), sessions.open(Side::Target))?;
                source.batch(&adopt, "Joining the snapshot").await?;
                let rows = worker::work(&floor, &source, &target).await?;
                Ok((rows, target))
            });
        }
        let mut hashing: JoinSet<Result<SourceHashes>> = JoinSet::new();
        let (shared, sessions) = (floor.clone(), self.sessions.clone());
        hashing.spawn(async move {
            let source = sessions.open(Side::Source).await?;
            source.batch(&adopt, "Joining the snapshot").await?;
            hash::of_source(&source, &shared.jobs, shared.as_text).await
        });
        let (mut rows, mut hands, mut hashes) = (0, Vec::new(), None);
        let mut gate_open = false;
        while hands.len() < workers || hashes.is_none() {
            tokio::select! {
                Some(joined) = set.join_next() => {
                    let (count, session) = joined.map_err(crashed)??;
                    rows += count;
                    hands.push(session);
                }
                Some(joined) = hashing.join_next() => hashes = Some(joined.map_err(crashed)??),
                () = floor.indexes_are_wanted(), if !gate_open => {
                    self.checkpoint.reached = Reached::Indexes;
                    self.checkpoint.save(self.observer)?;
                    floor.allow_indexes();
                    gate_open = true;
                }
            }
        }
        Ok((rows, hands, hashes.unwrap_or_default()))
    }

    async fn finish(&mut self, floor: &Floor, hands: Vec<Session>) -> Result<()> {
        if self.checkpoint.reached != Reached::Indexes {
            self.checkpoint.reached = Reached::Indexes;
            self.checkpoint.save(self.observer)?;
        }
        let script = &floor.script;
        let progress = self.progress.clone();
        let constraint = |n| progress.add(Part::Constraints, n);
        let right = |n| progress.add(Part::Rights, n);
        self.progress.say("making foreign keys, rules and policies");
        run::each(&self.target, &script.stage(Stage::Attach), &constraint).await?;
        let sizes: HashMap<_, _> = floor
            .jobs
            .iter()
            .map(|j| (j.target.clone(), j.bytes))
            .collect();
        let keys = script.stage(Stage::ForeignKey);
        let (rest, ()) = tokio::try_join!(
            async { run::each(&self.target, &script.stage(Stage::Rest), &right).await },
            foreign_keys::make(&hands, &keys, &sizes, &self.progress),
        )?;
        self.skipped.extend(rest);
        for stage in [Stage::Owner, Stage::Rights, Stage::Comment] {
            self.skipped
                .extend(run::each(&self.target, &script.stage(stage), &right).await?);
        }
        self.progress.say("filling views and sequences");
        let refreshes = views::refreshes(&self.toc, &self.inventory.relations);
        let refreshes: Vec<&Task> = refreshes
            .iter()
            .filter(|t| self.is_made(script, t))
            .collect();
        run::each(&self.target, &refreshes, &|_| {}).await?;
        self.sequences().await?;
        if self.inventory.large_objects > 0 {
            let roles = &self.theirs.roles;
            let moved = |bytes| self.progress.moved(usize::MAX, bytes);
            self.skipped.extend(
                large_objects::copy(
                    &self.snapshot.control,
                    &self.target,
                    &roles.all,
                    &roles.grantable,
                    &moved,
                )
                .await?,
            );
        }
        self.analyze(&hands).await?;
        for stage in [Stage::DefaultRights, Stage::Last] {
            self.skipped
                .extend(run::each(&self.target, &script.stage(stage), &|_| {}).await?);
        }
        self.progress
            .add(Part::Rights, script.stage(Stage::Last).len() as u64);
        Ok(())
    }

    fn is_made(&self, script: &Script, task: &Task) -> bool {
        script.tasks.iter().any(|made| made.entry == task.entry)
    }

    async fn sequences(&mut self) -> Result<()> {
        let mut names = Vec::new();
        for relation in self.inventory.relations.iter().filter(|r| r.kind == 'S') {
            let config = self.inventory.config.contains_key(&relation.oid);
            let is_ours = relation.extension.is_none() || config;
            if is_ours && relation.readable && !self.theirs.manages(&relation.schema) {
                names.push((relation.schema.clone(), relation.name.clone()));
            }
        }
        let positions = sequences::read(&self.snapshot.control, &names).await?;
        sequences::write(&self.target, &positions).await
    }

    async fn analyze(&self, hands: &[Session]) -> Result<()> {
        let tables: Vec<(String, String)> = self
            .inventory
            .relations
            .iter()
            .filter(|r| matches!(r.kind, 'r' | 'p' | 'm') && !r.partition && r.extension.is_none())
            .filter(|r| !self.theirs.manages(&r.schema))
            .map(|r| (r.schema.clone(), r.name.clone()))
            .collect();
        let statements = views::analyses(&tables);
        let shares = hands.iter().enumerate().map(|(n, session)| {
            let mine: Vec<&str> = statements
                .iter()
                .skip(n)
                .step_by(hands.len().max(1))
                .map(String::as_str)
                .collect();
            async move {
                for answer in run::pipelined(session, &mine).await {
                    answer.map_err(|error| session.explain(error, "Gathering statistics"))?;
                }
                Ok::<(), Error>(())
            }
        });
        futures_util::future::try_join_all(shares).await?;
        Ok(())
    }

    fn compare(&self, floor: &Floor, hashes: &SourceHashes) -> Result<()> {
        let theirs = floor.target_hashes();
        let mut differ = Vec::new();
        for (place, job) in floor.jobs.iter().enumerate() {
            let (ours, copied) = (hashes.get(&place), theirs.get(&place));
            let equal = ours.is_some() && ours == copied;
            self.progress.checked(place, equal);
            if !equal {
                let count = |hash: Option<&hash::RowHash>| {
                    hash.map_or_else(|| "an unknown number of".to_owned(), |h| h.rows.to_string())
                };
                differ.push(format!(
                    "{} ({} rows in the source, {} in the target)",
                    job.title(),
                    count(ours),
                    count(copied)
                ));
            }
        }
        if differ.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            Kind::Database,
            format!("The copy isn't equal to the source: {}.", differ.join(", ")),
        )
        .hint("Something else may be writing to the target. Stop it, then run it again."))
    }
}

fn crashed(error: tokio::task::JoinError) -> Error {
    Error::internal("A worker of the copy ended by a defect.").source(error)
}
