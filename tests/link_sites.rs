//! `link` with Atlassian sites, Jira projects and Confluence spaces: the program itself against the
//! sandbox, and against a site that refuses.
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
use std::io::Write;
use std::process::Stdio;

use command::Said;
use front::{Front, Turn, edit, refused};
use matriz::domain::secret::Secret;
use matriz::provider::atlassian::Atlassian;
use matriz::provider::confluence::{Confluence, NewSpace};
use matriz::provider::http::{Http, HttpOptions};
use matriz::provider::jira::{Jira, NewProject, ProjectShape};
use matriz::provider::supabase::{self, WaitFor, WaitOptions};
use matriz::sandbox::{self, Endpoints, FetchConsent};
use outside::block_on;
use place::Place;
use serde_json::Value;

const FILES: [&str; 3] = [".env", "atlassian.config.json", "supabase.config.json"];

/// The sandbox with a project and a space, and an instance `mine` that has neither.
struct Scene {
    place: Place,
    at: Endpoints,
}

impl Scene {
    fn new() -> Option<Scene> {
        let place = Place::small()?;
        place.matriz(&["sandbox", "start", "--yes"]).ok();
        let at = block_on(sandbox::ensure(&place.root, FetchConsent::No, |_| ()));
        let scene = Scene {
            place,
            at: at.expect("the sandbox runs"),
        };
        scene.make("OLDER");
        scene.place.matriz(&["create", "mine"]).ok();
        let config = scene.place.path("instances/mine/atlassian.config.json");
        fs::write(config, "{\"kind\": \"none\"}\n").expect("its configuration");
        Some(scene)
    }

    /// A project and a space with this key.
    fn make(&self, key: &str) {
        let at = &self.at;
        let http = Http::new(HttpOptions::default()).expect("a client");
        let site = Atlassian::new(&at.api_url, &at.atlassian_email, &at.atlassian_token, http);
        let site = site.expect("a site");
        block_on(async {
            let jira = Jira::new(site.clone());
            let project = NewProject {
                key: key.into(),
                name: format!("The older {key}"),
                description: String::new(),
                lead: jira.myself().await.expect("an account").account_id,
                type_key: "software".into(),
                shape: ProjectShape::Template(
                    "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic".into(),
                ),
            };
            jira.create_project(&project).await.expect("a project");
            let space = NewSpace {
                key: key.into(),
                name: format!("The older {key}"),
                description: String::new(),
                private: false,
            };
            let made = Confluence::new(site).create_space(&space).await;
            made.expect("a space");
        });
    }

    /// The bytes of an instance's files.
    fn files(&self, name: &str) -> Vec<Vec<u8>> {
        let path = |file: &&str| self.place.path(&format!("instances/{name}/{file}"));
        let read = FILES
            .iter()
            .map(|file| fs::read(path(file)).expect("a file"));
        read.collect()
    }

    /// `link` with a token on standard input. What a front says isn't held against the documents.
    fn link(&self, arguments: &[&str], token: &str) -> Said {
        let mut command = self.place.command(&[&["link"], arguments].concat());
        let mut child = command
            .env_remove("MATRIZ_HTTP_CAPTURE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = child.stdin.take().expect("its input");
        // a call that is refused for its arguments reads nothing
        let _ = writeln!(input, "{token}");
        drop(input);
        let ended = child.wait_with_output().expect("its end");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let said = Said {
            code: ended.status.code(),
            signal: None,
            out: text(ended.stdout),
            err: text(ended.stderr),
        };
        for secret in [token, &self.at.atlassian_token] {
            let shown = [&said.out, &said.err].iter().any(|t| t.contains(secret));
            assert!(secret.is_empty() || !shown, "a token is printed: {said:?}");
        }
        said
    }
}

#[test]
fn a_project_and_a_space_of_the_sandbox_are_connected() {
    let Some(scene) = Scene::new() else { return };
    let place = &scene.place;
    let before = scene.files("mine");
    let link = |more: &[&str]| place.matriz(&[&["link", "mine"], more].concat());
    link(&[]).refused(2, &["nothing to connect", "--site"]);
    link(&["--jira-project", "OLDER"]).refused(2, &["mine has no Atlassian site yet", "--site"]);
    link(&["--site", "sandbox", "--jira-project", "NOWHERE"])
        .refused(1, &["no project NOWHERE", "It sees: OLDER"]);
    // the project is right, the space isn't: neither is written
    let both = [
        "--site",
        "sandbox",
        "--jira-project",
        "OLDER",
        "--space",
        "NO",
    ];
    link(&both).refused(1, &["no space NO", "It sees: OLDER"]);
    link(&["--site", "sandbox", "--email", "owner@sandbox.example"])
        .refused(2, &["account of its own"]);
    assert_eq!(scene.files("mine"), before);

    let both = [
        "--site",
        "sandbox",
        "--jira-project",
        "OLDER",
        "--space",
        "OLDER",
    ];
    let said = link(&[&both[..], &["--json"]].concat()).ok().last();
    assert_eq!(said["name"], "mine");
    assert_eq!(said["link"]["site"], "sandbox");
    assert_eq!(said["link"]["account"], "Sandbox Owner");
    assert_eq!(said["link"]["remarks"], serde_json::json!([]));
    assert_eq!(said["jira"]["key"], "OLDER");
    let config = fs::read_to_string(place.path("instances/mine/atlassian.config.json")).unwrap();
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["kind"], "sandbox");
    assert_eq!(config["jiraProjectKey"], "OLDER");
    assert_eq!(config["confluenceSpaceKey"], "OLDER");
    for (key, value) in [
        ("ATLASSIAN_SITE", scene.at.api_url.as_str()),
        ("JIRA_PROJECT_KEY", "OLDER"),
        ("CONFLUENCE_SPACE_KEY", "OLDER"),
        ("ATLASSIAN_API_TOKEN", &scene.at.atlassian_token),
    ] {
        assert_eq!(place.value("mine", key), value, "{key}");
    }
    assert!(!place.value("mine", "ATLASSIAN_CLOUD_ID").is_empty());
    let shown = place.matriz(&["show", "mine"]).ok();
    assert!(shown.out.contains("OLDER · 0 issues"), "{}", shown.out);
    let audit = place.registry().audit_entries(10).expect("the audit");
    let entry = audit.iter().find(|e| e.action == "link").expect("an entry");
    assert_eq!(
        (entry.subject.as_str(), entry.detail.as_str()),
        ("mine", "site sandbox, Jira project OLDER, space OLDER")
    );

    // again is no change; another project is
    let after = scene.files("mine");
    link(&both).ok();
    assert_eq!(scene.files("mine"), after);
    scene.make("NEWER");
    link(&["--jira-project", "NEWER"]).refused(3, &["connected to OLDER", "jiraProjectKey"]);
    place.matriz(&["create", "second"]).ok();
    for (flag, what) in [("--jira-project", "project"), ("--space", "space")] {
        place
            .matriz(&["link", "second", "--site", "sandbox", flag, "OLDER"])
            .refused(3, &["OLDER is connected to mine already", what]);
    }
    place
        .matriz(&["link", "second", "--site", "sandbox", "--space", "NEWER"])
        .ok();
    // its space would stay behind when the site changes
    let moved = [
        "second",
        "--site",
        "https://example.atlassian.net",
        "--email",
        "a@b.example",
        "--token",
        "-",
    ];
    scene
        .link(&moved, "example-token")
        .refused(3, &["connected to NEWER on another site"]);
    assert_eq!(scene.files("mine"), after);
}

#[test]
fn a_site_is_connected_with_a_token_from_standard_input() {
    let Some(scene) = Scene::new() else { return };
    let place = &scene.place;
    let front = Front::of(&scene.at.api_url);
    let before = scene.files("mine");
    let (email, token) = (&*scene.at.atlassian_email, &*scene.at.atlassian_token);
    let all = |site: &str, email: &str, token: &str| {
        let more = ["--jira-project", "OLDER", "--space", "OLDER", "--json"];
        let start = ["mine", "--site", site, "--email", email, "--token", "-"];
        scene.link(&[&start[..], &more[..]].concat(), token)
    };
    let site = front.url.as_str();

    // what is wrong before anything is asked
    scene
        .link(&["mine", "--site", site, "--token", "example-token"], "")
        .refused(2, &["--token takes only", "standard input"]);
    for (address, words) in [
        ("https://example.atlassian.net/wiki", "is a page of a site"),
        ("http://example.atlassian.net", "in the clear"),
        ("nonsense", "is not the address"),
    ] {
        all(address, email, token).refused(2, &[words]);
    }
    all(site, email, "").refused(2, &["No token came"]);
    assert_eq!(front.take_asked(), Vec::<String>::new());

    // what the site says
    all(site, email, "example-wrong-token").refused(1, &["doesn't accept the token", "401"]);
    all("http://127.0.0.1:1", email, token).refused(1, &["cannot be reached"]);
    front.rule(|_| refused(403));
    all(site, email, token).refused(1, &["may not use Jira", "administrator"]);
    front.rule(|_| Turn::Answer(302, vec![("location", "/login")], ""));
    all(site, email, token).refused(1, &["no Atlassian site", "in a browser"]);
    front.rule(|_| Turn::Answer(200, Vec::new(), "<html>Hello</html>"));
    all(site, email, token).refused(1, &["answers, and is no Atlassian site"]);
    front.rule(|call| match call.starts_with("GET /rest/") {
        true => refused(404),
        false => Turn::Pass,
    });
    all(site, email, token).refused(1, &["has no Jira"]);
    front.rule(|call| match call {
        "GET /rest/api/3/project/OLDER" => edit(|project| project["archived"] = true.into()),
        _ => Turn::Pass,
    });
    all(site, email, token).refused(3, &["OLDER is archived"]);
    let without = |missing: &'static str| {
        move |call: &str| match call {
            "GET /rest/api/3/mypermissions" => edit(move |answer| {
                answer["permissions"][missing]["havePermission"] = false.into();
            }),
            _ => Turn::Pass,
        }
    };
    front.rule(without("BROWSE_PROJECTS"));
    all(site, email, token).refused(1, &["may not see the issues of OLDER"]);
    assert_eq!(scene.files("mine"), before);

    // what is missing is said, and connected all the same
    front.rule(without("MANAGE_WATCHERS"));
    let said = all(site, email, token).ok().last();
    let remarks = said["link"]["remarks"].as_array().expect("remarks");
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(
        remarks[0]
            .as_str()
            .unwrap()
            .contains("may not set watchers")
    );
    let config = fs::read_to_string(place.path("instances/mine/atlassian.config.json")).unwrap();
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["kind"], "cloud");
    assert_eq!(config["site"], site);
    assert!(!config.to_string().contains(token));
    assert_eq!(place.value("mine", "ATLASSIAN_API_TOKEN"), token);
    assert_eq!(place.value("mine", "ATLASSIAN_EMAIL"), email);
    assert_eq!(place.value("mine", "ATLASSIAN_SITE"), site);

    // from now on the account is known; a space without any operation says so
    front.rule(|call| match call.starts_with("GET /wiki/api/v2/spaces/") {
        true => edit(|space| space["operations"]["results"] = serde_json::json!([])),
        false => Turn::Pass,
    });
    let said = scene.link(&["mine", "--space", "OLDER"], "").ok();
    assert!(said.out.contains("may not create pages"), "{}", said.out);
    front.rule(|_| Turn::Pass);
    place.matriz(&["create", "second"]).ok();
    let taken = [
        "second", "--site", site, "--email", email, "--token", "-", "--space", "OLDER",
    ];
    scene
        .link(&taken, token)
        .refused(3, &["OLDER is connected to mine already"]);
}

#[test]
fn a_project_and_a_site_are_connected_in_one_call_or_not_at_all() {
    let Some(scene) = Scene::new() else { return };
    let place = &scene.place;
    let password = "example-password-of-a-project-that-was-there";
    let reference = block_on(async {
        let client = place.supabase().await;
        let new = supabase::NewProject {
            name: "older".into(),
            organization: "sandbox".into(),
            database_password: Secret::new(password),
            region: "sa-east-1".into(),
            size: None,
        };
        let made = client.create_project(&new).await.unwrap().reference;
        let options = WaitOptions::new(WaitFor::Creation);
        let healthy = client.wait_until_healthy(&made, &options, |_| {}).await;
        healthy.unwrap();
        made.to_string()
    });
    let key = ["env", "set", "SUPABASE_DB_PASSWORD", password, "-i", "mine"];
    place.matriz(&key).ok();
    let before = scene.files("mine");
    let start = [
        "link",
        "mine",
        "--project-ref",
        &reference,
        "--site",
        "sandbox",
    ];
    let link = |space: &str| place.matriz(&[&start[..], &["--space", space]].concat());
    link("NOWHERE").refused(1, &["no space NOWHERE"]);
    assert_eq!(scene.files("mine"), before);
    let said = link("OLDER").ok();
    assert!(
        said.out
            .contains(&format!("connected to project {reference}"))
    );
    assert!(said.out.contains("connected to the Confluence space OLDER"));
    assert_eq!(place.value("mine", "SUPABASE_PROJECT_REF"), reference);
    assert_eq!(place.value("mine", "CONFLUENCE_SPACE_KEY"), "OLDER");
    assert_eq!(place.number("mine", "SELECT 1::bigint"), 1);
}

#[test]
fn an_account_is_tried_before_its_token_is_written() {
    let Some(scene) = Scene::new() else { return };
    let place = &scene.place;
    let front = Front::of(&scene.at.api_url);
    let settings = format!("[providers.supabase]\napi_url = \"{}\"\n", front.url);
    fs::write(place.path("matriz.toml"), settings).expect("the settings");
    place.matriz(&["create", "acme", "--kind", "cloud"]).ok();
    let before = scene.files("acme");
    let link = |more: &[&str], token: &str| {
        let start = ["acme", "--access-token", "-", "--json"];
        scene.link(&[&start[..], more].concat(), token)
    };
    link(&["--token", "-"], "").refused(2, &["Standard input holds one value"]);
    scene
        .link(&["acme", "--access-token", "example-token"], "")
        .refused(2, &["--access-token takes only"]);
    link(&[], "").refused(2, &["No access token came"]);
    link(&[], "sbp_example-that-opens-nothing").refused(1, &["SUPABASE_ACCESS_TOKEN"]);
    let token = scene.at.token.as_str();
    link(&["--organization", "nobody"], token)
        .refused(1, &["isn't in an organization nobody", "sandbox"]);
    assert_eq!(scene.files("acme"), before);

    // several, and none named: the token is good, and the rest is said
    let said = link(&[], token).ok().last();
    let remarks = said["link"]["remarks"].to_string();
    assert!(remarks.contains("sandbox-free"), "{remarks}");
    assert_eq!(place.value("acme", "SUPABASE_ACCESS_TOKEN"), token);
    let said = scene
        .link(&["acme", "--organization", "sandbox-free", "--json"], "")
        .ok()
        .last();
    assert_eq!(said["link"]["organization"], "sandbox-free");
    let config = fs::read_to_string(place.path("instances/acme/supabase.config.json")).unwrap();
    assert!(
        config.contains("\"organization\": \"sandbox-free\""),
        "{config}"
    );
    assert!(!config.contains(token));

    // one that has a project in the sandbox keeps it
    place.matriz(&["init", "mine", "--yes"]).ok();
    scene
        .link(&["mine", "--access-token", "-"], token)
        .refused(2, &["has a project in the sandbox"]);
}
