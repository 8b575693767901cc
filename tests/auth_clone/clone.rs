//! What a clone has of its source's sign-in and functions.

use matriz::provider::supabase::{Deployment, FunctionFile};
use serde_json::{Value, json};

use crate::company::{Company, EMAIL, PASSWORD, PEOPLE, SECRET, place, with};
use crate::outside::wait_until;
use crate::place::{Place, contents};

impl Place {
    fn people(&self, name: &str) -> String {
        self.text(name, PEOPLE)
    }

    /// A part of a job's report.
    fn part(&self, id: i64, name: &str) -> Value {
        let report = self.json(&["jobs", "show", &id.to_string(), "--report"]);
        let parts = report["report"]["parts"]
            .as_array()
            .or_else(|| report["parts"].as_array())
            .unwrap_or_else(|| panic!("no parts: {report}"))
            .clone();
        let found = parts.into_iter().find(|part| part["name"] == name);
        found.unwrap_or_else(|| panic!("no part {name}"))["data"].clone()
    }
}

/// A hook is held with what the database holds, and turned on by its owner.
fn turned_on(place: &Place) {
    let held = place.json(&["held", "list", "clone-1"]);
    let held = held["held"].as_array().unwrap().clone();
    let mut ids: Vec<&str> = held.iter().map(|one| one["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let (github, hook) = (
        "setting external_github_enabled",
        "setting hook_send_email_enabled",
    );
    assert_eq!(ids, [github, hook]);
    assert!(held.iter().all(|one| one["state"] == "off"), "{held:?}");
    place
        .matriz(&["held", "turn-on", "-i", "clone-1", hook])
        .ok();
    let config = place.side("clone-1").config;
    assert_eq!(config["hook_send_email_enabled"], true);
    assert_eq!(config["external_github_enabled"], false);
}

fn names(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap().iter();
    all.map(|one| one.as_str().or(one["what"].as_str()).unwrap())
        .collect()
}

#[test]
fn a_user_signs_in_to_the_clone_with_the_old_password() {
    let Some(place) = place().map(Place::initialised) else {
        return;
    };
    let plan = place.json(&["seed", "default", "--dry-run"]).to_string();
    assert!(plan.contains("4 users and 2 edge functions"), "{plan}");
    let source = place.side("default");
    assert_eq!(source.functions.len(), 2);
    let user = source
        .sign_in(EMAIL, PASSWORD)
        .expect("seeds made the user");
    // what is there stays
    place.matriz(&["seed", "default", "--yes"]).ok();
    assert_eq!(
        place.number("default", "select count(*) from auth.users"),
        4
    );
    place.configure();
    names_its_project(&place);
    let source = place.side("default");
    let people = place.people("default");

    let plan = place
        .json(&["clone", "default", "clone-1", "--dry-run"])
        .to_string();
    for words in [
        "4 users, who sign in as before",
        "3 edge functions",
        "Holds",
        "smtp_host",
        "secrets to set: MAIL_KEY",
        "smtp_pass",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    place.matriz(&["clone", "default", "clone-1", "--yes"]).ok();
    let job = place.newest_job();
    let clone = place.side("clone-1");
    assert_ne!(clone.project, source.project);
    assert_eq!(
        place.people("clone-1"),
        people,
        "ids, hashes and identities"
    );
    assert_eq!(clone.sign_in(EMAIL, PASSWORD), Ok(user));
    assert_eq!(
        clone.sign_in(EMAIL, "example-outra"),
        Err("invalid_credentials".to_owned())
    );
    assert_eq!(clone.functions, source.functions, "byte by byte");

    settings(&place, job);
    let functions = place.part(job, "functions");
    assert_eq!(names(&functions["secrets"]), ["MAIL_KEY"]);
    let left = &functions["left"][0];
    assert_eq!(
        left["place"], "function avisa: avisa/index.ts:2",
        "{functions}"
    );
    let shown = place
        .matriz(&["jobs", "show", &job.to_string(), "--report"])
        .ok();
    for words in [
        "Sign-in: 4 users",
        "Functions: 3 functions, equal",
        "secrets to set: MAIL_KEY",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    for (path, bytes) in contents(&place.path(".matriz/logs")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(SECRET), "{}", path.display());
    }
    turned_on(&place);
    // again: nothing to do, and nothing is lost
    place.matriz(&["seed", "clone-1", "--yes"]).ok();
    assert_eq!(place.people("clone-1"), people);
}

/// A function of `default` whose code names its project.
fn names_its_project(place: &Place) {
    let url = place.value("default", "SUPABASE_URL");
    let files = [FunctionFile {
        path: "avisa/index.ts".into(),
        bytes: format!("// avisa\nfetch(\"{url}/rest/v1/\")\n").into(),
    }];
    let new = Deployment {
        slug: "avisa",
        name: "Avisa",
        verify_jwt: false,
        entrypoint: "avisa/index.ts",
        import_map: None,
        files: &files,
    };
    let project = place.project("default");
    with(place, async |supabase| {
        supabase.deploy_function(&project, &new).await.unwrap();
    });
}

/// Equal, but for what is rewritten, held, or a secret.
fn settings(place: &Place, job: i64) {
    let (source, clone) = (place.side("default"), place.side("clone-1"));
    let report = place.part(job, "auth");
    let held = [
        "smtp_host",
        "smtp_user",
        "hook_send_email_enabled",
        "external_github_enabled",
    ];
    let rewritten = ["site_url", "uri_allow_list", "hook_send_email_uri"];
    let secrets = [
        "smtp_pass",
        "hook_send_email_secrets",
        "external_github_secret",
    ];
    let sorted = |list: &Value| {
        let mut names: Vec<String> = names(list).into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    let expected = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(sorted(&report["held"]), expected(&held));
    assert_eq!(sorted(&report["rewritten"]), expected(&rewritten));
    assert_eq!(sorted(&report["secrets"]), expected(&secrets));
    assert_eq!(report["users"], 4);
    assert_eq!(
        (&report["refused"], &report["differ"]),
        (&json!([]), &json!([]))
    );
    let (from, to) = (source.project.as_str(), clone.project.as_str());
    for (name, value) in &source.config {
        let got = &clone.config[name];
        let name = name.as_str();
        let unset = name.starts_with("smtp_") && held.contains(&name);
        if secrets.contains(&name) || unset {
            assert_eq!(*got, Value::Null, "{name}");
        } else if held.contains(&name) {
            assert_eq!(*got, json!(false), "{name}");
        } else if rewritten.contains(&name) {
            let text = value.as_str().unwrap().replace(from, to);
            assert_eq!(got.as_str(), Some(text.as_str()), "{name}");
        } else {
            assert_eq!(got, value, "{name}");
        }
    }
    assert_eq!(clone.config["jwt_exp"], 1800);
}

#[test]
fn killed_and_disturbed_it_ends_the_same() {
    let Some(place) = place().map(Place::initialised) else {
        return;
    };
    place.configure();
    for point in ["functions:after", "auth.settings:after"] {
        let name = format!("clone-{}", point.replace([':', '.'], "-"));
        let clone = ["clone", "default", name.as_str(), "--yes"];
        let said = place.with(&clone, &[("MATRIZ_CRASH_AT", point)]);
        assert_ne!(said.code, Some(0), "{point}: {said:?}");
        let job = place.newest_job();
        place.matriz(&["jobs", "resume", &job.to_string()]).ok();
        equal(&place, &name);
    }
    for fault in [
        "POST /v1/projects/{ref}/functions/deploy drop=after times=2",
        "GET /v1/projects/{ref}/functions/{slug}/body truncate times=2",
        "PATCH /v1/projects/{ref}/config/auth drop=after times=1",
        "GET /v1/projects/{ref}/config/auth status=503 times=1",
    ] {
        place.matriz(&["sandbox", "faults", "add", fault]).ok();
    }
    place
        .matriz(&["clone", "default", "disturbed", "--yes"])
        .ok();
    equal(&place, "disturbed");
    let left = place.json(&["sandbox", "faults", "list"]);
    assert_eq!(left["faults"], json!([]), "every fault struck");
}

fn equal(place: &Place, name: &str) {
    let (source, clone) = (place.side("default"), place.side(name));
    assert_eq!(clone.functions, source.functions, "{name}");
    assert_eq!(clone.config["jwt_exp"], 1800, "{name}");
    assert_eq!(clone.config["hook_send_email_enabled"], false, "{name}");
    assert!(clone.sign_in(EMAIL, PASSWORD).is_ok(), "{name}");
}

/// A target with a project of its own gets back what it had.
#[test]
fn a_cancel_takes_out_what_it_put_in() {
    let Some(place) = place().map(Place::initialised) else {
        return;
    };
    place.configure();
    place.instance_folder("target");
    std::fs::remove_dir_all(place.path("instances/target/seeds")).unwrap();
    place.matriz(&["init", "target", "--yes"]).ok();
    place.sql("target", "drop schema public cascade; create schema public; drop schema if exists supabase_migrations cascade");
    let before = place.side("target");
    let clone = ["clone", "default", "target", "--yes"];
    let said = place.with(&clone, &[("MATRIZ_CRASH_AT", "auth.settings:after")]);
    assert_ne!(said.code, Some(0), "{said:?}");
    let job = place.newest_job();
    assert_eq!(place.side("target").functions.len(), 2);
    place.matriz(&["jobs", "cancel", &job.to_string()]).ok();
    wait_until("it's cancelled", || place.job_state(job) == "cancelled");
    let after = place.side("target");
    assert_eq!(after.config, before.config);
    assert!(after.functions.is_empty());
}
