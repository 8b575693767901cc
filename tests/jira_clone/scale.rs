//! How many calls a clone takes, and what it does where search is behind.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use matriz::domain::report_jira::JiraChanges;
use matriz::sandbox::api::ApiOptions;
use matriz::sandbox::atlassian::AtlassianOptions;
use serde_json::{Value, json};

use crate::api::quick;
use crate::copy;
use crate::jira::fields;
use crate::place::{Place, What};
use crate::source;

/// The calls of a clone of so many plain issues.
async fn calls(count: usize) -> u64 {
    let place = Place::start().await;
    let jira = &place.jira;
    jira.project("PROJ", "gh-simplified-scrum-classic").await;
    let all: Vec<Value> = (0..count)
        .map(|n| json!({ "fields": fields("PROJ", "Task", &format!("Task {n}"), json!({})) }))
        .collect();
    for some in all.chunks(50) {
        jira.post(201, "issue/bulk", json!({ "issueUpdates": some }))
            .await;
    }
    // some of them are done
    for n in 1..=20 {
        for id in ["11", "31"] {
            let body = json!({ "transition": { "id": id } });
            jira.post(204, &format!("issue/PROJ-{n}/transitions"), body)
                .await;
        }
    }
    place.set_key("default", "PROJ");
    let id = place.do_it(What::Whole).await;
    assert_eq!(place.pairs(id, "issue").len(), count);
    let parts = place.registry.report_parts(id).unwrap();
    let part = parts.into_iter().find(|part| part.name == "jira").unwrap();
    let changes: JiraChanges = serde_json::from_value(part.data).unwrap();
    assert_eq!(changes.lacking, []);
    changes.calls
}

#[tokio::test]
async fn calls_grow_with_the_issues_and_no_faster() {
    let (few, many) = (calls(100).await, calls(300).await);
    println!("{few} calls for 100 plain issues, {many} for 300");
    // one to read an issue's remote links, for which there is no call for many; 5 of a hundred to
    // read and 2 to create
    let each = (many - few) as f64 / 200.0;
    assert!(each < 1.12, "{each} calls an issue");
    assert!(few < 170, "{few}");
}

/// What was created a moment ago isn't found by search.
#[tokio::test]
async fn copies_that_search_does_not_see_yet_are_found_all_the_same() {
    let place = Place::with(ApiOptions {
        atlassian: AtlassianOptions {
            search_delay_ms: 4_000,
            ..quick().atlassian
        },
        ..quick()
    })
    .await;
    source::make(&place).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    let count = || async {
        let body = json!({ "jql": "project = PROJ" });
        place.jira.post(200, "search/approximate-count", body).await["count"]
            .as_u64()
            .unwrap()
    };
    while count().await < 14 {
        assert!(Instant::now() < deadline, "search never sees the source");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let order = "POST /rest/api/3/issue/bulk drop=after times=3";
    place.jira.sandbox.order(order).await;
    let id = place.do_it(What::Copy).await;
    // by their keys, which need no search
    let mut keys: Vec<u64> = place
        .pairs(id, "issue-key")
        .iter()
        .map(|(_, key)| key.trim_start_matches("CLONE1-").parse().unwrap())
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, (1..=14).collect::<Vec<u64>>());
    let there = place
        .jira
        .send("GET", "/rest/api/3/issue/CLONE1-15", None)
        .await;
    assert_eq!(there.unwrap().status, 404);
    while issues_seen(&place).await < 14 {
        assert!(Instant::now() < deadline, "search never sees the clone");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    copy::check(&place, id).await;
}

async fn issues_seen(place: &Place) -> u64 {
    let body = json!({ "jql": "project = CLONE1" });
    place.jira.post(200, "search/approximate-count", body).await["count"]
        .as_u64()
        .unwrap()
}

/// For measurements. `MATRIZ_SCALE` says how many issues, each with 4 comments and two of five with
/// a file; with `MATRIZ_LIMITS` the site has Jira's own limits of requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; it measures"]
async fn a_large_project() {
    let count: usize = std::env::var("MATRIZ_SCALE").map_or(1000, |text| text.parse().unwrap());
    let mut options = quick();
    if std::env::var_os("MATRIZ_LIMITS").is_some() {
        options.atlassian = AtlassianOptions::default();
    }
    let place = Place::with(options).await;
    fill(&place, count).await;
    place.set_key("default", "PROJ");
    let id = place.submit(What::Whole);
    let capture = tempfile::NamedTempFile::new().unwrap();
    let begun = Instant::now();
    let mut worker = crate::kills::worker(&place, id);
    worker.env("MATRIZ_HTTP_CAPTURE", capture.path());
    let status = tokio::task::spawn_blocking(move || worker.status().unwrap());
    assert!(status.await.unwrap().success());
    println!("{count} issues in {:?}", begun.elapsed());
    for step in place.view(id).steps {
        let took = step
            .started
            .zip(step.ended)
            .map(|(a, b)| b.duration_since(a));
        println!("  {} {took:?}", step.name);
    }
    let parts = place.registry.report_parts(id).unwrap();
    let part = parts.into_iter().find(|part| part.name == "jira").unwrap();
    println!("{}", part.lines().join("\n"));
    let calls = Calls::read(capture.path());
    println!(
        "{} calls, {} of them refused (429)",
        calls.all, calls.refused
    );
    for (operation, n) in &calls.by_operation {
        println!("  {n:>7}  {operation}");
    }
    let changes: JiraChanges = serde_json::from_value(part.data).unwrap();
    assert_eq!(changes.lacking, []);
    assert!(calls.refused < 20, "{} refusals", calls.refused);
}

/// Issues that name each other, with comments and files.
async fn fill(place: &Place, count: usize) {
    let jira = &place.jira;
    jira.project("PROJ", "gh-simplified-scrum-classic").await;
    let all: Vec<Value> = (0..count)
        .map(|n| json!({ "fields": fields("PROJ", "Task", &format!("Task {n}, see PROJ-{n}"), json!({})) }))
        .collect();
    for some in all.chunks(50) {
        patiently(place, "issue/bulk", json!({ "issueUpdates": some })).await;
    }
    for n in 1..=count {
        for m in 0..4 {
            let body =
                json!({ "body": crate::jira::paragraph(&format!("Comment {m} on PROJ-{n}")) });
            patiently(place, &format!("issue/PROJ-{n}/comment"), body).await;
        }
        if n % 5 < 2 {
            let (key, name) = (format!("PROJ-{n}"), format!("file-{n}.txt"));
            let content = format!("the file of issue {n}");
            let upload = || jira.upload(&key, &name, &content, Some("no-check"));
            while upload().await.status == 429 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Asks again when the limit is over.
async fn patiently(place: &Place, path: &str, body: Value) {
    loop {
        let path = format!("/rest/api/3/{path}");
        let told = place.jira.send("POST", &path, Some(body.clone())).await;
        match told.map(|told| told.status) {
            Some(429) => tokio::time::sleep(Duration::from_millis(100)).await,
            status => return assert_eq!(status, Some(201), "{path}"),
        }
    }
}

struct Calls {
    all: usize,
    refused: usize,
    by_operation: BTreeMap<String, usize>,
}

impl Calls {
    fn read(capture: &std::path::Path) -> Calls {
        let text = std::fs::read_to_string(capture).unwrap();
        let mut calls = Calls {
            all: 0,
            refused: 0,
            by_operation: BTreeMap::new(),
        };
        for line in text.lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            calls.all += 1;
            calls.refused += usize::from(exchange["status"] == 429);
            let path = exchange["path"].as_str().unwrap_or_default();
            let parts: Vec<&str> = path
                .split('/')
                .map(|part| match part {
                    part if part.bytes().any(|b| b.is_ascii_digit()) && part != "3" => "*",
                    part => part,
                })
                .collect();
            let method = exchange["method"].as_str().unwrap_or_default();
            let operation = format!("{method} {}", parts.join("/"));
            *calls.by_operation.entry(operation).or_default() += 1;
        }
        calls
    }
}
