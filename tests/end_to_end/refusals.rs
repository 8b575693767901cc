//! Wrong input: one clear message with its place and what to do; nothing is changed by it.

use std::fs;

use crate::outside::wait_until;
use crate::place::{Place, contents};

#[test]
fn wrong_input_is_refused_and_changes_nothing() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    let before = contents(&place.path("instances"));
    let jobs = place.json(&["jobs", "list"]);
    let clone = |words: &[&str]| {
        let arguments: Vec<&str> = ["clone"].into_iter().chain(words.iter().copied()).collect();
        place.matriz(&arguments)
    };
    clone(&["default", "../x", "--yes"])
        .refused(2, &["../x", "isn't an instance name", "lower-case"]);
    clone(&["default", "..", "--yes"]).refused(2, &[".."]);
    clone(&["default", "Clone", "--yes"]).refused(2, &["capital C"]);
    clone(&["default", "default", "--yes"]).refused(2, &["into itself"]);
    clone(&["nothing", "clone-2", "--yes"])
        .refused(1, &["no instance nothing", "clone-1, default"]);
    clone(&["default", "clone-2"]).refused(3, &["--yes", "--dry-run"]);
    clone(&["default", "clone-1", "--strategy", "schema", "--yes"])
        .refused(3, &["clone-1", "hybrid"]);
    let full = clone(&["default", "clone-1", "--yes"]);
    full.refused(
        3,
        &[
            "isn't empty",
            "table episodic_memory",
            "empty this one first",
        ],
    );
    let said = clone(&["default", "clone-1", "--yes", "--json"]);
    let error: serde_json::Value = serde_json::from_str(said.err.trim()).unwrap();
    assert_eq!(error["error"]["kind"], "refused", "{error}");
    assert_eq!(said.out, "", "an error isn't a result");
    place
        .matriz(&["create", "clone-1"])
        .refused(1, &["instances/clone-1"]);
    place
        .matriz(&["create", "x", "--project-of", "default"])
        .refused(2, &["schema"]);
    place
        .matriz(&["run", "-i", "nothing", "--", "true"])
        .refused(1, &["no instance nothing"]);
    place
        .matriz(&["show", "../../etc"])
        .refused(2, &["isn't an instance name"]);
    place
        .matriz(&["jobs", "show", "4711"])
        .refused(1, &["4711"]);
    place.matriz(&["jobs", "resume"]).refused(1, &["No job"]);
    place.matriz(&["frobnicate"]).refused(2, &["frobnicate"]);
    place.matriz(&[]).refused(2, &["terminal", "--help"]);
    place
        .with(&["list"], &[("MATRIZ_ROOT", "/nonexistent/place")])
        .refused(1, &["/nonexistent/place"]);
    place
        .matriz(&["env", "get", "EXAMPLE_KEY_THAT_IS_NOT"])
        .refused(1, &["EXAMPLE_KEY_THAT_IS_NOT"]);
    place
        .matriz(&["env", "list", "--reveal"])
        .refused(3, &["--reveal", "terminal"]);
    place
        .matriz(&["sandbox", "reset", "--yes"])
        .refused(3, &["--confirm sandbox", "default"]);

    for arguments in [
        &["clone", "default", "clone-3"][..],
        &["init", "default"],
        &["seed", "default"],
        &["delete", "clone-1"],
        &["create", "clone-3"],
        &["env", "set", "EXAMPLE_NEW", "1"],
        &["sandbox", "reset"],
    ] {
        let arguments: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--dry-run", "--json"])
            .collect();
        let said = place.matriz(&arguments).ok();
        assert_eq!(said.lines().len(), 1, "{said:?}");
    }
    assert_eq!(contents(&place.path("instances")), before);
    assert_eq!(place.json(&["jobs", "list"]), jobs, "a refusal left a job");
    assert_eq!(place.projects(), ["clone-1", "default"]);
}

#[test]
fn broken_files_are_named_with_their_place() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let broken = |file: &str, text: &str, at: &str| {
        let path = place.path(&format!("instances/default/{file}"));
        let good = fs::read(&path).unwrap();
        fs::write(&path, text).unwrap();
        let at = format!("instances/default/{file}{at}");
        for arguments in [
            &["clone", "default", "clone-1", "--yes"][..],
            &["init", "default", "--yes"],
            &["clone", "default", "clone-1", "--yes", "--json"],
        ] {
            place.matriz(arguments).refused(1, &[&at]);
        }
        // the list reads what it shows; doctor reads everything
        if [".env", "supabase.config.json", "instance.toml"].contains(&file) {
            let shown = place.json(&["show", "default"]);
            assert_eq!(shown["state"], "attention", "{shown}");
            assert!(shown["note"].as_str().unwrap().contains(&at), "{shown}");
        }
        let doctor = place.matriz(&["doctor", "--json"]);
        assert!(
            doctor.code == Some(1) && doctor.out.contains(&at),
            "{doctor:?}"
        );
        assert_eq!(fs::read(&path).unwrap(), text.as_bytes(), "it was touched");
        fs::write(&path, good).unwrap();
    };
    broken(".env", "A=1\nB=\"open\n", ":2:3");
    broken(
        "supabase.config.json",
        "{\n  \"kind\": \"sandbox\",,\n}\n",
        ":2:",
    );
    broken("supabase.config.json", "not json", ":1:");
    broken("supabase.config.json", "{\"kind\": \"moon\"}", "");
    broken("atlassian.config.json", "{\n\"kind\": 7}", ":2:");
    broken(
        "instance.toml",
        "strategy = \"hybrid\"\nprotected = maybe\n",
        ":2",
    );
    broken("mcp.json", "{ \"mcpServers\": [ }", ":1:");
    place.matriz(&["env", "check", "-i", "default"]).ok();
    let seeds = place.path("instances/default/seeds/90_broken.yaml");
    fs::write(&seeds, "corporate_memory:\n  - category: [oops\n").unwrap();
    place
        .matriz(&["seed", "default", "--yes"])
        .refused(1, &["90_broken.yaml"]);
    assert!(!place.has("clone-1"));
    assert_eq!(place.projects(), ["default"]);
}

#[test]
fn one_job_at_a_time_works_on_an_instance() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let gate = place.gate();
    let said = place
        .matriz(&["clone", "default", "clone-1", "--yes", "--detach", "--json"])
        .ok();
    let id = said.last()["job"].to_string();
    wait_until("the folder is there", || place.has("clone-1"));
    let named = format!("Job {id} (clone default → clone-1)");
    for arguments in [
        &["clone", "default", "clone-1", "--yes"][..],
        &["init", "clone-1", "--yes"],
        &["delete", "clone-1", "--yes", "--confirm", "clone-1"],
        &["env", "set", "A", "1", "-i", "clone-1"],
        &["sandbox", "stop"],
    ] {
        place
            .matriz(arguments)
            .refused(1, &[&named, &format!("jobs cancel {id}")]);
    }
    // the source stays usable
    place.matriz(&["run", "-i", "default", "--", "true"]).ok();
    gate.open();
    place.matriz(&["jobs", "log", &id, "--follow"]).ok();
    assert_eq!(place.job_state(place.newest_job()), "done");
}

#[test]
fn delete_wants_the_name_and_takes_exactly_one_instance() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    let before = contents(&place.path("instances"));
    let delete = |words: &[&str]| {
        let arguments: Vec<&str> = ["delete", "clone-1"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        place.matriz(&arguments)
    };
    place.matriz(&["delete"]).refused(
        3,
        &[
            "delete needs the instance's name",
            "default is only the workspace's default",
        ],
    );
    delete(&["--yes"]).refused(3, &["--confirm clone-1"]);
    delete(&["--confirm", "clone-1"]).refused(3, &["--yes"]);
    delete(&["--yes", "--confirm", "default"]).refused(3, &["default", "clone-1"]);
    let manifest = place.path("instances/clone-1/instance.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.replace("protected = false", "protected = true"),
    )
    .unwrap();
    delete(&["--yes", "--confirm", "clone-1"]).refused(3, &["protected"]);
    fs::write(&manifest, &text).unwrap();
    assert_eq!(contents(&place.path("instances")), before);

    // figures of default must not move: nothing of another instance is touched
    let rows = place.number("default", "SELECT count(*) FROM public.episodic_memory");
    let plan = delete(&["--dry-run"]).ok();
    assert!(
        plan.out.contains("isn't backed up") && plan.out.contains("trash"),
        "{plan:?}"
    );
    delete(&["--yes", "--confirm", "clone-1", "--json"]).ok();
    assert_eq!(place.projects(), ["default"]);
    assert!(!place.has("clone-1"));
    let mut trashed = contents(&place.path(".matriz/trash"));
    let mut own = before;
    own.retain(|(path, _)| path.starts_with(place.path("instances/clone-1")));
    assert_eq!(trashed.len(), own.len(), "files in the trash");
    for ((path, bytes), (_, theirs)) in trashed.drain(..).zip(own) {
        assert_eq!(bytes, theirs, "{}", path.display());
    }
    assert_eq!(
        place.number("default", "SELECT count(*) FROM public.episodic_memory"),
        rows
    );
    delete(&["--yes", "--confirm", "clone-1"]).refused(1, &["no instance clone-1"]);
}
