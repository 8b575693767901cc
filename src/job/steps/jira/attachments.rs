//! Attachments: through a file on the disk, so that the largest takes no memory.

use std::path::PathBuf;
use std::sync::Mutex;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde_json::Value;

use super::PROVIDER;
use super::made::Made;
use super::sides::Sides;
use crate::error::{Error, Kind, Result};
use crate::job::step::StepContext;
use crate::provider::http::Upload;
use crate::provider::jira::{Attachment, Fetch, Issue};
use crate::workspace::file::private_folder;

/// Issues whose attachments are on their way at the same time.
const SIDE_BY_SIDE: usize = 4;
/// Uploads whose answers get lost before the step gives up.
const TRIES: u32 = 4;

/// Copies the attachments of issues.
pub struct Attachments<'a> {
    pub ctx: &'a StepContext,
    pub sides: &'a Sides,
    /// The largest file that the target takes, in bytes.
    pub largest: u64,
    /// Where files are between down and up.
    folder: Folder,
    /// Told after each.
    pub progress: &'a (dyn Fn() + Sync),
}

/// The attachments that an issue shows.
pub fn of(issue: &Issue) -> Vec<Attachment> {
    let all = issue.fields.get("attachment").unwrap_or(&Value::Null);
    Vec::<Attachment>::deserialize(all).unwrap_or_default()
}

impl<'a> Attachments<'a> {
    pub async fn new(
        ctx: &'a StepContext,
        sides: &'a Sides,
        progress: &'a (dyn Fn() + Sync),
    ) -> Result<Attachments<'a>> {
        let settings = sides.target.attachment_settings().await?;
        let folder = Folder::make(ctx)?;
        Ok(Attachments {
            ctx,
            sides,
            largest: if settings.enabled {
                settings.upload_limit
            } else {
                0
            },
            folder,
            progress,
        })
    }

    /// Copies what isn't there of the issues' attachments.
    pub async fn copy(&self, issues: &[Issue], made: &mut Made) -> Result<()> {
        let shared = Mutex::new(Vec::new());
        let known: &Made = made;
        let work: Vec<_> = issues
            .iter()
            .map(|issue| self.of_issue(issue, known, &shared))
            .collect();
        stream::iter(work)
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect::<()>()
            .await?;
        let new = shared.into_inner().unwrap_or_default();
        for (source, target) in new {
            made.put("attachment", &source, &target);
        }
        Ok(())
    }

    async fn of_issue(
        &self,
        issue: &Issue,
        made: &Made,
        new: &Mutex<Vec<(String, String)>>,
    ) -> Result<()> {
        let Some(copy) = made.target("issue", &issue.id) else {
            return Ok(());
        };
        // ids that are some attachment's copy already
        let all = of(issue);
        let mut claimed: Vec<String> = all
            .iter()
            .filter_map(|a| made.target("attachment", &a.id))
            .map(str::to_owned)
            .collect();
        for attachment in all {
            if made.target("attachment", &attachment.id).is_some() {
                (self.progress)();
                continue;
            }
            if attachment.size > self.largest {
                self.ctx.log(format!(
                    "{} of {} is larger than the target takes",
                    attachment.filename, issue.key
                ));
                continue;
            }
            self.ctx.check_cancelled()?;
            let open = made.is_open("attachment", &attachment.id);
            if let Some(id) = self.one(copy, &attachment, open, &claimed).await? {
                claimed.push(id.clone());
                if let Ok(mut new) = new.lock() {
                    new.push((attachment.id, id));
                }
            }
            (self.progress)();
        }
        Ok(())
    }

    /// The id of the copy; none where the site refuses the file.
    async fn one(
        &self,
        copy: &str,
        attachment: &Attachment,
        open: bool,
        claimed: &[String],
    ) -> Result<Option<String>> {
        let adopted = match open {
            true => self.there(copy, attachment, claimed).await?,
            false => None,
        };
        let sent = match adopted {
            Some(id) => Some((id, None)),
            None => self.send(copy, attachment, claimed).await?,
        };
        let Some((id, source)) = sent else {
            return Ok(None);
        };
        let source = match source {
            Some(medium) => Some(medium),
            None => self.sides.source.media_id(&attachment.id).await?,
        };
        let target = self.sides.target.media_id(&id).await?;
        let mut pairs = vec![("attachment", &*attachment.id, &*id)];
        if let (Some(source), Some(target)) = (&source, &target) {
            pairs.push(("media", source, target));
        }
        self.ctx.record(PROVIDER, &pairs)?;
        Ok(Some(id))
    }

    /// The id of the copy, and the source's medium; none where the site refuses the file.
    async fn send(
        &self,
        copy: &str,
        attachment: &Attachment,
        claimed: &[String],
    ) -> Result<Option<(String, Option<String>)>> {
        let file = File(self.folder.0.join(&attachment.id));
        let down =
            self.sides
                .source
                .download_attachment(&attachment.id, &file.0, attachment.size.max(1));
        let (stored, medium) = down.await?;
        let upload = Upload {
            path: file.0.clone(),
            file_name: attachment.filename.clone(),
            content_type: attachment.mime_type.clone(),
        };
        self.ctx.intent(PROVIDER, "attachment", &attachment.id)?;
        let mut tries = 0;
        loop {
            let sent = self
                .sides
                .target
                .upload_attachment(copy, upload.clone(), stored.bytes)
                .await;
            match sent {
                Ok(made) => {
                    let made = made.into_iter().next().map(|made| made.id);
                    return made.map(|id| Some((id, medium))).ok_or_else(|| {
                        Error::new(Kind::Provider, "Jira took an attachment without naming it.")
                    });
                }
                // the check tells that it's missing
                Err(failure) if matches!(failure.status(), Some(400 | 413 | 415)) => {
                    let name = &attachment.filename;
                    self.ctx.log(format!("{name} was refused: {failure}"));
                    return Ok(None);
                }
                Err(failure) if failure.ambiguous() && tries < TRIES => {
                    if let Some(id) = self.there(copy, attachment, claimed).await? {
                        return Ok(Some((id, medium)));
                    }
                    tries += 1;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    /// An attachment of the copy with this name and size that is no other's copy.
    async fn there(
        &self,
        copy: &str,
        attachment: &Attachment,
        claimed: &[String],
    ) -> Result<Option<String>> {
        let fetch = Fetch {
            fields: vec!["attachment".into()],
            ..Fetch::default()
        };
        let Some(issue) = self.sides.target.find_issue(copy, &fetch).await? else {
            return Ok(None);
        };
        let found = of(&issue).into_iter().find(|other| {
            other.filename == attachment.filename
                && other.size == attachment.size
                && !claimed.contains(&other.id)
        });
        Ok(found.map(|found| found.id))
    }
}

/// The job's own folder, empty at first, which goes when the step is over.
struct Folder(PathBuf);

impl Folder {
    fn make(ctx: &StepContext) -> Result<Folder> {
        let path = ctx.state_dir().join(format!("attachments-{}", ctx.job()));
        // what a worker that died left there
        let _ = std::fs::remove_dir_all(&path);
        private_folder(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file that goes when it's done with.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
