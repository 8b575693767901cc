//! `mcp config`: each client's file, through the binary.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

const REF: &str = "abcdefghijklmnopqrst";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk {
            folder: tempfile::tempdir().unwrap(),
        };
        let home = desk.folder.path().join("work/instances/default");
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join(".env"), "SUPABASE_ACCESS_TOKEN=example-token\n").unwrap();
        let supabase = format!("{{\"kind\": \"cloud\", \"projectRef\": \"{REF}\"}}\n");
        fs::write(home.join("supabase.config.json"), supabase).unwrap();
        let atlassian = r#"{"kind": "cloud", "site": "example.atlassian.net", "jiraProjectKey": "ACME", "confluenceSpaceKey": "DOCS"}"#;
        fs::write(home.join("atlassian.config.json"), atlassian).unwrap();
        desk
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("work")
    }

    /// Code, standard output and standard error.
    fn config(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let out = Command::new(env!("CARGO_BIN_EXE_matriz"))
            .args(["mcp", "config"])
            .args(arguments)
            .current_dir(self.root())
            .env("HOME", self.folder.path())
            .env_remove("MATRIZ_ROOT")
            .env_remove("INSTANCE_NAME")
            .output()
            .unwrap();
        (
            out.status.code(),
            String::from_utf8(out.stdout).unwrap(),
            String::from_utf8(out.stderr).unwrap(),
        )
    }

    fn written(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.config(arguments);
        assert_eq!(code, Some(0), "{out}{err}");
        out
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn each_client_finds_its_file_where_it_looks() {
    let desk = Desk::new();
    let url = format!(
        "https://mcp.supabase.com/mcp?project_ref={REF}&read_only=true&features=database,docs"
    );
    for (client, file, servers, key) in [
        ("claude", "work/.mcp.json", "mcpServers", "url"),
        ("cursor", "work/.cursor/mcp.json", "mcpServers", "url"),
        ("vscode", "work/.vscode/mcp.json", "servers", "url"),
        (
            "windsurf",
            ".codeium/windsurf/mcp_config.json",
            "mcpServers",
            "serverUrl",
        ),
    ] {
        let path = desk.folder.path().join(file);
        let shown = desk.written(&["--client", client]);
        assert!(
            shown.contains(&url) && !path.exists(),
            "{client}: nothing is written unasked"
        );
        desk.written(&["--client", client, "--write", "--dry-run"]);
        assert!(!path.exists(), "{client}");
        let said = desk.written(&["--client", client, "--write"]);
        assert!(
            said.contains("limited by the server to the project"),
            "{said}"
        );
        let text = read(&path);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value[servers]["supabase"][key], url, "{client}");
        assert_eq!(
            value[servers]["atlassian"]["env"]["JIRA_PROJECTS_FILTER"],
            "ACME"
        );
        assert!(!text.contains("example-token"), "{client}");
        desk.written(&["--client", client, "--write"]);
        assert_eq!(read(&path), text, "{client}: a second time changes nothing");
    }
    // without a client it's the instance's own, for its owner alone
    desk.written(&["--write"]);
    let own = desk.root().join("instances/default/mcp.json");
    assert_eq!(fs::metadata(own).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn comments_order_and_others_servers_stay_byte_for_byte() {
    let desk = Desk::new();
    let path = desk.root().join(".vscode/mcp.json");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let old = "{\n\t// the team's\n\t\"servers\": {\n\t\t\"mine\": { \"command\" : \"x\", }, // keep\n\t},\n\t\"inputs\": [ /* none */ ],\n}\n";
    fs::write(&path, old).unwrap();
    desk.written(&["--client", "vscode", "--write"]);
    let new = read(&path);
    assert!(new.starts_with("{\n\t// the team's\n\t\"servers\": {\n\t\t\"mine\": { \"command\" : \"x\", }, // keep\n\t\t\"supabase\": {"), "{new}");
    assert!(
        new.contains("/* none */") && new.contains("\"ATLASSIAN_API_TOKEN\""),
        "{new}"
    );
}

#[test]
fn an_entry_of_somebody_elses_gives_way_on_a_yes_only() {
    let desk = Desk::new();
    let path = desk.root().join(".mcp.json");
    let old = r#"{"mcpServers": {"supabase": {"command": "mine", "env": {"A_TOKEN": "example-secret"}}}}"#;
    fs::write(&path, old).unwrap();
    let (code, out, err) = desk.config(&["--client", "claude", "--write"]);
    assert_eq!(code, Some(3), "{out}{err}");
    assert!(
        out.contains("Matriz didn't write") && out.contains("mine"),
        "{out}"
    );
    assert!(!out.contains("example-secret"), "{out}");
    assert_eq!(read(&path), old);
    desk.written(&["--client", "claude", "--write", "--yes"]);
    assert!(read(&path).contains(REF) && !read(&path).contains("example-secret"));
}

#[test]
fn a_broken_file_is_named_with_its_place_and_stays() {
    let desk = Desk::new();
    let path = desk.root().join(".cursor/mcp.json");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for old in [
        "{\n  \"mcpServers\": {,\n}\n",
        "{\n  \"mcpServers\": 1\n}\n",
        "[]",
    ] {
        fs::write(&path, old).unwrap();
        let (code, _, err) = desk.config(&["--client", "cursor", "--write", "--yes"]);
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains(".cursor/mcp.json:"), "{err}");
        assert_eq!(read(&path), old);
    }
}

#[test]
fn what_is_asked_for_is_in_the_entry_and_what_is_not_isolated_is_said() {
    let desk = Desk::new();
    let out = desk.written(&[
        "--json",
        "--writable",
        "--features",
        "docs,storage",
        "--headless",
    ]);
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        value["changes"][0]["entry"],
        json!({"type": "http",
            "url": format!("https://mcp.supabase.com/mcp?project_ref={REF}&features=docs,storage"),
            "headers": {"Authorization": "Bearer ${SUPABASE_ACCESS_TOKEN}"}})
    );
    assert_eq!(value["written"], false);
    let out = desk.written(&["--hosted-atlassian"]);
    assert!(
        out.contains("can't be limited to a project or a space"),
        "{out}"
    );
    let (code, _, err) = desk.config(&["--features", "account"]);
    assert_eq!(code, Some(2), "{err}");
    let home = desk.root().join("instances/default");
    fs::write(home.join("supabase.config.json"), "{\"kind\": \"cloud\"}").unwrap();
    fs::write(home.join("atlassian.config.json"), "{\"kind\": \"none\"}").unwrap();
    let (code, _, err) = desk.config(&[]);
    assert_eq!(code, Some(1));
    assert!(err.contains("matriz init default"), "{err}");
}
