//! Supabase's own command line against the sandbox: another judge than our own client.
//!
//! The program is `MATRIZ_SUPABASE_CLI`, or `supabase` in the path. With `MATRIZ_REQUIRE_ALL` set
//! it is installed with npm into a temporary folder where it is missing; else that is a skip.

mod api;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use api::memory::Memory;
use api::{Sandbox, patient, quick};
use matriz::provider::supabase::WaitFor;
use tokio::process::Command;

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
    let installed = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--prefix"])
        .arg(dir)
        .arg(PACKAGE)
        .output()
        .await
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

#[tokio::test]
async fn it_lists_creates_and_deletes_projects() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = program(dir.path()).await else {
        return;
    };
    let databases = Arc::new(Memory::default());
    let sandbox = Sandbox::start(&dir.path().join("sandbox"), databases.clone(), quick()).await;
    let profile = dir.path().join("profile.yaml");
    let text = format!(
        "name: sandbox\napi_url: {url}\ndashboard_url: {url}\nproject_host: example.com\n",
        url = sandbox.url
    );
    std::fs::write(&profile, text).unwrap();
    let cli = Cli {
        program,
        home: dir.path().to_owned(),
        profile,
        token: sandbox.token.clone(),
    };
    let client = sandbox.client();

    cli.done(&[
        "projects",
        "create",
        "by-cli",
        "--org-id",
        "sandbox",
        "--db-password",
        "example-password",
        "--region",
        "sa-east-1",
        "--yes",
    ])
    .await;
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

    cli.done(&["projects", "delete", project.reference.as_str(), "--yes"])
        .await;
    client
        .wait_until_gone(&project.reference, Duration::from_secs(30))
        .await
        .unwrap();
    assert!(databases.names().is_empty());
    sandbox.stop().await;
}
