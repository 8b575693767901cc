//! One command sets `default` up, clones it, and proves the clone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use matriz::domain::reference::IDENTITY_KEYS;
use matriz::provider::postgres::tools::Tool;

use crate::place::{Place, contents};
use crate::{outside, secrets, support};

#[test]
fn one_command_sets_up_clones_and_proves_it() {
    let Some(place) = Place::whole() else { return };
    let said = place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    let lines = said.lines();
    assert!(lines.len() > 3, "{said:?}");
    let last = said.last();
    assert_eq!(last["state"], "done", "{last}");
    assert_eq!(last["percent"], 100.0, "{last}");
    assert!(
        last["summary"].as_str().unwrap().contains("equal"),
        "{last}"
    );
    let percents = lines.iter().map(|l| l["percent"].as_f64().unwrap());
    assert!(percents.is_sorted(), "progress went back: {said:?}");

    // the rows were equal; then those that name issues and pages were made to name the clone's
    let differences = place.differences("default", "clone-1");
    assert_eq!(
        differences,
        // a file's row says which bytes it means, and since when
        [
            "storage.objects has rows that differ",
            "task_context has rows that differ"
        ]
    );
    assert!(
        last["summary"]
            .as_str()
            .unwrap()
            .contains("4 values rewritten"),
        "{last}"
    );
    let summary = last["summary"].as_str().unwrap();
    assert!(summary.contains("8 files"), "{summary}");
    let report = place
        .matriz(&["jobs", "show", &place.newest_job().to_string(), "--report"])
        .ok();
    let line = "Storage: 8 files in 2 buckets";
    assert!(report.out.contains(line), "{}", report.out);
    let address = "SELECT count(*) FROM task_context
        WHERE related_files::text LIKE '%/storage/v1/object/public/campo/manuais/%'";
    assert_eq!(place.number("clone-1", address), 1);
    let rows = place.number("clone-1", "SELECT count(*) FROM public.corporate_memory");
    assert!(rows >= 40, "{rows} rows");
    assert_eq!(place.projects(), ["clone-1", "default"]);
    nothing_names_the_source(&place);
    everything_is_private(&place);
    two_databases(&place);
    commands_keep_their_end(&place);
    commands_see_one_instance(&place);
    place.json(&["list"]);
    place.json(&["show", "clone-1"]);
    place.matriz(&["env", "list", "-i", "clone-1"]).ok();
    place.matriz(&["env", "check", "-i", "clone-1"]).ok();
    place
        .matriz(&["jobs", "log", &place.newest_job().to_string()])
        .ok();
    files_alone(&place);
    secrets::never_shown(&place, &["default", "clone-1", "clone-2"]);
}

/// A clone of nothing but the files: a project with the buckets, and no table of the source's.
fn files_alone(place: &Place) {
    let only = ["--only", "storage", "--yes", "--json"];
    let plan = [
        "clone",
        "default",
        "clone-2",
        "--only",
        "storage",
        "--dry-run",
    ];
    let plan = place.matriz(&plan).ok().out;
    assert!(plan.contains("8 files in 2 buckets"), "{plan}");
    let clone = ["clone", "default", "clone-2"].into_iter().chain(only);
    let said = place.matriz(&clone.collect::<Vec<_>>()).ok();
    assert_eq!(said.last()["state"], "done", "{said:?}");
    let stored = place.number("clone-2", "SELECT count(*) FROM storage.objects");
    assert_eq!(stored, 8);
    let public = place.number(
        "clone-2",
        "SELECT count(*) FROM storage.buckets WHERE public",
    );
    assert_eq!(public, 1);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(place.number("clone-2", tables), 0);
}

fn nothing_names_the_source(place: &Place) {
    let (source, target) = (place.env("default"), place.env("clone-1"));
    for key in IDENTITY_KEYS.iter().chain(&["SUPABASE_DB_PASSWORD"]) {
        let (old, new) = (source.get(key).unwrap(), target.get(key).unwrap());
        assert!(!old.is_empty() && !new.is_empty(), "{key} is empty");
        if *key == "MCP_SUPABASE_SCHEMA" {
            continue;
        }
        assert_ne!(old, new, "{key}");
        for (path, bytes) in contents(&place.path("instances/clone-1")) {
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains(old),
                "{} has default's {key}",
                path.display()
            );
        }
    }
    let project = target.get("SUPABASE_PROJECT_REF").unwrap();
    for file in ["mcp.json", "supabase.config.json", ".env"] {
        let text = fs::read_to_string(place.path(&format!("instances/clone-1/{file}"))).unwrap();
        assert!(
            text.contains(project),
            "{file} doesn't name the clone's project"
        );
    }
    let mcp = fs::read_to_string(place.path("instances/clone-1/mcp.json")).unwrap();
    let mcp: serde_json::Value = serde_json::from_str(&mcp).unwrap();
    let filters = &mcp["mcpServers"]["atlassian"]["env"];
    for (filter, key) in [
        ("JIRA_PROJECTS_FILTER", "JIRA_PROJECT_KEY"),
        ("CONFLUENCE_SPACES_FILTER", "CONFLUENCE_SPACE_KEY"),
    ] {
        assert_eq!(filters[filter].as_str(), target.get(key), "{filter}");
    }
    for seed in fs::read_dir(place.path("instances/default/seeds")).unwrap() {
        let name = seed.unwrap().file_name();
        assert!(place.path("instances/clone-1/seeds").join(name).exists());
    }
}

fn everything_is_private(place: &Place) {
    for name in ["default", "clone-1"] {
        for file in [".env", "mcp.json"] {
            let path = place.path(&format!("instances/{name}/{file}"));
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
        }
    }
    let state = place.path(".matriz");
    assert_eq!(
        fs::metadata(&state).unwrap().permissions().mode() & 0o777,
        0o700
    );
    for (path, _) in contents(&state.join("logs")) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    let registry = fs::metadata(state.join("registry.db")).unwrap();
    assert_eq!(registry.permissions().mode() & 0o077, 0);
}

/// A script of the workspace's shared code, in one instance and then in the other.
fn two_databases(place: &Place) {
    let Some(engine) = outside::block_on(support::vector_engine()) else {
        return;
    };
    let psql = engine.path(Tool::Psql).display().to_string();
    fs::create_dir_all(place.path("core/scripts")).unwrap();
    let script = format!(
        "set -eu\n\
         '{psql}' \"$DATABASE_URL\" -qAtX -v ON_ERROR_STOP=1 \
         -c \"INSERT INTO corporate_memory (category, content) VALUES ('note', 'written in $INSTANCE_NAME')\"\n\
         '{psql}' \"$DATABASE_URL\" -qAtX -c \"SELECT string_agg(content, ',') FROM corporate_memory WHERE category = 'note'\"\n"
    );
    fs::write(place.path("core/scripts/note.sh"), script).unwrap();
    for name in ["default", "clone-1"] {
        let said = place
            .matriz(&["run", "-i", name, "--", "sh", "core/scripts/note.sh"])
            .ok();
        assert_eq!(said.out.trim(), format!("written in {name}"), "{said:?}");
    }
    assert!(!place.differences("default", "clone-1").is_empty());
}

fn commands_keep_their_end(place: &Place) {
    let run = |words: &[&str]| {
        let arguments: Vec<&str> = ["run", "-i", "clone-1", "--"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        place.matriz(&arguments)
    };
    assert_eq!(run(&["sh", "-c", "exit 0"]).code, Some(0));
    assert_eq!(run(&["sh", "-c", "exit 42"]).code, Some(42));
    run(&["example-no-such-command"]).refused(127, &["example-no-such-command"]);
    fs::write(place.path("plain.txt"), "no program").unwrap();
    run(&["./plain.txt"]).refused(126, &["plain.txt"]);
    // a command that a signal ended ends like that for whoever waits (143 for a shell)
    assert_eq!(run(&["sh", "-c", "kill -TERM $$"]).signal, Some(15));
    let shell = format!(
        "'{}' run -i clone-1 -- sh -c 'kill -TERM $$'; exit $?",
        env!("CARGO_BIN_EXE_matriz")
    );
    assert_eq!(run(&["sh", "-c", &shell]).code, Some(143));
    run(&["sh", "-c", "printf %s \"$1\"", "sh", "a b"]).ok();
    assert_eq!(
        run(&["sh", "-c", "printf %s \"$1\"", "sh", "--json"]).out,
        "--json\n"
    );
}

fn commands_see_one_instance(place: &Place) {
    place
        .matriz(&[
            "env",
            "set",
            "EXAMPLE_ONLY_DEFAULT",
            "theirs",
            "-i",
            "default",
        ])
        .ok();
    let source = place.env("default");
    let outer: Vec<(&str, &str)> = source.pairs().filter(|(_, v)| !v.is_empty()).collect();
    let said = place
        .with(&["run", "-i", "clone-1", "--", "env"], &outer)
        .ok();
    let target = place.env("clone-1");
    for (key, value) in target.pairs() {
        assert!(
            said.out.contains(&format!("{key}={value}\n")),
            "{key} is missing"
        );
    }
    assert!(said.out.contains("INSTANCE_NAME=clone-1\n"));
    assert!(
        !said.out.contains("EXAMPLE_ONLY_DEFAULT"),
        "a variable of default"
    );
    for key in [
        "SUPABASE_PROJECT_REF",
        "SUPABASE_SERVICE_ROLE_KEY",
        "SUPABASE_DB_PASSWORD",
    ] {
        assert!(
            !said.out.contains(source.get(key).unwrap()),
            "default's {key}"
        );
    }
}
