//! The files of a target that keeps them: what they say of issues and pages that were copied again
//! says it of the new ones, and they're looked through for what names the source.

use async_trait::async_trait;

use super::earlier;
use super::files::{files_in, left_in, read, rewrite, rewriters};
use super::summary;
use crate::domain::name::InstanceName;
use crate::domain::report::{self, FileChanges};
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::workspace::InstanceDir;

pub struct RepointFiles {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for RepointFiles {
    fn name(&self) -> &str {
        "references"
    }

    fn title(&self) -> &str {
        "Look through the files"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    /// Settings are never changed. What else names the source in a file of theirs is people's own,
    /// and no reason to fail: it's told.
    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let (settings, text) = rewriters(ctx, &self.world, &self.source, &self.target)?;
        let renewed = earlier::map(ctx, &self.source, &self.target)?.compile()?;
        let folder = self.world.instance(&self.target)?.path().to_owned();
        let mut changes = FileChanges::default();
        for path in files_in(&folder)? {
            ctx.check_cancelled()?;
            let shown = path.strip_prefix(&folder).unwrap_or(&path);
            let shown = shown.display().to_string();
            let is_settings = InstanceDir::own_files().any(|own| own == shown);
            if !is_settings {
                rewrite(&path, &shown, &renewed, &mut changes)?;
            }
            let rewriter = if is_settings { &settings } else { &text };
            let (content, binary) = read(&path)?;
            left_in(&content, binary, &shown, rewriter, &mut changes);
        }
        for change in &changes.files {
            ctx.log(format!(
                "{}: {} references rewritten",
                change.file, change.references
            ));
        }
        for left in &changes.left {
            ctx.log(left.line());
        }
        ctx.save_report(report::FILES, &changes)?;
        summary::with_issues_and_pages(ctx)
    }

    /// What the old names meant is gone.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
