//! A workspace of two instances, each with a project of its own in a sandbox with real databases, and
//! jobs that copy the database and the files, or the files alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use matriz::domain::job::{JobId, JobKind, JobState};
use matriz::domain::name::InstanceName;
use matriz::domain::report_storage::StorageChanges;
use matriz::domain::strategy::ProviderKind;
use matriz::job::engine::{self, NewJob};
use matriz::job::signals::Signals;
use matriz::job::step::{Stage, plan_of};
use matriz::job::steps::copy::CopyDatabase;
use matriz::job::steps::keys::connection_values;
use matriz::job::steps::storage::CopyFiles;
use matriz::job::world::World;
use matriz::provider::supabase::ProjectRef;
use matriz::provider::supabase::storage::{NewBucket, StorageClient, Unwatched, Upload};
use matriz::registry::Registry;
use matriz::sandbox::FetchConsent;
use matriz::workspace::{NewInstance, Workspace};
use serde_json::{Value, json};

use crate::api::postgres::Running;
use crate::api::{self, Sandbox, quick, ready};

pub const SOURCE: &str = "default";
pub const TARGET: &str = "clone-1";

pub struct Place {
    pub sandbox: Sandbox,
    pub workspace: Workspace,
    pub registry: Registry,
    pub dir: tempfile::TempDir,
    databases: Running,
}

pub fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

/// Which steps a job has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The database, then the files.
    Whole,
    /// The files alone, into a project that stays.
    Files,
}

impl Place {
    /// `None` where this machine has no Postgres, which is said.
    pub async fn start() -> Option<Place> {
        let databases = api::postgres::databases().await?;
        let dir = tempfile::tempdir().unwrap();
        let at = |part: &str| {
            let path = dir.path().join(part);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let sandbox = Sandbox::start(&at("sandbox"), databases.shared(), quick()).await;
        let workspace = Workspace::init(&at("workspace")).unwrap();
        let registry = Registry::open(&workspace.state_dir().unwrap()).unwrap();
        let place = Place {
            sandbox,
            workspace,
            registry,
            dir,
            databases,
        };
        place.instance(SOURCE).await;
        place.instance(TARGET).await;
        Some(place)
    }

    pub async fn stop(self) {
        self.sandbox.stop().await;
        self.databases.stop().await;
    }

    async fn instance(&self, name: &str) {
        let client = self.sandbox.client();
        let project = ready(&client, name).await;
        let new = NewInstance {
            kind: ProviderKind::Cloud,
            api_url: Some(self.sandbox.url.clone()),
            ..NewInstance::default()
        };
        let dir = self
            .workspace
            .create_instance(&self::name(name), &new)
            .unwrap();
        let mut config = dir.supabase_config().unwrap();
        config.project_ref = Some(project.to_string());
        dir.save_supabase_config(&config).unwrap();
        let values = connection_values(&client, &project, "example-password")
            .await
            .unwrap();
        dir.edit_env(|env| {
            for (key, value) in &values {
                env.set(key, value)?;
            }
            env.set("SUPABASE_ACCESS_TOKEN", &self.sandbox.token)
        })
        .unwrap();
    }

    pub fn env(&self, name: &str, key: &str) -> String {
        let dir = self.workspace.instance(&self::name(name)).unwrap();
        dir.read_env().unwrap().0.get(key).unwrap().to_owned()
    }

    /// Where an instance's Storage is reached from now on.
    pub fn reach(&self, name: &str, base: &str) {
        let project = self.env(name, "SUPABASE_PROJECT_REF");
        let dir = self.workspace.instance(&self::name(name)).unwrap();
        let url = format!("{base}/projects/{project}");
        dir.edit_env(|env| env.set("SUPABASE_URL", &url)).unwrap();
    }

    pub fn client(&self, name: &str) -> StorageClient {
        let (url, key) = (
            format!(
                "{}/projects/{}",
                self.sandbox.url,
                self.env(name, "SUPABASE_PROJECT_REF")
            ),
            self.env(name, "SUPABASE_SERVICE_ROLE_KEY"),
        );
        StorageClient::new(&url, &key, self.sandbox.http(None)).unwrap()
    }

    pub async fn sql(&self, name: &str, sql: &str) -> Vec<Value> {
        let project: ProjectRef = self.env(name, "SUPABASE_PROJECT_REF").parse().unwrap();
        self.sandbox
            .client()
            .query(&project, sql, &[], false)
            .await
            .unwrap()
    }

    pub fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self
            .dir
            .path()
            .join(format!("{:016x}", rand::random::<u64>()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Stores bytes as an object of an instance's project.
    pub async fn store(&self, name: &str, bucket: &str, object: &str, bytes: &[u8]) {
        let path = self.file(bytes);
        let upload = Upload {
            bucket,
            name: object,
            path: &path,
            bytes: bytes.len() as u64,
            content_type: "text/plain",
            cache_control: Some("max-age=77"),
            user_metadata: None,
        };
        self.client(name).upload(&upload, &Unwatched).await.unwrap();
    }

    pub async fn bucket(&self, name: &str, id: &str, public: bool) {
        let new = NewBucket {
            id: id.into(),
            public,
            file_size_limit: Some(100_000_000),
            allowed_mime_types: Some(vec!["text/*".into(), "video/mp4".into()]),
        };
        assert!(self.client(name).create_bucket(&new).await.unwrap());
    }

    pub fn world(&self) -> World {
        world(self.workspace.root())
    }

    pub fn submit(&self, what: What) -> JobId {
        let job = NewJob {
            kind: JobKind::Clone,
            instance: TARGET.into(),
            source: Some(SOURCE.into()),
            also_writes: Vec::new(),
            args: json!({}),
            plan: plan_of(&stages(&self.world(), what)),
        };
        engine::submit(&self.registry, &job).unwrap()
    }

    /// Runs a job to its end or its failure.
    pub async fn run(&self, id: JobId, what: What) -> JobState {
        let world = self.world();
        let make = |_: &_| Ok(stages(&world, what));
        let ended = engine::run(&self.registry, id, make, Signals::by_hand()).await;
        ended.unwrap()
    }

    /// Submits and runs; it has to get to its end.
    pub async fn do_it(&self, what: What) -> JobId {
        let id = self.submit(what);
        let state = self.run(id, what).await;
        let view = self.registry.job_view(id).unwrap();
        assert_eq!(state, JobState::Done, "{:?}", view.error);
        id
    }

    pub fn report(&self, id: JobId) -> StorageChanges {
        let parts = self.registry.report_parts(id).unwrap();
        let part = parts
            .into_iter()
            .find(|part| part.name == "storage")
            .unwrap();
        serde_json::from_value(part.data).unwrap()
    }

    /// The SHA-256 of every file that a project's rows name, by bucket and name; "none" where there
    /// is no file.
    pub async fn digests(&self, name: &str) -> BTreeMap<String, String> {
        let client = self.client(name);
        let rows = self
            .sql(name, "select bucket_id, name from storage.objects")
            .await;
        let mut all = BTreeMap::new();
        for row in rows {
            let (bucket, object) = (
                row["bucket_id"].as_str().unwrap(),
                row["name"].as_str().unwrap(),
            );
            let read = client.digest(bucket, object, u64::MAX).await;
            let digest = read.map_or("none".to_owned(), |stored| stored.sha256);
            all.insert(format!("{bucket}/{object}"), digest);
        }
        all
    }

    /// The rows of a project's objects, but for what differs by nature.
    pub async fn rows(&self, name: &str) -> Vec<Value> {
        let sql = "select to_jsonb(o) - 'version' || jsonb_build_object('metadata',
                          o.metadata - 'lastModified' - 'eTag') as row
                     from storage.objects o order by bucket_id, name";
        self.sql(name, sql).await
    }
}

pub fn world(root: &Path) -> World {
    World::new(Workspace::init(root).unwrap(), FetchConsent::No).unwrap()
}

pub fn stages(world: &World, what: What) -> Vec<Stage> {
    let of = || (world.clone(), name(SOURCE), name(TARGET));
    let mut stages: Vec<Stage> = Vec::new();
    if what == What::Whole {
        let (world, source, target) = of();
        stages.push(vec![Box::new(CopyDatabase {
            world,
            source,
            target,
            keeps_project: true,
        })]);
    }
    let (world, source, target) = of();
    stages.push(vec![Box::new(CopyFiles {
        world,
        source,
        target,
        with_rows: what == What::Whole,
        keeps_project: true,
    })]);
    stages
}
