//! The second pass over a database: values that name the source name the target afterwards.
//!
//! Columns are found by looking ([`catalog`]): text, JSON, XML and arrays of them in tables whose
//! rows are their users' own. A first look ([`look`]) counts, and changes nothing; then every table
//! that has something is rewritten in one transaction ([`write`]), its values read in batches
//! ([`candidates`]) and rewritten by [`crate::domain::reference`]. What was rewritten is noted in the
//! same transaction ([`notes`]), so that a table is rewritten exactly once, whenever the program is
//! killed. At the end foreign keys are checked ([`keys`]), materialised views filled again, and
//! everything looked through once more, code included ([`definitions`]).

mod candidates;
mod catalog;
mod definitions;
mod keys;
mod look;
mod notes;
mod progress;
mod search;
mod session;
mod walk;
mod write;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::domain::reference::Rewriter;
use crate::domain::report::DatabaseChanges;
use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::copy::Observer;
use crate::provider::postgres::url::DatabaseUrl;

/// One second pass.
#[derive(Debug, Clone)]
pub struct RewriteRequest {
    pub target: DatabaseUrl,
    /// The only schema that is the target's, where it shares its database with others.
    pub schema: Option<String>,
    pub rewriter: Arc<Rewriter>,
}

/// What an interrupted pass leaves for the next.
#[derive(Debug, Serialize, Deserialize)]
struct Checkpoint {
    /// Names the notes in the database that are this pass's own.
    token: String,
    /// The pass is over; only its notes may still be there.
    changes: Option<DatabaseChanges>,
}

impl Checkpoint {
    fn load(observer: &dyn Observer) -> Result<Option<Checkpoint>> {
        observer
            .checkpoint()
            .map(serde_json::from_value)
            .transpose()
            .context(Kind::Parse, || "The job's checkpoint can't be read".into())
    }

    fn save(&self, observer: &dyn Observer) -> Result<()> {
        let value = serde_json::to_value(self).context(Kind::Internal, || {
            "The job's checkpoint can't be written".into()
        })?;
        observer.save_checkpoint(value)
    }
}

/// Rewrites what names the source, from the start or from where the observer's checkpoint says that
/// an earlier pass came to. Ends with success also where something still names the source: then it
/// stands in the answer, with its reason.
///
/// Errors: `Database` with the table and column; `Cancelled`, whereupon the table that was being
/// rewritten is as it was.
pub async fn rewrite(
    request: &RewriteRequest,
    observer: &dyn Observer,
    cancel: CancellationToken,
) -> Result<DatabaseChanges> {
    if request.rewriter.is_empty() {
        return Ok(DatabaseChanges::default());
    }
    let mut checkpoint = match Checkpoint::load(observer)? {
        Some(checkpoint) => checkpoint,
        None => {
            let checkpoint = Checkpoint {
                token: format!("{:012x}", rand::random::<u64>() >> 16),
                changes: None,
            };
            checkpoint.save(observer)?;
            checkpoint
        }
    };
    let mut session = session::open(&request.target).await?;
    let stop = session.connection.cancel_handle();
    let work = async {
        if checkpoint.changes.is_none() {
            let changes = walk::run(&mut session, request, &checkpoint.token, observer).await?;
            checkpoint.changes = Some(changes);
            checkpoint.save(observer)?;
        }
        notes::forget(&session, &checkpoint.token).await?;
        Ok(checkpoint.changes.take().unwrap_or_default())
    };
    let answer = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::cancelled()),
        answer = work => answer,
    };
    if answer.is_err() {
        // the server may be in the middle of a long statement; a dead network must not hold us
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), stop.cancel()).await;
    }
    session.connection.close().await;
    answer
}

/// Removes what an unfinished pass noted in the database. The rows stay as they are.
pub async fn forget(target: &DatabaseUrl, observer: &dyn Observer) -> Result<()> {
    let Some(checkpoint) = Checkpoint::load(observer)? else {
        return Ok(());
    };
    let session = session::open(target).await?;
    notes::forget(&session, &checkpoint.token).await?;
    session.connection.close().await;
    Ok(())
}
