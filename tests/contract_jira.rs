//! The sandbox's Jira against Atlassian's own descriptions of its platform (v3) and agile (1.0)
//! APIs, and against the schema of the Atlassian Document Format.
//!
//! The descriptions are not part of this repository: `MATRIZ_SPECS` names the folder that holds
//! `trimmed/jira-platform.json`, `trimmed/jira-software.json` and `adf-v1-full.schema.json`.

mod api;
mod contract;
mod jira;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jira::{Jira, fields, new_project, paragraph};
use matriz::sandbox::atlassian::USERS;
use serde_json::{Value, json};

fn specs() -> Option<PathBuf> {
    let folder = std::env::var_os("MATRIZ_SPECS").map(PathBuf::from);
    if folder.is_none() {
        println!("SKIP contract: MATRIZ_SPECS does not name the folder of the API descriptions");
        assert!(
            std::env::var_os("MATRIZ_REQUIRE_ALL").is_none(),
            "MATRIZ_REQUIRE_ALL is set, and the contract test was skipped"
        );
    }
    folder
}

#[tokio::test]
async fn every_request_and_every_answer_is_as_described() {
    let Some(specs) = specs() else { return };
    let described = contract::jira::Jira::read(&specs);
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    site(&jira).await;
    projects(&jira).await;
    let issue = issues(&jira).await;
    around(&jira, &issue).await;
    search(&jira).await;
    agile(&jira).await;
    ends(&jira, &issue).await;

    let (mut operations, mut wrong) = (BTreeSet::new(), Vec::new());
    for exchange in jira.recorded.lock().unwrap().iter() {
        let (operation, deviations) = described.check(exchange);
        operations.extend(operation);
        wrong.extend(deviations);
    }
    jira.sandbox.stop().await;
    wrong.sort();
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "{} deviations:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!(
        "contract: {} operations of Jira, all as described",
        operations.len()
    );
    assert!(
        operations.len() >= 110,
        "only {} operations were exercised",
        operations.len()
    );
}

async fn site(jira: &Jira) {
    let user = USERS[1].account_id;
    for path in [
        "serverInfo",
        "myself",
        "mypermissions?permissions=ADMINISTER,CREATE_ISSUES",
        "user/search?query=qa",
        "users/search",
        "status",
        "statuses/search",
        "statuscategory",
        "priority/search",
        "resolution/search",
        "issuetype",
        "issueLinkType",
        "field",
        "field/search?type=custom",
        "field/customfield_10040/context",
        "attachment/meta",
        "field/customfield_10040/context/110040/option",
    ] {
        jira.get(path).await;
    }
    assert_eq!(
        jira.get(&format!("user?accountId={user}")).await["displayName"],
        USERS[1].name
    );
    let bulk = jira
        .get(&format!("user/bulk?accountId={user}&accountId=nobody"))
        .await;
    assert_eq!(bulk["values"].as_array().unwrap().len(), 1);
}

async fn projects(jira: &Jira) {
    let made = jira.project("DEMO", "gh-simplified-scrum-classic").await;
    let id = made["id"].to_string();
    jira.put(
        201,
        "project/DEMO/properties/matriz",
        json!({ "instance": "default" }),
    )
    .await;
    jira.put(
        200,
        "project/DEMO/properties/matriz",
        json!({ "instance": "clone" }),
    )
    .await;
    jira.put(200, "project/DEMO", json!({ "description": "Changed" }))
        .await;
    for path in [
        "project/DEMO",
        "project/DEMO/statuses",
        "project/DEMO/components",
        "project/DEMO/component",
        "project/DEMO/versions",
        "project/DEMO/version",
        "project/DEMO/properties",
        "project/DEMO/properties/matriz",
        "project/search?query=demo",
        "projectvalidate/key?key=DEMO",
        "projectvalidate/validProjectKey?key=DEMO",
        "projectvalidate/validProjectName?name=Project%20DEMO",
        "issue/createmeta/DEMO/issuetypes",
        "issue/createmeta/DEMO/issuetypes/10001",
        "user/assignable/search?project=DEMO",
    ] {
        jira.get(path).await;
    }
    for path in [
        "project/ID/hierarchy",
        "issuetype/project?projectId=ID",
        "issuetypescheme/project?projectId=ID",
        "workflowscheme/project?projectId=ID",
    ] {
        jira.get(&path.replace("ID", &id)).await;
    }
    let found = jira
        .get("project/search?propertyQuery=%5Bmatriz%5D.instance%3D%22clone%22")
        .await;
    assert_eq!(found["total"], 1);
    let component = jira
        .post(
            201,
            "component",
            json!({ "name": "Web", "project": "DEMO" }),
        )
        .await;
    jira.get(&format!("component/{}", component["id"].as_str().unwrap()))
        .await;
    let version = json!({ "name": "1.0", "projectId": made["id"], "releaseDate": "2026-05-01" });
    let version = jira.post(201, "version", version).await;
    let version = format!("version/{}", version["id"].as_str().unwrap());
    jira.get(&version).await;
    jira.put(200, &version, json!({ "released": true })).await;
}

async fn issues(jira: &Jira) -> String {
    let epic = jira.issue("DEMO", "Epic", "Loja", json!({})).await;
    let more = json!({
        "parent": { "key": epic }, "description": paragraph("olá"), "labels": ["a"],
        "components": [{ "name": "Web" }], "fixVersions": [{ "name": "1.0" }],
        "assignee": { "accountId": USERS[1].account_id }, "customfield_10016": 3,
        "customfield_10040": { "value": "High" }, "duedate": "2026-04-01",
        "customfield_10043": [{ "accountId": USERS[2].account_id }],
        "timetracking": { "originalEstimate": "2d" },
    });
    let issue = jira.issue("DEMO", "Story", "Carrinho", more).await;
    let bulk = json!({ "issueUpdates": [
        { "fields": fields("DEMO", "Subtask", "Parte", json!({ "parent": { "key": issue } })), "properties": [{ "key": "matriz.clone", "value": { "src": "A-1" } }] },
        { "fields": fields("DEMO", "Story", "", json!({})) },
    ] });
    let made = jira.post(201, "issue/bulk", bulk).await;
    assert_eq!(made["errors"][0]["failedElementNumber"], 1);
    jira.post(200, "issue/bulkfetch", json!({ "issueIdsOrKeys": [issue, epic, "NONE-1"], "fields": ["*all"], "properties": ["matriz.clone"] })).await;
    jira.put(204, &format!("issue/{issue}?notifyUsers=false"), json!({ "fields": { "summary": "Carrinho novo" }, "update": { "labels": [{ "add": "b" }] } })).await;
    jira.put(
        204,
        &format!("issue/{issue}/assignee"),
        json!({ "accountId": USERS[1].account_id }),
    )
    .await;
    for path in [
        "",
        "/editmeta",
        "/changelog",
        "/transitions",
        "/properties",
        "/votes",
        "?expand=changelog,names&fields=*all",
    ] {
        jira.get(&format!("issue/{issue}{path}")).await;
    }
    jira.post(
        204,
        &format!("issue/{issue}/transitions"),
        json!({ "transition": { "id": "11" } }),
    )
    .await;
    jira.is(404, "GET", "/rest/api/3/issue/DEMO-99", None).await;
    issue
}

async fn around(jira: &Jira, issue: &str) {
    let at = |rest: &str| format!("issue/{issue}{rest}");
    let properties = json!([{ "key": "matriz.clone", "value": 1 }]);
    let comment = jira
        .post(
            201,
            &at("/comment"),
            json!({ "body": paragraph("Um"), "properties": properties }),
        )
        .await;
    let id = comment["id"].as_str().unwrap().to_owned();
    jira.get(&at("/comment?expand=properties")).await;
    jira.get(&at(&format!("/comment/{id}"))).await;
    jira.put(
        200,
        &at(&format!("/comment/{id}")),
        json!({ "body": paragraph("Dois") }),
    )
    .await;
    jira.put(
        200,
        &format!("comment/{id}/properties/matriz.clone"),
        json!(2),
    )
    .await;
    jira.get(&format!("comment/{id}/properties/matriz.clone"))
        .await;
    jira.delete(204, &at(&format!("/comment/{id}"))).await;
    let worklog = json!({ "timeSpent": "3h", "started": "2026-03-01T10:00:00.000+0000", "comment": paragraph("feito") });
    let worklog = jira
        .post(
            201,
            &at("/worklog?notifyUsers=false&adjustEstimate=leave"),
            worklog,
        )
        .await;
    let worklog = at(&format!("/worklog/{}", worklog["id"].as_str().unwrap()));
    jira.put(200, &worklog, json!({ "timeSpentSeconds": 60 }))
        .await;
    jira.put(201, &format!("{worklog}/properties/matriz.clone"), json!(1))
        .await;
    jira.get(&at("/worklog")).await;
    let told = jira
        .upload(issue, "nota.txt", "olá", Some("no-check"))
        .await;
    assert_eq!(told.status, 200, "{}", told.body);
    let attachment = told.body[0]["id"].as_str().unwrap().to_owned();
    jira.get(&format!("attachment/{attachment}")).await;
    jira.is(
        303,
        "GET",
        &format!("/rest/api/3/attachment/content/{attachment}"),
        None,
    )
    .await;
    jira.put(
        201,
        &at("/properties/matriz.clone"),
        json!({ "src": "A-2" }),
    )
    .await;
    jira.get(&at("/properties/matriz.clone")).await;
    jira.delete(204, &at("/properties/matriz.clone")).await;
    let link = json!({ "type": { "name": "Blocks" }, "inwardIssue": { "key": issue }, "outwardIssue": { "key": "DEMO-1" } });
    jira.is(201, "POST", "/rest/api/3/issueLink", Some(link))
        .await;
    let shown = jira.get(&at("?fields=issuelinks,attachment")).await;
    let link = format!(
        "issueLink/{}",
        shown["fields"]["issuelinks"][0]["id"].as_str().unwrap()
    );
    jira.get(&link).await;
    jira.delete(204, &link).await;
    let remote = json!({ "globalId": "matriz:1", "object": { "url": "https://example.com", "title": "Um" } });
    jira.post(201, &at("/remotelink"), remote.clone()).await;
    jira.post(200, &at("/remotelink"), remote).await;
    jira.get(&at("/remotelink")).await;
    jira.post(204, &at("/watchers"), json!(USERS[2].account_id))
        .await;
    jira.get(&at("/watchers")).await;
    jira.delete(
        204,
        &at(&format!("/watchers?accountId={}", USERS[2].account_id)),
    )
    .await;
    jira.get("label").await;
    jira.delete(204, &format!("attachment/{attachment}")).await;
}

async fn search(jira: &Jira) {
    let found = jira.post(200, "search/jql", json!({ "jql": "project = DEMO order by created", "fields": ["*all"], "properties": ["matriz.clone"], "maxResults": 1 })).await;
    let token = found["nextPageToken"].clone();
    jira.post(
        200,
        "search/jql",
        json!({ "jql": "project = DEMO order by created", "nextPageToken": token }),
    )
    .await;
    jira.get("search/jql?jql=project%20%3D%20DEMO&fields=summary")
        .await;
    jira.post(
        200,
        "search/approximate-count",
        json!({ "jql": "project = DEMO" }),
    )
    .await;
    jira.is(
        400,
        "POST",
        "/rest/api/3/search/jql",
        Some(json!({ "jql": "order by created" })),
    )
    .await;
    jira.is(410, "GET", "/rest/api/3/search?jql=project%3DDEMO", None)
        .await;
    jira.post(
        200,
        "jql/parse?validation=strict",
        json!({ "queries": ["project = DEMO", "oops"] }),
    )
    .await;
    let filter = json!({ "name": "Tudo", "jql": "project = DEMO", "description": "" });
    let filter = jira.post(200, "filter", filter).await;
    let filter = format!("filter/{}", filter["id"].as_str().unwrap());
    jira.get(&filter).await;
    jira.put(
        200,
        &filter,
        json!({ "name": "Tudo", "jql": "project = DEMO ORDER BY Rank" }),
    )
    .await;
    jira.get("filter/search?filterName=tudo&expand=jql,owner")
        .await;
}

async fn agile(jira: &Jira) {
    let filter = jira.get("filter/search?filterName=tudo").await["values"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let board = json!({ "name": "Outro", "type": "kanban", "filterId": filter.parse::<i64>().unwrap(), "location": { "type": "project", "projectKeyOrId": "DEMO" } });
    let board = jira.agile(201, "POST", "board", Some(board)).await;
    jira.agile(204, "DELETE", &format!("board/{}", board["id"]), None)
        .await;
    let boards = jira
        .agile(200, "GET", "board?projectKeyOrId=DEMO", None)
        .await;
    let board = boards["values"][0]["id"].as_i64().unwrap();
    let sprint = json!({ "name": "Sprint 1", "originBoardId": board, "startDate": "2026-04-01T10:00:00.000Z", "endDate": "2026-04-14T10:00:00.000Z" });
    let sprint = jira.agile(201, "POST", "sprint", Some(sprint)).await["id"]
        .as_i64()
        .unwrap();
    let at = format!("sprint/{sprint}");
    jira.agile(
        204,
        "POST",
        &format!("{at}/issue"),
        Some(json!({ "issues": ["DEMO-2"] })),
    )
    .await;
    jira.agile(200, "POST", &at, Some(json!({ "state": "active" })))
        .await;
    jira.agile(
        201,
        "PUT",
        &format!("{at}/properties/matriz.clone"),
        Some(json!({ "src": 1 })),
    )
    .await;
    jira.agile(
        201,
        "PUT",
        &format!("board/{board}/properties/matriz.clone"),
        Some(json!({ "src": 1 })),
    )
    .await;
    for path in [
        "",
        "/configuration",
        "/project",
        "/sprint",
        "/issue",
        "/backlog",
        "/epic",
    ] {
        jira.agile(200, "GET", &format!("board/{board}{path}"), None)
            .await;
    }
    jira.agile(
        200,
        "GET",
        &format!("board/{board}/sprint/{sprint}/issue"),
        None,
    )
    .await;
    for path in ["", "/issue", "/properties/matriz.clone"] {
        jira.agile(200, "GET", &format!("{at}{path}"), None).await;
    }
    jira.agile(200, "GET", "issue/DEMO-2", None).await;
    jira.agile(
        204,
        "PUT",
        "issue/rank",
        Some(json!({ "issues": ["DEMO-2"], "rankBeforeIssue": "DEMO-1" })),
    )
    .await;
    jira.agile(
        204,
        "POST",
        "backlog/issue",
        Some(json!({ "issues": ["DEMO-2"] })),
    )
    .await;
    let put = json!({ "name": "Sprint um", "state": "active", "startDate": "2026-04-01T10:00:00.000Z", "endDate": "2026-04-15T10:00:00.000Z" });
    jira.agile(200, "PUT", &at, Some(put)).await;
    jira.agile(204, "DELETE", &at, None).await;
}

async fn ends(jira: &Jira, issue: &str) {
    let many = json!({ "bulkTransitionInputs": [{ "selectedIssueIdsOrKeys": [issue], "transitionId": "31" }], "sendBulkNotification": false });
    let task = jira.post(201, "bulk/issues/transition", many).await;
    for _ in 0..2 {
        jira.get(&format!("bulk/queue/{}", task["taskId"].as_str().unwrap()))
            .await;
    }
    jira.delete(204, &format!("issue/{issue}?deleteSubtasks=true"))
        .await;
    jira.delete(204, "project/DEMO").await;
    jira.get("project/search?status=deleted").await;
    jira.is(
        400,
        "POST",
        "/rest/api/3/project",
        Some(new_project("DEMO", "gh-simplified-basic")),
    )
    .await;
    jira.is(200, "POST", "/rest/api/3/project/DEMO/restore", None)
        .await;
    let told = jira
        .send("POST", "/rest/api/3/project/DEMO/delete", None)
        .await
        .unwrap();
    let task = told.headers["location"].as_str().unwrap();
    let task = task.split("/rest/api/3/").nth(1).unwrap();
    for _ in 0..2 {
        jira.get(task).await;
    }
    assert_eq!(jira.get(task).await["status"], "COMPLETE");
}

/// The sandbox's own validator and the format's full schema say the same of these.
#[tokio::test]
async fn documents_are_accepted_where_the_schema_accepts_them() {
    let Some(specs) = specs() else { return };
    let text = std::fs::read_to_string(specs.join("adf-v1-full.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", "gh-simplified-basic").await;
    let issue = jira.issue("DEMO", "Task", "Documentos", json!({})).await;
    let mut seen = [0, 0];
    for content in documents() {
        let document = json!({ "type": "doc", "version": 1, "content": content });
        let right = validator.is_valid(&document);
        let path = format!("/rest/api/3/issue/{issue}/comment");
        let told = jira
            .send("POST", &path, Some(json!({ "body": document })))
            .await
            .unwrap();
        assert_eq!(told.status == 201, right, "{document}: {}", told.body);
        seen[usize::from(right)] += 1;
    }
    assert!(seen.iter().all(|n| *n >= 8), "{seen:?}");
    jira.sandbox.stop().await;
}

fn documents() -> Vec<Value> {
    let text = |text: &str| json!({ "type": "text", "text": text });
    let line = |content: Value| json!({ "type": "paragraph", "content": content });
    let marked = |mark: Value| {
        json!([line(
            json!([{ "type": "text", "text": "a", "marks": [mark] }])
        )])
    };
    let item = |content: Value| json!({ "type": "listItem", "content": content });
    let media = |attrs: Value| json!([{ "type": "mediaSingle", "attrs": { "layout": "center" }, "content": [{ "type": "media", "attrs": attrs }] }]);
    let cell = json!({ "type": "tableCell", "attrs": {}, "content": [line(json!([text("a")]))] });
    vec![
        json!([]),
        json!([line(json!([]))]),
        json!([line(
            json!([text("a"), { "type": "hardBreak" }, { "type": "mention", "attrs": { "id": "1" } }])
        )]),
        marked(json!({ "type": "strong" })),
        marked(json!({ "type": "link", "attrs": { "href": "https://example.com" } })),
        json!([{ "type": "bulletList", "content": [item(json!([line(json!([text("a")]))]))] }]),
        json!([{ "type": "heading", "attrs": { "level": 2 }, "content": [text("a")] }]),
        json!([{ "type": "codeBlock", "attrs": { "language": "rust" }, "content": [text("let a;")] }]),
        json!([{ "type": "table", "content": [{ "type": "tableRow", "content": [cell] }] }]),
        json!([{ "type": "panel", "attrs": { "panelType": "info" }, "content": [line(json!([text("a")]))] }]),
        media(
            json!({ "type": "file", "id": "00000000-0000-4000-8000-000000000000", "collection": "" }),
        ),
        media(json!({ "type": "external", "url": "https://example.com/a.png" })),
        json!([line(
            json!([{ "type": "inlineCard", "attrs": { "url": "https://example.com" } }])
        )]),
        // wrong ones
        json!([text("a")]),
        json!([{ "type": "wish" }]),
        json!([line(json!([text("")]))]),
        json!([line(json!([{ "type": "mention", "attrs": {} }]))]),
        marked(json!({ "type": "loud" })),
        marked(json!({ "type": "link", "attrs": {} })),
        json!([{ "type": "bulletList", "content": [] }]),
        json!([{ "type": "bulletList", "content": [line(json!([text("a")]))] }]),
        json!([{ "type": "heading", "attrs": { "level": 9 } }]),
        json!([{ "type": "heading", "content": [text("a")] }]),
        json!([{ "type": "table", "content": [cell] }]),
        json!([{ "type": "panel", "content": [line(json!([text("a")]))] }]),
        media(json!({ "id": "1" })),
        json!([line(json!([line(json!([text("a")]))]))]),
    ]
}
