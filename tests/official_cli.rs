//! Supabase's own command line against the sandbox: another judge than our own client.
//!
//! The program is `MATRIZ_SUPABASE_CLI`, or `supabase` in the path. With `MATRIZ_REQUIRE_ALL` set
//! it is installed with npm into a temporary folder where it is missing; else that is a skip.

mod api;
mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::memory::Memory;
use api::{Sandbox, patient, quick};
use matriz::provider::http::{Http, HttpOptions};
use matriz::provider::postgres::connect::{ConnectOptions, connect};
use matriz::provider::postgres::url::DatabaseUrl;
use matriz::provider::supabase::{ProjectRef, Supabase, WaitFor};
use matriz::sandbox::{self, FetchConsent, Launch};
use tokio::process::Command;

const MINUTE: Duration = Duration::from_secs(60);
/// The version that these calls were tried with.
const PACKAGE: &str = "supabase@3.1.0";

async fn program(dir: &Path) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MATRIZ_SUPABASE_CLI") {
        return Some(PathBuf::from(named));
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&paths)
        .map(|p| p.join("supabase"))
        .find(|p| p.is_file())
    {
        return Some(found);
    }
    if std::env::var_os("MATRIZ_REQUIRE_ALL").is_none() {
        println!("SKIP official command line: there is no `supabase` here (npm install {PACKAGE})");
        return None;
    }
    // its cache goes with the folder
    let install = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--prefix"])
        .arg(dir)
        .arg(PACKAGE)
        .env("npm_config_cache", dir.join("npm-cache"))
        .kill_on_drop(true)
        .output();
    let installed = tokio::time::timeout(Duration::from_secs(300), install)
        .await
        .expect("npm is done in time")
        .expect("MATRIZ_REQUIRE_ALL is set, and npm is missing");
    assert!(
        installed.status.success(),
        "{}",
        String::from_utf8_lossy(&installed.stderr)
    );
    Some(dir.join("node_modules/.bin/supabase"))
}

struct Cli {
    program: PathBuf,
    home: PathBuf,
    profile: PathBuf,
    token: String,
}

impl Cli {
    async fn run(&self, arguments: &[&str]) -> Output {
        let call = Command::new(&self.program)
            .arg("--profile")
            .arg(&self.profile)
            .args(arguments)
            .env("SUPABASE_ACCESS_TOKEN", &self.token)
            .env("HOME", &self.home)
            .env("SUPABASE_TELEMETRY_DISABLED", "1")
            .env("DO_NOT_TRACK", "1")
            .env("NO_COLOR", "1")
            .current_dir(&self.home)
            .kill_on_drop(true)
            .output();
        tokio::time::timeout(Duration::from_secs(120), call)
            .await
            .expect("in time")
            .unwrap()
    }

    async fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}{error}");
        told
    }
}

impl Cli {
    fn new(program: &Path, home: &Path, url: &str, token: &str) -> Cli {
        let profile = home.join("profile.yaml");
        let text = format!(
            "name: sandbox\napi_url: {url}\ndashboard_url: {url}\nproject_host: example.com\n"
        );
        std::fs::write(&profile, text).unwrap();
        Cli {
            program: program.to_owned(),
            home: home.to_owned(),
            profile,
            token: token.to_owned(),
        }
    }

    async fn create(&self) {
        let words = ["projects", "create", "by-cli", "--org-id", "sandbox"];
        let more = ["--db-password", "example-password", "--region", "sa-east-1"];
        self.done(&[&words[..], &more, &["--yes"]].concat()).await;
    }
}

#[tokio::test]
async fn it_lists_creates_and_deletes_projects() {
    let dir = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let Some(program) = program(dir.path()).await else {
        return;
    };
    println!("MEASURED finding or installing it {:?}", begun.elapsed());
    let begun = Instant::now();
    in_memory(&program, dir.path()).await;
    println!("MEASURED its calls on names only {:?}", begun.elapsed());
    let begun = Instant::now();
    on_real_databases(&program, dir.path()).await;
    println!("MEASURED its calls on real databases {:?}", begun.elapsed());
    assert_eq!(running_below(dir.path()), Vec::<PathBuf>::new());
}

async fn in_memory(program: &Path, dir: &Path) {
    let databases = Arc::new(Memory::default());
    let sandbox = Sandbox::start(&dir.join("sandbox"), databases.clone(), quick()).await;
    let cli = Cli::new(program, dir, &sandbox.url, &sandbox.token);
    judge(&cli, &sandbox.client(), true).await;
    assert!(databases.names().is_empty());
    sandbox.stop().await;
}

/// The sandbox as people run it: a process of its own, with a Postgres.
async fn on_real_databases(program: &Path, dir: &Path) {
    if support::vector_engine().await.is_none() {
        return;
    }
    let root = dir.join("workspace");
    std::fs::create_dir_all(root.join("instances/default")).unwrap();
    let root = root.canonicalize().unwrap();
    let _stopped = StopAtEnd(root.clone());
    let words = ["sandbox", "serve", "--root"].map(OsString::from);
    let launch = Launch {
        program: PathBuf::from(env!("CARGO_BIN_EXE_matriz")),
        arguments: words.into_iter().chain([root.clone().into()]).collect(),
    };
    let endpoints = sandbox::ensure_with(&root, FetchConsent::No, |_| (), &launch)
        .await
        .unwrap_or_else(|error| panic!("{} {:?}", error.chain(), error.hint));
    let cli = Cli::new(program, dir, &endpoints.api_url, &endpoints.token);
    let http = Http::new(HttpOptions::default()).unwrap();
    let client = Supabase::new(&endpoints.api_url, &endpoints.token, http).unwrap();
    judge(&cli, &client, false).await;

    // what it made is a database that a client reaches with the password that it gave
    cli.create().await;
    let project = client.projects().await.unwrap().remove(0).reference;
    client
        .wait_until_healthy(&project, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap();
    let url = DatabaseUrl::tcp(
        &endpoints.database_host,
        endpoints.database_port,
        &format!("postgres.{project}"),
        project.as_str(),
    )
    .with_password("example-password");
    let connection = support::connected(&url).await;
    connection
        .batch_execute("create table kept (n int)")
        .await
        .unwrap();
    drop(connection);
    cli.done(&["projects", "delete", project.as_str(), "--yes"])
        .await;
    client.wait_until_gone(&project, MINUTE).await.unwrap();
    let gone = connect(&url, &ConnectOptions::named("matriz test")).await;
    assert!(gone.is_err(), "the database is still there");
}

/// Stops the sandbox, whatever happens.
struct StopAtEnd(PathBuf);

impl Drop for StopAtEnd {
    fn drop(&mut self) {
        let root = self.0.clone();
        let stopping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let _ = runtime.block_on(sandbox::stop(&root));
        });
        let _ = stopping.join();
    }
}

/// The programs below a folder that still run (known on Linux only).
fn running_below(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read_link(process.path().join("exe")).ok())
        .filter(|program| program.starts_with(&folder))
        .collect()
}

/// `whole`: with functions and secrets, which no database has a part in.
async fn judge(cli: &Cli, client: &Supabase, whole: bool) {
    cli.create().await;
    let project = client
        .projects_named("sandbox", "by-cli")
        .await
        .unwrap()
        .remove(0);
    client
        .wait_until_healthy(&project.reference, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap();

    let listed = cli.done(&["projects", "list"]).await;
    assert!(
        listed.contains("by-cli") && listed.contains(project.reference.as_str()),
        "{listed}"
    );
    let organizations = cli.done(&["orgs", "list"]).await;
    assert!(organizations.contains("sandbox"), "{organizations}");
    let keys = cli
        .done(&[
            "projects",
            "api-keys",
            "--project-ref",
            project.reference.as_str(),
        ])
        .await;
    assert!(
        keys.contains("anon") && keys.contains("service_role"),
        "{keys}"
    );

    if whole {
        functions_and_secrets(cli, client, &project.reference).await;
    }

    cli.done(&["projects", "delete", project.reference.as_str(), "--yes"])
        .await;
    client
        .wait_until_gone(&project.reference, MINUTE)
        .await
        .unwrap();
    let listed = cli.done(&["projects", "list"]).await;
    assert!(!listed.contains("by-cli"), "{listed}");
}

/// What it deploys our client reads, and what it lists is what is there.
async fn functions_and_secrets(cli: &Cli, client: &Supabase, project: &ProjectRef) {
    let code = "// avisa\nDeno.serve(() => new Response(\"ok\"));\n";
    let folder = cli.home.join("supabase/functions/avisa");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("index.ts"), code).unwrap();
    let at = ["--project-ref", project.as_str(), "--yes"];
    let deploy = ["functions", "deploy", "avisa", "--use-api"];
    cli.done(&[&deploy[..], &at].concat()).await;
    let body = client.function_body(project, "avisa").await.unwrap();
    let entry = body.entrypoint.clone().unwrap();
    let file = body.files.iter().find(|file| file.path == entry);
    assert_eq!(file.unwrap().bytes, code.as_bytes());
    let listed = cli.done(&[&["functions", "list"][..], &at].concat()).await;
    assert!(
        listed.contains("avisa") && listed.contains("ACTIVE"),
        "{listed}"
    );

    std::fs::remove_dir_all(&folder).unwrap();
    let download = ["functions", "download", "avisa", "--use-api"];
    cli.done(&[&download[..], &at].concat()).await;
    let back = std::fs::read_to_string(folder.join("index.ts")).unwrap();
    assert_eq!(back, code);
    cli.done(&[&["functions", "delete", "avisa"][..], &at].concat())
        .await;
    assert!(client.functions(project).await.unwrap().is_empty());

    cli.done(&[&["secrets", "set", "MAIL_KEY=example-value"][..], &at].concat())
        .await;
    let listed = cli.done(&[&["secrets", "list"][..], &at].concat()).await;
    assert!(listed.contains("MAIL_KEY"), "{listed}");
    assert!(!listed.contains("example-value"), "{listed}");
}
