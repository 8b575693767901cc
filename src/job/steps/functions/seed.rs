//! The functions that an instance begins with: `seeds/functions/SLUG/index.ts` and the files beside
//! it. Folders whose names begin with `_` are every function's, as in Supabase's own projects.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::error::{Context, Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::auth::project;
use crate::job::world::World;
use crate::provider::supabase::{Deployment, FunctionFile};
use crate::workspace::InstanceDir;

/// Bytes of one function's files: Supabase takes no more.
const LARGEST: u64 = 20 << 20;
const ENTRY_POINTS: [&str; 3] = ["index.ts", "index.tsx", "index.js"];
const IMPORT_MAPS: [&str; 3] = ["deno.json", "deno.jsonc", "import_map.json"];

/// A function as its folder has it.
#[derive(Debug, Clone)]
pub struct FunctionSeed {
    pub slug: String,
    pub entrypoint: String,
    pub import_map: Option<String>,
    pub files: Vec<FunctionFile>,
}

/// Reads them all; none where there's no such folder.
///
/// # Errors
/// `Parse`: a function without a file to begin with. `Refused`: one that is too large.
pub fn seeds(dir: &InstanceDir) -> Result<Vec<FunctionSeed>> {
    let folder = dir.path().join("seeds/functions");
    let mut shared = Vec::new();
    let mut own = Vec::new();
    for name in folders(&folder)? {
        let mut files = Vec::new();
        let mut room = LARGEST;
        read(&folder.join(&name), &name, &mut room, &mut files)?;
        match name.starts_with('_') {
            true => shared.extend(files),
            false => own.push((name, files)),
        }
    }
    let mut found = Vec::new();
    for (slug, mut files) in own {
        let place = format!("instances/{}/seeds/functions/{slug}", dir.name());
        let of = |names: &[&str]| {
            let mut paths = names.iter().map(|name| format!("{slug}/{name}"));
            paths.find(|path| files.iter().any(|file| file.path == *path))
        };
        let entrypoint = of(&ENTRY_POINTS).ok_or_else(|| {
            Error::new(Kind::Parse, format!("{place} has no index.ts."))
                .hint("A function's folder has the code that is run in index.ts.")
        })?;
        let import_map = of(&IMPORT_MAPS);
        files.extend(shared.iter().cloned());
        let size: u64 = files.iter().map(|file| file.bytes.len() as u64).sum();
        if size > LARGEST {
            return Err(too_large(&place));
        }
        found.push(FunctionSeed {
            slug,
            entrypoint,
            import_map,
            files,
        });
    }
    Ok(found)
}

/// Names of the folders in a folder, sorted.
fn folders(folder: &Path) -> Result<Vec<String>> {
    let cannot = || format!("Cannot read {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context(Kind::Io, cannot),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.context(Kind::Io, cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Every file below a folder; `path` is what it's called in the function.
fn read(folder: &Path, path: &str, room: &mut u64, found: &mut Vec<FunctionFile>) -> Result<()> {
    let cannot = || format!("Cannot read {}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).context(Kind::Io, cannot)? {
        entries.push(entry.context(Kind::Io, cannot)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().context(Kind::Io, cannot)?;
        let path = format!("{path}/{name}");
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            read(&entry.path(), &path, room, found)?;
        } else if kind.is_file() {
            let size = entry.metadata().context(Kind::Io, cannot)?.len();
            *room = room.checked_sub(size).ok_or_else(|| too_large(&path))?;
            let bytes = fs::read(entry.path()).context(Kind::Io, cannot)?;
            found.push(FunctionFile {
                path,
                bytes: bytes.into(),
            });
        }
    }
    Ok(())
}

fn too_large(place: &str) -> Error {
    Error::refused(format!(
        "The function in {place} has more than {} MB.",
        LARGEST >> 20
    ))
}

/// Deploys those that aren't there yet; what is there stays as it is.
pub struct DeployFunctions {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for DeployFunctions {
    fn name(&self) -> &str {
        "functions.seeds"
    }

    fn title(&self) -> &str {
        "Deploy the edge functions"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = seeds(&self.world.instance(&self.name)?)?;
        let (supabase, project) = project(&self.world, &self.name, ctx).await?;
        let there = supabase.functions(&project).await?;
        let mut made = 0;
        for seed in &seeds {
            if there.iter().any(|one| one.slug == seed.slug) {
                continue;
            }
            let new = Deployment {
                slug: &seed.slug,
                name: &seed.slug,
                verify_jwt: true,
                entrypoint: &seed.entrypoint,
                import_map: seed.import_map.as_deref(),
                files: &seed.files,
            };
            supabase.deploy_function(&project, &new).await?;
            made += 1;
        }
        let there = seeds.len() - made;
        ctx.log(format!("{made} functions deployed, {there} there already"));
        Ok(())
    }

    /// What it made goes with the project.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
