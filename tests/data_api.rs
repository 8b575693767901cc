//! A schema in a shared project is served by the project's data API, and no longer once it's gone.

mod api;
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use api::memory::Memory;
use api::{Sandbox, quick, ready};
use async_trait::async_trait;
use matriz::domain::job::{JobKind, JobState};
use matriz::domain::name::InstanceName;
use matriz::error::{Error, Result};
use matriz::job::engine::{self, NewJob};
use matriz::job::signals::Signals;
use matriz::job::step::{Stage, Step, StepContext, plan_of};
use matriz::job::steps::expose::ExposeSchema;
use matriz::job::world::World;
use matriz::provider::http::Request;
use matriz::provider::supabase::ProjectRef;
use matriz::registry::Registry;
use matriz::sandbox::FetchConsent;
use matriz::workspace::Workspace;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn settings_are_checked_and_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let databases = Arc::new(Memory::default());
    let sandbox = Sandbox::start(dir.path(), databases.clone(), quick()).await;
    let project = ready(&sandbox.client(), "one").await;
    let before = patch(&sandbox, &project, json!({})).await.unwrap();
    assert_eq!(before["db_schema"], "public,graphql_public");
    for wrong in [
        json!({"max_rows": 1_000_001}),
        json!({"max_rows": -1}),
        json!({"db_pool": 1_001}),
        json!({"db_schema": 1}),
        json!({"schemas": "public"}),
    ] {
        assert!(
            patch(&sandbox, &project, wrong.clone()).await.is_err(),
            "{wrong}"
        );
    }
    assert_eq!(patch(&sandbox, &project, json!({})).await.unwrap(), before);
    let client = sandbox.client();
    client.serve_schema(&project, "clone_1").await.unwrap();
    sandbox.stop().await;

    let sandbox = Sandbox::start(dir.path(), databases, quick()).await;
    let after = patch(&sandbox, &project, json!({"max_rows": 7}))
        .await
        .unwrap();
    assert_eq!(after["db_schema"], "public,graphql_public,clone_1");
    assert_eq!(after["max_rows"], 7);
    sandbox.stop().await;
}

async fn patch(sandbox: &Sandbox, project: &ProjectRef, body: Value) -> Result<Value> {
    let url = format!("{}/v1/projects/{project}/postgrest", sandbox.url);
    let mut request = Request::new("Supabase", "try", Method::PATCH, url).json(body);
    request.bearer = Some(sandbox.token.clone());
    let (http, never) = (sandbox.http(None), CancellationToken::new());
    Ok(http.send(&request, &never).await?.json()?)
}

/// Fails where a job is to stop halfway.
struct Fail;

#[async_trait]
impl Step for Fail {
    fn name(&self) -> &str {
        "fail"
    }

    fn title(&self) -> &str {
        "Fail"
    }

    async fn done(&self, _: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, _: &StepContext) -> Result<()> {
        Err(Error::internal("This step fails."))
    }

    async fn undo(&self, _: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// A workspace whose instance `clone-1` has a schema in a project of that service.
struct Shop {
    registry: Registry,
    world: World,
    _dir: tempfile::TempDir,
}

impl Shop {
    fn new(sandbox: &Sandbox, project: &ProjectRef) -> Shop {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("instances/clone-1");
        std::fs::create_dir_all(&folder).unwrap();
        let config = json!({
            "kind": "cloud", "apiUrl": sandbox.url, "organization": "sandbox",
            "region": "sa-east-1", "projectRef": project.as_str(), "schema": "clone_1",
        });
        std::fs::write(folder.join("supabase.config.json"), config.to_string()).unwrap();
        let env = format!("SUPABASE_ACCESS_TOKEN={}\n", sandbox.token);
        std::fs::write(folder.join(".env"), env).unwrap();
        std::fs::write(folder.join("instance.toml"), "strategy = \"schema\"\n").unwrap();
        let workspace = Workspace::find(Some(dir.path()), dir.path()).unwrap();
        Shop {
            registry: Registry::open(&workspace.state_dir().unwrap()).unwrap(),
            world: World::new(workspace, FetchConsent::No).unwrap(),
            _dir: dir,
        }
    }

    fn stages(&self, fails: bool) -> Vec<Stage> {
        let expose = ExposeSchema {
            world: self.world.clone(),
            name: InstanceName::parse("clone-1").unwrap(),
        };
        let mut stages: Vec<Stage> = vec![vec![Box::new(expose)]];
        if fails {
            stages.push(vec![Box::new(Fail)]);
        }
        stages
    }

    fn submit(&self, fails: bool) -> i64 {
        let job = NewJob {
            kind: JobKind::Init,
            instance: "clone-1".into(),
            source: None,
            also_writes: Vec::new(),
            args: json!({}),
            plan: plan_of(&self.stages(fails)),
        };
        engine::submit(&self.registry, &job).unwrap()
    }

    async fn run(&self, id: i64, fails: bool) -> JobState {
        let build = |_: &_| Ok(self.stages(fails));
        engine::run(&self.registry, id, build, Signals::by_hand())
            .await
            .unwrap()
    }

    async fn cancelled_halfway(&self) {
        let id = self.submit(true);
        assert_eq!(self.run(id, true).await, JobState::Failed);
        engine::request_cancel(&self.registry, id).unwrap();
        assert_eq!(self.run(id, true).await, JobState::Cancelled);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_step_adds_the_schema_once_and_takes_back_only_what_it_added() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let client = sandbox.client();
    let project = ready(&client, "one").await;
    client.serve_schema(&project, "clone_2").await.unwrap();
    let before = client.data_api(&project).await.unwrap().db_schema;
    let shop = Shop::new(&sandbox, &project);

    shop.cancelled_halfway().await;
    assert_eq!(client.data_api(&project).await.unwrap().db_schema, before);

    for _ in 0..2 {
        let id = shop.submit(false);
        assert_eq!(shop.run(id, false).await, JobState::Done);
        let now = client.data_api(&project).await.unwrap().db_schema;
        assert_eq!(now, format!("{before},clone_1"));
    }
    // it was served before this job
    shop.cancelled_halfway().await;
    assert!(client.data_api(&project).await.unwrap().serves("clone_1"));

    // the change arrives, its answer doesn't
    client
        .stop_serving_schema(&project, "clone_1")
        .await
        .unwrap();
    sandbox
        .order("PATCH /v1/projects/{ref}/postgrest drop=after times=1")
        .await;
    let id = shop.submit(false);
    assert_eq!(shop.run(id, false).await, JobState::Done);
    let now = client.data_api(&project).await.unwrap().db_schema;
    assert_eq!(now, format!("{before},clone_1"));
    sandbox.stop().await;
}

/// The program itself in a workspace; its sandbox is stopped whatever happens.
struct Program {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Program {
    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_matriz"))
            .args(words)
            .args(["--yes", "--json"])
            .env("MATRIZ_ROOT", &self.root)
            .env_remove("INSTANCE_NAME")
            .env_remove("MATRIZ_TERMINAL")
            .env_remove("MATRIZ_LOCK")
            .env_remove("MATRIZ_LOADED")
            .current_dir(&self.root)
            .output()
            .unwrap()
    }

    fn done(&self, words: &[&str]) {
        let output = self.run(words);
        let told = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {told}{error}");
    }

    fn served(&self) -> String {
        let state = self.root.join(".matriz/sandbox/state.json");
        let state: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
        let config = &state["projects"][0]["data_api"]["db_schema"];
        config.as_str().unwrap().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.run(&["sandbox", "stop"]);
    }
}

#[tokio::test]
async fn a_schema_is_served_from_its_clone_to_its_deletion() {
    if support::vector_engine().await.is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    copy_sample(&root);
    let program = Program {
        root,
        _folder: folder,
    };
    program.done(&["init", "default"]);
    assert_eq!(program.served(), "public,graphql_public");
    program.done(&["clone", "default", "clone-1", "--strategy", "schema"]);
    assert_eq!(program.served(), "public,graphql_public,clone_1");
    program.done(&["delete", "clone-1", "--confirm", "clone-1"]);
    assert_eq!(program.served(), "public,graphql_public");
}

/// This repository's instance without its seeds.
fn copy_sample(root: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("instances/default");
    let to = root.join("instances/default");
    std::fs::create_dir_all(&to).unwrap();
    for name in [".env.example", "instance.toml", "supabase.config.json"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}
