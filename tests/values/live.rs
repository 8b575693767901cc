//! `check --live` on the sandbox: each value opens what it should, and what doesn't is told apart.

use std::fs;

use matriz::domain::env_file::EnvFile;
use serde_json::Value;

use crate::place::Place;

fn live(place: &Place, name: &str) -> (Option<i32>, Vec<Value>) {
    let said = place.matriz(&["env", "check", "--live", "-i", name, "--json"]);
    let all = said.last()["live"].as_array().unwrap().clone();
    (said.code, all)
}

fn set(place: &Place, name: &str, key: &str, value: &str) -> String {
    let path = place.path(&format!("instances/{name}/.env"));
    let text = fs::read_to_string(&path).unwrap();
    let mut env = EnvFile::parse(&text).unwrap();
    env.set(key, value).unwrap();
    fs::write(&path, env.text()).unwrap();
    text
}

#[test]
fn what_opens_another_project_or_none_is_found() {
    let Some(place) = Place::whole().map(Place::initialised) else {
        return;
    };
    place.matriz(&["create", "other"]).ok();
    place.matriz(&["init", "other", "--yes"]).ok();
    let (code, all) = live(&place, "default");
    assert_eq!(code, Some(0), "{all:?}");
    let keys: Vec<&str> = all.iter().map(|l| l["key"].as_str().unwrap()).collect();
    assert_eq!(
        keys,
        [
            "SUPABASE_ANON_KEY",
            "SUPABASE_SERVICE_ROLE_KEY",
            "DATABASE_URL",
            "ATLASSIAN_API_TOKEN",
            "JIRA_PROJECT_KEY",
            "CONFLUENCE_SPACE_KEY"
        ]
    );
    let theirs = |key: &str| place.value("other", key);
    let anon = place.value("default", "SUPABASE_ANON_KEY");
    let mut revoked = anon.clone();
    let last = revoked.pop().unwrap();
    revoked.insert(revoked.len() - 8, if last == 'A' { 'B' } else { 'A' });
    let wrong_password =
        place
            .value("default", "DATABASE_URL")
            .replacen("://postgres", "://nobody", 1);
    for (key, value, code, word) in [
        (
            "SUPABASE_ANON_KEY",
            theirs("SUPABASE_ANON_KEY"),
            "E401",
            "another project's",
        ),
        (
            "SUPABASE_SERVICE_ROLE_KEY",
            theirs("SUPABASE_SERVICE_ROLE_KEY"),
            "E401",
            "refuse",
        ),
        ("SUPABASE_ANON_KEY", revoked, "E401", "revoked"),
        (
            "SUPABASE_SERVICE_ROLE_KEY",
            anon.clone(),
            "E402",
            "anon key",
        ),
        (
            "SUPABASE_ANON_KEY",
            place.value("default", "SUPABASE_SERVICE_ROLE_KEY"),
            "E402",
            "service key",
        ),
        (
            "DATABASE_URL",
            theirs("DATABASE_URL"),
            "E403",
            "isn't that of the project",
        ),
        ("DATABASE_URL", wrong_password, "E403", ""),
        (
            "ATLASSIAN_API_TOKEN",
            "example-old-token".into(),
            "E405",
            "token",
        ),
        ("JIRA_PROJECT_KEY", "NOWHERE".into(), "E406", "no project"),
        ("CONFLUENCE_SPACE_KEY", "NOWHERE".into(), "E407", "no space"),
    ] {
        let good = set(&place, "default", key, &value);
        let (exit, all) = live(&place, "default");
        let found = all.iter().find(|l| l["key"] == key).unwrap();
        assert_eq!((exit, &found["code"]), (Some(1), &code.into()), "{found}");
        assert!(found["text"].as_str().unwrap().contains(word), "{found}");
        assert!(
            !found.to_string().contains(&value) || value == "NOWHERE",
            "{found}"
        );
        fs::write(place.path("instances/default/.env"), good).unwrap();
    }
    let (code, _) = live(&place, "default");
    assert_eq!(code, Some(0));
    history_of_jobs(&place);
}

/// What `init` wrote is in the history as the job's, and what the loop above did as an editor's.
fn history_of_jobs(place: &Place) {
    let all = place.json(&["env", "history", "-i", "default", "-n", "500"]);
    let all = all["changes"].as_array().unwrap().clone();
    let of = |by: &str| {
        let mine = all
            .iter()
            .filter(|c| c["by"].as_str().unwrap().starts_with(by));
        mine.map(|c| c["key"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let jobs = of("job ");
    for key in [
        "SUPABASE_URL",
        "SUPABASE_ANON_KEY",
        "DATABASE_URL",
        "JIRA_PROJECT_KEY",
    ] {
        assert!(jobs.iter().any(|k| k == key), "{key}: {jobs:?}");
    }
    assert!(of("outside").iter().any(|k| k == "JIRA_PROJECT_KEY"));
    // a clone begins with its own
    place
        .matriz(&[
            "clone",
            "default",
            "copy",
            "--yes",
            "--no-backup",
            "--only",
            "database",
        ])
        .ok();
    let copy = place.json(&["env", "history", "-i", "copy", "-n", "500"]);
    let copy = copy["changes"].as_array().unwrap().clone();
    assert!(!copy.is_empty());
    assert!(
        copy.iter()
            .all(|c| c["by"].as_str().unwrap().contains("(clone)")),
        "{copy:?}"
    );
}
