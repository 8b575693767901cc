//! One `COPY` out into one `COPY` in, without decoding a row.

use std::future::Future;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use tokio_postgres::CopyInSink;

use crate::error::Result;
use crate::provider::postgres::copy::data::plan::WIDE;
use crate::provider::postgres::copy::data::{Range, TableJob};
use crate::provider::postgres::copy::session::Session;

/// Rows come one a message; they leave in frames of this many bytes, which saves the target's
/// server most of its reads.
const FRAME: usize = 64 * 1024;

/// Copies the rows (of a range) of one table. `moved` hears of every frame's bytes.
///
/// The end of the source's stream alone never ends the copy: an error there drops the sink, which
/// then sends CopyFail, so that the target keeps none of it. Answers with the number of rows that
/// the target took.
pub async fn copy(
    source: &Session,
    target: &Session,
    job: &TableJob,
    range: Option<Range>,
    frozen: bool,
    moved: &(impl Fn(u64) + Send + Sync),
) -> Result<u64> {
    let reading = format!("Reading the rows of {}", job.title());
    let writing = format!("Writing the rows of {}", job.title());
    let (out_sql, in_sql) = (job.copy_out(range), job.copy_in(frozen));
    // What lies in memory of wide rows is what is read ahead, so those are waited for one by one.
    let mut held = job.is_wide().then(|| source.connection.pace().hold());
    let reads = source.connection.copy_out(out_sql.as_str());
    let reads = async {
        match &held {
            Some(held) => held.wait(reads).await,
            None => reads.await,
        }
    };
    let (stream, sink) = tokio::try_join!(
        named(reads, source, &reading),
        named(target.connection.copy_in(in_sql.as_str()), target, &writing),
    )?;
    let sink: CopyInSink<Bytes> = sink;
    futures_util::pin_mut!(stream, sink);
    let mut frame = BytesMut::with_capacity(FRAME);
    loop {
        let next = match &held {
            Some(held) => held.wait(stream.next()).await,
            None => stream.next().await,
        };
        let Some(row) = next else {
            break;
        };
        let mut row = row.map_err(|error| source.explain(error, &reading))?;
        if held.is_none() && row.len() >= WIDE as usize {
            held = Some(source.connection.pace().hold());
        }
        // A large row leaves in frames too, each a copy: so no more than these lie in memory beside
        // it, and its own buffer is free for the next row once its last frame was taken.
        while !row.is_empty() {
            let room = FRAME.saturating_sub(frame.len());
            frame.extend_from_slice(&row.split_to(row.len().min(room)));
            if frame.len() < FRAME {
                break;
            }
            let full = frame.split().freeze();
            frame.reserve(FRAME);
            moved(full.len() as u64);
            if let Err(error) = sink.feed(full).await {
                // The server's own words come with the end of the copy, not with the broken send.
                let said = sink.as_mut().finish().await.err().unwrap_or(error);
                return Err(target.explain(said, &writing));
            }
        }
    }
    if !frame.is_empty() {
        moved(frame.len() as u64);
        let fed = sink.feed(frame.freeze()).await;
        fed.map_err(|error| target.explain(error, &writing))?;
    }
    sink.finish()
        .await
        .map_err(|error| target.explain(error, &writing))
}

async fn named<T>(
    starting: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    session: &Session,
    doing: &str,
) -> Result<T> {
    starting
        .await
        .map_err(|error| session.explain(error, doing))
}
