//! An instance's `.env`, and the environment of a command.

use std::fs;
use std::os::unix::fs::symlink;

use matriz::error::Kind;

use super::{instance, mode, name, workspace};

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
