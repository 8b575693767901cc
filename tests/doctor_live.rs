//! `doctor --live`: everything is as expected in the sandbox, and each thing that a service does
//! otherwise is named.
#![allow(dead_code)] // the workspace and what surrounds it are another test program's as well

#[path = "end_to_end/command.rs"]
mod command;
mod front;
#[path = "end_to_end/outside.rs"]
mod outside;
#[path = "end_to_end/place.rs"]
mod place;
mod support;

use std::fs;

use command::{Running, Said};
use front::{Front, Turn, edit, refused};
use place::Place;
use serde_json::{Value, json};

/// What the sample's board and space have nothing of.
const NOTHING: [&str; 1] = ["Supabase function.body"];

struct Scene {
    place: Place,
}

impl Scene {
    /// `doctor --live default` through a front: what is said there isn't held against documents.
    fn live(&self) -> Said {
        let mut command = self
            .place
            .command(&["doctor", "--live", "default", "--json"]);
        command.env_remove("MATRIZ_HTTP_CAPTURE");
        Running::start(command).end()
    }

    /// The site and the API are from now on where the front is.
    fn behind(&self, front: &Front) {
        for (file, field) in [
            ("atlassian.config.json", "site"),
            ("supabase.config.json", "apiUrl"),
        ] {
            let path = self.place.path(&format!("instances/default/{file}"));
            let text = fs::read_to_string(&path).expect("a configuration");
            let mut config: Value = serde_json::from_str(&text).expect("JSON");
            config["kind"] = json!("cloud");
            config[field] = json!(front.url);
            fs::write(&path, config.to_string()).expect("a configuration");
        }
    }

    /// Every secret of the instance.
    fn secrets(&self) -> Vec<String> {
        let env = self.place.env("default");
        let keys = [
            "SUPABASE_ACCESS_TOKEN",
            "SUPABASE_DB_PASSWORD",
            "SUPABASE_ANON_KEY",
            "SUPABASE_SERVICE_ROLE_KEY",
            "ATLASSIAN_API_TOKEN",
        ];
        let values = keys.iter().map(|key| env.get(key).expect(key).to_owned());
        values.collect()
    }
}

fn probes(said: &Value) -> &Vec<Value> {
    said["probes"].as_array().expect("probes")
}

/// Every probe that isn't ok, but for what there is nothing of.
fn not_ok(said: &Value) -> Vec<String> {
    let all = probes(said).iter().filter(|p| {
        let name = format!("{} {}", p["service"], p["name"]).replace('"', "");
        p["outcome"] != "ok" && !(p["outcome"] == "skipped" && NOTHING.contains(&name.as_str()))
    });
    all.map(|p| {
        format!(
            "{} {} {}: {} {} {}",
            p["service"].as_str().unwrap(),
            p["name"].as_str().unwrap(),
            p["outcome"].as_str().unwrap(),
            p["came"],
            p["differences"],
            p["notes"]
        )
    })
    .collect()
}

/// One probe's outcome and its differences.
fn one(said: &Value, service: &str, name: &str) -> (String, String) {
    let found = probes(said)
        .iter()
        .find(|p| p["service"] == service && p["name"] == name)
        .unwrap_or_else(|| panic!("no probe {service} {name}"));
    (
        found["outcome"].as_str().unwrap().to_owned(),
        found["differences"].to_string(),
    )
}

#[test]
fn the_sandbox_is_as_expected_and_every_difference_is_named() {
    let Some(place) = Place::whole() else { return };
    place
        .matriz(&["doctor", "--live", "default"])
        .refused(1, &["connected to no service yet", "matriz init default"]);
    let scene = Scene {
        place: place.initialised(),
    };
    let secrets = scene.secrets();
    let quiet = |said: &Said| {
        for secret in &secrets {
            assert!(!said.out.contains(secret) && !said.err.contains(secret));
        }
    };

    // everything is asked, everything is as it should be, and nothing is changed
    let before = place::contents(&scene.place.path("instances/default"));
    let said = scene
        .place
        .matriz(&["doctor", "--live", "default", "--json"]);
    quiet(&said);
    let all = said.last();
    assert_eq!(not_ok(&all), Vec::<String>::new(), "what isn't ok");
    assert_eq!(said.code, Some(0));
    let unseen: Vec<_> = probes(&all)
        .iter()
        .filter(|p| p["notes"].to_string().contains("not seen"))
        .map(|p| format!("{} {}", p["name"], p["notes"]))
        .collect();
    println!("LIVE {} probes; not seen: {unseen:?}", probes(&all).len());
    assert!(probes(&all).len() > 70);
    let text = scene.place.matriz(&["doctor", "--live", "default"]).ok();
    assert!(text.out.contains("● Jira       myself"), "{}", text.out);
    assert!(
        text.out.contains("GET /rest/api/3/myself: 200"),
        "{}",
        text.out
    );
    assert!(text.out.contains("Nothing was changed."));
    assert_eq!(
        place::contents(&scene.place.path("instances/default")),
        before
    );

    // through a front that passes everything on, all is well, and all requests only read
    let front = Front::of(&scene.place.value("default", "ATLASSIAN_SITE"));
    scene.behind(&front);
    let said = scene.live();
    assert_eq!(not_ok(&said.last()), Vec::<String>::new());
    const READING: [&str; 6] = [
        "POST /rest/api/3/search/jql",
        "POST /rest/api/3/search/approximate-count",
        "POST /rest/api/3/issue/bulkfetch",
        "POST /rest/api/3/jql/parse",
        "POST /wiki/api/v2/users-bulk",
        "/database/query",
    ];
    for call in front.take_asked() {
        let reads = call.starts_with("GET ") || READING.iter().any(|r| call.ends_with(r));
        assert!(reads, "{call} may change something");
        assert!(!call.contains("reveal"), "{call}");
    }

    // one thing after the other is otherwise
    front.rule(|call| match call {
        "GET /rest/api/3/myself" => edit(|me| {
            me.as_object_mut().unwrap().remove("accountId");
        }),
        "GET /rest/api/3/issueLinkType" => refused(403),
        "POST /rest/api/3/search/approximate-count" => refused(410),
        "GET /rest/api/3/attachment/meta" => edit(|meta| meta["uploadLimit"] = json!("many")),
        "GET /rest/api/3/serverInfo" => edit(|info| info["deploymentType"] = json!("Server")),
        "GET /rest/api/3/mypermissions" => edit(|all| {
            all["permissions"]["ADMINISTER"]["havePermission"] = json!(false);
        }),
        "GET /rest/api/3/priority/search" => Turn::Answer(200, vec![], "<html>Hello</html>"),
        "POST /rest/api/3/issue/bulkfetch" => edit(|page| {
            page["issues"][0]["fields"]["created"] = json!("yesterday");
            page["issues"][0]["fields"]["status"]["id"] = json!(3);
        }),
        "GET /wiki/api/v2/spaces" => edit(|page| {
            page["results"][0]["homepageId"] = json!(7);
        }),
        "GET /wiki/rest/api/user/current" => Turn::Answer(500, vec![], "{}"),
        call if call.ends_with("/api-keys") => edit(|keys| {
            keys[0]["type"] = json!("quantum");
            keys[0]["api_key"] = json!({"example": 1});
        }),
        call if call.ends_with("/health") => edit(|all| all[0]["status"] = json!("SLEEPY")),
        "GET /v1/projects" => Turn::Without("x-ratelimit-limit"),
        "GET /v1/organizations" => edit(|all| all[0]["slug"] = json!(null)),
        _ => Turn::Pass,
    });
    let said = scene.live();
    quiet(&said);
    assert_eq!(said.code, Some(1));
    let all = said.last();
    for (service, name, outcome, words) in [
        (
            "Jira",
            "myself",
            "differs",
            "accountId is missing; text is expected",
        ),
        ("Jira", "link_types", "refused", "the status is 403"),
        (
            "Jira",
            "search.count",
            "differs",
            "the status is 410; 200 is expected",
        ),
        (
            "Jira",
            "attachments.settings",
            "differs",
            "uploadLimit is text; a whole number",
        ),
        ("Jira", "server", "differs", "deploymentType isn't Cloud"),
        (
            "Jira",
            "permissions",
            "differs",
            "permissions.ADMINISTER.havePermission is false",
        ),
        ("Jira", "priorities", "differs", "isn't JSON"),
        (
            "Jira",
            "issues.fetch",
            "differs",
            "fields.created isn't a moment",
        ),
        (
            "Jira",
            "issues.fetch",
            "differs",
            "fields.status.id is a whole number",
        ),
        (
            "Confluence",
            "space",
            "differs",
            "results[].homepageId is a whole number",
        ),
        ("Confluence", "myself", "refused", "the status is 500"),
        (
            "Supabase",
            "keys",
            "differs",
            "[].type isn't legacy, publishable or secret",
        ),
        ("Supabase", "keys", "differs", "[].api_key is an object"),
        ("Supabase", "health", "differs", "[].status isn't COMING_UP"),
        ("Supabase", "organizations", "differs", "[].slug is null"),
        // a header is no promise: it's only noted
        ("Supabase", "projects", "ok", "[]"),
        ("Jira", "issue", "ok", "[]"),
    ] {
        let (came, differences) = one(&all, service, name);
        assert_eq!(came, outcome, "{service} {name}: {differences}");
        assert!(
            differences.contains(words),
            "{service} {name}: {differences}"
        );
    }
    // what asks about a thing that wasn't learned is skipped, and says so
    assert_eq!(one(&all, "Jira", "users").0, "skipped");

    // a token that isn't taken ends the questions to that service, not those to the others
    front.rule(|call| match call.starts_with("GET /rest/") {
        true => refused(401),
        false => Turn::Pass,
    });
    let all = scene.live().last();
    assert_eq!(one(&all, "Jira", "server").0, "refused");
    assert_eq!(one(&all, "Jira", "boards").0, "skipped");
    assert_eq!(one(&all, "Confluence", "myself").0, "ok");
    let refusals = probes(&all).iter().filter(|p| p["outcome"] == "refused");
    assert_eq!(refusals.count(), 1);

    // and so does one that can't be reached
    drop(front);
    let said = scene.live();
    let all = said.last();
    assert_eq!(
        (said.code, one(&all, "Supabase", "projects").0),
        (Some(1), "refused".into())
    );
    assert_eq!(one(&all, "Postgres", "version").0, "ok");
}
