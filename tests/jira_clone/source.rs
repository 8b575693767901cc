//! A project with something of everything, the source of clones.

use matriz::sandbox::atlassian::USERS;
use serde_json::{Value, json};

use crate::jira::{Jira, paragraph};
use crate::place::Place;

pub const KEY: &str = "PROJ";
const TEMPLATE: &str = "gh-simplified-scrum-classic";

/// A document that names other issues in several ways.
fn naming(base: &str, words: &str, other: &str) -> Value {
    json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [
            { "type": "text", "text": format!("{words}, see {other}. ") },
            { "type": "inlineCard", "attrs": { "url": format!("{base}/browse/{other}") } },
            { "type": "text", "text": " PROJ-1000 and APROJ-1 are nobody's." },
        ] },
    ] })
}

async fn go(jira: &Jira, key: &str, ids: &[&str], resolution: &str) {
    let shown = jira.get(&format!("issue/{key}?fields=project")).await;
    let team_managed = shown["fields"]["project"]["simplified"] == true;
    for id in ids {
        // there every status follows every other, and nothing is asked
        let of_team = ["21", "31", "41"][["11", "31", "51"].iter().position(|i| i == id).unwrap()];
        let id = if team_managed { &of_team } else { id };
        let mut body = json!({ "transition": { "id": id } });
        if *id == "51" {
            body["fields"] = json!({ "resolution": { "name": resolution } });
        }
        jira.post(204, &format!("issue/{key}/transitions"), body)
            .await;
    }
}

/// Makes it: 2 epics, 9 stories, tasks and bugs, 3 subtasks.
pub async fn make(place: &Place) {
    make_with(place, TEMPLATE).await;
}

pub async fn make_with(place: &Place, template: &str) {
    let jira = &place.jira;
    let base = &jira.sandbox.url;
    let made = jira.project(KEY, template).await;
    let project = made["id"].as_i64().unwrap();
    jira.project("OTHER", "gh-simplified-basic").await;
    jira.issue("OTHER", "Task", "Somebody else's", json!({}))
        .await;
    for component in ["API", "Interface"] {
        let body = json!({ "project": KEY, "name": component,
            "description": format!("{base}/browse/PROJ-3") });
        jira.post(201, "component", body).await;
    }
    for version in ["1.0", "2.0"] {
        let body = json!({ "projectId": project, "name": version,
            "description": "As PROJ-2 says", "released": version == "1.0" });
        jira.post(201, "version", body).await;
    }
    // a hole in the numbers, so that a copy's number is never the source's by chance
    jira.issue(KEY, "Task", "Gone", json!({})).await;
    jira.delete(204, "issue/PROJ-1").await;
    let epic = jira.issue(KEY, "Epic", "Memory", json!({})).await;
    let other_epic = jira
        .issue(KEY, "Epic", "Search", json!({ "labels": ["epic"] }))
        .await;
    let mut stories = Vec::new();
    for n in 0..9 {
        let kind = ["Story", "Task", "Bug"][n % 3];
        let mut more = json!({
            "description": naming(base, &format!("Story {n}"), "PROJ-3"),
            "labels": [format!("label-{n}"), "all"],
            "priority": { "id": (n % 5 + 1).to_string() },
        });
        if n % 2 == 0 {
            more["parent"] = json!({ "key": if n < 4 { &epic } else { &other_epic } });
        }
        stories.push(
            jira.issue(KEY, kind, &format!("Story {n}, as PROJ-2 has it"), more)
                .await,
        );
    }
    let rich = json!({ "fields": {
        "components": [{ "name": "API" }], "versions": [{ "name": "1.0" }],
        "fixVersions": [{ "name": "2.0" }], "duedate": "2026-05-01",
        "environment": naming(base, "Environment", "PROJ-4"),
        "assignee": { "accountId": USERS[1].account_id },
        "timetracking": { "originalEstimate": "2d" },
        "customfield_10016": 5, "customfield_10021": [{ "value": "Impediment" }],
        "customfield_10040": { "value": "High" },
        "customfield_10041": naming(base, "Acceptance", "PROJ-5"),
        "customfield_10042": format!("{base}/browse/PROJ-6"),
        "customfield_10043": [{ "accountId": USERS[2].account_id }],
        "customfield_10044": "2026-04-01T10:00:00.000+0000",
        "customfield_10045": "staging of PROJ-7",
    } });
    jira.put(204, &format!("issue/{}", stories[0]), rich).await;
    let mut subtasks = Vec::new();
    for n in 0..3 {
        let more = json!({ "parent": { "key": stories[0] } });
        subtasks.push(jira.issue(KEY, "Subtask", &format!("Part {n}"), more).await);
    }
    attachments(jira, &stories).await;
    said(jira, &stories).await;
    links(jira, &stories, &subtasks).await;
    sprints(jira, &stories).await;
    go(jira, &stories[1], &["11", "31", "51"], "Duplicate").await;
    go(jira, &stories[2], &["11", "31"], "").await;
    go(jira, &stories[3], &["11"], "").await;
    go(jira, &epic, &["11", "31", "51"], "Done").await;
    go(jira, &subtasks[0], &["11", "31", "51"], "Won't Do").await;
    let watchers = |key: &str| format!("issue/{key}/watchers");
    let me = USERS[0].account_id;
    jira.delete(204, &format!("{}?accountId={me}", watchers(&stories[4])))
        .await;
    jira.post(204, &watchers(&stories[5]), json!(USERS[3].account_id))
        .await;
    jira.delete(204, &format!("{}?accountId={me}", watchers(&stories[5])))
        .await;
    jira.post(204, &watchers(&stories[6]), json!(USERS[3].account_id))
        .await;
    let order = json!({ "issues": [stories[8], stories[2]], "rankBeforeIssue": stories[0] });
    jira.agile(204, "PUT", "issue/rank", Some(order)).await;
    place.set_key("default", KEY);
}

async fn attachments(jira: &Jira, stories: &[String]) {
    for (issue, name, content) in [
        (0, "plan.txt", "the plan"),
        (0, "plan.txt", "the PLAN"),
        (0, "image.png", "an image"),
        (3, "notes.txt", "notes"),
    ] {
        jira.upload(&stories[issue], name, content, Some("no-check"))
            .await;
    }
    // the picture stands in the description
    let shown = jira
        .get(&format!("issue/{}?fields=attachment", stories[0]))
        .await;
    let image = shown["fields"]["attachment"][2]["id"].as_str().unwrap();
    let told = jira
        .send(
            "GET",
            &format!("/rest/api/3/attachment/content/{image}"),
            None,
        )
        .await
        .unwrap();
    let place = told.headers["location"].as_str().unwrap();
    let media = place.split('/').rev().nth(1).unwrap();
    let description = json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": "With a picture, PROJ-2." }] },
        { "type": "mediaSingle", "attrs": { "layout": "center" }, "content": [
            { "type": "media", "attrs": { "type": "file", "id": media, "collection": "" } }] },
    ] });
    let body = json!({ "fields": { "description": description } });
    jira.put(204, &format!("issue/{}", stories[0]), body).await;
}

async fn said(jira: &Jira, stories: &[String]) {
    for n in 0..4 {
        let body = json!({ "body": paragraph(&format!("Comment {n} on {}", stories[1])) });
        jira.post(201, &format!("issue/{}/comment", stories[n % 2]), body)
            .await;
    }
    // the first one on another issue, by its id
    let first = jira.get(&format!("issue/{}/comment", stories[1])).await["comments"][0].clone();
    let base = &jira.sandbox.url;
    let place = format!(
        "{base}/browse/{}?focusedCommentId={}",
        stories[1],
        first["id"].as_str().unwrap()
    );
    let card = json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "inlineCard", "attrs": { "url": place } }] }] });
    let body = json!({ "body": card });
    jira.post(201, &format!("issue/{}/comment", stories[0]), body)
        .await;
    let body = json!({ "timeSpentSeconds": 3600, "started": "2026-03-01T09:30:00.000+0000",
        "comment": card });
    jira.post(201, &format!("issue/{}/worklog", stories[0]), body)
        .await;
    // more than an issue shows of itself
    for n in 0..22 {
        let body = json!({
            "timeSpentSeconds": 600 + n * 60, "started": format!("2026-03-{:02}T09:30:00.000+0000", n + 1),
            "comment": paragraph("Worked on PROJ-2"),
        });
        jira.post(201, &format!("issue/{}/worklog", stories[7]), body)
            .await;
    }
    let body = json!({ "timeSpentSeconds": 3600, "started": "2026-03-01T09:30:00.000+0000" });
    jira.post(201, &format!("issue/{}/worklog", stories[1]), body)
        .await;
}

async fn links(jira: &Jira, stories: &[String], subtasks: &[String]) {
    for (kind, inward, outward) in [
        ("Blocks", stories[0].as_str(), stories[1].as_str()),
        ("Blocks", &stories[2], &stories[0]),
        ("Relates", &subtasks[1], &stories[5]),
        ("Duplicate", &stories[3], "OTHER-1"),
        ("Blocks", "OTHER-1", &stories[4]),
    ] {
        let body = json!({ "type": { "name": kind }, "inwardIssue": { "key": inward },
            "outwardIssue": { "key": outward } });
        jira.post(201, "issueLink", body).await;
    }
    let base = &jira.sandbox.url;
    for (issue, global) in [(0, json!("example=1")), (1, Value::Null)] {
        let mut body = json!({ "relationship": "mentioned in",
            "object": { "url": format!("{base}/browse/PROJ-4"), "title": "An issue" } });
        if !global.is_null() {
            body["globalId"] = global;
        }
        jira.post(201, &format!("issue/{}/remotelink", stories[issue]), body)
            .await;
    }
}

async fn sprints(jira: &Jira, stories: &[String]) {
    let boards = jira
        .agile(200, "GET", "board?projectKeyOrId=PROJ", None)
        .await;
    let board = boards["values"][0]["id"].as_i64().unwrap();
    for (n, issues) in [(1, &[0, 1][..]), (2, &[0, 2]), (3, &[3])] {
        let body = json!({ "name": format!("PROJ Sprint {n}"), "originBoardId": board,
            "goal": format!("Goal {n}"),
            "startDate": format!("2026-0{n}-01T09:00:00.000Z"),
            "endDate": format!("2026-0{n}-15T09:00:00.000Z") });
        let sprint = jira.agile(201, "POST", "sprint", Some(body)).await;
        let path = format!("sprint/{}", sprint["id"]);
        let inside: Vec<_> = issues.iter().map(|n| &stories[*n]).collect();
        let body = json!({ "issues": inside });
        jira.agile(204, "POST", &format!("{path}/issue"), Some(body))
            .await;
        for state in [&["active", "closed"][..], &["active"], &[]][n - 1] {
            let body = json!({ "state": state });
            jira.agile(200, "POST", &path, Some(body)).await;
        }
    }
}
