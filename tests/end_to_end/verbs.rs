//! The small verbs, as scripts use them.

use std::fs;

use matriz::domain::secret::Secret;
use matriz::provider::supabase::{NewProject, WaitFor, WaitOptions};

use crate::outside;
use crate::place::Place;

#[test]
fn seeds_are_loaded_once() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let rows = || place.number("default", "SELECT count(*) FROM public.episodic_memory");
    let first = rows();
    let said = place.matriz(&["seed", "default", "--yes", "--json"]).ok();
    assert_eq!(said.last()["summary"], "0 rows added");
    assert_eq!(rows(), first);
    let more = "corporate_memory:\n  - category: value\n    content: One more.\n";
    fs::write(place.path("instances/default/seeds/50_more.yaml"), more).unwrap();
    let said = place.matriz(&["seed", "default", "--yes", "--json"]).ok();
    assert_eq!(said.last()["summary"], "1 rows added");
    let embedded = "SELECT count(*) FROM public.corporate_memory WHERE embedding IS NOT NULL";
    assert_eq!(place.number("default", embedded), 1);
}

#[test]
fn a_new_job_takes_the_logs_of_old_ones_away() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let first = place.newest_job();
    let log = |id: i64| place.path(&format!(".matriz/logs/job-{id}.log"));
    place.matriz(&["seed", "default", "--yes"]).ok();
    assert!(log(first).exists());
    fs::write(
        place.path("matriz.toml"),
        "[limits]\nkeep_jobs = 1\nkeep_days = 0\n",
    )
    .unwrap();
    place.matriz(&["seed", "default", "--yes"]).ok();
    let newest = place.newest_job();
    assert!(!log(first).exists() && log(newest).exists());
    assert_eq!(place.job_state(first), "done");
    let said = place.matriz(&["jobs", "log", &first.to_string()]).ok();
    assert!(said.out.contains("isn't kept any more"), "{}", said.out);
}

#[test]
fn the_environment_is_read_and_changed() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let before = fs::read_to_string(place.path("instances/default/.env")).unwrap();
    let set = |key: &str, value: &str| place.matriz(&["env", "set", key, value]);
    let get = |key: &str| {
        place.json(&["env", "get", key])["value"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for value in [
        "plain",
        "two words",
        "ação # não é comentário",
        "\"quoted\"",
        "a'b",
        "$HOME",
        "",
    ] {
        set("EXAMPLE_TEXT", value).ok();
        assert_eq!(get("EXAMPLE_TEXT"), value);
    }
    place.matriz(&["env", "unset", "EXAMPLE_TEXT"]).ok();
    assert_eq!(
        fs::read_to_string(place.path("instances/default/.env")).unwrap(),
        before
    );
    place
        .matriz(&["env", "unset", "EXAMPLE_TEXT"])
        .refused(1, &["EXAMPLE_TEXT"]);
    set("not a key", "1").refused(2, &["not a key"]);
    let secret = place.value("default", "SUPABASE_SERVICE_ROLE_KEY");
    let shown = get("SUPABASE_SERVICE_ROLE_KEY");
    assert!(shown != secret && !secret.contains(&shown), "{shown}");
    let listed = place.json(&["env", "list"]);
    let keys = listed["keys"].as_array().unwrap();
    assert!(
        keys.iter()
            .any(|k| k["key"] == "EMBEDDING_DIM" && k["value"] == "384")
    );
    assert!(
        keys.iter()
            .any(|k| k["key"] == "DATABASE_URL" && k["secret"] == true)
    );
    let check = place.json(&["env", "check"]);
    assert!(check["findings"].is_array());
}

#[test]
fn one_instance_is_everybodys() {
    let Some(place) = Place::small() else { return };
    place
        .matriz(&["create", "other", "--purpose", "A demo"])
        .ok();
    place.matriz(&["create", "second"]).ok();
    place.matriz(&["use", "other"]).ok();
    let listed = place.json(&["list"]);
    let list = listed["instances"].as_array().unwrap();
    let current: Vec<_> = list.iter().filter(|i| i["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["name"], "other");
    assert_eq!(place.json(&["show"])["purpose"], "A demo");
    let said = place
        .with(&["run", "--", "sh", "-c", "echo $INSTANCE_NAME"], &[])
        .ok();
    assert_eq!(said.out.trim(), "other");
    let said = place
        .with(
            &["run", "--", "sh", "-c", "echo $INSTANCE_NAME"],
            &[("INSTANCE_NAME", "second")],
        )
        .ok();
    assert_eq!(said.out.trim(), "second");
    let bare = place.matriz(&["run", "-i", "default", "--", "true"]);
    bare.refused(
        1,
        &["instances/default/.env isn't there", "matriz init default"],
    );
    place
        .matriz(&["use", "nothing"])
        .refused(1, &["no instance nothing"]);
}

#[test]
fn link_connects_a_project_that_is_there() {
    let Some(place) = Place::small() else { return };
    place.matriz(&["sandbox", "start", "--yes"]).ok();
    let password = "example-password-of-a-project-that-was-there";
    let reference = outside::block_on(async {
        let client = place.supabase().await;
        let new = NewProject {
            name: "older".into(),
            organization: "sandbox".into(),
            database_password: Secret::new(password),
            region: "sa-east-1".into(),
            size: None,
        };
        let made = client.create_project(&new).await.unwrap().reference;
        let options = WaitOptions::new(WaitFor::Creation);
        client
            .wait_until_healthy(&made, &options, |_| {})
            .await
            .unwrap();
        made.to_string()
    });
    place.matriz(&["create", "mine"]).ok();
    let link = |reference: &str| place.matriz(&["link", "mine", "--project-ref", reference]);
    let before = fs::read(place.path("instances/mine/.env")).unwrap();
    link(&reference).refused(1, &["SUPABASE_DB_PASSWORD", "isn't set"]);
    link("short").refused(2, &["short", "20 lower-case letters"]);
    link("abcdefghijklmnopqrst").refused(1, &["abcdefghijklmnopqrst"]);
    assert_eq!(fs::read(place.path("instances/mine/.env")).unwrap(), before);
    let set = |value: &str| {
        place
            .matriz(&["env", "set", "SUPABASE_DB_PASSWORD", value, "-i", "mine"])
            .ok();
    };
    set("example-wrong-password");
    let said = link(&reference).refused(1, &["refused the login"]);
    assert!(!said.err.contains("example-wrong-password"));
    assert_eq!(place.value("mine", "DATABASE_URL"), "");
    set(password);
    link(&reference).ok();
    assert_eq!(place.value("mine", "SUPABASE_PROJECT_REF"), reference);
    assert_eq!(place.number("mine", "SELECT 1::bigint"), 1);
    assert_eq!(place.projects(), ["older"]);
    place.matriz(&["create", "second"]).ok();
    let taken = ["link", "second", "--project-ref", &reference];
    place.matriz(&taken).refused(3, &["mine"]);
}

#[test]
fn completions_doctor_and_help_need_no_sandbox() {
    let Some(place) = Place::small() else { return };
    for shell in ["bash", "zsh", "fish"] {
        let said = place.matriz(&["completions", shell]).ok();
        assert!(
            said.out.contains("matriz") && said.out.contains("clone"),
            "{shell}"
        );
    }
    let doctor = place.json(&["doctor"]);
    let findings = doctor["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["subject"] == "sandbox"));
    assert!(
        findings
            .iter()
            .all(|f| f["ok"] == true || !f["fix"].is_null())
    );
    let said = place.matriz(&["--help"]).ok();
    for verb in ["clone", "init", "run", "delete", "jobs", "sandbox"] {
        assert!(said.out.contains(verb), "{verb}");
    }
    assert!(!said.out.contains("worker"));
    place.matriz(&["--version"]).ok();
    assert_eq!(place.json(&["sandbox", "status"])["running"], false);
}

#[test]
fn the_sandbox_keeps_its_data_and_is_emptied_on_request() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    assert_eq!(place.json(&["sandbox", "status"])["running"], true);
    place.matriz(&["sandbox", "stop"]).ok();
    place.matriz(&["sandbox", "stop"]).ok();
    assert_eq!(place.json(&["sandbox", "status"])["running"], false);
    let started = place.json(&["sandbox", "start"]);
    assert_eq!(started["running"], true);
    assert_eq!(place.projects(), ["default"]);
    assert!(place.number("default", "SELECT count(*) FROM public.episodic_memory") > 0);
    place
        .matriz(&["sandbox", "reset", "--yes", "--confirm", "sandbox"])
        .ok();
    assert_eq!(place.projects(), Vec::<String>::new());
    assert_eq!(place.json(&["show", "default"])["state"], "new");
    place.matriz(&["init", "default", "--yes", "--json"]).ok();
    assert_eq!(place.projects(), ["default"]);
}
