//! What goes wrong around the program: the provider, the server, the network, the machine.

use std::fs;
use std::net::TcpListener;

use matriz::provider::postgres::find::{self, Needs, Search};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::outside::{self, runs, wait_until};
use crate::place::{Place, contents};
use crate::support;
use crate::support::gate::Held;

#[test]
fn faults_of_the_provider_make_exactly_one_project() {
    let Some(place) = Place::small() else { return };
    place.matriz(&["sandbox", "start"]).ok();
    let faults = [
        "POST /v1/projects drop=after times=1",
        "POST /v1/projects status=500 times=1",
        "POST /v1/projects truncate times=1",
        r#"{"operation":"GET /v1/projects/{ref}/health","kind":"status","status":503,"times":2}"#,
        "GET /v1/projects/{ref}/api-keys drop=before times=1",
    ];
    for (n, fault) in faults.iter().enumerate() {
        place.matriz(&["sandbox", "faults", "add", fault]).ok();
        let name = format!("init-{n}");
        place.instance_folder(&name);
        let said = place.matriz(&["init", &name, "--yes", "--json"]).ok();
        assert_eq!(said.last()["state"], "done", "{fault}");
        assert_eq!(
            place.projects().iter().filter(|p| **p == name).count(),
            1,
            "{fault}"
        );
        let left = place.json(&["sandbox", "faults", "list"]);
        assert_eq!(
            left["faults"].as_array().unwrap().len(),
            0,
            "{fault}: {left}"
        );
    }
    place
        .matriz(&["sandbox", "faults", "add", "nonsense"])
        .refused(2, &["nonsense"]);
    place
        .matriz(&["sandbox", "faults", "add", r#"{"kind":"x"}"#])
        .refused(2, &["fault"]);

    // a creation that fails at the provider: one clear message, nothing left after the cancel
    place
        .matriz(&[
            "sandbox",
            "faults",
            "add",
            "POST /v1/projects init-failed times=1",
        ])
        .ok();
    place.instance_folder("fails");
    place
        .matriz(&["init", "fails", "--yes"])
        .refused(1, &["creation failed", "jobs resume"]);
    place
        .matriz(&["jobs", "cancel", &place.newest_job().to_string()])
        .ok();
    assert!(!place.projects().contains(&"fails".to_owned()));
}

#[test]
fn a_server_that_falls_in_the_middle_fails_the_job_which_then_goes_on() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place.sql(
        "default",
        "CREATE TABLE public.ballast AS SELECT n, repeat(md5(n::text), 8) AS text FROM generate_series(1, 200000) n",
    );
    let gate = place.gate();
    let mut running = place.start(&["clone", "default", "clone-1", "--yes", "--json"]);
    assert!(running.until(|line| line["phase"] == "Data" || line["phase"] == "Indexes"));
    gate.reached();
    let file = place.path(".matriz/sandbox/postgres/postmaster.pid");
    let pid: i32 = fs::read_to_string(file)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    kill(Pid::from_raw(pid), Signal::SIGQUIT).unwrap();
    let said = running.end();
    assert_eq!(said.code, Some(1), "{said:?}");
    let last = said.last();
    assert_eq!(last["state"], "failed", "{last}");
    assert!(last["error"].as_str().unwrap().len() > 20, "{last}");
    wait_until("the server is back", || {
        outside::block_on(async {
            let url = place.database("default");
            let options = matriz::provider::postgres::connect::ConnectOptions::default();
            matriz::provider::postgres::connect::connect(&url, &options)
                .await
                .is_ok()
        })
    });
    let gate = Held::in_sandbox(&place.root);
    gate.open();
    let said = place.matriz(&["jobs", "resume", "--json"]).ok();
    assert_eq!(said.last()["state"], "done");
    place.equal("default", "clone-1");
    assert_eq!(place.projects(), ["clone-1", "default"]);
}

#[test]
fn a_sandbox_killed_in_the_middle_comes_back_for_the_resume() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place
        .matriz(&[
            "sandbox",
            "faults",
            "add",
            "GET /v1/projects/{ref}/health delay=60000 times=1",
        ])
        .ok();
    let mut running = place.start(&["clone", "default", "clone-1", "--yes", "--json"]);
    assert!(running.until(|line| line["step"] == "project.ready"));
    wait_until("the sandbox sits on its answer", || {
        let left = place.json(&["sandbox", "faults", "list"]);
        left["faults"].as_array().unwrap().is_empty()
    });
    let status = place.json(&["sandbox", "status"]);
    let pid = i32::try_from(status["pid"].as_i64().unwrap()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    wait_until("it's gone", || !runs(pid));
    let said = running.end();
    assert_eq!(said.code, Some(1), "{said:?}");
    let last = said.last();
    assert_eq!(last["state"], "failed", "{last}");
    assert!(!last["hint"].is_null(), "{last}");
    place.matriz(&["jobs", "resume", "--json"]).ok();
    place.equal("default", "clone-1");
    assert_eq!(place.projects(), ["clone-1", "default"]);
}

#[test]
fn a_port_that_is_taken_is_left_and_the_instances_follow() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let old = place.value("default", "SUPABASE_URL");
    let old_database = place.database("default").port;
    place.matriz(&["sandbox", "stop"]).ok();
    assert_eq!(place.json(&["sandbox", "status"])["running"], false);
    let port: u16 = old
        .split(':')
        .nth(2)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let thieves = [port, old_database].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    let said = place
        .matriz(&[
            "run",
            "-i",
            "default",
            "--",
            "sh",
            "-c",
            "echo $SUPABASE_URL",
        ])
        .ok();
    let new = place.value("default", "SUPABASE_URL");
    assert_eq!(said.out.trim(), new);
    assert_ne!(new, old);
    assert_ne!(place.database("default").port, old_database);
    let mcp = fs::read_to_string(place.path("instances/default/mcp.json")).unwrap();
    assert!(!mcp.contains(&format!(":{port}")), "{mcp}");
    assert!(place.number("default", "SELECT count(*) FROM public.episodic_memory") > 0);
    drop(thieves);
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    place.equal("default", "clone-1");
}

#[test]
fn a_refused_token_is_named_and_nothing_is_made() {
    let Some(place) = Place::small() else { return };
    let api = place.json(&["sandbox", "start"])["api_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let config = place.path("instances/default/supabase.config.json");
    let text = fs::read_to_string(&config).unwrap();
    let cloud = text.replace(
        "\"kind\": \"sandbox\"",
        &format!("\"kind\": \"cloud\",\n  \"apiUrl\": \"{api}\""),
    );
    fs::write(&config, &cloud).unwrap();
    place
        .matriz(&["init", "default", "--yes"])
        .refused(1, &["SUPABASE_ACCESS_TOKEN", "isn't set"]);
    place
        .matriz(&["env", "set", "SUPABASE_ACCESS_TOKEN", "example-wrong-token"])
        .ok();
    let said = place
        .matriz(&["jobs", "resume"])
        .refused(1, &["SUPABASE_ACCESS_TOKEN"]);
    assert!(!said.err.contains("example-wrong-token"), "{said:?}");
    place
        .matriz(&["jobs", "cancel", &place.newest_job().to_string()])
        .ok();
    assert_eq!(place.projects(), Vec::<String>::new());
    // what is in the cloud isn't deleted before there are backups
    let config_now = fs::read_to_string(&config).unwrap();
    place
        .matriz(&["delete", "default", "--yes", "--confirm", "default"])
        .refused(3, &["cloud"]);
    assert_eq!(fs::read_to_string(&config).unwrap(), config_now);
}

#[test]
fn without_postgres_it_says_what_to_do() {
    let Some(place) = Place::small() else { return };
    let empty = tempfile::tempdir().unwrap();
    let search = Search {
        configured: None,
        cache: empty.path().to_owned(),
    };
    let needs = Needs {
        vector: true,
        major: None,
    };
    if outside::block_on(find::for_sandbox(&search, needs)).is_some() {
        return support::skip("this machine's own Postgres has vectors");
    }
    let before = contents(&place.path("instances"));
    let cache = empty.path().to_str().unwrap();
    let bare = [("PATH", "/nonexistent"), ("MATRIZ_CACHE", cache)];
    place
        .with(&["sandbox", "start"], &bare)
        .refused(1, &["Postgres", "pgvector", "--yes"]);
    place
        .with(&["sandbox", "start", "--yes"], &bare)
        .refused(1, &["pip"]);
    place
        .with(&["init", "default", "--yes"], &bare)
        .refused(1, &["pip", "jobs resume"]);
    let said = place.with(&["doctor", "--json"], &bare);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out.contains("pgvector") && said.out.contains("pip"),
        "{said:?}"
    );
    // only the .env made from its example is new
    let mut after = contents(&place.path("instances"));
    after.retain(|(path, _)| !path.ends_with(".env"));
    assert_eq!(after, before);
    assert!(!place.path(".matriz/sandbox/postgres").exists());
    // with Postgres back, the same job goes on
    place.matriz(&["jobs", "resume", "--json"]).ok();
}
