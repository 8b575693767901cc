//! The last word: equal, or which tables aren't.

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::copy::engine::Copy;
use crate::provider::postgres::copy::work::hash::{self, SourceHashes};
use crate::provider::postgres::copy::work::worker::Floor;

impl Copy<'_> {
    /// Compares what both servers said of every table.
    pub(super) fn compare(&self, floor: &Floor, hashes: &SourceHashes) -> Result<()> {
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
