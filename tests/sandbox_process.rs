//! The sandbox's process: started once, used, stopped, killed and started again.

mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use matriz::error::Kind;
use matriz::provider::postgres::url::DatabaseUrl;
use matriz::sandbox::{self, Endpoints, FetchConsent, Launch};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Not a test of its own: it serves when it's started in a workspace's folder, as [`launch`] does.
#[test]
fn serving_child() {
    let root = std::env::current_dir().unwrap();
    if !root.join(".matriz/sandbox").is_dir() || root == Path::new(env!("CARGO_MANIFEST_DIR")) {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Err(error) = runtime.block_on(sandbox::serve(&root)) {
        eprintln!("{}", error.chain());
        std::process::exit(1);
    }
}

fn launch(variables: &[&str]) -> Launch {
    let ours = std::env::current_exe().unwrap().into_os_string();
    let words = ["--exact", "serving_child", "--nocapture"].map(OsString::from);
    Launch {
        program: PathBuf::from("/usr/bin/env"),
        arguments: variables
            .iter()
            .map(OsString::from)
            .chain([ours])
            .chain(words)
            .collect(),
    }
}

/// A workspace whose sandbox is stopped whatever happens.
struct Place {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Option<Place> {
        support::vector_engine().await?;
        let (folder, root) = support::workspace();
        Some(Place {
            root,
            _folder: folder,
        })
    }

    async fn start(&self, variables: &[&str]) -> Endpoints {
        sandbox::ensure_with(&self.root, FetchConsent::No, |_| (), &launch(variables))
            .await
            .unwrap_or_else(|error| panic!("{} {:?}", error.chain(), error.hint))
    }

    async fn pid(&self) -> Pid {
        let status = sandbox::status(&self.root).await.unwrap();
        Pid::from_raw(i32::try_from(status.pid.unwrap()).unwrap())
    }

    async fn wait_stopped(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while sandbox::status(&self.root).await.unwrap().running {
            assert!(Instant::now() < deadline, "the sandbox still runs");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn postgres_pid(&self) -> i32 {
        let file = self.root.join(".matriz/sandbox/postgres/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let root = self.root.clone();
        let stopping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let _ = runtime.block_on(sandbox::stop(&root));
        });
        let _ = stopping.join();
    }
}

async fn create_project(endpoints: &Endpoints) -> (u16, String) {
    let body = "{\"name\":\"acme\",\"organization_slug\":\"sandbox\",\"db_pass\":\"example-password-1\",\"region\":\"sa-east-1\"}";
    call(endpoints, "POST", "/v1/projects", body).await
}

async fn call(endpoints: &Endpoints, method: &str, path: &str, body: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let at = endpoints.api_url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(at).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        endpoints.token,
        body.len(),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body)
}

#[tokio::test]
async fn it_starts_once_serves_and_stops() {
    let Some(place) = Place::new().await else {
        return;
    };
    let begin = Instant::now();
    let endpoints = place.start(&[]).await;
    println!("MEASURED first start of the sandbox {:?}", begin.elapsed());
    assert!(!endpoints.ports_changed);
    let pid = place.pid().await;
    let begin = Instant::now();
    assert_eq!(place.start(&[]).await, endpoints);
    println!("MEASURED a sandbox that runs {:?}", begin.elapsed());
    assert_eq!(place.pid().await, pid);

    let (status, body) = create_project(&endpoints).await;
    assert_eq!(status, 201, "{body}");
    let project: serde_json::Value = serde_json::from_str(&body).unwrap();
    let reference = project["ref"]
        .as_str()
        .or(project["id"].as_str())
        .unwrap()
        .to_owned();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let (_, body) = call(&endpoints, "GET", &format!("/v1/projects/{reference}"), "").await;
        if body.contains("ACTIVE_HEALTHY") {
            break;
        }
        assert!(Instant::now() < deadline, "{body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let url = DatabaseUrl::tcp(
        &endpoints.database_host,
        endpoints.database_port,
        &format!("postgres.{reference}"),
        &reference,
    )
    .with_password("example-password-1");
    let client = support::connected(&url).await;
    client
        .batch_execute("create extension if not exists vector; create table kept (e vector(3))")
        .await
        .unwrap();
    drop(client);

    assert!(sandbox::stop(&place.root).await.unwrap());
    assert!(!sandbox::stop(&place.root).await.unwrap());
    assert!(!sandbox::status(&place.root).await.unwrap().running);
    let begin = Instant::now();
    let again = place.start(&[]).await;
    println!("MEASURED a later start {:?}", begin.elapsed());
    assert_eq!(again, endpoints);
    support::connected(&url)
        .await
        .batch_execute("select e from kept")
        .await
        .unwrap();

    sandbox::reset(&place.root).await.unwrap();
    let files = std::fs::read_dir(place.root.join(".matriz/sandbox")).unwrap();
    let names: Vec<_> = files.flatten().map(|file| file.file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| name.to_string_lossy().ends_with("lock")),
        "{names:?}"
    );
}

#[tokio::test]
async fn asked_by_many_at_once_it_starts_once() {
    let Some(place) = Place::new().await else {
        return;
    };
    let asking = (0..6).map(|_| place.start(&[]));
    let all = futures_util::future::join_all(asking).await;
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    let log = std::fs::read_to_string(place.root.join(".matriz/sandbox/serve.log")).unwrap();
    assert_eq!(log.matches("Serving with").count(), 1, "{log}");
}

#[tokio::test]
async fn killed_it_comes_back_with_the_same_ports() {
    let Some(place) = Place::new().await else {
        return;
    };
    let endpoints = place.start(&[]).await;
    let old = place.postgres_pid();
    kill(place.pid().await, Signal::SIGKILL).unwrap();
    place.wait_stopped().await;
    assert_eq!(place.start(&[]).await, endpoints);
    assert_eq!(place.postgres_pid(), old, "the databases went on");

    // Postgres alone is killed: its supervisor starts it again.
    let old = place.postgres_pid();
    kill(Pid::from_raw(old), Signal::SIGKILL).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let file = place.root.join(".matriz/sandbox/postgres/postmaster.pid");
        let ready = std::fs::read_to_string(file)
            .is_ok_and(|text| !text.starts_with(&old.to_string()) && text.contains("ready"));
        if ready {
            break;
        }
        assert!(Instant::now() < deadline, "Postgres did not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(place.start(&[]).await, endpoints);
}

#[tokio::test]
async fn unused_it_stops_by_itself() {
    let Some(place) = Place::new().await else {
        return;
    };
    place.start(&["MATRIZ_SANDBOX_IDLE_MS=400"]).await;
    place.wait_stopped().await;
    let log = std::fs::read_to_string(place.root.join(".matriz/sandbox/serve.log")).unwrap();
    assert!(log.contains("nobody used it"), "{log}");
    assert!(
        !place
            .root
            .join(".matriz/sandbox/postgres/postmaster.pid")
            .exists()
    );
}

#[tokio::test]
async fn killed_and_left_alone_its_databases_end_too() {
    let Some(place) = Place::new().await else {
        return;
    };
    place.start(&["MATRIZ_SANDBOX_ORPHAN_MS=1000"]).await;
    kill(place.pid().await, Signal::SIGKILL).unwrap();
    place.wait_stopped().await;
    let file = place.root.join(".matriz/sandbox/postgres/postmaster.pid");
    let deadline = Instant::now() + Duration::from_secs(60);
    while file.exists() {
        assert!(Instant::now() < deadline, "Postgres goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // asked to, they end at once
    place.start(&[]).await;
    kill(place.pid().await, Signal::SIGKILL).unwrap();
    place.wait_stopped().await;
    assert!(file.exists());
    assert!(sandbox::stop(&place.root).await.unwrap());
    assert!(!file.exists());
    assert!(!sandbox::stop(&place.root).await.unwrap());
}

#[tokio::test]
async fn a_port_taken_meanwhile_is_replaced_and_reported() {
    let Some(place) = Place::new().await else {
        return;
    };
    let before = place.start(&[]).await;
    sandbox::stop(&place.root).await.unwrap();
    let thief = std::net::TcpListener::bind(("127.0.0.1", before.database_port)).unwrap();
    let after = place.start(&[]).await;
    assert_ne!(after.database_port, before.database_port);
    assert_eq!(after.api_url, before.api_url);
    assert!(after.ports_changed);
    assert!(place.start(&[]).await.ports_changed);
    sandbox::acknowledge_ports(&place.root).unwrap();
    assert!(!place.start(&[]).await.ports_changed);
    drop(thief);
}

#[tokio::test]
async fn a_failed_start_says_why() {
    let Some(place) = Place::new().await else {
        return;
    };
    let dir = place.root.join(".matriz/sandbox");
    sandbox::status(&place.root).await.unwrap();
    std::fs::write(dir.join("state.json"), "{ broken").unwrap();
    let failed = sandbox::ensure_with(&place.root, FetchConsent::No, |_| (), &launch(&[])).await;
    let error = failed.unwrap_err();
    assert!(
        error.message.contains("could not start"),
        "{}",
        error.message
    );
    assert!(error.message.contains("state.json"), "{}", error.message);
    assert!(error.hint.unwrap().contains("reset"));

    std::fs::create_dir_all(dir.join("postgres")).unwrap();
    std::fs::write(dir.join("postgres/PG_VERSION"), "9\n").unwrap();
    let failed = sandbox::ensure_with(&place.root, FetchConsent::No, |_| (), &launch(&[])).await;
    let error = failed.unwrap_err();
    assert_eq!(error.kind, Kind::Missing);
    assert!(error.message.contains("Postgres 9"), "{}", error.message);
}
