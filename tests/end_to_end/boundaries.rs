//! The worker killed at every boundary of every step; then the job goes on, and all is as if nothing
//! had happened.

use crate::place::Place;

const CRASH: &str = "MATRIZ_CRASH_AT";

/// The names of a finished job's steps.
fn steps_of(place: &Place, id: i64) -> Vec<String> {
    let job = place.job(id);
    job.steps.into_iter().map(|s| s.name).collect()
}

/// Runs a job that dies at `point`, then resumes it to its end.
fn dies_and_goes_on(place: &Place, arguments: &[&str], point: &str) {
    let said = place.with(arguments, &[(CRASH, point)]);
    assert_eq!(said.code, Some(1), "{point} was not reached: {said:?}");
    assert_eq!(said.last()["state"], "interrupted", "{point}: {said:?}");
    let said = place.matriz(&["jobs", "resume", "--json"]);
    assert_eq!(said.last()["state"], "done", "{point}: {said:?}");
    assert_eq!(said.code, Some(0), "{point}");
}

fn once(place: &Place, name: &str) {
    let named = place.projects().into_iter().filter(|n| n == name).count();
    assert_eq!(named, 1, "projects called {name}");
}

#[test]
fn an_init_killed_at_any_boundary_goes_on() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let mut n = 0;
    for step in steps_of(&place, place.newest_job()) {
        for point in ["before", "after"] {
            n += 1;
            let name = format!("init-{n}");
            place.instance_folder(&name);
            let point = format!("{step}:{point}");
            dies_and_goes_on(&place, &["init", &name, "--yes", "--json"], &point);
            once(&place, &name);
            // the times at which rows were made differ; the rows don't
            let mut differences = place.differences("default", &name);
            differences.retain(|line| !line.ends_with("has rows that differ"));
            assert_eq!(differences, Vec::<String>::new(), "{point}");
            let state = place.json(&["show", &name])["state"].clone();
            assert_eq!(state, "ready", "{point}");
        }
    }
    println!("{n} boundaries");
    assert!(n >= 14);
}

#[test]
fn a_clone_killed_at_any_boundary_goes_on_and_a_delete_too() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let before = place.server_objects();
    place
        .matriz(&["clone", "default", "first", "--yes", "--json"])
        .ok();
    let mut names = vec!["first".to_owned()];
    for step in steps_of(&place, place.newest_job()) {
        for point in ["before", "after"] {
            let name = format!("clone-{}", names.len());
            let point = format!("{step}:{point}");
            let clone = ["clone", "default", &name, "--yes", "--json"];
            dies_and_goes_on(&place, &clone, &point);
            once(&place, &name);
            place.equal("default", &name);
            names.push(name);
        }
    }
    println!("{} boundaries", names.len() - 1);
    assert!(names.len() > 14);

    for step in ["project.delete", "folder.trash"] {
        for point in ["before", "after"] {
            let name = names.pop().unwrap();
            let delete = ["delete", &name, "--yes", "--confirm", &name, "--json"];
            dies_and_goes_on(&place, &delete, &format!("{step}:{point}"));
            assert!(!place.has(&name));
            assert!(!place.projects().contains(&name));
        }
    }
    for name in names {
        place
            .matriz(&["delete", &name, "--yes", "--confirm", &name, "--json"])
            .ok();
    }
    assert_eq!(place.projects(), ["default"]);
    assert_eq!(place.server_objects(), before, "databases and roles");
}

#[test]
fn a_cancel_killed_at_any_boundary_is_finished_by_resume() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let before = place.server_objects();
    let clone = ["clone", "default", "clone-1", "--yes", "--json"];
    place
        .with(&clone, &[(CRASH, "mcp.write:before")])
        .refused(1, &[]);
    let steps = steps_of(&place, place.newest_job());
    place
        .matriz(&["jobs", "cancel", &place.newest_job().to_string()])
        .ok();
    let reached = steps.iter().filter(|s| *s != "figures");
    let points = reached.flat_map(|s| ["undo-before", "undo-after"].map(|p| format!("{s}:{p}")));
    for point in points {
        place
            .with(&clone, &[(CRASH, "mcp.write:before")])
            .refused(1, &[]);
        let id = place.newest_job().to_string();
        place
            .with(&["jobs", "cancel", &id], &[(CRASH, &point)])
            .refused(1, &[]);
        assert_eq!(
            place.job_state(place.newest_job()),
            "interrupted",
            "{point}"
        );
        let said = place.matriz(&["jobs", "resume", "--json"]);
        assert_eq!(said.last()["state"], "cancelled", "{point}: {said:?}");
        assert_eq!(said.code, Some(130), "{point}");
        assert!(!place.has("clone-1"), "{point}");
        assert_eq!(place.projects(), ["default"], "{point}");
        assert_eq!(place.server_objects(), before, "{point}");
    }
}
