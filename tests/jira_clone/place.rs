//! A workspace of two instances on one site of the sandbox, and jobs whose steps are Jira's alone.

use std::path::Path;

use matriz::domain::config::{AtlassianConfig, AtlassianKind};
use matriz::domain::job::{JobId, JobKind, JobState, JobView};
use matriz::domain::name::InstanceName;
use matriz::job::engine::{self, NewJob};
use matriz::job::signals::Signals;
use matriz::job::step::{Stage, plan_of};
use matriz::job::steps::jira::{CopyIssues, CreateJiraProject, DeleteJiraProject, FinishIssues};
use matriz::job::world::World;
use matriz::registry::Registry;
use matriz::registry::journal::JournalEntry;
use matriz::sandbox::FetchConsent;
use matriz::sandbox::api::ApiOptions;
use matriz::sandbox::atlassian::OWNER;
use matriz::workspace::{NewInstance, Workspace};
use serde_json::json;

use crate::api::quick;
use crate::jira::Jira;

pub struct Place {
    pub jira: Jira,
    pub workspace: Workspace,
    pub registry: Registry,
    _dir: tempfile::TempDir,
}

pub fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

impl Place {
    /// `default` and `clone-1`, neither with a project.
    pub async fn start() -> Place {
        Place::with(quick()).await
    }

    pub async fn with(options: ApiOptions) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let at = |part: &str| {
            let path = dir.path().join(part);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let jira = Jira::with(&at("sandbox"), options).await;
        let workspace = Workspace::init(&at("workspace")).unwrap();
        let registry = Registry::open(&workspace.state_dir().unwrap()).unwrap();
        let place = Place {
            jira,
            workspace,
            registry,
            _dir: dir,
        };
        place.instance("default");
        place.instance("clone-1");
        place
    }

    fn instance(&self, name: &str) {
        let new = NewInstance {
            atlassian: AtlassianConfig {
                kind: AtlassianKind::Cloud,
                site: Some(self.jira.sandbox.url.clone()),
                ..AtlassianConfig::default()
            },
            ..NewInstance::default()
        };
        let dir = self
            .workspace
            .create_instance(&self::name(name), &new)
            .unwrap();
        dir.edit_env(|env| {
            env.set("ATLASSIAN_EMAIL", OWNER.email)?;
            env.set("ATLASSIAN_API_TOKEN", self.jira.sandbox.site.token())
        })
        .unwrap();
    }

    pub fn key(&self, name: &str) -> Option<String> {
        let dir = self.workspace.instance(&self::name(name)).unwrap();
        dir.atlassian_config().unwrap().jira_project_key
    }

    pub fn set_key(&self, name: &str, key: &str) {
        let dir = self.workspace.instance(&self::name(name)).unwrap();
        let mut config = dir.atlassian_config().unwrap();
        config.jira_project_key = Some(key.to_owned());
        dir.save_atlassian_config(&config).unwrap();
    }

    /// Both instances are reached there from now on.
    pub fn reach(&self, site: &str) {
        for name in ["default", "clone-1"] {
            let dir = self.workspace.instance(&self::name(name)).unwrap();
            let mut config = dir.atlassian_config().unwrap();
            config.site = Some(site.to_owned());
            dir.save_atlassian_config(&config).unwrap();
        }
    }

    /// The clone is on a site of its own.
    pub fn move_clone_to(&self, other: &Jira) {
        let dir = self.workspace.instance(&self::name("clone-1")).unwrap();
        let mut config = dir.atlassian_config().unwrap();
        config.site = Some(other.sandbox.url.clone());
        dir.save_atlassian_config(&config).unwrap();
        dir.edit_env(|env| env.set("ATLASSIAN_API_TOKEN", other.sandbox.site.token()))
            .unwrap();
    }

    pub fn world(&self) -> World {
        world(self.workspace.root())
    }

    pub fn submit(&self, what: What) -> JobId {
        self.submit_with(what, json!({}))
    }

    pub fn submit_with(&self, what: What, args: serde_json::Value) -> JobId {
        let job = NewJob {
            kind: JobKind::Clone,
            instance: "clone-1".into(),
            source: Some("default".into()),
            also_writes: Vec::new(),
            args,
            plan: plan_of(&stages(&self.world(), what)),
        };
        engine::submit(&self.registry, &job).unwrap()
    }

    /// Runs a job to its end or its failure.
    pub async fn run(&self, id: JobId, what: What) -> JobState {
        let world = self.world();
        let make = |_: &_| Ok(stages(&world, what));
        engine::run(&self.registry, id, make, Signals::by_hand())
            .await
            .unwrap()
    }

    pub async fn resume(&self, id: JobId, what: What) -> JobState {
        engine::prepare_resume(&self.registry, id).unwrap();
        self.run(id, what).await
    }

    /// Takes back what the job did.
    pub async fn cancel(&self, id: JobId, what: What) -> JobState {
        engine::request_cancel(&self.registry, id).unwrap();
        self.run(id, what).await
    }

    /// Submits and runs; it has to get to its end.
    pub async fn do_it(&self, what: What) -> JobId {
        let id = self.submit(what);
        let state = self.run(id, what).await;
        assert_eq!(state, JobState::Done, "{:?}", self.view(id).error);
        id
    }

    pub fn view(&self, id: JobId) -> JobView {
        self.registry.job_view(id).unwrap()
    }

    /// What the journal says that `kind` became.
    pub fn pairs(&self, id: JobId, kind: &str) -> Vec<(String, String)> {
        let all = self.registry.journal(id).unwrap().into_iter();
        let of_kind = all.filter(|e: &JournalEntry| e.provider == "jira" && e.kind == kind);
        of_kind
            .map(|e| (e.source_id, e.target_id.expect("a result")))
            .collect()
    }
}

pub fn world(root: &Path) -> World {
    World::new(Workspace::init(root).unwrap(), FetchConsent::No).unwrap()
}

/// Which steps a job has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The clone's project, from nothing.
    Plain,
    /// The clone's project, like the source's.
    Like,
    /// The clone's project and the first pass.
    Copy,
    /// All of it.
    Whole,
    Delete,
}

pub fn stages(world: &World, what: What) -> Vec<Stage> {
    let (source, target) = (name("default"), name("clone-1"));
    let project = |from| CreateJiraProject {
        world: world.clone(),
        name: target.clone(),
        from,
        wanted: None,
    };
    match what {
        What::Plain => vec![vec![Box::new(project(None))]],
        What::Like => vec![vec![Box::new(project(Some(source)))]],
        What::Copy | What::Whole => {
            let mut stages: Vec<Stage> = vec![
                vec![Box::new(project(Some(source.clone())))],
                vec![Box::new(CopyIssues {
                    world: world.clone(),
                    source: source.clone(),
                    target: target.clone(),
                })],
            ];
            if what == What::Whole {
                stages.push(vec![Box::new(FinishIssues {
                    world: world.clone(),
                    source,
                    target: target.clone(),
                })]);
            }
            stages
        }
        What::Delete => vec![vec![Box::new(DeleteJiraProject {
            world: world.clone(),
            name: target.clone(),
        })]],
    }
}
