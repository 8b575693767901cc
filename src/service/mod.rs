//! The one façade for the command line and the screen: questions, commands, and news.
//!
//! It holds no state of its own but handles: the workspace's files and the registry are the truth.

use std::path::Path;

use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};
use crate::job::world::World;
use crate::registry::Registry;
use crate::sandbox::FetchConsent;
use crate::workspace::{Terminal, Workspace};

mod activity;
pub mod adopt;
mod completion;
mod create;
mod diff;
mod doctor;
mod doctor_live;
mod documents;
mod env_check;
mod env_diff;
mod env_export;
mod environment;
mod figures;
mod follow;
mod held;
mod here;
mod history;
mod instances;
mod isolation;
mod jobs;
mod link;
mod mcp;
mod sandbox;
mod selection;
mod shell;
mod status;
mod watch;

pub use create::NewInstanceRequest;
pub use doctor::Finding as DoctorFinding;
pub use documents::{Document, Saved};
pub use env_check::{EnvFinding, LiveCheck};
pub use env_diff::{EnvDiff, KeyDifference, KeyState};
pub use environment::EnvShown;
pub use follow::{Followed, follow};
pub use here::Here;
pub use history::{HistoryEntry, UndoTarget, Undone};
pub use isolation::{Hook, Isolation, Leak, Staged};
pub use link::{LinkRequest, Linked, Links};
pub use mcp::{McpPreview, McpRequest};
pub use selection::Scope;
pub use shell::{LockedShell, hook};
pub use status::{Status, short_status};
pub use watch::{News, NewsFeed, Watch};

/// Cheap to clone.
#[derive(Clone)]
pub struct Service {
    workspace: Workspace,
    registry: Registry,
    terminal: Terminal,
}

impl Service {
    /// Opens the workspace around the current folder, or the one given.
    pub fn open(root: Option<&Path>) -> Result<Service> {
        Service::of(Here::open(root)?)
    }

    /// The same workspace, with its registry.
    pub fn of(here: Here) -> Result<Service> {
        let registry = Registry::open(&here.workspace.state_dir()?)?;
        // whatever writes a value here is in the history, whichever verb it was
        let workspace = history::Keeper::new(&registry, &here.workspace, "matriz").watched();
        Ok(Service {
            workspace,
            registry,
            terminal: here.terminal,
        })
    }

    /// For the header: the settings' name, else the folder's.
    pub fn workspace_name(&self) -> String {
        let named = self.workspace.settings().ok().and_then(|s| s.name);
        named.unwrap_or_else(|| {
            let folder = self.workspace.root().file_name();
            folder.map_or_else(|| "workspace".into(), |f| f.to_string_lossy().into_owned())
        })
    }

    pub fn root(&self) -> &Path {
        self.workspace.root()
    }

    /// The instance that a verb works on: its own argument, else `--instance`, `INSTANCE_NAME`, the
    /// terminal's selection, the workspace's default. It has to be there.
    pub fn resolve(&self, argument: Option<&str>, flag: Option<&str>) -> Result<InstanceName> {
        Ok(self.here().choose(argument.or(flag))?.name)
    }

    fn world(&self, consent: FetchConsent) -> Result<World> {
        World::new(self.workspace.clone(), consent)
    }

    /// Notes that something happened in an instance just now, for the idle time.
    fn touch(&self, name: &InstanceName) -> Result<()> {
        let mut figures = self
            .registry
            .instance_figures_of(name.as_str())?
            .unwrap_or_default();
        name.as_str().clone_into(&mut figures.name);
        figures.last_activity = Some(jiff::Timestamp::now());
        self.registry.save_instance_figures(&figures)
    }

    /// Writes down who did what. Never a secret.
    fn audit(&self, action: &str, subject: &str, detail: &str) -> Result<()> {
        self.registry
            .audit(&actor(), action, subject, detail)
            .map(|_| ())
    }

    /// Refuses to change an instance that a job is writing to, or that isn't the one which this shell is
    /// locked to.
    fn refuse_busy(&self, name: &InstanceName) -> Result<()> {
        self.here().allow(name)?;
        self.refuse_working(name)
    }

    fn refuse_working(&self, name: &InstanceName) -> Result<()> {
        match self.registry.active_job(name.as_str())? {
            None => Ok(()),
            Some(job) => Err(Error::new(
                Kind::Conflict,
                format!("Job {} ({}) is working on {name}.", job.id, job.title()),
            )
            .hint(format!(
                "Wait for it, or cancel it: matriz jobs cancel {}",
                job.id
            ))),
        }
    }
}

/// Who is at work: the user of the system.
fn actor() -> String {
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::current());
    let name = user.ok().flatten().map(|u| u.name);
    name.unwrap_or_else(|| nix::unistd::Uid::current().to_string())
}
