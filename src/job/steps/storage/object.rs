//! One object: down into a file, up to its place, its row as its source's, and both sides compared.

use serde_json::Value;

use super::ends::Ends;
use super::rows::{self, Row};
use super::tally::Tally;
use super::{PROVIDER, UPLOAD};
use crate::error::{Error, Kind, Result};
use crate::provider::http::{Cause, Failure};
use crate::provider::supabase::storage::{Stored, Upload, Watch};

/// A file may have grown since it was counted.
const SLACK: u64 = 64 * 1024 * 1024;

/// What is copied where.
pub struct Object<'r> {
    pub source: &'r Row,
    /// The target's row, where the database brought one: its name may be another.
    pub target: Option<&'r Row>,
}

impl Object<'_> {
    pub fn place(&self) -> &Row {
        self.target.unwrap_or(self.source)
    }
}

/// Copies an object; `false` where it was left out.
pub async fn copy(ends: &Ends<'_>, tally: &Tally<'_>, object: &Object<'_>) -> Result<bool> {
    let (source, place) = (object.source, object.place());
    let file = ends.scratch.file();
    let longest = source.bytes() + SLACK;
    let down = ends
        .source
        .download(&source.bucket, &source.name, &file.0, longest)
        .await;
    let stored = match down {
        Ok(stored) => stored,
        Err(failure) => return left_out(tally, place, missing(&failure), failure),
    };
    let noted = noted(object);
    let upload = Upload {
        bucket: &place.bucket,
        name: &place.name,
        path: &file.0,
        bytes: stored.bytes,
        content_type: content_type(source, &stored),
        cache_control: source.cache_control(),
        user_metadata: noted,
    };
    let mut watcher = Watcher {
        ends,
        tally,
        id: format!("{}#{}", place.file(), stored.sha256),
        again: false,
    };
    loop {
        if let Err(failure) = ends.target.upload(&upload, &watcher).await {
            return left_out(tally, place, refused(&failure), failure);
        }
        let read = ends
            .target
            .digest(&place.bucket, &place.name, longest)
            .await?;
        if (&read.sha256, read.bytes) == (&stored.sha256, stored.bytes) {
            break;
        }
        if watcher.again {
            return Err(Error::new(
                Kind::Provider,
                format!(
                    "{} in the target isn't what was sent: its SHA-256 differs.",
                    place.file()
                ),
            )
            .hint("Resume the job to send it again."));
        }
        watcher.again = true;
    }
    keep_row(ends, tally, object).await?;
    tally.copied(stored.bytes);
    Ok(true)
}

/// Follows one upload, for the progress and for the worker that comes after a death.
struct Watcher<'a> {
    ends: &'a Ends<'a>,
    tally: &'a Tally<'a>,
    /// Its name in the journal.
    id: String,
    /// The target had other bytes: they're all sent once more.
    again: bool,
}

impl Watch for Watcher<'_> {
    fn moved(&self, bytes: u64) {
        if !self.again {
            self.tally.moved(bytes);
        }
    }

    fn begun(&self, id: &str) {
        let noted = self.ends.ctx.record(PROVIDER, &[(UPLOAD, &self.id, id)]);
        if let Err(error) = noted {
            // it only saves time; a lost lease shows where the object is noted
            self.ends.ctx.log(error.chain());
        }
    }

    fn earlier(&self) -> Option<String> {
        let entry = self.ends.ctx.lookup(PROVIDER, UPLOAD, &self.id).ok()??;
        entry.target_id.filter(|_| !self.again)
    }
}

fn content_type<'a>(source: &'a Row, stored: &'a Stored) -> &'a str {
    let own = source.content_type().or(stored.content_type.as_deref());
    own.unwrap_or("application/octet-stream")
}

/// Sets back what the upload changed of the row, and says what can't be.
async fn keep_row(ends: &Ends<'_>, tally: &Tally<'_>, object: &Object<'_>) -> Result<()> {
    let place = object.place();
    let (bucket, name) = (&place.bucket, &place.name);
    let noted = noted(object);
    let row = rows::set_back(&ends.to, object.source, bucket, name, noted).await?;
    let Some(row) = row else {
        let file = place.file();
        return Err(Error::new(
            Kind::Provider,
            format!("{file} was stored, and the target's database has no row for it."),
        )
        .hint("Resume the job to send it again."));
    };
    tally.note("version and lastModified differ by nature: they are the copy's own");
    if row.id != object.source.id {
        tally.note("some ids differ: the target has other files with those of the source");
    }
    let differs: Vec<&str> = object.source.differs(&row);
    for column in differs {
        match column {
            "user_metadata" if row.user_metadata() == noted => {}
            column => tally.note(format!(
                "{column} differs by nature: the target's own service sets it"
            )),
        }
    }
    if object.source.tag() != row.tag() {
        tally.note("some tags (eTag) differ: they depend on the pieces in which a file was sent");
    }
    Ok(())
}

/// What users noted on it: as it was rewritten in the target's row, unless an upload that was broken
/// off has emptied that.
fn noted<'a>(object: &'a Object<'_>) -> Option<&'a Value> {
    let own = object.place().user_metadata();
    own.or_else(|| object.source.user_metadata())
}

fn left_out(
    tally: &Tally<'_>,
    place: &Row,
    reason: Option<String>,
    failure: Failure,
) -> Result<bool> {
    match reason {
        Some(reason) => {
            tally.left_out(&place.file(), place.bytes(), reason);
            Ok(false)
        }
        None => Err(failure.into()),
    }
}

/// Why the source doesn't give it, where asking again wouldn't help.
fn missing(failure: &Failure) -> Option<String> {
    match failure.cause {
        Cause::Status(404) => Some("the source has a row of it and no file".to_owned()),
        Cause::Setup => Some(failure.message.clone()),
        Cause::TooLarge => Some("it's much larger than its row says".to_owned()),
        _ => None,
    }
}

/// Why the target doesn't take it, where asking again wouldn't help.
fn refused(failure: &Failure) -> Option<String> {
    match failure.cause {
        Cause::Status(400 | 413 | 415 | 422) => Some(failure.message.clone()),
        _ => None,
    }
}
