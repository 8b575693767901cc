//! Instance folders: listed, created, thrown away.

use std::fs;
use std::os::unix::fs::symlink;

use matriz::domain::config::{AtlassianKind, Expiry};
use matriz::domain::strategy::{ProviderKind, Strategy};
use matriz::error::Kind;
use matriz::workspace::NewInstance;

use super::{instance, listing, mode, name, workspace};

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
