//! Whether the instances keep apart: reading what the rules need, applying what they propose, and
//! looking for leaks before a commit.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Service;
use crate::domain::isolation::{Finding, Needles, Tally, judge};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::service::isolation::scan::Pace;

mod fix;
mod gather;
mod git;
mod hook;
mod instance_files;
mod private;
mod scan;
mod staged;
mod walk;

pub use hook::Hook;
pub use staged::{Leak, Staged};

/// What a look at the whole workspace came to.
#[derive(Debug, Clone)]
pub struct Isolation {
    pub instances: usize,
    /// Files looked into, beside the instances' own.
    pub files: usize,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    pub took: Duration,
    /// Errors first.
    pub findings: Vec<Finding>,
}

impl Isolation {
    /// The findings that concern one instance, or all.
    pub fn of(&self, name: Option<&InstanceName>) -> Vec<Finding> {
        let concerns = |f: &&Finding| name.is_none_or(|name| f.concerns(name.as_str()));
        self.findings.iter().filter(concerns).cloned().collect()
    }

    pub fn tally(&self) -> Tally {
        Tally::of(&self.findings)
    }
}

impl Service {
    /// Looks at every instance. Reads files, the registry and git; changes nothing and asks no provider.
    pub fn isolation(&self) -> Result<Isolation> {
        self.look(Pace::Fast)
    }

    /// The same beside other work, for a screen that mustn't wait for it.
    pub fn isolation_aside(&self) -> Result<Isolation> {
        self.look(Pace::Aside)
    }

    fn look(&self, pace: Pace) -> Result<Isolation> {
        let began = Instant::now();
        let workspace = &self.workspace;
        // git looks while the files are read
        let root = workspace.root().to_owned();
        let asked = std::thread::spawn(move || git::files(&root));
        let mut facts = gather::facts(self)?;
        let needles = Needles::of(&facts.instances, &facts.shared_env)?;
        facts.git = asked.join().unwrap_or_default();
        let (files, mut left_out) = walk::files(workspace, &facts);
        let counted = files.len();
        facts.hits = scan::own(&facts, &needles);
        let (hits, unread) = scan::all(&files, &needles, pace);
        facts.hits.extend(hits);
        left_out.extend(unread);
        Ok(Isolation {
            instances: facts.instances.len(),
            files: counted,
            left_out,
            findings: judge(&facts),
            took: began.elapsed(),
        })
    }

    /// A path as findings have it, from the file system's root.
    fn path_of(&self, shown: &str) -> PathBuf {
        self.workspace.root().join(shown)
    }
}
