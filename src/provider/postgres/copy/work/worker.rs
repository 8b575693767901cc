//! One worker: a connection to each side, and the queue.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::error::Result;
use crate::provider::postgres::copy::data::{Range, TableJob, batch, stream};
use crate::provider::postgres::copy::script::{Script, Stage, Task, run};
use crate::provider::postgres::copy::session::Session;
use crate::provider::postgres::copy::work::hash::{self, RowHash};
use crate::provider::postgres::copy::work::progress::{Part, Progress};
use crate::provider::postgres::copy::work::queue::{Queue, Work};
use crate::provider::postgres::copy::work::room::Room;

/// A table is split where workers would have nothing to do, into pieces of about this many bytes.
const SPLIT: u64 = 64 * 1024 * 1024;
const PAGE: u64 = 8192;
/// Indexes of small tables are made in one go up to so many bytes.
const INDEXED_TOGETHER: u64 = 1024 * 1024;

/// The first index waits for somebody to write down that there will be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Closed,
    Wanted,
    Open,
}

/// What all workers share.
pub struct Floor {
    pub jobs: Vec<TableJob>,
    pub script: Script,
    pub queue: Queue,
    pub progress: Arc<Progress>,
    pub as_text: bool,
    /// For large rows.
    room: Room,
    /// Pieces of each table that aren't in yet.
    left: Vec<AtomicUsize>,
    /// Index statements by table.
    indexes: HashMap<(String, String), Vec<usize>>,
    target_hashes: Mutex<HashMap<usize, RowHash>>,
    /// Whether a table's statistics are gathered as soon as it's indexed: not where extended
    /// statistics follow, which the same `ANALYZE` has to fill.
    analyze_early: bool,
    analyzed: Mutex<HashSet<usize>>,
    /// Whether indexes may be made: only after a checkpoint says that there may be some.
    gate: watch::Sender<Gate>,
}

impl Floor {
    pub fn new(
        jobs: Vec<TableJob>,
        script: Script,
        progress: Arc<Progress>,
        as_text: bool,
        analyze_early: bool,
        room: Room,
    ) -> Self {
        let mut indexes: HashMap<(String, String), Vec<usize>> = HashMap::new();
        let mut loose = Vec::new();
        let holds_rows: HashMap<&(String, String), usize> = jobs
            .iter()
            .enumerate()
            .map(|(n, job)| (&job.target, n))
            .collect();
        for (place, task) in script.tasks.iter().enumerate() {
            if task.stage != Stage::Index {
                continue;
            }
            progress.expect(Part::Indexes, 1);
            match &task.table {
                Some(table) if holds_rows.contains_key(table) => {
                    indexes.entry(table.clone()).or_default().push(place);
                }
                _ => loose.push(place),
            }
        }
        let queue = Queue::default();
        if !loose.is_empty() {
            queue.push(
                0,
                Work::Index {
                    jobs: Vec::new(),
                    tasks: loose,
                },
            );
        }
        Floor {
            room,
            left: jobs.iter().map(|_| AtomicUsize::new(1)).collect(),
            jobs,
            script,
            queue,
            progress,
            as_text,
            indexes,
            target_hashes: Mutex::new(HashMap::new()),
            analyze_early,
            analyzed: Mutex::new(HashSet::new()),
            gate: watch::Sender::new(Gate::Closed),
        }
    }

    /// Fills the queue with everything whose rows are to be copied. `spare_cores`: whether the
    /// servers can do more than one large thing at a time for us.
    pub fn plan(&self, workers: usize, spare_cores: bool) {
        let mut small = Vec::new();
        let mut kept = Vec::new();
        let big: u64 = self
            .jobs
            .iter()
            .filter(|j| !j.is_small())
            .map(|j| j.bytes)
            .sum();
        for (place, job) in self.jobs.iter().enumerate() {
            if job.kept {
                kept.push(place);
            } else if job.is_small() {
                small.push(place);
            } else {
                self.plan_one(place, job, if spare_cores { workers } else { 1 }, big);
            }
        }
        if !kept.is_empty() {
            let bytes = kept
                .iter()
                .filter_map(|n| self.jobs.get(*n))
                .map(|j| j.bytes)
                .sum();
            self.queue.push(bytes, Work::Kept(kept));
        }
        let sizes = small.iter().filter_map(|n| self.jobs.get(*n));
        let share = sizes.map(|job| job.bytes).sum::<u64>() / workers.max(1) as u64;
        // Every worker gets some, none more than fits into memory.
        let most = share.clamp(batch::BYTES / 16, batch::BYTES);
        let mut group = Vec::new();
        let mut bytes = 0;
        for place in small {
            let more = self.jobs.get(place).map_or(0, |job| job.bytes);
            if group.len() >= batch::TABLES || bytes + more > most {
                self.queue
                    .push(bytes, Work::Batch(std::mem::take(&mut group)));
                bytes = 0;
            }
            group.push(place);
            bytes += more;
        }
        if !group.is_empty() {
            self.queue.push(bytes, Work::Batch(group));
        }
    }

    fn plan_one(&self, job: usize, table: &TableJob, workers: usize, big: u64) {
        let main = table.pages * PAGE;
        // Alone it would take longer than its share of the whole.
        let outweighs = table.bytes.saturating_mul(workers as u64) > big.saturating_mul(2);
        if workers < 2 || !outweighs || main < 2 * SPLIT || table.pages == 0 {
            self.queue
                .push(table.bytes, Work::Table { job, range: None });
            return;
        }
        let ranges = table.ranges(SPLIT / PAGE);
        if let Some(left) = self.left.get(job) {
            left.store(ranges.len(), Ordering::Relaxed);
        }
        let share = table.bytes / ranges.len().max(1) as u64;
        for range in ranges {
            self.queue.push(
                share,
                Work::Table {
                    job,
                    range: Some(range),
                },
            );
        }
    }

    /// These tables' rows are in: their indexes may begin, those of small tables many at a time.
    fn tables_are_in(&self, places: &[usize]) {
        let (mut jobs, mut tasks, mut weight) = (Vec::new(), Vec::new(), 0);
        for place in places {
            let Some(job) = self.jobs.get(*place) else {
                continue;
            };
            self.progress.copied(*place);
            jobs.push(*place);
            tasks.extend(self.indexes.get(&job.target).into_iter().flatten().copied());
            weight += job.bytes + job.index_bytes;
            if weight > INDEXED_TOGETHER {
                self.push_indexes(std::mem::take(&mut weight), &mut jobs, &mut tasks);
            }
        }
        self.push_indexes(weight, &mut jobs, &mut tasks);
    }

    fn push_indexes(&self, weight: u64, jobs: &mut Vec<usize>, tasks: &mut Vec<usize>) {
        let (jobs, tasks) = (std::mem::take(jobs), std::mem::take(tasks));
        if tasks.is_empty() {
            self.are_indexed(&jobs);
        } else {
            self.queue.push(weight, Work::Index { jobs, tasks });
        }
    }

    /// A large table that has its indexes gets its statistics; those of small ones are gathered
    /// many at a time, at the end.
    fn are_indexed(&self, places: &[usize]) {
        for place in places {
            if let Some(job) = self.jobs.get(*place)
                && self.analyze_early
                && !job.partition
                && !job.kept
                && !job.is_small()
            {
                self.queue.push(0, Work::Analyze(*place));
            }
        }
    }

    /// Tables of the target whose statistics were gathered already.
    pub fn analyzed(&self) -> HashSet<&(String, String)> {
        let done = self.analyzed.lock().unwrap_or_else(PoisonError::into_inner);
        done.iter()
            .filter_map(|place| self.jobs.get(*place))
            .map(|job| &job.target)
            .collect()
    }

    /// Returns when a worker wants to make the first index.
    pub async fn indexes_are_wanted(&self) {
        let mut gate = self.gate.subscribe();
        // The sender lives as long as we do, so waiting can't fail.
        let _ = gate.wait_for(|gate| *gate == Gate::Wanted).await;
    }

    pub fn allow_indexes(&self) {
        self.gate.send_replace(Gate::Open);
    }

    async fn may_index(&self) {
        self.gate.send_if_modified(|gate| {
            let first = *gate == Gate::Closed;
            if first {
                *gate = Gate::Wanted;
            }
            first
        });
        let _ = self
            .gate
            .subscribe()
            .wait_for(|gate| *gate == Gate::Open)
            .await;
    }

    pub fn target_hashes(&self) -> MutexGuard<'_, HashMap<usize, RowHash>> {
        self.target_hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self, places: &[usize]) -> Vec<&Task> {
        places
            .iter()
            .filter_map(|n| self.script.tasks.get(*n))
            .collect()
    }
}

/// Works until the queue is empty; answers with the rows written.
pub async fn work(floor: &Floor, source: &Session, target: &Session) -> Result<u64> {
    let mut rows = 0;
    while let Some(work) = floor.queue.next().await {
        rows += one(floor, source, target, work).await?;
        floor.queue.done();
    }
    Ok(rows)
}

async fn one(floor: &Floor, source: &Session, target: &Session, work: Work) -> Result<u64> {
    match work {
        Work::Table { job, range } => table(floor, source, target, job, range).await,
        Work::Batch(places) => small(floor, source, target, &places).await,
        Work::Kept(places) => kept(floor, source, target, &places).await,
        Work::Index { jobs, tasks } => {
            floor.may_index().await;
            let progress = floor.progress.clone();
            run::each(target, &floor.tasks(&tasks), &move |n| {
                progress.add(Part::Indexes, n)
            })
            .await?;
            floor.are_indexed(&jobs);
            Ok(0)
        }
        Work::Check(places) => {
            check(floor, target, &places).await?;
            Ok(0)
        }
        Work::Analyze(place) => {
            if let Some(job) = floor.jobs.get(place) {
                let doing = format!("Gathering statistics on {}", job.title());
                let sql = format!("ANALYZE {}", job.target_sql());
                target.batch(&sql, &doing).await?;
                let mut analyzed = floor
                    .analyzed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                analyzed.insert(place);
            }
            Ok(0)
        }
    }
}

async fn table(
    floor: &Floor,
    source: &Session,
    target: &Session,
    place: usize,
    range: Option<Range>,
) -> Result<u64> {
    let Some(job) = floor.jobs.get(place) else {
        return Ok(0);
    };
    let reader = floor.room.reader(job).await?;
    let source = reader.as_ref().map_or(source, |reader| &reader.source);
    let whole = range.is_none();
    // Emptying it in the same transaction lets the rows come in frozen, with no work left for later.
    let begin = if whole {
        format!("BEGIN; TRUNCATE ONLY {}", job.target_sql())
    } else {
        "BEGIN".to_owned()
    };
    let doing = format!("Writing the rows of {}", job.title());
    target.batch(&begin, &doing).await?;
    let moved = |bytes| floor.progress.moved(place, bytes);
    let rows = stream::copy(source, target, job, range, whole, &moved).await?;
    if let Some(reader) = reader {
        reader.close().await;
    }
    target.batch("COMMIT", &doing).await?;
    let left = floor
        .left
        .get(place)
        .map_or(1, |left| left.fetch_sub(1, Ordering::AcqRel));
    if left == 1 {
        floor.tables_are_in(&[place]);
        floor.queue.push(job.bytes, Work::Check(vec![place]));
    }
    Ok(rows)
}

async fn small(floor: &Floor, source: &Session, target: &Session, places: &[usize]) -> Result<u64> {
    let jobs: Vec<&TableJob> = places.iter().filter_map(|n| floor.jobs.get(*n)).collect();
    let moved = |n: usize, bytes| {
        if let Some(place) = places.get(n) {
            floor.progress.moved(*place, bytes);
        }
    };
    let rows = batch::copy(source, target, &jobs, &moved).await?;
    check(floor, target, places).await?;
    floor.tables_are_in(places);
    Ok(rows)
}

/// Tables of the platform and of extensions: emptied of what the copy would bring, then filled, all
/// in one transaction.
async fn kept(floor: &Floor, source: &Session, target: &Session, places: &[usize]) -> Result<u64> {
    let mut rows = 0;
    let mut begin = "BEGIN".to_owned();
    for job in places.iter().rev().filter_map(|n| floor.jobs.get(*n)) {
        begin.push_str(&format!(
            "; DELETE FROM ONLY {} {}",
            job.target_sql(),
            job.filter
        ));
    }
    target
        .batch(&begin, "Emptying the platform's tables")
        .await?;
    for place in places {
        if let Some(job) = floor.jobs.get(*place) {
            let reader = floor.room.reader(job).await?;
            let source = reader.as_ref().map_or(source, |reader| &reader.source);
            let moved = |bytes| floor.progress.moved(*place, bytes);
            rows += stream::copy(source, target, job, None, false, &moved).await?;
            if let Some(reader) = reader {
                reader.close().await;
            }
        }
    }
    check(floor, target, places).await?;
    target
        .batch("COMMIT", "Filling the platform's tables")
        .await?;
    floor.tables_are_in(places);
    Ok(rows)
}

async fn check(floor: &Floor, target: &Session, places: &[usize]) -> Result<()> {
    let jobs: Vec<&TableJob> = places.iter().filter_map(|n| floor.jobs.get(*n)).collect();
    let hashes = hash::of_tables(target, &jobs, true, floor.as_text).await?;
    floor
        .target_hashes()
        .extend(places.iter().copied().zip(hashes));
    Ok(())
}
