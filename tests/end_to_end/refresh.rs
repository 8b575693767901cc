//! A clone emptied and filled again from its source: its database, and all that is refused.

use std::fs;

use matriz::domain::job::JobState;

use crate::outside::wait_until;
use crate::place::{Place, contents};

const REFRESH: [&str; 6] = [
    "refresh",
    "clone-1",
    "--yes",
    "--confirm",
    "clone-1",
    "--json",
];

/// A table that nobody had when the clone was made, fewer rows, and a person who signed up.
const IN_SOURCE: &str = "
    CREATE TABLE public.newer (id integer PRIMARY KEY, word text);
    INSERT INTO public.newer SELECT n, 'word ' || n FROM generate_series(1, 500) n;
    DELETE FROM episodic_memory WHERE id IN (SELECT id FROM episodic_memory LIMIT 1);
    INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'newer@example.org')";
/// What people did with the clone.
const IN_TARGET: &str = "
    CREATE SCHEMA own; CREATE TABLE own.thing (id integer); INSERT INTO own.thing VALUES (1);
    CREATE TABLE public.mine AS SELECT 1 AS id; CREATE VIEW public.seen AS SELECT * FROM public.mine;
    UPDATE episodic_memory SET content = 'changed in the clone';
    INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'theirs@example.org')";

fn a_clone() -> Option<Place> {
    let place = Place::small()?.initialised();
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    place.sql("default", IN_SOURCE);
    place.sql("clone-1", IN_TARGET);
    Some(place)
}

impl Place {
    /// The target's own files, which no refresh may change.
    pub fn files(&self, name: &str) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        contents(&self.path(&format!("instances/{name}")))
    }

    #[track_caller]
    fn is_refreshed(&self) {
        self.equal("default", "clone-1");
        for (query, expected) in [
            ("SELECT count(*) FROM public.newer", 500),
            ("SELECT count(*) FROM pg_namespace WHERE nspname = 'own'", 0),
            (
                "SELECT count(*) FROM pg_class WHERE relname IN ('mine', 'seen')",
                0,
            ),
            (
                "SELECT count(*) FROM auth.users WHERE email LIKE 'theirs%'",
                0,
            ),
            (
                "SELECT count(*) FROM auth.users WHERE email LIKE 'newer%'",
                1,
            ),
        ] {
            assert_eq!(self.number("clone-1", query), expected, "{query}");
        }
    }
}

#[test]
fn the_database_is_emptied_and_copied_again_and_the_rest_stays() {
    let Some(place) = a_clone() else { return };
    let files = place.files("clone-1");
    let plan = place.json(&["refresh", "clone-1", "--dry-run"]);
    assert_eq!(plan["plan"]["destructive"], true);
    let plan = plan.to_string();
    for words in [
        "Refresh clone-1 from default",
        "its database: ",
        "Empties",
        "Last copy",
        ", from default (job ",
        "isn't backed up",
        "leaves clone-1 empty",
        "its keys, its .env",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let untouched = place.number("clone-1", "SELECT count(*) FROM own.thing");
    assert_eq!(untouched, 1, "a plan changes nothing");

    let said = place.matriz(&REFRESH).ok();
    assert_eq!(said.last()["state"], "done", "{said:?}");
    assert!(said.last()["summary"].as_str().unwrap().contains("equal"));
    place.is_refreshed();
    assert_eq!(place.files("clone-1"), files);
    assert_eq!(place.projects(), ["clone-1", "default"]);

    // once more, detached, from another instance, which the last copy's plan then names
    place
        .matriz(&["clone", "default", "other", "--yes", "--json"])
        .ok();
    place.sql("other", "DELETE FROM public.newer");
    let other = [&REFRESH[..], &["--from", "other", "--detach"]].concat();
    let id = place.matriz(&other).ok().last()["job"].as_i64().unwrap();
    wait_until("the job is over", || !place.job(id).state.is_active());
    assert_eq!(place.job(id).state, JobState::Done, "{:?}", place.job(id));
    place.equal("other", "clone-1");
    let plan = place.json(&["refresh", "clone-1", "--dry-run"]).to_string();
    assert!(plan.contains(", from other (job "), "{plan}");
    assert!(plan.contains("Refresh clone-1 from default"), "{plan}");
}

#[test]
fn killed_anywhere_it_goes_on() {
    let Some(place) = a_clone() else { return };
    let files = place.files("clone-1");
    for point in [
        "refresh.begin:after",
        "database.empty:after",
        "database.copy:after",
    ] {
        let said = place.with(&REFRESH, &[("MATRIZ_CRASH_AT", point)]);
        assert_eq!(said.last()["state"], "interrupted", "{point}: {said:?}");
        place.matriz(&["jobs", "resume", "--json"]).ok();
        place.is_refreshed();
        place.sql("clone-1", IN_TARGET);
    }
    // and in the middle of the rows
    let gate = place.gate();
    let detached = [&REFRESH[..], &["--detach"]].concat();
    let id = place.matriz(&detached).ok().last()["job"].as_i64().unwrap();
    gate.reached();
    assert!(place.kill_worker(id));
    gate.open();
    place.matriz(&["jobs", "resume", "--json"]).ok();
    place.is_refreshed();
    assert_eq!(place.files("clone-1"), files);
}

#[test]
fn cancelled_it_leaves_the_clone_empty_and_says_so() {
    let Some(place) = a_clone() else { return };
    let files = place.files("clone-1");
    // before anything went, nothing is lost
    let said = place.with(&REFRESH, &[("MATRIZ_CRASH_AT", "refresh.begin:after")]);
    assert_eq!(said.last()["state"], "interrupted", "{said:?}");
    let cancel = || {
        let id = place.newest_job().to_string();
        place.matriz(&["jobs", "cancel", &id, "--json"]).ok().last()
    };
    assert_eq!(cancel()["state"], "cancelled");
    assert_eq!(place.number("clone-1", "SELECT count(*) FROM own.thing"), 1);
    assert_eq!(place.json(&["show", "clone-1"])["state"], "ready");

    for point in ["database.empty:after", "database.copy:after"] {
        let said = place.with(&REFRESH, &[("MATRIZ_CRASH_AT", point)]);
        assert_eq!(said.last()["state"], "interrupted", "{said:?}");
        let last = cancel();
        assert_eq!(last["state"], "cancelled", "{point}");
        let summary = last["summary"].as_str().unwrap_or_default();
        assert!(summary.contains("database emptied"), "{point}: {last}");
        let tables = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind = 'r' AND nspname IN ('public', 'own')";
        assert_eq!(place.number("clone-1", tables), 0, "{point}");
        assert_eq!(
            place.number("clone-1", "SELECT count(*) FROM auth.users"),
            0
        );
        let shown = place.json(&["show", "clone-1"]);
        assert_eq!(shown["state"], "attention", "{shown}");
        let note = shown["note"].as_str().unwrap_or_default();
        assert!(note.contains("matriz refresh clone-1"), "{shown}");
        assert_eq!(place.files("clone-1"), files);
    }
    place.matriz(&REFRESH).ok();
    place.is_refreshed();
    assert_eq!(place.json(&["show", "clone-1"])["state"], "ready");
}

#[test]
fn what_must_not_be_emptied_is_refused() {
    let Some(place) = a_clone() else { return };
    let refused = |words: &[&str], code: i32, said: &[&str]| {
        let arguments = [&["refresh"], words].concat();
        place.matriz(&arguments).refused(code, said);
    };
    let yes = ["--yes", "--confirm", "clone-1"];
    refused(
        &[],
        3,
        &["refresh needs", "default is only the workspace's default"],
    );
    refused(&["nothing"], 1, &["no instance nothing"]);
    refused(
        &["clone-1"],
        3,
        &["can't be taken back", "--confirm clone-1"],
    );
    refused(&["clone-1", "--yes"], 3, &["--confirm clone-1"]);
    refused(
        &["clone-1", "--yes", "--confirm", "default"],
        3,
        &["\"default\""],
    );
    refused(
        &["default", "--dry-run"],
        3,
        &["default isn't a clone", "--from"],
    );
    refused(
        &[&["clone-1", "--from", "clone-1"], &yes[..]].concat(),
        2,
        &["itself"],
    );
    refused(
        &[&["clone-1", "--from", "gone"], &yes[..]].concat(),
        1,
        &["gone"],
    );
    refused(
        &[&["clone-1", "--only", "jira"], &yes[..]].concat(),
        3,
        &["don't both have"],
    );
    refused(&["clone-1", "--only", "storage"], 2, &["storage"]);

    let edit = |file: &str, from: &str, to: &str| {
        let path = place.path(&format!("instances/clone-1/{file}"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    };
    let toml = fs::read_to_string(place.path("instances/clone-1/instance.toml")).unwrap();
    let protected = format!(
        "{}\nprotected = true\n",
        toml.replace("protected = false", "")
    );
    fs::write(place.path("instances/clone-1/instance.toml"), protected).unwrap();
    refused(
        &[&["clone-1"], &yes[..]].concat(),
        3,
        &["clone-1 is protected"],
    );
    fs::write(place.path("instances/clone-1/instance.toml"), &toml).unwrap();
    edit("supabase.config.json", "\"sandbox\"", "\"cloud\"");
    refused(
        &[&["clone-1"], &yes[..]].concat(),
        3,
        &["cloud", "back it up"],
    );
    edit("supabase.config.json", "\"cloud\"", "\"sandbox\"");

    // others live in its project
    let create = [
        "create",
        "team",
        "--strategy",
        "schema",
        "--project-of",
        "clone-1",
    ];
    place.matriz(&create).ok();
    place
        .matriz(&["init", "team", "--project-of", "clone-1", "--yes"])
        .ok();
    refused(
        &[&["clone-1"], &yes[..]].concat(),
        3,
        &["also used by team"],
    );
    assert_eq!(place.number("clone-1", "SELECT count(*) FROM own.thing"), 1);
}

#[test]
fn a_schema_is_emptied_and_its_neighbours_are_not_touched() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let clone = [
        "clone",
        "default",
        "clone-1",
        "--strategy",
        "schema",
        "--yes",
        "--json",
    ];
    place.matriz(&clone).ok();
    place.sql(
        "default",
        "DELETE FROM episodic_memory WHERE id IN (SELECT id FROM episodic_memory LIMIT 1)",
    );
    let rows = place.number("default", "SELECT count(*) FROM public.episodic_memory");
    place.sql("default", "CREATE TABLE clone_1.mine AS SELECT 1 AS id");
    let files = place.files("clone-1");
    let records = "SELECT count(*) FROM matriz_meta.schema_migration WHERE schema_name = 'clone_1'";
    let before = place.number("default", records);
    assert!(before > 0);
    place.sql(
        "default",
        "INSERT INTO matriz_meta.schema_migration (schema_name, version, name) VALUES ('clone_1', '99999999', 'theirs')",
    );
    place.matriz(&REFRESH).ok();
    assert_eq!(
        place.number("clone-1", "SELECT count(*) FROM episodic_memory"),
        rows
    );
    assert_eq!(
        place.number("default", "SELECT count(*) FROM public.episodic_memory"),
        rows
    );
    assert_eq!(
        place.number(
            "default",
            "SELECT count(*) FROM pg_class WHERE relname = 'mine'"
        ),
        0
    );
    assert_eq!(place.number("default", records), before);
    assert_eq!(place.files("clone-1"), files);
    assert_eq!(place.projects(), ["default"]);
}
