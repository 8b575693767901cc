//! A workspace whose instances have spaces on a sandbox's site, and jobs of Confluence's steps.

use matriz::domain::config::{AtlassianConfig, AtlassianKind};
use matriz::domain::job::{JobId, JobKind, JobState};
use matriz::domain::name::InstanceName;
use matriz::error::{Error, Result};
use matriz::job::engine::{self, NewJob};
use matriz::job::signals::Signals;
use matriz::job::step::{Stage, Step, StepContext, plan_of};
use matriz::job::steps::confluence::{CopyPages, CreateSpace, DeleteSpace, FinishPages};
use matriz::job::world::World;
use matriz::registry::Registry;
use matriz::sandbox::FetchConsent;
use matriz::sandbox::atlassian::OWNER;
use matriz::workspace::{NewInstance, Workspace};
use tempfile::TempDir;

use crate::wiki::Wiki;

pub struct Rig {
    pub wiki: Wiki,
    pub world: World,
    pub registry: Registry,
    _dir: TempDir,
}

pub fn name(text: &str) -> InstanceName {
    text.parse().unwrap()
}

impl Rig {
    pub async fn start() -> Rig {
        Rig::with(crate::wiki::options()).await
    }

    pub async fn with(options: matriz::sandbox::atlassian::AtlassianOptions) -> Rig {
        let dir = tempfile::tempdir().unwrap();
        let served = dir.path().join("site");
        std::fs::create_dir(&served).unwrap();
        let wiki = Wiki::with(&served, options).await;
        let root = dir.path().join("workspace");
        std::fs::create_dir(&root).unwrap();
        let workspace = Workspace::init(&root).unwrap();
        let registry = Registry::open(&workspace.state_dir().unwrap()).unwrap();
        let world = World::new(workspace, FetchConsent::No).unwrap();
        Rig {
            wiki,
            world,
            registry,
            _dir: dir,
        }
    }

    /// The same site, which behaves otherwise from now on.
    pub async fn again(self, options: matriz::sandbox::atlassian::AtlassianOptions) -> Rig {
        self.wiki.sandbox.stop().await;
        let wiki = Wiki::with(&self._dir.path().join("site"), options).await;
        Rig { wiki, ..self }
    }

    /// An instance on the sandbox's site, which has this space or none yet.
    pub fn instance(&self, text: &str, key: Option<&str>) -> InstanceName {
        let new = NewInstance {
            atlassian: AtlassianConfig {
                kind: AtlassianKind::Cloud,
                site: Some(self.wiki.sandbox.url.clone()),
                confluence_space_key: key.map(str::to_owned),
                ..AtlassianConfig::default()
            },
            ..NewInstance::default()
        };
        let name = name(text);
        let dir = self.world.workspace().create_instance(&name, &new).unwrap();
        dir.edit_env(|env| {
            env.set("ATLASSIAN_EMAIL", OWNER.email)?;
            env.set("ATLASSIAN_API_TOKEN", self.wiki.sandbox.site.token())
        })
        .unwrap();
        name
    }

    /// The key that an instance's config names.
    pub fn key(&self, name: &InstanceName) -> Option<String> {
        let config = self.world.instance(name).unwrap().atlassian_config();
        config.unwrap().confluence_space_key
    }

    pub fn submit(&self, target: &InstanceName, stages: &[Stage]) -> JobId {
        self.submit_with(target, stages, serde_json::Value::Null)
    }

    pub fn submit_with(
        &self,
        target: &InstanceName,
        stages: &[Stage],
        args: serde_json::Value,
    ) -> JobId {
        let job = NewJob {
            kind: JobKind::Clone,
            instance: target.to_string(),
            source: None,
            also_writes: vec![],
            args,
            plan: plan_of(stages),
        };
        engine::submit(&self.registry, &job).unwrap()
    }

    /// Runs a job, or what is left of it.
    pub async fn run(&self, id: JobId, stages: impl Fn() -> Vec<Stage>) -> JobState {
        let make = |_: &_| Ok(stages());
        engine::run(&self.registry, id, make, Signals::by_hand())
            .await
            .unwrap()
    }

    /// Takes back what a job did, as a cancel does.
    pub async fn take_back(&self, id: JobId, stages: impl Fn() -> Vec<Stage>) -> JobState {
        engine::request_cancel(&self.registry, id).unwrap();
        self.run(id, stages).await
    }

    /// Goes on until it's done: each failure is one that was ordered.
    pub async fn until_done(&self, id: JobId, stages: impl Fn() -> Vec<Stage>) -> usize {
        let mut state = self.run(id, &stages).await;
        let mut resumed = 0;
        while state != JobState::Done {
            resumed += 1;
            assert!(resumed < 200, "{}", self.why(id));
            engine::prepare_resume(&self.registry, id).unwrap();
            state = self.run(id, &stages).await;
        }
        resumed
    }

    pub fn why(&self, id: JobId) -> String {
        let view = self.registry.job(id).unwrap();
        format!("{:?}: {:?}", view.state, view.error)
    }

    pub fn space_step(&self, name: &InstanceName, from: Option<&InstanceName>) -> CreateSpace {
        CreateSpace {
            world: self.world.clone(),
            name: name.clone(),
            from: from.cloned(),
            wanted: None,
        }
    }

    pub fn pages_step(&self, source: &InstanceName, target: &InstanceName) -> CopyPages {
        CopyPages {
            world: self.world.clone(),
            source: source.clone(),
            target: target.clone(),
        }
    }

    pub fn delete_step(&self, name: &InstanceName) -> DeleteSpace {
        DeleteSpace {
            world: self.world.clone(),
            name: name.clone(),
        }
    }

    pub async fn stop(self) {
        self.wiki.sandbox.stop().await;
    }
}

/// A step that fails.
pub struct Fails;

#[async_trait::async_trait]
impl Step for Fails {
    fn name(&self) -> &str {
        "fails"
    }

    fn title(&self) -> &str {
        "Fail"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, _ctx: &StepContext) -> Result<()> {
        Err(Error::refused("It fails."))
    }

    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// A step that knows what became of a Jira project, as Jira's own steps would.
pub struct Knows;

#[async_trait::async_trait]
impl Step for Knows {
    fn name(&self) -> &str {
        "knows"
    }

    fn title(&self) -> &str {
        "Know the issues"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let pairs = [("project", "PROJ", "CLO"), ("issue-key", "PROJ-1", "CLO-7")];
        ctx.record("jira", &pairs)
    }

    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// A whole clone.
pub fn clone_stages(world: &World, source: &InstanceName, target: &InstanceName) -> Vec<Stage> {
    let (world, source, target) = (world.clone(), source.clone(), target.clone());
    vec![
        stage(Knows),
        stage(CreateSpace {
            world: world.clone(),
            name: target.clone(),
            from: Some(source.clone()),
            wanted: None,
        }),
        stage(CopyPages {
            world: world.clone(),
            source: source.clone(),
            target: target.clone(),
        }),
        stage(FinishPages {
            world,
            source,
            target,
        }),
    ]
}

/// A stage of one step.
pub fn stage(step: impl Step + 'static) -> Stage {
    vec![Box::new(step)]
}
