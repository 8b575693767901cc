//! A workspace on a real disk: found, listed, created, edited, selected, thrown away.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use matriz::domain::config::{AtlassianKind, Expiry};
use matriz::domain::name::InstanceName;
use matriz::domain::strategy::{ProviderKind, Strategy};
use matriz::error::Kind;
use matriz::workspace::{InstanceDir, McpSupabase, NewInstance, Workspace};

const REF: &str = "abcdefghijklmnopqrst";

fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

fn workspace() -> (tempfile::TempDir, Workspace) {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::init(dir.path()).unwrap();
    (dir, workspace)
}

fn instance(workspace: &Workspace, text: &str) -> InstanceDir {
    workspace
        .create_instance(&name(text), &NewInstance::default())
        .unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn listing(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_root_is_found_from_below_and_an_explicit_one_wins() {
    let (dir, workspace) = workspace();
    let deep = dir.path().join("core/scripts");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(Workspace::find(None, &deep).unwrap(), workspace);

    let (other, expected) = self::workspace();
    let found = Workspace::find(Some(other.path()), &deep).unwrap();
    assert_eq!(found, expected);
    assert_eq!(
        Workspace::find(Some(Path::new("..")), &dir.path().join("core")).unwrap(),
        workspace,
        "a relative root starts at the current folder"
    );
}

#[test]
fn without_a_workspace_there_is_a_sentence_and_a_hint() {
    let dir = tempfile::tempdir().unwrap();
    for explicit in [None, Some(dir.path())] {
        let error = Workspace::find(explicit, dir.path()).unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
        assert!(error.hint.is_some());
    }
    let missing = dir.path().join("missing");
    assert_eq!(
        Workspace::find(Some(&missing), dir.path())
            .unwrap_err()
            .kind,
        Kind::Io
    );
    fs::write(dir.path().join("matriz.toml"), "").unwrap();
    let workspace = Workspace::find(None, dir.path()).unwrap();
    assert_eq!(workspace.instances().unwrap(), []);
}

#[test]
fn the_state_folder_is_private_and_ignored_by_git() {
    let (_dir, workspace) = workspace();
    let state = workspace.state_dir().unwrap();
    assert_eq!(mode(&state), 0o700);
    assert_eq!(fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
    workspace.state_dir().unwrap();
    assert_eq!(mode(&state), 0o700);
}

#[test]
fn folders_with_a_valid_name_are_instances_and_the_others_are_reported() {
    let (dir, workspace) = workspace();
    let instances = dir.path().join("instances");
    for folder in ["default", "clone-1", "Clone-2", "a b", ".hidden"] {
        fs::create_dir(instances.join(folder)).unwrap();
    }
    fs::write(instances.join("README.md"), "").unwrap();
    symlink(dir.path(), instances.join("linked")).unwrap();
    assert_eq!(
        workspace.instances().unwrap(),
        [name("clone-1"), name("default")]
    );
    let skipped: Vec<String> = workspace
        .skipped()
        .unwrap()
        .into_iter()
        .map(|s| s.name)
        .collect();
    assert_eq!(skipped, ["Clone-2", "a b", "linked"]);
    assert_eq!(
        workspace.instance(&name("linked")).unwrap_err().kind,
        Kind::Refused
    );
    let error = workspace.instance(&name("nope")).unwrap_err();
    assert!(error.hint.unwrap().contains("clone-1, default"));
}

#[test]
fn a_new_instance_has_every_file_with_what_was_asked_for() {
    let (dir, workspace) = workspace();
    fs::write(
        dir.path().join("matriz.toml"),
        "[providers.supabase]\norganization = \"acme\"\nregion = \"eu-west-1\"\n",
    )
    .unwrap();
    let new = NewInstance {
        strategy: Strategy::Schema,
        kind: ProviderKind::Cloud,
        purpose: "try \"it\"".into(),
        owner: "ops".into(),
        labels: vec!["demo".into()],
        expiry: Expiry::IdleDays(14),
        cloned_from: Some(name("default")),
        ..NewInstance::default()
    };
    let made = workspace.create_instance(&name("clone-1"), &new).unwrap();
    assert_eq!(
        listing(made.path()),
        [
            ".env",
            "atlassian.config.json",
            "instance.toml",
            "mcp.json",
            "supabase.config.json"
        ]
    );
    assert_eq!(mode(&made.env_path()), 0o600);
    let manifest = made.manifest().unwrap();
    assert_eq!(manifest.purpose, "try \"it\"");
    assert_eq!(manifest.labels, ["demo"]);
    assert_eq!(manifest.expiry, Expiry::IdleDays(14));
    assert_eq!(manifest.cloned_from.as_deref(), Some("default"));
    assert!(manifest.created.is_some());
    let config = made.supabase_config().unwrap();
    assert_eq!(config.kind, ProviderKind::Cloud);
    assert_eq!(
        (config.organization.as_str(), config.region.as_str()),
        ("acme", "eu-west-1")
    );
    assert_eq!(config.schema, "clone_1");
    assert_eq!(made.atlassian_config().unwrap().kind, AtlassianKind::None);
    let (env, _) = made.read_env().unwrap();
    assert_eq!(env.get("MCP_SUPABASE_SCHEMA"), Some("clone_1"));
    assert_eq!(
        listing(&dir.path().join("instances")),
        ["clone-1"],
        "nothing temporary is left"
    );
}

#[test]
fn a_name_is_taken_in_whatever_case() {
    let (dir, workspace) = workspace();
    fs::create_dir(dir.path().join("instances/Clone-1")).unwrap();
    fs::create_dir(dir.path().join("instances/empty")).unwrap();
    for taken in ["clone-1", "empty"] {
        let error = workspace
            .create_instance(&name(taken), &NewInstance::default())
            .unwrap_err();
        assert_eq!(error.kind, Kind::Conflict);
    }
    assert_eq!(listing(&dir.path().join("instances")), ["Clone-1", "empty"]);
}

#[test]
fn of_many_who_create_one_name_one_wins() {
    let (dir, workspace) = workspace();
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let workspace = workspace.clone();
                scope.spawn(move || {
                    let new = NewInstance {
                        purpose: format!("p{i}"),
                        ..NewInstance::default()
                    };
                    workspace.create_instance(&name("one"), &new)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    let conflicts = results.iter().filter_map(|r| r.as_ref().err());
    assert!(conflicts.into_iter().all(|e| e.kind == Kind::Conflict));
    assert_eq!(listing(&dir.path().join("instances")), ["one"]);
}

#[test]
fn an_env_that_someone_else_changed_is_not_overwritten() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let (mut env, stamp) = made.read_env().unwrap();
    env.set("A", "mine").unwrap();
    // the same length, within the same tick of the clock
    let theirs = fs::read_to_string(made.env_path())
        .unwrap()
        .replace("384", "385");
    fs::write(made.env_path(), &theirs).unwrap();
    let error = made.save_env(&env, &stamp).unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(fs::read_to_string(made.env_path()).unwrap(), theirs);

    let (mut env, stamp) = made.read_env().unwrap();
    env.set("A", "mine").unwrap();
    let stamp = made.save_env(&env, &stamp).unwrap();
    env.set("A", "again").unwrap();
    made.save_env(&env, &stamp).unwrap();
    assert_eq!(made.read_env().unwrap().0.get("A"), Some("again"));
    fs::remove_file(made.env_path()).unwrap();
    assert_eq!(
        made.save_env(&env, &stamp).unwrap_err().kind,
        Kind::Conflict
    );
}

#[test]
fn edits_of_many_at_once_are_all_kept() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let made = made.clone();
            scope.spawn(move || {
                for i in 0..10 {
                    made.edit_env(|env| env.set(&format!("K_{thread}_{i}"), "x"))
                        .unwrap();
                }
            });
        }
    });
    let (env, _) = made.read_env().unwrap();
    assert_eq!(env.pairs().filter(|(k, _)| k.starts_with("K_")).count(), 40);
}

#[test]
fn a_broken_env_is_one_error_with_its_place_and_stays_as_it_is() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let text = "A=1\nTOKEN='example\nB=2\n";
    fs::write(made.env_path(), text).unwrap();
    let error = made.read_env().unwrap_err();
    assert!(
        error
            .message
            .starts_with("instances/default/.env:2:7: E101 "),
        "{}",
        error.message
    );
    assert!(made.edit_env(|env| env.set("A", "2")).is_err());
    assert_eq!(fs::read_to_string(made.env_path()).unwrap(), text);
    fs::write(made.env_path(), b"A=\xff\n").unwrap();
    assert_eq!(made.read_env().unwrap_err().kind, Kind::Parse);
}

#[test]
fn a_linked_env_is_refused() {
    let (dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let (env, stamp) = made.read_env().unwrap();
    let target = dir.path().join("elsewhere");
    fs::rename(made.env_path(), &target).unwrap();
    symlink(&target, made.env_path()).unwrap();
    let before = fs::read(&target).unwrap();
    assert_eq!(made.read_env().unwrap_err().kind, Kind::Refused);
    assert_eq!(made.save_env(&env, &stamp).unwrap_err().kind, Kind::Refused);
    assert_eq!(made.ensure_env().unwrap_err().kind, Kind::Refused);
    assert_eq!(fs::read(&target).unwrap(), before);
}

#[test]
fn a_fresh_clone_of_the_repository_gets_its_env_from_the_example() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    fs::remove_file(made.env_path()).unwrap();
    assert_eq!(made.read_env().unwrap_err().kind, Kind::NotFound);
    fs::write(made.path().join(".env.example"), "# ours\nA=1\n").unwrap();
    assert!(made.ensure_env().unwrap());
    assert!(!made.ensure_env().unwrap());
    assert_eq!(
        fs::read_to_string(made.env_path()).unwrap(),
        "# ours\nA=1\n"
    );
    assert_eq!(mode(&made.env_path()), 0o600);
    fs::remove_file(made.env_path()).unwrap();
    fs::remove_file(made.path().join(".env.example")).unwrap();
    assert!(made.ensure_env().unwrap());
    assert!(made.read_env().unwrap().0.contains("EMBEDDING_DIM"));
}

#[test]
fn configs_keep_what_matriz_does_not_know() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("supabase.config.json");
    let text = "{\n    \"region\" : \"sa-east-1\",\n    \"pooler\": {\"ports\": [5432,6543]},\n    \"projectRef\": \"old\",\n    \"kind\": \"cloud\"\n}";
    fs::write(&path, text).unwrap();
    let mut config = made.supabase_config().unwrap();
    made.save_supabase_config(&config).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    config.project_ref = Some(REF.into());
    config.api_url = Some("http://127.0.0.1:1".into());
    made.save_supabase_config(&config).unwrap();
    let expected = text.replace("old", REF).replace(
        "\"cloud\"\n",
        "\"cloud\",\n    \"apiUrl\": \"http://127.0.0.1:1\"\n",
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    config.api_url = None;
    made.save_supabase_config(&config).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text.replace("old", REF));
    assert_eq!(made.supabase_config().unwrap(), config);
}

#[test]
fn a_config_that_is_not_json_names_its_place_and_loses_nothing() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let config = made.supabase_config().unwrap();
    let text = "{\n  \"kind\": sandbox\n}\n";
    for file in ["supabase.config.json", "atlassian.config.json", "mcp.json"] {
        fs::write(made.path().join(file), text).unwrap();
    }
    let mcp = McpSupabase::Cloud { project_ref: REF };
    for error in [
        made.supabase_config().unwrap_err(),
        made.save_supabase_config(&config).unwrap_err(),
        made.atlassian_config().unwrap_err(),
        made.write_mcp(&mcp).unwrap_err(),
    ] {
        assert_eq!(error.kind, Kind::Parse);
        assert!(
            error.message.starts_with("instances/default/")
                && error.message.contains(".json:2:11: "),
            "{}",
            error.message
        );
    }
    for file in ["supabase.config.json", "atlassian.config.json", "mcp.json"] {
        assert_eq!(fs::read_to_string(made.path().join(file)).unwrap(), text);
    }
}

#[test]
fn a_value_that_a_config_cannot_have_names_its_place() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("supabase.config.json");
    fs::write(&path, "{\n  \"kind\": \"moon\",\n  \"x\": 1\n}\n").unwrap();
    let error = made.supabase_config().unwrap_err();
    assert!(
        error
            .message
            .starts_with("instances/default/supabase.config.json:2:")
            && error.message.contains("moon"),
        "{}",
        error.message
    );
    // a key that stands there twice: the last counts, and is the one that changes
    fs::write(&path, "{\"region\": \"a\", \"region\": \"b\"}").unwrap();
    let mut config = made.supabase_config().unwrap();
    assert_eq!(config.region, "b");
    config.region = "c".into();
    made.save_supabase_config(&config).unwrap();
    assert_eq!(made.supabase_config().unwrap().region, "c");
}

#[test]
fn mcp_names_one_project_read_only_and_holds_no_secret() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("mcp.json");
    fs::write(
        &path,
        "{\n  \"mcpServers\": {\n    \"mine\": {\"command\": \"x\"}\n  },\n  \"other\": 1\n}\n",
    )
    .unwrap();
    assert!(
        made.write_mcp(&McpSupabase::Cloud { project_ref: REF })
            .unwrap()
    );
    assert!(
        !made
            .write_mcp(&McpSupabase::Cloud { project_ref: REF })
            .unwrap()
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"mine\": {\"command\": \"x\"}"));
    let value = made.mcp().unwrap().unwrap();
    assert_eq!(
        value["mcpServers"]["supabase"]["url"],
        format!(
            "https://mcp.supabase.com/mcp?project_ref={REF}&read_only=true&features=database,docs"
        )
    );
    let sandbox = McpSupabase::Sandbox {
        project_ref: REF,
        api_url: "http://127.0.0.1:5000",
        token_key: "SUPABASE_ACCESS_TOKEN",
    };
    assert!(made.write_mcp(&sandbox).unwrap());
    let value = made.mcp().unwrap().unwrap();
    assert_eq!(
        value["mcpServers"]["supabase"]["env"]["SUPABASE_ACCESS_TOKEN"],
        "${SUPABASE_ACCESS_TOKEN}"
    );
    assert_eq!(
        value["mcpServers"]["supabase"]["args"][5],
        "--api-url=http://127.0.0.1:5000"
    );
    assert_eq!(value["other"], 1);
    let error = made.write_mcp(&McpSupabase::Cloud {
        project_ref: "x&read_only=false",
    });
    assert_eq!(error.unwrap_err().kind, Kind::Usage);
    fs::remove_file(&path).unwrap();
    assert!(made.write_mcp(&sandbox).unwrap());
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn the_selection_falls_back_to_the_settings_and_then_to_default() {
    let (dir, workspace) = workspace();
    assert_eq!(workspace.selected().unwrap(), name("default"));
    fs::write(dir.path().join("matriz.toml"), "default = \"main\"\n").unwrap();
    assert_eq!(workspace.selected().unwrap(), name("main"));
    assert_eq!(
        workspace.select(&name("clone-1")).unwrap_err().kind,
        Kind::NotFound
    );
    instance(&workspace, "clone-1");
    workspace.select(&name("clone-1")).unwrap();
    assert_eq!(workspace.selected().unwrap(), name("clone-1"));
    workspace.trash(&name("clone-1")).unwrap();
    assert_eq!(workspace.selected().unwrap(), name("main"));
}

#[test]
fn the_trash_keeps_every_version_whole() {
    let (_dir, workspace) = workspace();
    let mut kept = Vec::new();
    for round in 0..3 {
        let made = instance(&workspace, "gone");
        made.edit_env(|env| env.set("ROUND", &round.to_string()))
            .unwrap();
        kept.push(workspace.trash(&name("gone")).unwrap());
        assert_eq!(workspace.instances().unwrap(), []);
    }
    for (round, path) in kept.iter().enumerate() {
        assert!(path.starts_with(workspace.state_dir().unwrap().join("trash")));
        let text = fs::read_to_string(path.join(".env")).unwrap();
        assert!(text.contains(&format!("ROUND={round}\n")));
    }
    assert_eq!(
        workspace.trash(&name("gone")).unwrap_err().kind,
        Kind::NotFound
    );
}

#[test]
fn a_command_gets_its_instance_and_nothing_of_the_others() {
    let (dir, workspace) = workspace();
    fs::write(
        dir.path().join(".env"),
        "SUPABASE_ACCESS_TOKEN=account\nREGION=shared\n",
    )
    .unwrap();
    let one = instance(&workspace, "one");
    let two = instance(&workspace, "two");
    one.edit_env(|env| {
        env.set("REGION", "own")?;
        env.set("PATH_HINT", "x")
    })
    .unwrap();
    two.edit_env(|env| env.set("EDITOR", "theirs")).unwrap();
    fs::write(two.env_path(), "EDITOR=theirs\nBROKEN='\nTZ=theirs\n").unwrap();
    let base = [
        ("PATH", "/bin"),
        ("LC_ALL", "C"),
        ("EDITOR", "vi"),
        ("TZ", "UTC"),
        ("AWS_SECRET_ACCESS_KEY", "example"),
        ("NODE_OPTIONS", "--require evil"),
        ("INSTANCE_NAME", "two"),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let env: std::collections::BTreeMap<_, _> = workspace
        .run_environment(&name("one"), base)
        .unwrap()
        .into_iter()
        .collect();
    let get = |key: &str| env.get(key).map(String::as_str);
    assert_eq!(get("PATH"), Some("/bin"));
    assert_eq!(get("LC_ALL"), Some("C"));
    assert_eq!(get("INSTANCE_NAME"), Some("one"));
    assert_eq!(get("SUPABASE_ACCESS_TOKEN"), Some("account"));
    assert_eq!(get("REGION"), Some("own"));
    assert_eq!(get("EMBEDDING_DIM"), Some("384"));
    for absent in [
        "EDITOR",
        "TZ",
        "AWS_SECRET_ACCESS_KEY",
        "NODE_OPTIONS",
        "BROKEN",
    ] {
        assert_eq!(get(absent), None, "{absent}");
    }
}
