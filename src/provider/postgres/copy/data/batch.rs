//! Many small tables at once: their rows are read in one go and written in one transaction, so that
//! the round trips are shared.

use bytes::{Bytes, BytesMut};
use futures_util::future::join_all;
use futures_util::{SinkExt, TryStreamExt};
use tokio_postgres::error::SqlState;

use crate::error::Result;
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::session::Session;

/// So many tables in one go.
pub const TABLES: usize = 48;
/// So many bytes of tables in one go: their rows are held in memory for a moment.
pub const BYTES: u64 = 4 * 1024 * 1024;

/// Copies all rows of all tables. `moved` hears each table's place in `jobs` and its bytes.
pub async fn copy(
    source: &Session,
    target: &Session,
    jobs: &[&TableJob],
    moved: &(impl Fn(usize, u64) + Send + Sync),
) -> Result<u64> {
    let read = join_all(jobs.iter().map(|job| read_all(source, job)));
    let mut rows = Vec::with_capacity(jobs.len());
    for (place, all) in read.await.into_iter().enumerate() {
        let all = all?;
        moved(place, all.len() as u64);
        rows.push(all);
    }
    target.batch("BEGIN", "Beginning a transaction").await?;
    let written = join_all(
        jobs.iter()
            .zip(rows)
            .map(|(job, rows)| write_all(target, job, rows)),
    );
    let mut total = 0;
    let mut failed = None;
    for (job, answer) in jobs.iter().zip(written.await) {
        match answer {
            Ok(count) => total += count,
            Err(error) => {
                // The others after a real error only say that the transaction is over.
                let follows = error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION);
                if failed.is_none() || !follows {
                    let doing = format!("Writing the rows of {}", job.title());
                    failed = Some(target.explain(error, &doing));
                    if !follows {
                        break;
                    }
                }
            }
        }
    }
    match failed {
        Some(error) => Err(error),
        None => {
            target.batch("COMMIT", "Ending a transaction").await?;
            Ok(total)
        }
    }
}

async fn read_all(source: &Session, job: &TableJob) -> Result<Bytes> {
    let doing = || format!("Reading the rows of {}", job.title());
    let sql = job.copy_out(None);
    let stream = source
        .connection
        .copy_out(sql.as_str())
        .await
        .map_err(|error| source.explain(error, &doing()))?;
    let mut all = BytesMut::new();
    futures_util::pin_mut!(stream);
    while let Some(row) = stream
        .try_next()
        .await
        .map_err(|error| source.explain(error, &doing()))?
    {
        all.extend_from_slice(&row);
    }
    Ok(all.freeze())
}

async fn write_all(
    target: &Session,
    job: &TableJob,
    rows: Bytes,
) -> std::result::Result<u64, tokio_postgres::Error> {
    let sql = job.copy_in(false);
    let sink = target.connection.copy_in::<_, Bytes>(sql.as_str()).await?;
    futures_util::pin_mut!(sink);
    if !rows.is_empty() {
        sink.feed(rows).await?;
    }
    sink.finish().await
}
