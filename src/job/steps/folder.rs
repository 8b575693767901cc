//! The target's folder, made from the source's: configuration and files, never its identity.

use std::path::Path;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::domain::mcp::ENTRIES;
use crate::domain::name::InstanceName;
use crate::domain::reference::IDENTITY_KEYS;
use crate::domain::strategy::Strategy;
use crate::error::{Context, Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::workspace::{InstanceDir, NewInstance};

/// Makes `instances/TARGET` where it's missing.
pub struct CopyFolder {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    pub strategy: Strategy,
    pub purpose: Option<String>,
    /// Without one `mcp.json` would name the source's.
    pub with_database: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// This job made the folder, so cancel removes it.
    made: bool,
}

#[async_trait]
impl Step for CopyFolder {
    fn name(&self) -> &str {
        "folder.create"
    }

    fn title(&self) -> &str {
        "Create the folder"
    }

    fn weight(&self) -> u32 {
        1
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let mark = mark::load::<Mark>(ctx)?;
        if mark.as_ref().is_some_and(|m| !m.made) {
            // it was there before this job: its files are its own
            return Ok(());
        }
        if !self.world.has(&self.target) {
            // said before it's done: a kill in between leaves a folder that undo may remove
            mark::save(ctx, &Mark { made: true })?;
            let source = self.world.instance(&self.source)?;
            let config = source.supabase_config()?;
            self.world.workspace().create_instance(
                &self.target,
                &NewInstance {
                    strategy: self.strategy,
                    kind: config.kind,
                    purpose: self
                        .purpose
                        .clone()
                        .unwrap_or_else(|| format!("Copy of {}", self.source)),
                    cloned_from: Some(self.source.clone()),
                    ..NewInstance::default()
                },
            )?;
        } else if mark.is_none() {
            mark::save(ctx, &Mark { made: false })?;
            return Ok(());
        }
        self.copy_configuration()?;
        self.copy_files(ctx)
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let made = mark::load::<Mark>(ctx)?.is_some_and(|m| m.made);
        if made && self.world.has(&self.target) {
            let born = self.world.instance(&self.target)?.born()?;
            self.world.remove(&self.target)?;
            // nobody can bring it back: its values go with it
            let life = ctx.registry().value_life(self.target.as_str(), &born)?;
            if let Some(life) = life {
                ctx.registry().forget_value_life(life)?;
            }
            ctx.log(format!("instances/{} removed", self.target));
        }
        Ok(())
    }
}

impl CopyFolder {
    /// The source's `.env` and configs, less everything that says which project they mean.
    fn copy_configuration(&self) -> Result<()> {
        let source = self.world.instance(&self.source)?;
        let target = self.world.instance(&self.target)?;
        let from = source.supabase_config()?;
        let (mut env, _) = source.read_env()?;
        for key in IDENTITY_KEYS
            .iter()
            .copied()
            .chain([from.db_password_key.as_str()])
        {
            if env.get(key).is_some_and(|v| !v.is_empty()) {
                env.set(key, "")?;
            }
        }
        let (_, stamp) = target.read_env()?;
        target.save_env(&env, &stamp)?;
        let mut config = target.supabase_config()?;
        config.kind = from.kind;
        config.api_url.clone_from(&from.api_url);
        config.organization.clone_from(&from.organization);
        config.region.clone_from(&from.region);
        config.access_token_key.clone_from(&from.access_token_key);
        config.db_password_key.clone_from(&from.db_password_key);
        target.save_supabase_config(&config)?;
        let mut atlassian = source.atlassian_config()?;
        atlassian.jira_project_key = None;
        atlassian.confluence_space_key = None;
        target.save_atlassian_config(&atlassian)?;
        let mcp = source.path().join("mcp.json");
        if self.with_database && mcp.is_file() {
            copy_file(&mcp, &target.path().join("mcp.json"))?;
            // the target's own are written when its places are known
            target.remove_mcp(&ENTRIES)?;
        }
        Ok(())
    }

    /// Seeds, migrations, briefings: whatever else lies in the folder. Links are left out.
    fn copy_files(&self, ctx: &StepContext) -> Result<()> {
        let from = self.world.instance(&self.source)?.path().to_owned();
        let to = self.world.instance(&self.target)?.path().to_owned();
        let mut folders = vec![std::path::PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in read_dir(&from.join(&folder))? {
                if ctx.cancel.is_cancelled() {
                    return Err(Error::cancelled());
                }
                let name = folder.join(entry.file_name());
                let top = folder.as_os_str().is_empty();
                if top && InstanceDir::own_files().any(|own| *name == *own) {
                    // written by steps of their own
                    continue;
                }
                let kind = entry.file_type().context(Kind::Io, || {
                    format!("Can't look at {}", entry.path().display())
                })?;
                if kind.is_dir() {
                    make_dir(&to.join(&name))?;
                    folders.push(name);
                } else if kind.is_file() {
                    copy_file(&entry.path(), &to.join(&name))?;
                } else {
                    ctx.log(format!("{} is a link and was left out", name.display()));
                }
            }
        }
        Ok(())
    }
}

fn read_dir(path: &Path) -> Result<Vec<std::fs::DirEntry>> {
    std::fs::read_dir(path)
        .and_then(Iterator::collect)
        .context(Kind::Io, || {
            format!("Can't read the folder {}", path.display())
        })
}

fn make_dir(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).context(Kind::Io, || {
        format!("Can't make the folder {}", path.display())
    })
}

/// Whole or not at all, with the mode of the original.
fn copy_file(from: &Path, to: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let bytes =
        std::fs::read(from).context(Kind::Io, || format!("Can't read {}", from.display()))?;
    let mode = std::fs::metadata(from)
        .context(Kind::Io, || format!("Can't look at {}", from.display()))?
        .permissions()
        .mode();
    crate::workspace::file::write_whole(to, &bytes, mode & 0o777)
}
