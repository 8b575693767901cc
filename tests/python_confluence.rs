//! `atlassian-python-api` against the sandbox: another judge than our own client.
//!
//! The interpreter is `MATRIZ_ATLASSIAN_PYTHON`, or `python3` where it has the package. With
//! `MATRIZ_REQUIRE_ALL` set the package is installed into a temporary environment where it's
//! missing; else that is a skip.

mod api;
mod wiki;

use std::path::{Path, PathBuf};
use std::time::Duration;

use matriz::sandbox::atlassian::OWNER;
use tokio::process::Command;
use wiki::Wiki;

/// The version that these calls were tried with.
const PACKAGE: &str = "atlassian-python-api==5.0.5";

const SCRIPT: &str = r#"
import sys, warnings
warnings.simplefilter("ignore")
from atlassian import Confluence, ConfluenceV2
url, email, token = sys.argv[1:4]
new = ConfluenceV2(url, username=email, password=token, cloud=True)
old = Confluence(url, username=email, password=token, cloud=False)

space = new.create_space("PY", "Feito em Python")
assert new.get_space_by_key("PY")["id"] == space["id"]
page = new.create_page(space["id"], "Guia", "<p>um</p>")
try:
    new.create_page(space["id"], "Guia", "<p>outro</p>")
    raise SystemExit("the same title was taken twice")
except Exception as error:
    assert error.response.status_code == 400, error
new.update_page(page["id"], title="Guia", body="<p>fila de pedidos</p>", status="current", version=1)
read = new.get_page_by_id(page["id"], body_format="storage")
assert read["version"]["number"] == 2, read
assert read["body"]["storage"]["value"] == "<p>fila de pedidos</p>", read
for n in range(4):
    new.create_page(space["id"], f"Filho {n}", "<p />", parent_id=page["id"])
children = new.get_child_pages(page["id"], limit=3)
titles = [child["title"] for child in children]
assert titles == [f"Filho {n}" for n in range(4)], titles

old.attach_content(b"conteudo", "plano.txt", "text/plain", page_id=page["id"])
old.set_page_label(page["id"], "guia")
assert [label["name"] for label in new.get_page_labels(page["id"])] == ["guia"]
found = old.cql('space = PY and label = "guia" and text ~ "fila"')
assert [r["content"]["id"] for r in found["results"]] == [page["id"]], found
new.create_page_property(page["id"], "mark", {"from": 1})
new.delete_page(page["id"])
print("done")
"#;

async fn interpreter(dir: &Path) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MATRIZ_ATLASSIAN_PYTHON") {
        return Some(PathBuf::from(named));
    }
    let python = PathBuf::from("python3");
    let has = Command::new(&python)
        .args(["-c", "import atlassian"])
        .output()
        .await;
    if has.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    if std::env::var_os("MATRIZ_REQUIRE_ALL").is_none() {
        println!("SKIP atlassian-python-api: python3 doesn't have it (pip install {PACKAGE})");
        return None;
    }
    let place = dir.join("venv");
    run(Command::new(&python).args(["-m", "venv"]).arg(&place)).await;
    let inside = place.join("bin/python");
    // its cache goes with the folder
    let words = ["-m", "pip", "install", "--quiet", "--no-cache-dir", PACKAGE];
    run(Command::new(&inside).args(words)).await;
    Some(inside)
}

async fn run(command: &mut Command) -> String {
    let running = command.kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(300), running)
        .await
        .expect("in time")
        .expect("MATRIZ_REQUIRE_ALL is set, and python3 is missing");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{error}");
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_makes_finds_and_deletes() {
    let dir = tempfile::tempdir().unwrap();
    let Some(python) = interpreter(dir.path()).await else {
        return;
    };
    let wiki = Wiki::start(&dir.path().join("sandbox")).await;
    let call = &mut Command::new(&python);
    let call = call
        .args(["-c", SCRIPT])
        .arg(format!("{}/wiki", wiki.sandbox.url))
        .arg(OWNER.email)
        .arg(wiki.sandbox.site.token())
        .env("HOME", dir.path())
        .env("NO_PROXY", "127.0.0.1");
    assert_eq!(run(call).await.trim(), "done");
    wiki.sandbox.stop().await;
}
