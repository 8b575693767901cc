use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::config_file::jsonc;

const REF: &str = "abcdefghijklmnopqrst";

fn cloud() -> Targets {
    Targets {
        supabase: Some(SupabaseServer::new(REF, None, "SUPABASE_ACCESS_TOKEN").unwrap()),
        atlassian: Some(AtlassianServer {
            site: "https://example.atlassian.net".into(),
            jira_project: Some("ACME".into()),
            space: Some("ACMEDOCS".into()),
            email_key: "ATLASSIAN_EMAIL".into(),
            token_key: "ATLASSIAN_API_TOKEN".into(),
        }),
    }
}

fn sandbox() -> Targets {
    let api = Some("http://127.0.0.1:54000/");
    let mut targets = cloud();
    targets.supabase = Some(SupabaseServer::new(REF, api, "SUPABASE_ACCESS_TOKEN").unwrap());
    if let Some(server) = &mut targets.atlassian {
        server.site = "http://127.0.0.1:54000".into();
        server.space = None;
    }
    targets
}

fn written(targets: &Targets, options: &Options) -> Value {
    let plan = plan("f", None, targets, options, false).unwrap();
    assert!(plan.differs);
    jsonc::read("f", &plan.text).unwrap()
}

/// The vendors' own examples, with this instance's values in them.
#[test]
fn each_client_gets_the_shape_that_its_documentation_shows() {
    let url = format!(
        "https://mcp.supabase.com/mcp?project_ref={REF}&read_only=true&features=database,docs"
    );
    for (client, servers, entry) in [
        (
            Client::Claude,
            "mcpServers",
            json!({"type": "http", "url": url}),
        ),
        (Client::Cursor, "mcpServers", json!({"url": url})),
        (
            Client::VsCode,
            "servers",
            json!({"type": "http", "url": url}),
        ),
        (Client::Windsurf, "mcpServers", json!({"serverUrl": url})),
    ] {
        let value = written(&cloud(), &Options::of(client));
        assert_eq!(value[servers]["supabase"], entry, "{client:?}");
        assert_eq!(value[servers]["atlassian"]["command"], "uvx");
        assert_eq!(
            value[servers]["atlassian"]["args"],
            json!(["mcp-atlassian@latest", "--read-only"])
        );
    }
    for (client, reference) in [
        (Client::Claude, "${ATLASSIAN_API_TOKEN}"),
        (Client::Cursor, "${env:ATLASSIAN_API_TOKEN}"),
        (Client::VsCode, "${input:ATLASSIAN_API_TOKEN}"),
        (Client::Windsurf, "${env:ATLASSIAN_API_TOKEN}"),
    ] {
        let value = written(&cloud(), &Options::of(client));
        let env = &value[client.servers()]["atlassian"]["env"];
        assert_eq!(
            *env,
            json!({
                "JIRA_URL": "https://example.atlassian.net",
                "JIRA_USERNAME": reference.replace("API_TOKEN", "EMAIL"),
                "JIRA_API_TOKEN": reference,
                "JIRA_PROJECTS_FILTER": "ACME",
                "CONFLUENCE_URL": "https://example.atlassian.net/wiki",
                "CONFLUENCE_USERNAME": reference.replace("API_TOKEN", "EMAIL"),
                "CONFLUENCE_API_TOKEN": reference,
                "CONFLUENCE_SPACES_FILTER": "ACMEDOCS",
            })
        );
    }
}

#[test]
fn the_sandbox_is_reached_by_the_package_with_its_address() {
    let value = written(&sandbox(), &Options::default());
    assert_eq!(
        value["mcpServers"]["supabase"],
        json!({
            "command": "npx",
            "args": ["-y", "@supabase/mcp-server-supabase@latest", "--read-only",
                format!("--project-ref={REF}"), "--features=database,docs",
                "--api-url=http://127.0.0.1:54000"],
            "env": {"SUPABASE_ACCESS_TOKEN": "${SUPABASE_ACCESS_TOKEN}"},
        })
    );
    // a product without a place of the instance's own would reach all of the site
    let env = &value["mcpServers"]["atlassian"]["env"];
    assert!(env.get("CONFLUENCE_URL").is_none() && env.get("JIRA_URL").is_some());
}

#[test]
fn what_may_be_done_and_how_one_signs_in_can_be_chosen() {
    let options = Options {
        writable: true,
        headless: true,
        hosted_atlassian: true,
        features: features(&["docs".into(), "docs".into(), "storage".into()]).unwrap(),
        ..Options::default()
    };
    let value = written(&cloud(), &options);
    assert_eq!(
        value["mcpServers"]["supabase"],
        json!({
            "type": "http",
            "url": format!("https://mcp.supabase.com/mcp?project_ref={REF}&features=docs,storage"),
            "headers": {"Authorization": "Bearer ${SUPABASE_ACCESS_TOKEN}"},
        })
    );
    assert_eq!(
        value["mcpServers"]["atlassian"],
        json!({"type": "http", "url": "https://mcp.atlassian.com/v2/mcp"})
    );
    assert!(features(&["account".into()]).is_err());
    assert!(features(&["docs&read_only=false".into()]).is_err());
    assert!(SupabaseServer::new("x&read_only=false", None, "T").is_err());
}

#[test]
fn vs_code_asks_for_every_secret_once_and_hides_tokens() {
    let options = Options {
        headless: true,
        ..Options::of(Client::VsCode)
    };
    let first = plan("f", None, &cloud(), &options, false).unwrap();
    let value: Value = jsonc::read("f", &first.text).unwrap();
    let inputs: Vec<(&str, bool)> = value["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (i["id"].as_str().unwrap(), i["password"].as_bool().unwrap()))
        .collect();
    assert_eq!(
        inputs,
        [
            ("SUPABASE_ACCESS_TOKEN", true),
            ("ATLASSIAN_EMAIL", false),
            ("ATLASSIAN_API_TOKEN", true)
        ]
    );
    let again = plan("f", Some(&first.text), &cloud(), &options, false).unwrap();
    assert!(!again.differs && again.text == first.text);
    assert!(again.changes.iter().all(|c| c.kind == ChangeKind::Same));
}

fn kinds(plan: &FilePlan) -> Vec<(&str, ChangeKind)> {
    plan.changes.iter().map(|c| (c.name, c.kind)).collect()
}

#[test]
fn an_entry_of_somebody_elses_stays_until_it_may_go() {
    let theirs = r#"{"mcpServers": {"supabase": {"command": "mine"}, "x": {}}}"#;
    let options = Options::default();
    let asked = plan("f", Some(theirs), &cloud(), &options, false).unwrap();
    assert_eq!(
        kinds(&asked),
        [
            ("supabase", ChangeKind::Foreign),
            ("atlassian", ChangeKind::New)
        ]
    );
    assert!(asked.text.contains(r#""supabase": {"command": "mine"}"#));
    let replaced = plan("f", Some(theirs), &cloud(), &options, true).unwrap();
    assert_eq!(kinds(&replaced)[0], ("supabase", ChangeKind::Changed));
    // another instance's is Matriz's own
    let switched = plan("f", Some(&replaced.text), &sandbox(), &options, false).unwrap();
    assert_eq!(
        kinds(&switched),
        [
            ("supabase", ChangeKind::Changed),
            ("atlassian", ChangeKind::Changed)
        ]
    );
    let none = plan(
        "f",
        Some(&switched.text),
        &Targets::default(),
        &options,
        false,
    )
    .unwrap();
    assert_eq!(
        kinds(&none),
        [
            ("supabase", ChangeKind::Gone),
            ("atlassian", ChangeKind::Gone)
        ]
    );
    let left: Value = jsonc::read("f", &none.text).unwrap();
    assert_eq!(left, json!({"mcpServers": {"x": {}}}));
    assert_eq!(take_out("f", theirs, Client::Claude).unwrap(), theirs);
}

#[test]
fn what_was_chosen_stays_when_the_places_change() {
    let options = Options {
        writable: true,
        headless: true,
        hosted_atlassian: true,
        features: vec!["docs".into()],
        ..Options::default()
    };
    let first = plan("f", None, &cloud(), &options, false).unwrap();
    let mut elsewhere = cloud();
    elsewhere.supabase =
        Some(SupabaseServer::new("zyxwvutsrqponmlkjihg", None, "SUPABASE_ACCESS_TOKEN").unwrap());
    let text = follow("f", Some(&first.text), &elsewhere).unwrap().text;
    assert_eq!(text, first.text.replace(REF, "zyxwvutsrqponmlkjihg"));
    let fresh = follow("f", None, &cloud()).unwrap().text;
    assert!(fresh.contains("read_only=true") && fresh.contains("--read-only"));
}

#[test]
fn broken_files_name_their_place_and_comments_are_for_those_that_read_them() {
    let text = "{\n  // mine\n  \"servers\": {}\n}\n";
    let claude = plan("f", Some(text), &cloud(), &Options::default(), false).unwrap_err();
    assert!(claude.message.starts_with("f:2:"), "{}", claude.message);
    assert!(
        plan(
            "f",
            Some(text),
            &cloud(),
            &Options::of(Client::VsCode),
            false
        )
        .is_ok()
    );
    let broken = "{\n  \"servers\": {\n";
    assert!(
        plan(
            "f",
            Some(broken),
            &cloud(),
            &Options::of(Client::VsCode),
            false
        )
        .is_err()
    );
    let list = "{\n  \"servers\": []\n}";
    let error = plan(
        "f",
        Some(list),
        &cloud(),
        &Options::of(Client::VsCode),
        false,
    )
    .unwrap_err();
    assert!(error.message.starts_with("f:2:"), "{}", error.message);
}

fn any_options() -> impl Strategy<Value = Options> {
    let features = prop::sample::subsequence(vec!["database", "docs", "storage"], 1..=3);
    (0..4usize, any::<[bool; 3]>(), features).prop_map(
        |(client, [writable, headless, hosted], f)| Options {
            client: Client::ALL[client],
            writable,
            headless,
            hosted_atlassian: hosted,
            features: f.into_iter().map(str::to_owned).collect(),
        },
    )
}

proptest! {
    /// However the file looks: another instance's entries take the place of these, taking them out
    /// gives the file back, and what is others' stays byte for byte.
    #[test]
    fn entries_come_change_and_go(
        options in any_options(),
        other in any_options(),
        pick in 0..4usize,
    ) {
        let servers = options.client.servers();
        let remark = if options.client.allows_comments() { "// mine\n" } else { "" };
        let theirs = "\"theirs\" : {\"command\":\"x\",  \"n\": 1.50}";
        let text = [
            format!("{{{remark}\n  \"{servers}\": {{\n    {theirs}\n  }}, \"z\":null\n}}"),
            format!("{{\"{servers}\":{{{theirs}}}}}"),
            format!("{{\r\n\t\"{servers}\": {{ {remark} {theirs} {remark} }}\r\n}}\r\n"),
            format!("{{\n  \"a\": [ 1,2 ]{remark}\n}}\n"),
        ][pick].clone();
        let first = plan("f", Some(&text), &cloud(), &options, false).unwrap();
        prop_assert!(pick == 3 || first.text.contains(theirs));
        prop_assert_eq!(first.text.matches("// mine").count(), text.matches("// mine").count());
        let other = Options { client: options.client, ..other };
        let second = plan("f", Some(&first.text), &sandbox(), &other, false).unwrap();
        prop_assert!(second.foreign().next().is_none(), "{:?}", second);
        let gone = take_out("f", &second.text, options.client).unwrap();
        let mut expected: Value = jsonc::read("f", &text).unwrap();
        let mut left: Value = jsonc::read("f", &gone).unwrap();
        // made for the entries, and harmless
        left.as_object_mut().unwrap().remove("inputs");
        if pick == 3 {
            expected[servers] = json!({});
        }
        prop_assert_eq!(left, expected);
    }
}
