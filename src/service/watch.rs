//! Learning that something changed: in the registry, or in the instances' files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Service;
use crate::domain::job::{JobId, JobState};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::registry::Registry;
use crate::registry::instances::InstanceFigures;
use crate::registry::watch::Watch as RegistryWatch;

/// Tells when the registry changed. Costs nothing while nothing happens.
pub struct Watch {
    registry: RegistryWatch,
}

impl Watch {
    /// Waits for the next change. A registry that can't be read is a change too: whoever reads it
    /// next gets the error.
    pub async fn changed(&mut self) {
        if self.registry.next().await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }
}

/// Where to look, never what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A job, a step or its progress.
    Jobs,
    /// The list of instances, a state or a figure in it.
    Instances,
    /// The files of one instance.
    Files(InstanceName),
}

/// News as they come; watching ends when this is dropped.
pub struct NewsFeed {
    inbox: UnboundedReceiver<News>,
    _files: Option<RecommendedWatcher>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for NewsFeed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NewsFeed {
    /// The next news, each once however often it was told meanwhile.
    pub async fn next(&mut self) -> Option<Vec<News>> {
        let mut batch = vec![self.inbox.recv().await?];
        while let Ok(more) = self.inbox.try_recv() {
            if !batch.contains(&more) {
                batch.push(more);
            }
        }
        Some(batch)
    }
}

impl Service {
    pub fn watch(&self) -> Result<Watch> {
        Ok(Watch {
            registry: RegistryWatch::new(&self.registry)?,
        })
    }

    /// Everything that a screen wants to know of. Needs a running tokio.
    pub fn news(&self) -> Result<NewsFeed> {
        let (sender, inbox) = unbounded_channel();
        let watch = self.watch()?;
        let task = tokio::spawn(tell_registry(self.registry.clone(), watch, sender.clone()));
        Ok(NewsFeed {
            inbox,
            _files: watch_files(&self.workspace.instances_dir(), sender),
            task,
        })
    }
}

type Standing = (Vec<(JobId, JobState)>, HashMap<String, InstanceFigures>);

/// Progress comes ten times a second while a job runs; the list of instances only where a job
/// began or ended, or a figure changed.
async fn tell_registry(registry: Registry, mut watch: Watch, sender: UnboundedSender<News>) {
    let mut before = standing(&registry);
    loop {
        watch.changed().await;
        let now = standing(&registry);
        let instances = now != before;
        before = now;
        if sender.send(News::Jobs).is_err() {
            return;
        }
        if instances && sender.send(News::Instances).is_err() {
            return;
        }
    }
}

fn standing(registry: &Registry) -> Option<Standing> {
    let jobs = registry.active_jobs().ok()?;
    let jobs = jobs
        .into_iter()
        .map(|(job, _)| (job.id, job.state))
        .collect();
    let figures = registry.instance_figures().ok()?;
    Some((
        jobs,
        figures.into_iter().map(|f| (f.name.clone(), f)).collect(),
    ))
}

/// `None` where the system can't tell; the files are then read when they are opened.
fn watch_files(instances: &Path, sender: UnboundedSender<News>) -> Option<RecommendedWatcher> {
    let root: PathBuf = instances.canonicalize().ok()?;
    let top = root.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else {
            let _ = sender.send(News::Instances);
            return;
        };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in &event.paths {
            let _ = sender.send(News::Instances);
            let name = path
                .strip_prefix(&top)
                .ok()
                .and_then(|rest| rest.components().next())
                .and_then(|first| InstanceName::parse(&first.as_os_str().to_string_lossy()).ok());
            if let Some(name) = name {
                let _ = sender.send(News::Files(name));
            }
        }
    })
    .ok()?;
    watcher.watch(&root, RecursiveMode::Recursive).ok()?;
    Some(watcher)
}
