//! The PyPI package `jira` against the sandbox: another judge than our own client.
//!
//! With `MATRIZ_REQUIRE_ALL` set it is installed with pip into a temporary folder; else
//! `MATRIZ_JIRA_PYTHON` names a Python that has it, and without one that is a skip.

mod api;
mod jira;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use jira::Jira;
use matriz::sandbox::atlassian::OWNER;
use tokio::process::Command;

/// The version that these calls were tried with.
const PACKAGE: &str = "jira==3.10.5";

const PROGRAM: &str = r#"
import os
from jira import JIRA

client = JIRA(
    server=os.environ["SITE"],
    basic_auth=(os.environ["EMAIL"], os.environ["TOKEN"]),
    options={"rest_api_version": "3"},
    max_retries=0,
)
assert client.myself()["displayName"] == "Sandbox Owner"

made = client._session.post(client._get_url("project"), json={
    "key": "PY", "name": "By Python", "leadAccountId": os.environ["LEAD"], "projectTypeKey": "software",
    "projectTemplateKey": "com.pyxis.greenhopper.jira:gh-simplified-agility-scrum",
})
assert made.status_code == 201, made.text
assert client.project("PY").name == "By Python"

def document(text):
    return {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]}]}

issue = client.create_issue(project={"key": "PY"}, summary="Primeira", issuetype={"name": "Task"},
                            description=document("olá"))
assert issue.key == "PY-1", issue.key
issue.update(fields={"summary": "Primeira, mudada"})
client.transition_issue(issue, "Done")
client.add_comment(issue, document("feito"))
found = client.enhanced_search_issues("project = PY AND statusCategory = Done", maxResults=10)
assert [i.key for i in found] == ["PY-1"], found
assert found[0].fields.summary == "Primeira, mudada"
assert found[0].fields.status.name == "Done"
assert len(client.issue("PY-1").fields.comment.comments) == 1
boards = client.boards(projectKeyOrID="PY")
sprint = client.create_sprint("S1", boards[0].id)
client.add_issues_to_sprint(sprint.id, ["PY-1"])
issue.delete()
assert len(client.enhanced_search_issues("project = PY")) == 0
print("judged")
"#;

async fn python(dir: &Path) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MATRIZ_JIRA_PYTHON") {
        return Some(PathBuf::from(named));
    }
    if std::env::var_os("MATRIZ_REQUIRE_ALL").is_none() {
        println!("SKIP official jira client: MATRIZ_JIRA_PYTHON names no Python with {PACKAGE}");
        return None;
    }
    let venv = dir.join("venv");
    done(Command::new("python3").args(["-m", "venv"]).arg(&venv)).await;
    let python = venv.join("bin/python");
    done(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-cache-dir",
        PACKAGE,
    ]))
    .await;
    Some(python)
}

async fn done(command: &mut Command) -> Output {
    let running = command.kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(300), running)
        .await
        .expect("in time")
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_creates_finds_moves_and_deletes() {
    let dir = tempfile::tempdir().unwrap();
    let Some(python) = python(dir.path()).await else {
        return;
    };
    let jira = Jira::start(&dir.path().join("sandbox")).await;
    let mut command = Command::new(python);
    command
        .args(["-c", PROGRAM])
        .env("SITE", &jira.sandbox.url)
        .env("EMAIL", OWNER.email)
        .env("TOKEN", jira.sandbox.site.token())
        .env("LEAD", OWNER.account_id)
        .env("HOME", dir.path())
        .env("NO_PROXY", "127.0.0.1");
    let output = done(&mut command).await;
    assert!(String::from_utf8_lossy(&output.stdout).contains("judged"));
    jira.sandbox.stop().await;
}
