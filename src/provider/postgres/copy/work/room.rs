//! Memory for large rows: as much as three of the largest one, shared by all workers.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::session::{Session, Sessions, Side};
use crate::provider::postgres::copy::wide::ORDINARY;

const MB: u64 = 1_000_000;
/// What may come with a row: its neighbours' beginnings, in bytes.
const BESIDE: u64 = 64 * 1024;

/// Tables with rows beyond [`ORDINARY`] take their share before they begin.
pub struct Room {
    free: Semaphore,
    total: u32,
    sessions: Arc<Sessions>,
    /// What joins the copy's snapshot.
    adopt: String,
}

/// A share, with a connection of its own to the source: a connection keeps a buffer as large as the
/// largest row that came over it until it's closed.
pub struct Reader<'a> {
    pub source: Session,
    share: SemaphorePermit<'a>,
}

impl Reader<'_> {
    /// Gives the share back once the buffer is gone, which the connection's own task frees.
    pub async fn close(self) {
        self.source.connection.close().await;
        drop(self.share);
    }
}

impl Room {
    pub fn new(jobs: &[TableJob], sessions: Arc<Sessions>, adopt: String) -> Room {
        let total = total(jobs.iter().map(|job| job.widest));
        Room {
            free: Semaphore::new(total as usize),
            total,
            sessions,
            adopt,
        }
    }

    /// Waits until this table's rows may come. `None` where they take no room that counts.
    pub async fn reader(&self, job: &TableJob) -> Result<Option<Reader<'_>>> {
        let Some(share) = share(job.widest, self.total) else {
            return Ok(None);
        };
        let share = self.free.acquire_many(share).await;
        let share = share.map_err(|_| Error::internal("The room for large rows was closed."))?;
        let source = self.sessions.open(Side::Source).await?;
        source.batch(&self.adopt, "Joining the snapshot").await?;
        Ok(Some(Reader { source, share }))
    }
}

fn total(rows: impl Iterator<Item = u64>) -> u32 {
    shares(rows.max().unwrap_or_default().saturating_mul(3)).max(1)
}

/// The buffer that a row is read into grows by doubling. Ordinary rows take no share.
fn share(widest: u64, total: u32) -> Option<u32> {
    if widest <= ORDINARY {
        return None;
    }
    let buffer = widest.saturating_add(BESIDE).checked_next_power_of_two();
    Some(shares(buffer.unwrap_or(u64::MAX)).min(total))
}

fn shares(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MB)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many tables with rows like these may be read at a time; `None`: it doesn't matter.
    fn at_a_time(rows: u64, all: &[u64]) -> Option<u32> {
        let total = total(all.iter().copied());
        share(rows, total).map(|share| total / share)
    }

    #[test]
    fn ordinary_rows_wait_for_nobody_and_large_ones_share() {
        let all = [0, 8, 9, 32, 100].map(|mb| mb * MB);
        let counts = all.map(|rows| at_a_time(rows, &all));
        assert_eq!(counts, [None, None, Some(17), Some(8), Some(2)]);
        // a buffer of 64 MiB for rows of 34 MB: a second one would be more than three rows
        assert_eq!(at_a_time(34 * MB, &[34 * MB]), Some(1));
    }

    #[test]
    fn no_row_is_too_large_to_be_read_alone() {
        for rows in [ORDINARY + 1, 1_000 * MB, u64::MAX] {
            assert!(at_a_time(rows, &[rows]).is_some_and(|n| n >= 1), "{rows}");
        }
    }
}
