//! The look before a commit, and the hook.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::company::secret;
use crate::place::Place;

#[test]
fn what_is_staged_counts_and_not_what_lies_in_the_folder() {
    let place = Place::clean(6);
    place.git(&["commit", "--quiet", "-m", "first"]);
    let value = place.value(3, "STRIPE_SECRET_KEY");
    place.write("docs/a.md", &format!("one\ntwo {value}\n"));
    let said = place.matriz(&["doctor", "--staged"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    place.git(&["add", "docs"]);
    place.write("docs/a.md", "clean again\n");
    let said = place.matriz_in("docs", &["doctor", "--staged"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out
            .contains("docs/a.md:2 holds the value of STRIPE_SECRET_KEY of company-3."),
        "{}",
        said.out
    );
    assert!(!said.out.contains(&value) && !said.err.contains(&value));
    place.git(&["add", "docs"]);
    assert_eq!(place.matriz(&["doctor", "--staged"]).code, Some(0));
}

#[test]
fn forms_env_files_and_odd_names_are_seen_before_the_first_commit() {
    let place = Place::clean(3);
    let token = format!("sbp_{}", "9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6");
    place.write("docs/ação \"x\".md", &format!("{token}\n"));
    place.write("docs/fine.md", &format!("{token} matriz:allow\n"));
    place.git(&["add", "docs"]);
    place.git(&["add", "--force", "instances/default/.env"]);
    let said = place.matriz(&["doctor", "--staged", "--json"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let value: serde_json::Value = serde_json::from_str(said.out.trim()).unwrap();
    let leaks = value["leaks"].as_array().unwrap();
    let of = |file: &str| leaks.iter().filter(|l| l["file"] == file).count();
    assert_eq!(of("docs/ação \"x\".md"), 1, "{leaks:?}");
    assert_eq!(of("docs/fine.md"), 0);
    assert!(of("instances/default/.env") > 3, "{leaks:?}");
    assert!(!said.out.contains(&token));
}

#[test]
fn a_usual_commit_is_looked_into_quickly() {
    let place = Place::clean(30);
    place.git(&["commit", "--quiet", "-m", "first"]);
    for n in 0..20 {
        place.write(
            &format!("core/new_{n}.ts"),
            &"const a = process.env.NAME\n".repeat(200),
        );
    }
    place.git(&["add", "core"]);
    let service = place.service();
    let mut took: Vec<Duration> = (0..5)
        .map(|_| {
            let began = Instant::now();
            assert_eq!(service.staged().unwrap().leaks, []);
            began.elapsed()
        })
        .collect();
    took.sort();
    println!(
        "MEASURED a look at 20 staged files, 30 instances: median {:?}",
        took[2]
    );
    let limit = if cfg!(debug_assertions) { 3_000 } else { 200 };
    assert!(took[0] < Duration::from_millis(limit), "{took:?}");
}

#[test]
fn the_hook_stops_a_commit_with_a_secret() {
    let place = Place::clean(3);
    place.git(&["commit", "--quiet", "-m", "first"]);
    let said = place.matriz(&["doctor", "--install-hook"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let hook = place.root.join(".git/hooks/pre-commit");
    assert_eq!(
        fs::metadata(&hook).unwrap().permissions().mode() & 0o111,
        0o111
    );
    assert_eq!(place.matriz(&["doctor", "--install-hook"]).code, Some(0));

    place.write(
        "docs/a.md",
        &format!("{}\n", place.value(0, "STRIPE_SECRET_KEY")),
    );
    place.git(&["add", "docs"]);
    let commit = place
        .git_command(&["commit", "-m", "leak"])
        .output()
        .unwrap();
    assert!(!commit.status.success(), "{commit:?}");
    let said = String::from_utf8_lossy(&commit.stdout).into_owned()
        + &String::from_utf8_lossy(&commit.stderr);
    assert!(
        said.contains("docs/a.md:1 holds the value of STRIPE_SECRET_KEY"),
        "{said}"
    );
    // what git commits with --all is another index than the usual one
    place.write("docs/a.md", "fine\n");
    place.write(
        "core/scripts/step_0.ts",
        &format!("// {}\n", secret(0, "stripe", 32)),
    );
    let commit = place
        .git_command(&["commit", "--all", "-m", "leak"])
        .output()
        .unwrap();
    assert!(!commit.status.success(), "{commit:?}");
    place.write("core/scripts/step_0.ts", "// fine\n");
    let commit = place
        .git_command(&["commit", "--all", "-m", "fine"])
        .output()
        .unwrap();
    assert!(commit.status.success(), "{commit:?}");
}

#[test]
fn a_hook_that_is_there_stays_and_the_configured_folder_counts() {
    let place = Place::clean(1);
    place.git(&["config", "core.hooksPath", "tools/hooks"]);
    let said = place.matriz(&["doctor", "--install-hook"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        place
            .read("tools/hooks/pre-commit")
            .contains("doctor --staged")
    );
    place.write("tools/hooks/pre-commit", "#!/bin/sh\nmake lint\n");
    let said = place.matriz(&["doctor", "--install-hook"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.err.contains("matriz doctor --staged || exit 1"),
        "{}",
        said.err
    );
    assert_eq!(
        place.read("tools/hooks/pre-commit"),
        "#!/bin/sh\nmake lint\n"
    );
}
