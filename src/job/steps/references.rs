//! The second pass over the target's files: everything that names the source's project names the
//! target's, and a scan says what still doesn't.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::domain::reference::IDENTITY_KEYS;
use crate::domain::reference::ReferenceMap;
use crate::error::{Context, Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::workspace::InstanceDir;

pub struct RewriteReferences {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for RewriteReferences {
    fn name(&self) -> &str {
        "references"
    }

    fn title(&self) -> &str {
        "Rewrite the references"
    }

    fn weight(&self) -> u32 {
        1
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let source = self.world.instance(&self.source)?;
        let target = self.world.instance(&self.target)?;
        let (map, labels) = reference_map(&source, &target)?;
        let mut left = Vec::new();
        for file in InstanceDir::own_files() {
            let path = target.path().join(file);
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => {
                    return Err(e).context(Kind::Io, || format!("Can't read {}", path.display()));
                }
            };
            let (new, count) = map.rewrite(&text);
            if count > 0 {
                crate::workspace::file::write_whole(&path, new.as_bytes(), 0o600)?;
                ctx.log(format!("{file}: {count} references rewritten"));
            }
            let label = |token: &str| {
                labels
                    .iter()
                    .find(|(value, _)| value == token)
                    .map_or("a reference", |(_, key)| key)
                    .to_owned()
            };
            for leftover in map.scan(&new, label) {
                left.push(format!(
                    "{file}:{} names the source's {}",
                    leftover.line, leftover.what
                ));
            }
        }
        if left.is_empty() {
            ctx.log("no reference to the source is left in the target's files");
            return Ok(());
        }
        Err(Error::new(
            Kind::Internal,
            format!("The clone still points to its source: {}.", left.join("; ")),
        )
        .hint("Mend these lines, then resume the job."))
    }

    /// What it made goes with the project and the folder.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

type Labels = Vec<(String, String)>;

/// Every value that says which project the source is, with the target's in its place.
fn reference_map(source: &InstanceDir, target: &InstanceDir) -> Result<(ReferenceMap, Labels)> {
    let (from, to) = (source.read_env()?.0, target.read_env()?.0);
    let (from_config, to_config) = (source.supabase_config()?, target.supabase_config()?);
    let mut map = ReferenceMap::default();
    let mut labels = Labels::new();
    let mut pair = |key: &str, old: Option<&str>, new: Option<&str>| {
        if let (Some(old), Some(new)) = (old, new)
            && !old.is_empty()
        {
            map.add(old, new);
            labels.push((old.to_owned(), key.to_owned()));
        }
    };
    // one project shared by two schemas: its address and keys are both's by design
    if from_config.project_ref != to_config.project_ref {
        for key in IDENTITY_KEYS
            .iter()
            .copied()
            .chain([from_config.db_password_key.as_str()])
        {
            if key != "MCP_SUPABASE_SCHEMA" {
                pair(key, from.get(key), to.get(key));
            }
        }
        pair(
            "project ref",
            from_config.project_ref.as_deref(),
            to_config.project_ref.as_deref(),
        );
    }
    Ok((map, labels))
}
