//! One `COPY` out into one `COPY` in, without decoding a row.

use std::future::Future;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use tokio_postgres::CopyInSink;

use crate::error::Result;
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
    let (stream, sink) = tokio::try_join!(
        named(
            source.connection.copy_out(out_sql.as_str()),
            source,
            &reading
        ),
        named(target.connection.copy_in(in_sql.as_str()), target, &writing),
    )?;
    let sink: CopyInSink<Bytes> = sink;
    futures_util::pin_mut!(stream, sink);
    let mut frame = BytesMut::with_capacity(FRAME + FRAME / 4);
    while let Some(row) = stream.next().await {
        let row = row.map_err(|error| source.explain(error, &reading))?;
        let full = if row.len() >= FRAME {
            // A row as large as a frame goes as it is; copying it would only cost memory.
            let before = frame.split().freeze();
            if !before.is_empty() {
                moved(before.len() as u64);
                let fed = sink.feed(before).await;
                fed.map_err(|error| target.explain(error, &writing))?;
            }
            row
        } else {
            frame.extend_from_slice(&row);
            if frame.len() < FRAME {
                continue;
            }
            let full = frame.split().freeze();
            frame.reserve(FRAME + FRAME / 4);
            full
        };
        moved(full.len() as u64);
        if let Err(error) = sink.feed(full).await {
            // The server's own words come with the end of the copy, not with the broken send.
            let said = sink.as_mut().finish().await.err().unwrap_or(error);
            return Err(target.explain(said, &writing));
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
