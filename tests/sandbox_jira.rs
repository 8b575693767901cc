//! How the sandbox's Jira behaves: numbers, keys, ways through the workflow, limits, faults, and
//! what is left after a stop.

mod api;
mod jira;

use std::time::Duration;

use api::quick;
use jira::{Jira, fields, new_project, paragraph};
use matriz::sandbox::api::ApiOptions;
use matriz::sandbox::atlassian::{AtlassianOptions, OWNER, USERS};
use serde_json::{Value, json};

const CLASSIC: &str = "gh-simplified-scrum-classic";
const TEAM: &str = "gh-simplified-agility-scrum";

fn with(atlassian: AtlassianOptions) -> ApiOptions {
    ApiOptions {
        atlassian,
        ..quick()
    }
}

fn keys(found: &Value) -> Vec<&str> {
    let issues = found["issues"].as_array().unwrap().iter();
    issues.map(|issue| issue["key"].as_str().unwrap()).collect()
}

async fn find(jira: &Jira, jql: &str) -> Vec<String> {
    let query =
        json!({ "jql": format!("{jql} ORDER BY key"), "fields": ["summary"], "maxResults": 100 });
    let found = jira.post(200, "search/jql", query).await;
    keys(&found).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn numbers_have_holes_and_survive_a_stop() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", CLASSIC).await;
    for n in 1..=3 {
        jira.issue("DEMO", "Task", &format!("T{n}"), json!({}))
            .await;
    }
    jira.delete(204, "issue/DEMO-3").await;
    jira.is(404, "GET", "/rest/api/3/issue/DEMO-3", None).await;
    let token = jira.sandbox.site.token().to_owned();
    let attachment = jira
        .upload("DEMO-1", "a.txt", "conteúdo", Some("no-check"))
        .await;
    let id = attachment.body[0]["id"].as_str().unwrap().to_owned();
    jira.sandbox.stop().await;

    let jira = Jira::start(dir.path()).await;
    assert_eq!(jira.sandbox.site.token(), token);
    assert_eq!(jira.issue("DEMO", "Task", "T4", json!({})).await, "DEMO-4");
    assert_eq!(
        find(&jira, "project = DEMO").await,
        ["DEMO-1", "DEMO-2", "DEMO-4"]
    );
    let told = jira
        .send(
            "GET",
            &format!("/rest/api/3/attachment/content/{id}?redirect=false"),
            None,
        )
        .await
        .unwrap();
    assert_eq!(told.body, "conteúdo");
    let told = jira
        .send("GET", &format!("/rest/api/3/attachment/content/{id}"), None)
        .await
        .unwrap();
    let place = told.headers["location"].as_str().unwrap();
    let media = place
        .split("/file/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    assert_eq!((told.status, media.len()), (303, 36), "{place}");
    let path = place.strip_prefix(&jira.sandbox.url).unwrap();
    assert_eq!(jira.send("GET", path, None).await.unwrap().body, "conteúdo");
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn a_deleted_project_keeps_its_key_until_it_is_gone_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", TEAM).await;
    let issue = jira.issue("DEMO", "Story", "Um", json!({})).await;
    jira.delete(204, "project/DEMO").await;
    jira.is(404, "GET", &format!("/rest/api/3/issue/{issue}"), None)
        .await;
    let refused = jira.post(400, "project", new_project("DEMO", TEAM)).await;
    assert!(
        refused["errors"]["projectKey"]
            .as_str()
            .unwrap()
            .contains("trash"),
        "{refused}"
    );
    let problem = jira.get("projectvalidate/key?key=DEMO").await;
    assert!(problem["errors"]["projectKey"].is_string());
    jira.is(200, "POST", "/rest/api/3/project/DEMO/restore", None)
        .await;
    assert_eq!(
        jira.get(&format!("issue/{issue}")).await["fields"]["summary"],
        "Um"
    );
    jira.delete(204, "project/DEMO?enableUndo=false").await;
    jira.is(404, "POST", "/rest/api/3/project/DEMO/restore", None)
        .await;
    jira.project("DEMO", TEAM).await;
    assert!(find(&jira, "project = DEMO").await.is_empty());
    let both = json!({ "issueTypeScheme": 10000 });
    let mut both_ways = new_project("BOTH", CLASSIC);
    both_ways
        .as_object_mut()
        .unwrap()
        .extend(both.as_object().cloned().unwrap());
    jira.post(400, "project", both_ways).await;
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn a_status_is_reached_and_never_set() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", CLASSIC).await;
    let issue = jira.issue("DEMO", "Bug", "Um", json!({})).await;
    let at = format!("issue/{issue}");
    jira.put(
        400,
        &at,
        json!({ "fields": { "status": { "id": "10003" } } }),
    )
    .await;
    let way = format!("{at}/transitions");
    jira.post(400, &way, json!({ "transition": { "id": "51" } }))
        .await;
    for id in ["11", "31"] {
        jira.post(204, &way, json!({ "transition": { "id": id } }))
            .await;
    }
    jira.post(400, &way, json!({ "transition": { "id": "51" } }))
        .await;
    let done = json!({ "transition": { "id": "51" }, "fields": { "resolution": { "name": "Duplicate" } } });
    jira.post(204, &way, done).await;
    let shown = jira.get(&at).await;
    assert_eq!(shown["fields"]["status"]["name"], "Done");
    assert_eq!(shown["fields"]["resolution"]["name"], "Duplicate");
    assert_eq!(
        find(&jira, "statusCategory = Done and project = DEMO").await,
        ["DEMO-1"]
    );
    jira.post(204, &way, json!({ "transition": { "id": "61" } }))
        .await;
    assert!(jira.get(&at).await["fields"]["resolution"].is_null());
    let history = jira.get(&format!("{at}/changelog")).await;
    let to = |n: usize| history["values"][n]["items"][0]["toString"].clone();
    assert_eq!(
        [to(0), to(1), to(2), to(3)],
        ["In Progress", "In Review", "Done", "To Do"]
    );
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn of_many_issues_the_wrong_ones_are_named_and_the_others_created() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", CLASSIC).await;
    let epic = jira.issue("DEMO", "Epic", "E", json!({})).await;
    let update = |kind: &str, more: Value| json!({ "fields": fields("DEMO", kind, "x", more), "properties": [{ "key": "matriz.clone", "value": { "src": kind } }] });
    let updates = json!([
        update("Story", json!({ "parent": { "key": epic } })),
        update("Subtask", json!({ "parent": { "key": epic } })),
        update("Task", json!({ "customfield_99999": 1 })),
        update("Task", json!({ "description": "not a document" })),
        update("Bug", json!({})),
    ]);
    let made = jira
        .post(201, "issue/bulk", json!({ "issueUpdates": updates }))
        .await;
    let failed: Vec<i64> = made["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["failedElementNumber"].as_i64().unwrap())
        .collect();
    assert_eq!(failed, [1, 2, 3]);
    assert_eq!(
        keys(&made),
        ["DEMO-2", "DEMO-3"],
        "refused ones take no number"
    );
    let wrong = made["errors"][1]["elementErrors"]["errors"]["customfield_99999"]
        .as_str()
        .unwrap();
    assert!(wrong.contains("not on the appropriate screen"), "{wrong}");
    let query = json!({ "jql": "project = DEMO order by key", "fields": ["summary"], "properties": ["matriz.clone"] });
    let found = jira.post(200, "search/jql", query).await;
    assert_eq!(
        found["issues"][2]["properties"]["matriz.clone"]["src"],
        "Bug"
    );
    let all_wrong = json!({ "issueUpdates": [update("Nothing", json!({}))] });
    jira.post(400, "issue/bulk", all_wrong).await;
    let many: Vec<Value> = (0..51).map(|_| update("Task", json!({}))).collect();
    jira.post(400, "issue/bulk", json!({ "issueUpdates": many }))
        .await;
    assert_eq!(find(&jira, "project = DEMO").await.len(), 3);
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn searching_finds_what_fits_in_short_pages_and_late() {
    let dir = tempfile::tempdir().unwrap();
    let options = AtlassianOptions {
        search_page: 2,
        search_delay_ms: 3_600_000,
        ..AtlassianOptions::default().unlimited()
    };
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", CLASSIC).await;
    jira.project("OTHER", CLASSIC).await;
    let epic = jira
        .issue("DEMO", "Epic", "Loja", json!({ "labels": ["x"] }))
        .await;
    let story = jira
        .issue(
            "DEMO",
            "Story",
            "Carrinho de compras",
            json!({ "parent": { "key": epic }, "description": paragraph("um texto raro") }),
        )
        .await;
    let task = jira
        .issue(
            "DEMO",
            "Task",
            "Servidor",
            json!({ "assignee": { "accountId": USERS[1].account_id } }),
        )
        .await;
    jira.issue("OTHER", "Task", "Fora", json!({})).await;
    for (jql, wanted) in [
        ("project = DEMO and labels = x", vec![&epic]),
        ("project = demo and text ~ raro", vec![&story]),
        ("summary ~ \"compra*\"", vec![&story]),
        (&format!("parent = {epic}"), vec![&story]),
        (
            &format!("key in ({task}, {epic}) and not issuetype = Epic"),
            vec![&task],
        ),
        (
            &format!("assignee = \"{}\"", USERS[1].account_id),
            vec![&task],
        ),
        (
            "project = DEMO and (issuetype = Epic or parent is not empty)",
            vec![&epic, &story],
        ),
        (
            "project = DEMO and assignee is empty and labels is empty",
            vec![&story],
        ),
        (
            "project = DEMO and created >= -1d and status != Done",
            vec![&epic, &story, &task],
        ),
        ("project = DEMO and status in (Done)", vec![]),
    ] {
        assert_eq!(
            find(&jira, jql).await.iter().collect::<Vec<_>>(),
            wanted,
            "{jql}"
        );
    }
    for wrong in [
        "",
        "order by created",
        "project = NOWHERE",
        "colour = red",
        "project = ",
        "status = Lost",
    ] {
        let told = jira.post(400, "search/jql", json!({ "jql": wrong })).await;
        assert!(told["errorMessages"][0].is_string(), "{wrong}");
    }
    let gone = jira
        .is(
            410,
            "POST",
            "/rest/api/3/search",
            Some(json!({ "jql": "project = DEMO" })),
        )
        .await;
    assert!(
        gone["errorMessages"][0]
            .as_str()
            .unwrap()
            .contains("/search/jql")
    );
    let ids = jira
        .post(200, "search/jql", json!({ "jql": "project = DEMO" }))
        .await;
    assert_eq!(
        ids["issues"][0].as_object().unwrap().len(),
        1,
        "only ids: {ids}"
    );
    jira.sandbox.stop().await;

    let jira = Jira::with(dir.path(), with(options)).await;
    let new = jira.get(&format!("issue/{story}")).await["id"]
        .as_str()
        .unwrap()
        .parse::<i64>()
        .unwrap();
    let query = json!({ "jql": "project = DEMO", "fields": ["key"] });
    assert_eq!(
        jira.post(200, "search/jql", query.clone()).await["issues"],
        json!([])
    );
    let mut seen = query;
    seen["reconcileIssues"] = json!([new]);
    assert_eq!(
        keys(&jira.post(200, "search/jql", seen).await),
        [story.as_str()]
    );
    jira.sandbox.stop().await;

    let options = AtlassianOptions {
        search_page: 2,
        ..AtlassianOptions::default().unlimited()
    };
    let jira = Jira::with(dir.path(), with(options)).await;
    let query =
        json!({ "jql": "project = DEMO order by key", "fields": ["key"], "maxResults": 50 });
    let first = jira.post(200, "search/jql", query.clone()).await;
    assert_eq!((keys(&first).len(), &first["isLast"]), (2, &json!(false)));
    let mut next = query;
    next["nextPageToken"] = first["nextPageToken"].clone();
    let last = jira.post(200, "search/jql", next).await;
    assert_eq!(keys(&last), [task.as_str()]);
    assert!(last["nextPageToken"].is_null() && last["isLast"] == true);
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn too_many_writes_to_one_issue_are_refused_and_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let options = AtlassianOptions {
        issue_writes_per_2_s: 3,
        ..AtlassianOptions::default().unlimited()
    };
    let jira = Jira::with(dir.path(), with(options)).await;
    jira.project("DEMO", CLASSIC).await;
    let one = jira.issue("DEMO", "Task", "1", json!({})).await;
    let two = jira.issue("DEMO", "Task", "2", json!({})).await;
    let comment = json!({ "body": paragraph("x") });
    let mut refused = None;
    for _ in 0..4 {
        let told = jira
            .send(
                "POST",
                &format!("/rest/api/3/issue/{one}/comment"),
                Some(comment.clone()),
            )
            .await
            .unwrap();
        if told.status == 429 {
            refused = Some(told);
        }
    }
    let refused = refused.expect("the fourth is one too many");
    assert_eq!(
        refused.headers["ratelimit-reason"],
        "jira-per-issue-on-write"
    );
    let wait: u64 = refused.headers["retry-after"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&wait));
    assert!(refused.headers.contains_key("x-ratelimit-reset"));
    jira.post(201, &format!("issue/{two}/comment"), comment.clone())
        .await;
    tokio::time::sleep(Duration::from_secs(wait)).await;
    jira.post(201, &format!("issue/{one}/comment"), comment)
        .await;
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn faults_strike_before_and_after_the_change() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", CLASSIC).await;
    let new = json!({ "fields": fields("DEMO", "Task", "x", json!({})) });
    jira.sandbox
        .order("POST /rest/api/3/issue drop=after times=1")
        .await;
    assert!(
        jira.send("POST", "/rest/api/3/issue", Some(new.clone()))
            .await
            .is_none()
    );
    assert_eq!(find(&jira, "project = DEMO").await, ["DEMO-1"]);
    jira.sandbox
        .order("POST /rest/api/3/issue drop=before times=1")
        .await;
    assert!(
        jira.send("POST", "/rest/api/3/issue", Some(new.clone()))
            .await
            .is_none()
    );
    jira.sandbox
        .order("POST /rest/api/3/issue status=503 times=1")
        .await;
    let told = jira.post(503, "issue", new.clone()).await;
    assert!(told["errorMessages"].is_array());
    jira.sandbox
        .order("GET /rest/api/3/issue/{issueIdOrKey} status=429 retry-after=7 times=1")
        .await;
    let told = jira
        .send("GET", "/rest/api/3/issue/DEMO-1", None)
        .await
        .unwrap();
    assert_eq!(
        (told.status, &told.headers["retry-after"]),
        (429, &json!("7"))
    );
    jira.post(201, "issue", new).await;
    assert_eq!(find(&jira, "project = DEMO").await, ["DEMO-1", "DEMO-2"]);
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn sprints_go_one_way_and_ranks_hold() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", TEAM).await;
    for n in 1..=4 {
        jira.issue("DEMO", "Story", &format!("S{n}"), json!({}))
            .await;
    }
    let board = jira
        .agile(200, "GET", "board?projectKeyOrId=DEMO", None)
        .await["values"][0]["id"]
        .clone();
    let sprint = jira
        .agile(
            201,
            "POST",
            "sprint",
            Some(json!({ "name": "S1", "originBoardId": board })),
        )
        .await;
    let at = format!("sprint/{}", sprint["id"]);
    jira.agile(400, "POST", &at, Some(json!({ "state": "closed" })))
        .await;
    jira.agile(400, "POST", &at, Some(json!({ "state": "active" })))
        .await;
    jira.agile(
        204,
        "POST",
        &format!("{at}/issue"),
        Some(json!({ "issues": ["DEMO-1", "DEMO-2"] })),
    )
    .await;
    let dates = json!({ "state": "active", "startDate": "2026-04-01T10:00:00.000+0000", "endDate": "2026-04-14T10:00:00.000+0000" });
    jira.agile(200, "POST", &at, Some(dates)).await;
    assert_eq!(
        find(&jira, "sprint in openSprints()").await,
        ["DEMO-1", "DEMO-2"]
    );
    jira.agile(
        204,
        "PUT",
        "issue/rank",
        Some(json!({ "issues": ["DEMO-4", "DEMO-3"], "rankBeforeIssue": "DEMO-2" })),
    )
    .await;
    let all = jira
        .agile(200, "GET", &format!("board/{board}/issue"), None)
        .await;
    assert_eq!(keys(&all), ["DEMO-1", "DEMO-4", "DEMO-3", "DEMO-2"]);
    let backlog = jira
        .agile(200, "GET", &format!("board/{board}/backlog"), None)
        .await;
    assert_eq!(keys(&backlog), ["DEMO-4", "DEMO-3"]);
    jira.agile(200, "POST", &at, Some(json!({ "state": "closed" })))
        .await;
    jira.agile(400, "POST", &at, Some(json!({ "state": "active" })))
        .await;
    jira.agile(
        400,
        "POST",
        &format!("{at}/issue"),
        Some(json!({ "issues": ["DEMO-3"] })),
    )
    .await;
    let many: Vec<String> = (0..51).map(|_| "DEMO-1".to_owned()).collect();
    jira.agile(
        400,
        "POST",
        "backlog/issue",
        Some(json!({ "issues": many })),
    )
    .await;
    assert!(find(&jira, "sprint in openSprints()").await.is_empty());
    jira.sandbox.stop().await;
}

#[tokio::test]
async fn who_asks_must_sign_in_and_uploads_say_that_they_are_meant() {
    let dir = tempfile::tempdir().unwrap();
    let jira = Jira::start(dir.path()).await;
    jira.project("DEMO", CLASSIC).await;
    let issue = jira.issue("DEMO", "Task", "x", json!({})).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/rest/api/3/myself", jira.sandbox.url);
    for (email, token) in [
        (OWNER.email, "wrong"),
        ("nobody@sandbox.example", jira.sandbox.site.token()),
    ] {
        let told = client
            .get(&url)
            .basic_auth(email, Some(token))
            .send()
            .await
            .unwrap();
        assert_eq!(told.status(), 401, "{email}");
    }
    let qa = client
        .get(&url)
        .basic_auth(USERS[1].email, Some(jira.sandbox.site.token()))
        .send()
        .await
        .unwrap();
    assert!(qa.text().await.unwrap().contains(USERS[1].account_id));
    assert_eq!(jira.upload(&issue, "a", "b", None).await.status, 403);
    assert_eq!(
        jira.upload(&issue, "a", "b", Some("no-check")).await.status,
        200
    );
    jira.is(404, "GET", "/rest/api/3/nothing", None).await;
    let comment =
        json!({ "body": { "type": "doc", "version": 1, "content": [{ "type": "wish" }] } });
    jira.post(400, &format!("issue/{issue}/comment"), comment)
        .await;
    jira.sandbox.stop().await;
}
