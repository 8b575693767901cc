//! A sandbox's API on a loopback port, in this process, and clients for it.
#![allow(dead_code)] // each test program uses its own part of this

pub mod memory;
pub mod postgres;

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use matriz::domain::secret::Secret;
use matriz::error::{Error, Result};
use matriz::provider::http::{Backoff, Http, HttpOptions};
use matriz::provider::supabase::{NewProject, ProjectRef, Service, Supabase, WaitFor, WaitOptions};
use matriz::sandbox::api::{ApiOptions, ApiState, FaultOrders, ProjectDatabases, router};
use matriz::sandbox::atlassian::{self, AtlassianOptions, Site};
use matriz::sandbox::auth;
use matriz::sandbox::storage;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use memory::Memory;

pub struct Sandbox {
    pub url: String,
    pub token: String,
    pub state: ApiState,
    pub site: Site,
    stop: CancellationToken,
    served: tokio::task::JoinHandle<()>,
}

/// Short times, no limit of requests.
pub fn quick() -> ApiOptions {
    ApiOptions {
        coming_up_ms: 30,
        pausing_ms: 20,
        restoring_ms: 20,
        going_down_ms: 20,
        services_ms: 20,
        requests_per_minute: 0,
        atlassian: AtlassianOptions::default().unlimited(),
        ..ApiOptions::default()
    }
}

impl Sandbox {
    pub async fn start(
        dir: &Path,
        databases: Arc<dyn ProjectDatabases>,
        options: ApiOptions,
    ) -> Sandbox {
        let state = ApiState::open(dir, databases, options).await.unwrap();
        let site = Site::open(dir, state.clone()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let app = atlassian::router(site.clone())
            .merge(auth::router(state.clone()))
            .merge(storage::router(state.clone()))
            .merge(router(state.clone()));
        let served = tokio::spawn(async move {
            let serve = axum::serve(listener, app);
            tokio::select! {
                () = stopped => {}
                result = async { serve.await } => result.unwrap(),
            }
        });
        Sandbox {
            url,
            token: state.token().to_owned(),
            state,
            site,
            stop,
            served,
        }
    }

    /// Ends at once, whatever is under way, as a kill would.
    pub async fn stop(self) {
        self.state.close();
        self.stop.cancel();
        self.served.await.unwrap();
    }

    pub fn http(&self, capture: Option<&Path>) -> Http {
        let usual = HttpOptions::default();
        Http::new(HttpOptions {
            timeout: Duration::from_secs(20),
            backoff: Backoff {
                base: Duration::from_millis(5),
                ..Backoff::default()
            },
            capture: capture.map(Path::to_owned).or(usual.capture.clone()),
            ..usual
        })
        .unwrap()
    }

    pub fn client(&self) -> Supabase {
        Supabase::new(&self.url, &self.token, self.http(None)).unwrap()
    }

    pub fn client_with(&self, http: Http) -> Supabase {
        Supabase::new(&self.url, &self.token, http).unwrap()
    }

    pub fn faults(&self) -> FaultOrders {
        FaultOrders::new(self.http(None), &self.url, &self.token)
    }

    pub async fn order(&self, fault: &str) {
        self.faults().add(&fault.parse().unwrap()).await.unwrap();
    }
}

/// A sandbox whose databases are only names, in a folder of its own, and a client for it.
pub struct Small {
    sandbox: Sandbox,
    pub client: Supabase,
    pub databases: Arc<Memory>,
    pub dir: TempDir,
}

impl Small {
    pub async fn start() -> Small {
        Small::with(quick()).await
    }

    pub async fn with(options: ApiOptions) -> Small {
        let dir = tempfile::tempdir().unwrap();
        Small::on(dir, Arc::new(Memory::default()), options).await
    }

    /// Another one on what this one leaves.
    pub async fn restart(self, options: ApiOptions) -> Small {
        self.sandbox.stop().await;
        Small::on(self.dir, self.databases, options).await
    }

    async fn on(dir: TempDir, databases: Arc<Memory>, options: ApiOptions) -> Small {
        let sandbox = Sandbox::start(dir.path(), databases.clone(), options).await;
        Small {
            client: sandbox.client(),
            sandbox,
            databases,
            dir,
        }
    }

    pub async fn stop(self) {
        self.sandbox.stop().await;
    }
}

impl Deref for Small {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

pub fn new_project(name: &str) -> NewProject {
    NewProject {
        name: name.into(),
        organization: "sandbox".into(),
        database_password: Secret::new("example-password"),
        region: "sa-east-1".into(),
        size: None,
    }
}

pub fn patient(wait_for: WaitFor) -> WaitOptions {
    WaitOptions {
        deadline: Duration::from_secs(30),
        fastest: Duration::from_millis(10),
        slowest: Duration::from_millis(50),
        services: Service::ALL.to_vec(),
        // a state may be over before it was seen
        start_patience: Duration::from_secs(2),
        ..WaitOptions::new(wait_for)
    }
}

/// A project that was created and is healthy.
pub async fn ready(client: &Supabase, name: &str) -> ProjectRef {
    let reference = created(client, new_project(name)).await;
    healthy(client, &reference, WaitFor::Creation)
        .await
        .unwrap();
    reference
}

/// A project that was created, and may still be coming up.
pub async fn created(client: &Supabase, new: NewProject) -> ProjectRef {
    client.create_project(&new).await.unwrap().reference
}

/// Waits for what [`patient`] waits for.
pub async fn healthy(client: &Supabase, reference: &ProjectRef, wait_for: WaitFor) -> Result<()> {
    let options = patient(wait_for);
    let waited = client.wait_until_healthy(reference, &options, |_| {}).await;
    waited.map(|_| ())
}

/// Holds that it failed with these words.
pub fn refused<T>(outcome: Result<T>, words: &str) -> Error {
    let error = outcome.err().expect(words);
    assert!(error.message.contains(words), "{}", error.message);
    error
}
