//! What the program asked while other tests ran, against the providers' own descriptions: every
//! request of every job, and every answer of the sandbox.
//!
//! `MATRIZ_HTTP_CAPTURE` names the file in which they were recorded, one exchange a line; without
//! it this says nothing. The descriptions are not part of this repository: `MATRIZ_SPECS` names the
//! folder that holds them.

mod contract;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use contract::auth::Auth;
use contract::check::check;
use contract::confluence::Confluence;
use contract::document::Document;
use contract::jira::Jira;
use contract::storage::{Storage, is_storage};
use serde_json::Value;

/// Addresses outside the descriptions, and why they are asked.
const OUTSIDE: [(&str, &str); 8] = [
    (
        "/_sandbox/",
        "orders faults at the sandbox itself, or stands in for the media service",
    ),
    (
        "/_edge/tenant_info",
        "tells a site's cloud id; Atlassian's help pages name it",
    ),
    (
        "/rest/api/3/issuetypescreenscheme/project",
        "an operation of the platform that the shortened description leaves out",
    ),
    (
        "PUT /rest/api/3/component/",
        "left out of the shortened description, too; its other methods are there",
    ),
    (
        "POST /rest/api/3/version/",
        "`removeAndSwap` deletes a version: the shortened description leaves that out",
    ),
    (
        "/wiki/download/attachments/",
        "the address in `downloadLink`, which readers follow",
    ),
    (
        "/download",
        "a file: the description knows the redirect only, not what is at its end",
    ),
    (
        "/body",
        "a function's files: the description says JSON, official programs ask for a form",
    ),
];

/// Headers of HTTP itself, or asked for by Atlassian's pages on uploads, which no operation lists.
const EVERYWHERE: [&str; 3] = ["accept", "range", "x-atlassian-token"];

fn is_outside(method: &str, path: &str) -> bool {
    OUTSIDE
        .iter()
        .any(|(place, _)| match place.split_once(' ') {
            Some((only, start)) => method == only && path.starts_with(start),
            None if ["/download", "/body"].contains(place) => path.ends_with(place),
            None => path.starts_with(place),
        })
}

/// As the checks expect it: without those headers, and with the names of a form's parts.
fn prepared(mut exchange: Value) -> Value {
    if let Some(headers) = exchange["headers"].as_array_mut() {
        headers.retain(|pair| {
            let name = pair[0].as_str().unwrap_or_default().to_ascii_lowercase();
            !EVERYWHERE.contains(&name.as_str())
        });
    }
    let pairs = exchange["body"].as_array();
    let names = pairs.map(|all| all.iter().map(|pair| pair[0].clone()).collect());
    exchange["form"] = names.map_or(Value::Null, Value::Array);
    exchange
}

fn folder(variable: &str, what: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        println!("SKIP contract of recorded exchanges: {variable} names no {what}");
    }
    found
}

#[test]
fn exchanges_that_other_tests_recorded_are_as_described() {
    let Some(specs) = folder("MATRIZ_SPECS", "folder of API descriptions") else {
        assert!(
            std::env::var_os("MATRIZ_REQUIRE_ALL").is_none(),
            "MATRIZ_REQUIRE_ALL is set, and the contract test was skipped"
        );
        return;
    };
    // it's there only once other tests ran
    let Some(capture) = folder("MATRIZ_HTTP_CAPTURE", "file").filter(|file| file.exists()) else {
        return;
    };
    let supabase = Document::read(&specs.join("trimmed/supabase-management.json"));
    let auth = Auth::read(&specs);
    let (jira, confluence) = (Jira::read(&specs), Confluence::read(&specs));
    let storage = Storage::read(&specs);
    let mut operations = BTreeMap::<&str, BTreeSet<String>>::new();
    let mut wrong = BTreeMap::<String, usize>::new();
    let text = std::fs::read_to_string(&capture).expect("the recorded exchanges");
    // the last line may still be on its way while other tests run
    for exchange in text
        .lines()
        .filter_map(|l| serde_json::from_str::<Value>(l).ok())
    {
        let exchange = prepared(exchange);
        let path = exchange["path"].as_str().expect("a path");
        let method = exchange["method"].as_str().expect("a method");
        if is_outside(method, path) {
            continue;
        }
        let (service, (operation, deviations)) = match path {
            path if path.starts_with("/wiki/") => ("Confluence", confluence.check(&exchange)),
            path if path.starts_with("/rest/") => ("Jira", jira.check(&exchange)),
            path if is_storage(path) => ("Supabase Storage", storage.check(&exchange)),
            path if Auth::has(path) => ("Supabase Auth", auth.check(&exchange)),
            _ => {
                let verdict = check(&supabase, &exchange);
                ("Supabase", (verdict.operation, verdict.wrong))
            }
        };
        operations.entry(service).or_default().extend(operation);
        for line in deviations {
            *wrong.entry(line).or_default() += 1;
        }
    }
    let lines: Vec<String> = wrong
        .iter()
        .map(|(line, n)| format!("{n} × {line}"))
        .collect();
    assert!(
        lines.is_empty(),
        "{} deviations:\n{}",
        lines.len(),
        lines.join("\n")
    );
    for (service, operations) in operations {
        println!(
            "contract: {} operations of {service} recorded by other tests",
            operations.len()
        );
    }
}
