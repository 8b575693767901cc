//! Attachments: from the source through a file on this disk to the target, one at a time for each
//! page. Putting the same name twice makes a new version, never a second attachment.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use futures_util::TryStreamExt;

use super::ends::Ends;
use super::known::Known;
use super::tally::Tally;
use crate::error::{Context, Error, Kind, Result};
use crate::job::step::StepContext;
use crate::provider::confluence::Attachment;
use crate::provider::http::Upload;

const ATTACHMENT: &str = "attachment";
/// A file may have grown since it was listed.
const SLACK: u64 = 1024 * 1024;

/// The phase.
pub const ATTACHMENTS: &str = "attachments";

/// Copies what is attached to a page or blog post; bytes copied.
pub async fn copy(
    ends: &Ends<'_>,
    known: &Known,
    tally: &Tally<'_>,
    is_post: bool,
    src: &str,
    target: &str,
) -> Result<u64> {
    let listed = match is_post {
        true => ends.source.blog_post_attachments(src),
        false => ends.source.page_attachments(src),
    };
    let all: Vec<Attachment> = listed.try_collect().await?;
    tally.more(ATTACHMENTS, all.len());
    let mut bytes = 0;
    for one in all {
        ends.ctx.check_cancelled()?;
        if known.target(ATTACHMENT, &one.id).is_none() {
            bytes += copy_one(ends, known, src, target, &one).await?;
        }
        tally.one(ATTACHMENTS);
    }
    Ok(bytes)
}

async fn copy_one(
    ends: &Ends<'_>,
    known: &Known,
    src: &str,
    target: &str,
    one: &Attachment,
) -> Result<u64> {
    let begun = known.begin(ATTACHMENT, &one.id)?;
    let file = Scratch::new(ends);
    let stored = ends
        .source
        .download_attachment(src, &one.id, &file.path, one.file_size + SLACK)
        .await?;
    let upload = Upload {
        path: file.path.clone(),
        file_name: one.title.clone(),
        content_type: one.media_type.clone().or(stored.content_type),
    };
    let made = ends
        .target
        .put_attachment(target, upload, stored.bytes)
        .await?;
    if made.file_size != 0 && made.file_size != stored.bytes {
        return Err(Error::new(
            Kind::Provider,
            format!(
                "Confluence has {} bytes of the attachment \"{}\", where {} were sent.",
                made.file_size, one.title, stored.bytes
            ),
        )
        .hint("Resume the job to send it again."));
    }
    if let (Some(old), Some(new)) = (&one.file_id, &made.file_id) {
        known.record("media", old, new)?;
    }
    known.end(&begun, &made.id)?;
    Ok(stored.bytes)
}

/// The folder for files on their way: this account's alone, and emptied of what a killed worker
/// left.
pub fn make_folder(ctx: &StepContext) -> Result<()> {
    remove_folder(ctx);
    let folder = folder(ctx);
    let mut builder = std::fs::DirBuilder::new();
    builder
        .mode(0o700)
        .create(&folder)
        .context(Kind::Io, || format!("Can't make {}", folder.display()))
}

pub fn remove_folder(ctx: &StepContext) {
    // there may be none
    let _ = std::fs::remove_dir_all(folder(ctx));
}

fn folder(ctx: &StepContext) -> PathBuf {
    ctx.state_dir()
        .join(format!("attachments-{}.tmp", ctx.job()))
}

/// A file's place on this disk, removed with the value.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn new(ends: &Ends<'_>) -> Scratch {
        let name = format!("{:016x}", rand::random::<u64>());
        Scratch {
            path: folder(ends.ctx).join(name),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // nothing may be there yet
        let _ = std::fs::remove_file(&self.path);
    }
}
