//! The rows: all workers at once, with the source's hashes on a connection of their own.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::error::Result;
use crate::provider::postgres::copy::checkpoint::Reached;
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::engine::{Copy, crashed};
use crate::provider::postgres::copy::session::{Session, Sessions, Side};
use crate::provider::postgres::copy::work::hash::{self, SourceHashes};
use crate::provider::postgres::copy::work::worker::{self, Floor};

/// The hashes of the source's tables, on their way; aborted when dropped.
pub type Hashing = JoinSet<Result<SourceHashes>>;

/// Begins to hash the source's rows under the snapshot.
pub fn begin_hashing(
    sessions: &Arc<Sessions>,
    adopt: String,
    jobs: Vec<TableJob>,
    as_text: bool,
) -> Hashing {
    let mut hashing = JoinSet::new();
    let sessions = sessions.clone();
    hashing.spawn(async move {
        let source = sessions.open(Side::Source).await?;
        source.batch(&adopt, "Joining the snapshot").await?;
        hash::of_source(&source, &jobs, as_text).await
    });
    hashing
}

/// The workers' connections, on their way: each to the source under the snapshot, and to the target.
pub type Hands = JoinSet<Result<(Session, Session)>>;

/// Opens them while the schema is still being made.
pub fn open_hands(sessions: &Arc<Sessions>, adopt: &str, workers: usize) -> Hands {
    let mut hands = JoinSet::new();
    let adopt: Arc<str> = adopt.into();
    for _ in 0..workers {
        let (sessions, adopt) = (sessions.clone(), adopt.clone());
        hands.spawn(async move {
            tokio::try_join!(
                async {
                    let source = sessions.open(Side::Source).await?;
                    source.batch(&adopt, "Joining the snapshot").await?;
                    Ok(source)
                },
                sessions.open(Side::Target)
            )
        });
    }
    hands
}

impl Copy<'_> {
    /// All workers, until the rows are in, indexed and hashed on both sides. Answers with the rows
    /// written, the workers' connections to the target, and the source's hashes.
    pub(super) async fn rows(
        &mut self,
        floor: &Arc<Floor>,
        mut ready: Hands,
        mut hashing: Hashing,
        hashed: usize,
    ) -> Result<(u64, Vec<Session>, SourceHashes)> {
        let workers = ready.len();
        let mut set: JoinSet<Result<(u64, Session)>> = JoinSet::new();
        let (mut rows, mut hands, mut hashes) = (0, Vec::new(), None);
        let mut gate_open = false;
        while hands.len() < workers || hashes.is_none() {
            tokio::select! {
                Some(opened) = ready.join_next() => {
                    let (source, target) = opened.map_err(crashed)??;
                    let floor = floor.clone();
                    set.spawn(async move {
                        let rows = worker::work(&floor, &source, &target).await?;
                        Ok((rows, target))
                    });
                }
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
        let mut hashes = hashes.unwrap_or_default();
        // Tables that the target had were only known after the hashing began.
        let late = floor.jobs.get(hashed..).unwrap_or_default();
        let more = hash::of_source(&self.snapshot.control, late, floor.as_text).await?;
        hashes.extend(more.into_iter().map(|(place, hash)| (place + hashed, hash)));
        Ok((rows, hands, hashes))
    }
}
