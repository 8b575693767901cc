//! What is refused, and what stays as it is.

use std::fs;

use matriz::provider::supabase::{Deployment, FunctionFile};

use crate::company::{Company, place, with};
use crate::place::Place;

#[test]
fn broken_seeds_stop_everything_before_it_begins() {
    let Some(place) = place() else { return };
    let file = place.path("instances/default/seeds/auth/users.yaml");
    let good = fs::read_to_string(&file).unwrap();
    let bad = good.replacen("    password:", "    senha:", 1);
    fs::write(&file, bad).unwrap();
    place
        .matriz(&["init", "default", "--yes"])
        .refused(1, &["seeds/auth/users.yaml:"]);
    fs::write(&file, good).unwrap();
    let code = place.path("instances/default/seeds/functions/resumo-da-rota/index.ts");
    fs::rename(&code, code.with_file_name("main.ts")).unwrap();
    place
        .matriz(&["init", "default", "--yes"])
        .refused(1, &["resumo-da-rota has no index.ts"]);
    assert!(place.projects().is_empty());
}

#[test]
fn only_what_is_asked_for_comes_along() {
    let Some(place) = place().map(Place::initialised) else {
        return;
    };
    let clone = ["clone", "default", "clone-1", "--yes"];
    place
        .matriz(&[&clone[..], &["--only", "auth"]].concat())
        .refused(
            3,
            &["Users are rows of the database", "--only database,auth"],
        );
    assert!(!place.has("clone-1"));
    place
        .matriz(&[&clone[..], &["--only", "functions"]].concat())
        .ok();
    assert_eq!(place.side("clone-1").functions.len(), 2);
    assert_eq!(
        place.number("clone-1", "select count(*) from auth.users"),
        0
    );
    place
        .matriz(&["clone", "default", "clone-2", "--only", "database", "--yes"])
        .ok();
    assert!(place.side("clone-2").functions.is_empty());
    assert_eq!(
        place.number("clone-2", "select count(*) from auth.users"),
        4
    );

    // a schema shares the project: nothing is copied, and that's said
    let schema = ["clone", "default", "part", "--strategy", "schema"];
    let plan = place
        .json(&[&schema[..], &["--dry-run"]].concat())
        .to_string();
    assert!(
        plan.contains("users, files and functions of that project"),
        "{plan}"
    );
    assert!(!plan.contains("edge function"), "{plan}");
    place.matriz(&[&schema[..], &["--yes"]].concat()).ok();
    assert_eq!(place.project("part"), place.project("default"));
    assert_eq!(place.side("default").functions.len(), 2);

    // somebody's own function of the same name isn't overwritten
    let files = [FunctionFile {
        path: "index.ts".into(),
        bytes: "// minha".into(),
    }];
    let own = Deployment {
        slug: "resumo-da-rota",
        name: "resumo-da-rota",
        verify_jwt: true,
        entrypoint: "index.ts",
        import_map: None,
        files: &files,
    };
    let project = place.project("clone-2");
    with(&place, async |supabase| {
        supabase.deploy_function(&project, &own).await.unwrap();
    });
    place
        .matriz(&[
            "clone",
            "default",
            "clone-2",
            "--only",
            "functions",
            "--yes",
        ])
        .refused(1, &["has another function resumo-da-rota already"]);
    let job = place.newest_job();
    place.matriz(&["jobs", "cancel", &job.to_string()]).ok();
    let after = place.side("clone-2");
    assert_eq!(
        after.functions.keys().collect::<Vec<_>>(),
        ["resumo-da-rota"]
    );
    assert_eq!(after.functions["resumo-da-rota"].files, files);
}
