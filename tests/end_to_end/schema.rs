//! Strategy `schema`: instances that share one project, each with a schema of its own.

use crate::place::Place;

#[test]
fn instances_share_a_project_by_schema() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let before = place.server_objects();
    place
        .matriz(&[
            "create",
            "team-a",
            "--strategy",
            "schema",
            "--project-of",
            "default",
        ])
        .ok();
    place
        .matriz(&["init", "team-a", "--yes"])
        .refused(2, &["--project-of"]);
    place.instance_seeds("team-a");
    let init = [
        "init",
        "team-a",
        "--project-of",
        "default",
        "--yes",
        "--json",
    ];
    place.matriz(&init).ok();
    // again: what is there stays
    let said = place.matriz(&init).ok();
    assert_eq!(said.last()["summary"], "0 rows added", "{said:?}");
    assert_eq!(place.projects(), ["default"]);
    let reference = place.value("default", "SUPABASE_PROJECT_REF");
    assert_eq!(place.value("team-a", "SUPABASE_PROJECT_REF"), reference);
    assert_eq!(place.value("team-a", "MCP_SUPABASE_SCHEMA"), "team_a");

    // its role sees its own schema, and the rows of nobody else
    let count = "SELECT count(*) FROM episodic_memory";
    assert!(place.number("team-a", count) > 0);
    place.sql(
        "team-a",
        "INSERT INTO episodic_memory (agent_name, content) VALUES ('a', 'only in team-a')",
    );
    let there = "SELECT count(*) FROM public.episodic_memory WHERE content = 'only in team-a'";
    assert_eq!(place.number("default", there), 0);
    let foreign = format!(
        "SELECT CASE WHEN has_schema_privilege('{}', 'team_a', 'CREATE')
                 AND NOT has_table_privilege('{0}', 'public.episodic_memory', 'INSERT') THEN 1 ELSE 0 END::bigint",
        place.database("team-a").user
    );
    assert_eq!(
        place.number("default", &foreign),
        1,
        "its role may write to default's tables"
    );

    place
        .matriz(&["delete", "default", "--yes", "--confirm", "default"])
        .refused(3, &["team-a", "Delete those first"]);
    place
        .matriz(&["create", "team-c", "--strategy", "schema"])
        .ok();
    place
        .matriz(&["init", "team-c", "--project-of", "team-a", "--yes"])
        .refused(3, &["team-a", "owns the project"]);
    place
        .matriz(&["delete", "team-a", "--yes", "--confirm", "team-a", "--json"])
        .ok();
    assert!(!place.has("team-a"));
    assert_eq!(place.projects(), ["default"]);
    assert_eq!(place.server_objects(), before, "its role is left");
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'team_a'";
    assert_eq!(place.number("default", schemas), 0);
    assert!(place.number("default", "SELECT count(*) FROM public.episodic_memory") > 0);
}

#[test]
fn a_schema_killed_or_cancelled_leaves_nothing_or_all() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let before = place.server_objects();
    place
        .matriz(&["create", "team-a", "--strategy", "schema"])
        .ok();
    let init = [
        "init",
        "team-a",
        "--project-of",
        "default",
        "--yes",
        "--json",
    ];
    for point in ["schema.create:after", "migrations:after"] {
        let said = place.with(&init, &[("MATRIZ_CRASH_AT", point)]);
        assert_eq!(said.last()["state"], "interrupted", "{said:?}");
        place
            .matriz(&["jobs", "cancel", &place.newest_job().to_string()])
            .ok();
        assert_eq!(place.server_objects(), before, "{point}");
        assert_eq!(
            place.number(
                "default",
                "SELECT count(*) FROM pg_namespace WHERE nspname = 'team_a'"
            ),
            0
        );
        assert_eq!(place.json(&["show", "team-a"])["state"], "new", "{point}");
    }
    let said = place.with(&init, &[("MATRIZ_CRASH_AT", "schema.create:after")]);
    assert_eq!(said.last()["state"], "interrupted", "{said:?}");
    place.matriz(&["jobs", "resume", "--json"]).ok();
    assert_eq!(
        place.number("team-a", "SELECT count(*) FROM episodic_memory"),
        0
    );
}

#[test]
fn a_clone_goes_into_a_schema_of_the_same_project() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let clone = [
        "clone",
        "default",
        "team-b",
        "--strategy",
        "schema",
        "--project-of",
        "default",
        "--yes",
        "--json",
    ];
    let said = place.matriz(&clone).ok();
    assert!(
        said.last()["summary"].as_str().unwrap().contains("equal"),
        "{said:?}"
    );
    assert_eq!(place.projects(), ["default"]);
    let rows = "SELECT count(*) FROM episodic_memory";
    assert_eq!(place.number("team-b", rows), place.number("default", rows));
    place.sql(
        "team-b",
        "INSERT INTO episodic_memory (agent_name, content) VALUES ('a', 'only in team-b')",
    );
    assert_eq!(
        place.number("team-b", rows),
        place.number("default", rows) + 1
    );
    place
        .matriz(&["delete", "team-b", "--yes", "--confirm", "team-b", "--json"])
        .ok();
    assert!(place.number("default", rows) > 0);
}
