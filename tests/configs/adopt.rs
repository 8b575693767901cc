//! A repository becomes a workspace, and a repository again.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use crate::repository::Repository;

const ADOPT: [&str; 4] = ["workspace", "adopt", "--yes", "--json"];
const UNDO: [&str; 5] = ["workspace", "adopt", "--undo", "--yes", "--json"];

#[test]
fn a_plan_is_shown_and_nothing_is_changed() {
    for git in [true, false] {
        let place = Repository::new(git);
        let before = place.whole();
        let said = place.matriz(&["workspace", "adopt", "--dry-run"]).ok();
        for line in [
            "scripts → core/scripts",
            ".env → instances/default/.env",
            "package.json:3: \"seed\": \"node scripts/seed.js\"",
            "Makefile:2: cd backend && ./run",
            ".github/workflows/ci.yml:1: run: ./scripts/run.sh",
            "core/scripts/seed.js:1: ",
        ] {
            assert!(said.out.contains(line), "{line}: {}", said.out);
        }
        // talk isn't a command, and no value of the environment is shown
        assert!(!said.out.contains("README.md") && !said.out.contains("example-token"));
        assert_eq!(said.out.contains("staged"), git);
        assert_eq!(place.whole(), before);
        // without a yes there is nobody to ask
        place.refused(&["workspace", "adopt"]);
    }
}

#[test]
fn what_was_adopted_works_and_comes_back_byte_for_byte() {
    for git in [true, false] {
        let place = Repository::new(git);
        let before = place.whole();
        let env = fs::read(place.path(".env")).unwrap();
        let said = place.matriz(&ADOPT).ok().json();
        assert_eq!(said["state"], "done");
        assert_eq!(said["not_ignored"], serde_json::json!([]), "{said}");
        assert_eq!(fs::read(place.path("instances/default/.env")).unwrap(), env);
        let mode = |path: &str| fs::metadata(place.path(path)).unwrap().mode() & 0o7777;
        assert_eq!(mode("instances/default/.env"), 0o600);
        assert_eq!(mode("core/scripts/run.sh"), 0o755);
        assert!(
            place.path("core/backend/docs/a ç b.md").exists(),
            "a link that moved along"
        );
        let shown = place.matriz(&["show", "default", "--json"]);
        let shown = shown.ok().json();
        assert_eq!(shown["project_ref"], "abcdefghijklmnopqrst");
        assert_eq!(shown["kind"], "cloud");
        assert_eq!(shown["jira"]["key"], "ACME");
        if git {
            let status = place.git(&["status", "--porcelain"]);
            assert!(
                status.contains("R  scripts/run.sh -> core/scripts/run.sh"),
                "{status}"
            );
            assert!(
                !status.contains(" D ") && !status.contains(".env"),
                "{status}"
            );
            assert_eq!(
                place.git(&["check-ignore", "core/backend/build"]).trim(),
                "core/backend/build"
            );
            place.git(&[
                "check-ignore",
                "instances/default/.env",
                "instances/default/mcp.json",
                ".matriz",
            ]);
        }
        place.matriz(&UNDO).ok();
        // what `show` put there since (the registry) is the program's own and ignored
        fs::remove_dir_all(place.path(".matriz")).unwrap();
        assert_eq!(place.whole(), before);
    }
}

#[test]
fn taken_back_at_once_nothing_is_left() {
    for git in [true, false] {
        let place = Repository::new(git);
        let before = place.whole();
        place.matriz(&ADOPT).ok();
        assert_ne!(place.whole(), before);
        assert!(place.refused(&ADOPT).contains("workspace already"));
        place.matriz(&UNDO).ok();
        assert_eq!(place.whole(), before);
        let said = place.matriz(&UNDO);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(place.whole(), before);
    }
}

#[test]
fn what_was_changed_since_comes_along_and_what_would_be_lost_refuses() {
    let place = Repository::new(true);
    place.matriz(&ADOPT).ok();
    place.git(&["add", "-A"]);
    place.commit();
    place.write("core/scripts/new.js", "// new\n");
    place.write("core/scripts/seed.js", "// changed\n");
    place.write("instances/default/.env", "A=1\n");
    let toml = fs::read_to_string(place.path("instances/default/instance.toml")).unwrap();
    place.write(
        "instances/default/instance.toml",
        &format!("{toml}# mine\n"),
    );
    let said = place.refused(&UNDO);
    assert!(
        said.contains("instances/default/instance.toml was changed since"),
        "{said}"
    );
    place.write("instances/default/instance.toml", &toml);
    place.matriz(&["create", "other"]).ok();
    assert!(place.refused(&UNDO).contains("other instances (other)"));
    fs::remove_dir_all(place.path("instances/other")).unwrap();
    place.write("instances/default/briefing.md", "# Ours\n");
    let said = place.matriz(&UNDO).ok();
    assert!(
        said.json()["stays"]
            .to_string()
            .contains("instances/default stays")
    );
    let read = |path: &str| fs::read_to_string(place.path(path)).unwrap();
    assert_eq!(read("scripts/new.js"), "// new\n");
    assert_eq!(read("scripts/seed.js"), "// changed\n");
    assert_eq!(read(".env"), "A=1\n");
    assert_eq!(read("instances/default/briefing.md"), "# Ours\n");
    assert!(!place.path("core").exists() && !place.path("matriz.toml").exists());
}

#[test]
fn what_cannot_be_adopted_is_refused_with_a_sentence() {
    type Spoil = fn(&Repository);
    let cases: [(&str, Spoil); 9] = [
        ("core/scripts is there already", |p| {
            p.write("core/scripts/x", "")
        }),
        ("core is there already, and is no folder", |p| {
            p.write("core", "")
        }),
        ("a workspace already", |p| p.write("instances/a/.env", "")),
        ("scripts is a symbolic link", |p| {
            fs::rename(p.path("scripts"), p.path("other")).unwrap();
            symlink("other", p.path("scripts")).unwrap();
        }),
        (".env is no plain file", |p| {
            fs::rename(p.path(".env"), p.path("other")).unwrap();
            symlink("other", p.path(".env")).unwrap();
        }),
        ("changes that aren't committed", |p| {
            p.write("scripts/seed.js", "// changed\n")
        }),
        ("told to look away", |p| {
            p.git(&["update-index", "--assume-unchanged", "scripts/seed.js"]);
        }),
        ("is a submodule", |p| {
            let object = p.git(&["rev-parse", "HEAD"]);
            let line = format!("160000,{},backend/part", object.trim());
            p.git(&["update-index", "--add", "--cacheinfo", &line]);
        }),
        ("belongs to a repository elsewhere", |p| {
            p.write("backend/tree/.git", "gitdir: /nowhere\n");
        }),
    ];
    for (why, spoil) in cases {
        let place = Repository::new(true);
        spoil(&place);
        let said = place.refused(&ADOPT);
        assert!(said.contains(why), "{why}: {said}");
    }
    // a folder of a repository isn't one
    let place = Repository::new(true);
    let said = place.refused(&["workspace", "adopt", "docs", "--yes"]);
    assert!(said.contains("nothing to adopt"), "{said}");
    place.write("backend/docs2/scripts/x", "");
    let said = place.refused(&["workspace", "adopt", "backend/docs2", "--yes"]);
    assert!(said.contains("a part of the repository"), "{said}");
}

#[test]
fn a_folder_that_may_not_be_written_is_refused() {
    if nix::unistd::geteuid().is_root() {
        return; // root may write anywhere
    }
    let place = Repository::new(false);
    place.mode("backend", 0o555);
    let said = place.refused(&ADOPT);
    place.mode("backend", 0o755);
    assert!(said.contains("backend is read-only"), "{said}");
}

#[test]
fn a_repository_within_moves_and_a_tracked_env_is_warned_of() {
    let place = Repository::new(true);
    place.git(&["init", "-q", "backend/part"]);
    place.write("backend/part/x", "1");
    place.git(&["add", "-f", ".env"]);
    place.commit();
    let before = place.whole();
    let said = place.matriz(&ADOPT).ok().json();
    let notes = said["plan"]["notes"].to_string();
    assert!(notes.contains("git tracks .env"), "{notes}");
    assert!(
        notes.contains("backend/part is a repository of its own"),
        "{notes}"
    );
    assert!(place.path("core/backend/part/.git").is_dir());
    place.matriz(&UNDO).ok();
    assert_eq!(place.whole(), before);
}

#[test]
fn an_empty_folder_becomes_a_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let place = Repository::new(false);
    let path = folder.path().display().to_string();
    place
        .matriz(&["workspace", "init", &path, "--dry-run"])
        .ok();
    assert!(!folder.path().join("instances").exists());
    place.matriz(&["workspace", "init", &path]).ok();
    assert!(folder.path().join("instances").is_dir());
    let said = place.matriz(&["--root", &path, "list"]).ok();
    assert!(said.out.contains("No instances yet"), "{}", said.out);
}
