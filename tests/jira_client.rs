//! The client of Jira against a server that answers as it's told, and checks what it's asked.

mod contract;
mod desk;

use std::time::{Duration, Instant};

use desk::{Asked, Desk, EMAIL, Reply, TOKEN, headed, listening, nothing, ok, patient};
use futures_util::{StreamExt, TryStreamExt};
use matriz::Error;
use matriz::error::Kind;
use matriz::provider::http::{Cause, LimitReason, Upload};
use matriz::provider::jira::*;
use serde_json::{Map, Value, json};

fn page(asked: &Asked, list: &str, all: &[Value], most: usize) -> Reply {
    let start: usize = asked.query("startAt").unwrap().parse().unwrap();
    let items: Vec<&Value> = all.iter().skip(start).take(most).collect();
    ok(json!({ "startAt": start, "maxResults": most, "total": all.len(), list: items }))
}

fn user(id: &str) -> Value {
    json!({"accountId": id, "displayName": "A person", "active": true, "accountType": "atlassian"})
}

fn named(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name})
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn a_request_carries_the_account_and_no_error_shows_the_token() {
    let desk = Desk::start(|asked| match asked.nth {
        1 => ok(user("a-1")),
        _ => Reply::Json(401, json!({"message": format!("wrong: {TOKEN}")})),
    })
    .await;
    let jira = Jira::new(desk.site());
    assert_eq!(jira.myself().await.unwrap().account_id, "a-1");
    // base64 of person@example.com:example-token-of-a-person
    let sent = &desk.last("GET /rest/api/3/myself").headers["authorization"];
    assert_eq!(
        sent,
        "Basic cGVyc29uQGV4YW1wbGUuY29tOmV4YW1wbGUtdG9rZW4tb2YtYS1wZXJzb24="
    );
    let error: Error = jira.myself().await.unwrap_err().into();
    assert_eq!(error.kind, Kind::Provider);
    assert!(!format!("{error:?}").contains(TOKEN));
    assert!(error.hint.unwrap().contains("ATLASSIAN_API_TOKEN"));
    assert_eq!(jira.site().email(), EMAIL);
    desk.finish().await;
}

#[tokio::test]
async fn pages_by_offset_are_followed_however_short_they_are() {
    let all: Vec<Value> = (0..7).map(|n| named(&n.to_string(), "x")).collect();
    let desk = Desk::start(move |asked| match asked.path.as_str() {
        // gives fewer than asked for
        "/rest/api/3/priority/search" => page(asked, "values", &all, 3),
        "/rest/api/3/user/search" => {
            let start: usize = asked.query("startAt").unwrap().parse().unwrap();
            let size: usize = asked.query("maxResults").unwrap().parse().unwrap();
            let left = 150usize.saturating_sub(start).min(size);
            ok((0..left).map(|n| user(&format!("a-{}", start + n))).collect())
        }
        "/rest/agile/1.0/board" => {
            let last = asked.nth == 2;
            let board = json!({"id": asked.nth, "name": "A board", "type": "scrum"});
            ok(json!({"startAt": asked.nth - 1, "maxResults": 1, "isLast": last, "values": [board]}))
        }
        other => panic!("{other}"),
    })
    .await;
    let jira = Jira::new(desk.site());
    let priorities: Vec<Named> = jira.priorities().try_collect().await.unwrap();
    assert_eq!(priorities.len(), 7);
    assert_eq!(desk.count("GET /rest/api/3/priority/search"), 3);
    let people: Vec<User> = jira.search_users("a").try_collect().await.unwrap();
    assert_eq!(people.len(), 150);
    assert_eq!(people[149].account_id, "a-149");
    let boards: Vec<Board> = jira.boards("PROJ").try_collect().await.unwrap();
    assert_eq!(boards.len(), 2);
    desk.finish().await;
}

#[tokio::test]
async fn a_page_is_read_only_when_its_items_are_wanted() {
    let desk = Desk::start(|asked| page(asked, "values", &vec![named("1", "x"); 90], 10)).await;
    let jira = Jira::new(desk.site());
    let few: Vec<_> = jira.priorities().take(15).collect().await;
    assert_eq!(few.len(), 15);
    assert_eq!(desk.asked().len(), 2);
    desk.finish().await;
}

#[tokio::test]
async fn a_search_goes_on_until_no_token_comes() {
    let desk = Desk::start(|asked| {
        let issue = |n: usize| {
            json!({"id": n.to_string(), "key": format!("PROJ-{n}"), "fields": {},
            "properties": {"matriz.clone": {"src": n}}})
        };
        match asked.nth {
            1 => {
                ok(json!({"issues": [issue(1), issue(2)], "nextPageToken": "t2", "isLast": false}))
            }
            // short, even empty, and not the last
            2 => ok(json!({"issues": [], "nextPageToken": "t3"})),
            3 => ok(json!({"issues": [issue(3)], "isLast": true})),
            _ => Reply::Json(500, json!({})),
        }
    })
    .await;
    let jira = Jira::new(desk.site());
    let search = Jql {
        jql: "project = PROJ ORDER BY created ASC, key ASC".into(),
        fields: vec!["summary".into()],
        properties: vec!["matriz.clone".into()],
        reconcile: vec![1, 2],
        page: 2,
    };
    let found: Vec<Issue> = jira.search(&search).try_collect().await.unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(found[2].properties["matriz.clone"]["src"], 3);
    let asked = desk.asked();
    let tokens: Vec<&Value> = asked.iter().map(|a| &a.body["nextPageToken"]).collect();
    assert_eq!(tokens, [&Value::Null, &json!("t2"), &json!("t3")]);
    desk.finish().await;
}

#[tokio::test]
async fn a_search_in_circles_ends() {
    let desk =
        Desk::start(|_| ok(json!({"issues": [], "nextPageToken": "t", "isLast": false}))).await;
    let jira = Jira::new(desk.site());
    let found: Result<Vec<Issue>, _> = jira.search(&Jql::default()).try_collect().await;
    assert!(found.unwrap_err().message.contains("again and again"));
    assert_eq!(desk.asked().len(), 2);
    desk.finish().await;
}

fn new_issue(n: usize) -> NewIssue {
    NewIssue {
        fields: fields(json!({"summary": format!("Issue {n}"), "project": {"key": "PROJ"}})),
        properties: vec![Property {
            key: "matriz.clone".into(),
            value: json!({"src": n}),
        }],
        transition: None,
    }
}

fn created(n: usize) -> Value {
    json!({"id": (10000 + n).to_string(), "key": format!("PROJ-{n}"), "self": "http://localhost/i"})
}

#[tokio::test]
async fn of_many_issues_each_gets_its_own_result() {
    let desk = Desk::start(|asked| {
        let refusal = |n: usize| {
            json!({"failedElementNumber": n, "status": 400,
            "elementErrors": {"errorMessages": [], "errors": {"summary": format!("no {n}")}}})
        };
        match asked.nth {
            1 => Reply::Json(
                201,
                json!({"issues": [created(0), created(2)], "errors": [refusal(1)]}),
            ),
            2 => Reply::Json(
                400,
                json!({"issues": [], "errors": [refusal(1), refusal(0)]}),
            ),
            _ => Reply::Json(400, json!({"errorMessages": ["Bad request"], "errors": {}})),
        }
    })
    .await;
    let jira = Jira::new(desk.site());
    let three: Vec<NewIssue> = (0..3).map(new_issue).collect();
    let results = jira.create_issues(&three).await.unwrap().results;
    assert_eq!(results[0].as_ref().unwrap().key, "PROJ-0");
    assert_eq!(results[1].as_ref().unwrap_err().fields["summary"], "no 1");
    assert_eq!(results[2].as_ref().unwrap().key, "PROJ-2");
    let results = jira.create_issues(&three[..2]).await.unwrap().results;
    assert_eq!(results[0].as_ref().unwrap_err().fields["summary"], "no 0");
    assert_eq!(results[1].as_ref().unwrap_err().fields["summary"], "no 1");
    let failure = jira.create_issues(&three).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Status(400));
    assert!(failure.message.contains("Bad request"));
    let many = vec![new_issue(0); 51];
    assert_eq!(
        jira.create_issues(&many).await.unwrap_err().cause,
        Cause::Setup
    );
    assert_eq!(desk.asked().len(), 3);
    desk.finish().await;
}

#[tokio::test]
async fn what_creates_is_sent_once_and_says_that_it_may_be_there() {
    for way in ["cut", "half", "500"] {
        let desk = Desk::start(move |_| match way {
            "cut" => Reply::Cut,
            "half" => Reply::Half(created(1)),
            _ => Reply::Json(500, json!({})),
        })
        .await;
        let jira = Jira::new(desk.site());
        let failure = jira.create_issue(&new_issue(1)).await.unwrap_err();
        assert!(failure.ambiguous(), "{way}: {failure}");
        let failure = jira.create_issues(&[new_issue(1)]).await.unwrap_err();
        assert!(failure.ambiguous(), "{way}: {failure}");
        let link = NewLink {
            type_name: "Blocks".into(),
            inward: "PROJ-1".into(),
            outward: "PROJ-2".into(),
        };
        assert!(jira.create_link(&link).await.unwrap_err().ambiguous());
        assert_eq!(desk.asked().len(), 3, "{way}");
        desk.finish().await;
    }
}

#[tokio::test]
async fn what_is_idempotent_is_sent_again() {
    let desk = Desk::start(|asked| match (asked.path.as_str(), asked.nth) {
        (_, 1) => Reply::Cut,
        ("/rest/api/3/issue/10001/remotelink", 2) => {
            Reply::Half(json!({"id": 1, "self": "http://localhost/r"}))
        }
        ("/rest/api/3/issue/10001/remotelink", _) => {
            ok(json!({"id": 1, "self": "http://localhost/r"}))
        }
        ("/rest/api/3/issue/10001/properties/matriz.clone", _) => Reply::Json(200, json!({})),
        _ => nothing(),
    })
    .await;
    let jira = Jira::new(desk.site());
    let link = RemoteLink {
        id: Some(7),
        global_id: Some("matriz:clone-1:x".into()),
        relationship: None,
        application: None,
        object: fields(json!({"url": "https://example.com", "title": "A page", "kept": true})),
    };
    jira.put_remote_link("10001", &link).await.unwrap();
    let sent = desk.last("POST /rest/api/3/issue/10001/remotelink");
    assert_eq!((sent.nth, &sent.body["object"]["kept"]), (3, &json!(true)));
    assert!(sent.body.get("id").is_none());
    let owner = Owner::Issue("10001");
    jira.set_property(owner, "matriz.clone", &json!({"src": 1}))
        .await
        .unwrap();
    jira.add_watcher("10001", "a-1").await.unwrap();
    jira.edit_issue("10001", json!({"summary": "One"}), false)
        .await
        .unwrap();
    assert_eq!(
        desk.last("PUT /rest/api/3/issue/10001")
            .query("notifyUsers"),
        Some("false")
    );
    desk.finish().await;
}

#[tokio::test]
async fn limits_are_waited_for_and_told() {
    let desk = Desk::start(|asked| match asked.nth {
        1 => headed(
            429,
            &[
                ("Retry-After", "0.05"),
                ("RateLimit-Reason", "jira-burst-based"),
            ],
            json!({}),
        ),
        // a gateway's: it says nothing
        2 => headed(429, &[], json!({})),
        _ => Reply::Json(201, created(1)),
    })
    .await;
    let (options, waits) = listening();
    let jira = Jira::new(desk.site_with(options));
    let started = Instant::now();
    jira.create_issue(&new_issue(1)).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(50));
    let waits: Vec<_> = waits.lock().unwrap().clone();
    let refused: Vec<_> = waits
        .iter()
        .filter(|wait| matches!(wait.reason, LimitReason::Refused(_)))
        .collect();
    assert_eq!(
        refused[0].reason,
        LimitReason::Refused(Some("jira-burst-based".into()))
    );
    assert!(refused[0].pause >= Duration::from_millis(50));
    // four times the base of 5 ms, doubled, times 0.7 to 1.3
    let pause = refused[1].pause.as_millis();
    assert!((28..=52).contains(&pause), "{pause}");
    desk.finish().await;
}

#[tokio::test]
async fn a_limit_of_one_issue_is_not_one_of_the_site() {
    let desk = Desk::start(|asked| match (asked.path.contains("10001"), asked.nth) {
        (true, 1) => headed(
            429,
            &[
                ("Retry-After", "0.4"),
                ("RateLimit-Reason", "jira-per-issue-on-write"),
            ],
            json!({}),
        ),
        _ => nothing(),
    })
    .await;
    let (options, waits) = listening();
    let jira = Jira::new(desk.site_with(options));
    let started = Instant::now();
    let one = async { jira.add_watcher("10001", "a-1").await.unwrap() };
    let refused = async {
        while waits.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        jira.add_watcher("10002", "a-1").await.unwrap();
        let other = started.elapsed();
        jira.add_watcher("10001", "a-2").await.unwrap();
        (other, started.elapsed())
    };
    let ((), (other, same)) = tokio::join!(one, refused);
    assert!(same >= Duration::from_millis(400), "{same:?}");
    assert!(other < same);
    let waits = waits.lock().unwrap().clone();
    assert!(!waits.iter().any(|w| w.reason == LimitReason::KeptBack));
    desk.finish().await;
}

#[tokio::test]
async fn a_limit_that_never_ends_is_given_up() {
    let desk = Desk::start(|_| headed(429, &[], json!({}))).await;
    let jira = Jira::new(desk.site());
    let failure = jira.myself().await.unwrap_err();
    assert_eq!(failure.cause, Cause::Status(429));
    assert_eq!(desk.asked().len(), 5);
    desk.finish().await;
}

#[tokio::test]
async fn writes_to_one_issue_keep_below_its_limit() {
    let desk = Desk::start(|_| nothing()).await;
    let (options, waits) = listening();
    let jira = Jira::new(desk.site_with(options));
    let started = Instant::now();
    for n in 0..21 {
        jira.add_watcher("10001", &format!("a-{n}")).await.unwrap();
    }
    assert!(started.elapsed() >= Duration::from_secs(2));
    let waits = waits.lock().unwrap().clone();
    assert_eq!(waits.len(), 1);
    assert!(matches!(&waits[0].reason, LimitReason::OwnPace(key) if key.starts_with("10001 ")));
    jira.add_watcher("10002", "a-1").await.unwrap();
    desk.finish().await;
}

#[tokio::test]
async fn files_go_up_and_come_down() {
    const MEDIUM: &str = "0f3f2c5e-8a91-4e9e-9f5b-2f4f2a8f9d10";
    let media = Desk::start(|asked| {
        assert!(!asked.headers.contains_key("authorization"));
        match asked.nth {
            1 => Reply::Half(json!("the content is cut in the middle of this")),
            _ => headed(200, &[("Content-Type", "image/png")], json!("the content")),
        }
    })
    .await;
    let place = format!("{}/file/{MEDIUM}/binary?token=example", media.url);
    let desk = Desk::start(move |asked| match asked.call().as_str() {
        "POST /rest/api/3/issue/10001/attachments" => {
            assert_eq!(asked.headers["x-atlassian-token"], "no-check");
            let file = json!({"id": "7", "filename": asked.body["file.filename"],
                "size": asked.body["file"].as_str().unwrap().len()});
            ok(json!([file]))
        }
        "GET /rest/api/3/attachment/meta" => ok(json!({"enabled": true, "uploadLimit": 1000})),
        _ => headed(303, &[("Location", place.as_str())], json!({})),
    })
    .await;
    let jira = Jira::new(desk.site());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let content = "example ".repeat(50_000);
    std::fs::write(&path, &content).unwrap();
    let upload = Upload {
        path: path.clone(),
        file_name: "imagem \"um\".png".into(),
        content_type: Some("image/png".into()),
    };
    let stored = jira
        .upload_attachment("10001", upload.clone(), 400_000)
        .await
        .unwrap();
    assert_eq!((stored[0].size, stored[0].id.as_str()), (400_000, "7"));
    let gone = Upload {
        path: dir.path().join("gone"),
        ..upload
    };
    let failure = jira.upload_attachment("10001", gone, 1).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Setup);

    assert_eq!(jira.media_id("7").await.unwrap().as_deref(), Some(MEDIUM));
    assert_eq!(media.asked().len(), 0);
    let to = dir.path().join("down");
    let stored = jira.download_attachment("7", &to, 1000).await.unwrap();
    assert_eq!(stored.content_type.as_deref(), Some("image/png"));
    assert_eq!(stored.bytes, 13);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "\"the content\"");
    assert_eq!(media.asked().len(), 2);
    let failure = jira.download_attachment("7", &to, 5).await.unwrap_err();
    assert_eq!(failure.cause, Cause::TooLarge);
    // the file of before stays, and nothing half-written does
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "\"the content\"");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    assert_eq!(jira.attachment_settings().await.unwrap().upload_limit, 1000);
    media.finish().await;
    desk.finish().await;
}

fn task(status: &str, progress: u8) -> Value {
    json!({"id": "5", "status": status, "progress": progress, "self": "http://localhost/t",
        "elapsedRuntime": 1, "lastUpdate": 1, "submitted": 1, "submittedBy": 1,
        "message": "", "description": "Delete"})
}

#[tokio::test]
async fn a_long_task_is_followed_to_its_end() {
    let desk = Desk::start(|asked| match asked.call().as_str() {
        "POST /rest/api/3/project/PROJ/delete" => Reply::Json(303, task("ENQUEUED", 0)),
        // the task is only named by the address
        "POST /rest/api/3/project/OTHER/delete" => Reply::Full {
            status: 303,
            headers: vec![("Location", "/rest/api/3/task/5".into())],
            body: vec![],
        },
        "POST /rest/api/3/project/GONE/delete" => Reply::Json(404, json!({})),
        "GET /rest/api/3/task/5" => ok(match asked.nth {
            1 => task("RUNNING", 40),
            2 => task("COMPLETE", 100),
            3 => task("RUNNING", 10),
            _ => task("FAILED", 10),
        }),
        "POST /rest/api/3/bulk/issues/transition" => Reply::Json(201, json!({"taskId": "9"})),
        _ => ok(
            json!({"status": "COMPLETE", "progressPercent": 100, "taskId": "9",
            "processedAccessibleIssues": [1], "failedAccessibleIssues": {"2": ["No."]},
            "invalidOrInaccessibleIssueCount": 0}),
        ),
    })
    .await;
    let jira = Jira::new(desk.site());
    let begun = jira.delete_project("PROJ").await.unwrap().unwrap();
    let mut seen = Vec::new();
    let done = jira
        .finish_task(&begun.id, &patient(), |progress| {
            seen.push(progress.percent)
        })
        .await
        .unwrap();
    assert_eq!(done.status, TaskStatus::Complete);
    assert_eq!(seen, [40]);
    let begun = jira.delete_project("OTHER").await.unwrap().unwrap();
    assert_eq!(begun.status, TaskStatus::Running);
    let failed = jira.finish_task(&begun.id, &patient(), |_| {}).await;
    assert!(failed.unwrap_err().message.contains("gave up"));
    assert_eq!(jira.delete_project("GONE").await.unwrap(), None);

    let wish = BulkTransition {
        transition: "31".into(),
        issues: vec!["1".into(), "2".into()],
    };
    let bulk = jira.transition_many(&[wish]).await.unwrap();
    let outcome = jira.finish_bulk(&bulk, &patient(), |_| {}).await.unwrap();
    assert_eq!(outcome.done, [1]);
    assert_eq!(outcome.failed["2"], ["No."]);
    desk.finish().await;
}

/// Every operation that isn't exercised above.
#[tokio::test]
async fn every_operation_asks_as_described() {
    let desk = Desk::start(answer).await;
    let jira = Jira::new(desk.site());
    exercise_project(&jira).await;
    exercise_issues(&jira).await;
    exercise_boards(&jira).await;
    let operations = desk.finish().await;
    if !operations.is_empty() {
        assert!(operations.len() >= 45, "{} operations", operations.len());
    }
}

fn answer(asked: &Asked) -> Reply {
    let project = json!({"id": "10000", "key": "PROJ", "name": "A project", "style": "classic",
        "simplified": false, "projectTypeKey": "software"});
    let one = |item: Value| json!({"startAt": 0, "maxResults": 50, "total": 1, "isLast": true, "values": [item]});
    let kind = json!({"id": "1", "name": "Epic", "subtask": false, "hierarchyLevel": 1});
    let status =
        json!({"id": "3", "name": "Done", "statusCategory": {"key": "done", "name": "Done"}});
    let comment = json!({"id": "20", "body": {"type": "doc", "version": 1, "content": []},
        "author": {"accountId": "a-1", "displayName": "A person", "active": true}});
    let worklog =
        json!({"id": "30", "timeSpentSeconds": 60, "started": "2026-01-31T09:30:00.000+0000"});
    let sprint = json!({"id": 4, "name": "Sprint 1", "state": "future", "originBoardId": 8});
    let filter = json!({"id": "6", "name": "A filter", "jql": "project = PROJ", "description": ""});
    let version =
        json!({"id": "11", "name": "1.0", "archived": false, "released": true, "overdue": false});
    match asked.call().as_str() {
        "POST /rest/api/3/project" => Reply::Json(
            201,
            json!({"id": 10000, "key": "PROJ", "self": "http://localhost/p"}),
        ),
        "GET /rest/api/3/project/GONE" | "GET /rest/api/3/user" => Reply::Json(404, json!({})),
        "GET /rest/api/3/project/search" => ok(one(project)),
        "GET /rest/api/3/project/PROJ" | "POST /rest/api/3/project/PROJ/restore" => ok(project),
        "GET /rest/api/3/projectvalidate/key" => {
            ok(json!({"errorMessages": [], "errors": {"projectKey": "is taken"}}))
        }
        "GET /rest/api/3/projectvalidate/validProjectKey" => ok(json!("PROJ2")),
        "GET /rest/api/3/projectvalidate/validProjectName" => ok(json!("A project 2")),
        "GET /rest/api/3/project/PROJ/properties/matriz"
        | "GET /rest/agile/1.0/sprint/4/properties/matriz" => {
            ok(json!({"key": "matriz", "value": {"instance": "clone-1"}}))
        }
        "GET /rest/api/3/issuetype" | "GET /rest/api/3/issuetype/project" => ok(json!([kind])),
        "GET /rest/api/3/project/PROJ/statuses" => ok(json!([{"id": "1", "name": "Epic",
            "subtask": false, "self": "http://localhost/s", "statuses": [status]}])),
        "GET /rest/api/3/field" => ok(
            json!([{"id": "customfield_1", "name": "Points", "custom": true,
            "schema": {"type": "number", "custom": "com.example:float", "customId": 1}}]),
        ),
        "GET /rest/api/3/field/customfield_1/context" => ok(one(json!({"id": "1", "name": "All",
            "description": "", "isGlobalContext": true, "isAnyIssueType": true}))),
        "GET /rest/api/3/field/customfield_1/context/1/option" => {
            ok(one(json!({"id": "1", "value": "High", "disabled": false})))
        }
        "GET /rest/api/3/issue/createmeta/PROJ/issuetypes" => {
            ok(json!({"startAt": 0, "maxResults": 200, "total": 1, "issueTypes": [kind]}))
        }
        "GET /rest/api/3/issue/createmeta/PROJ/issuetypes/1" => {
            ok(json!({"startAt": 0, "maxResults": 200,
            "total": 1, "fields": [{"fieldId": "summary", "key": "summary", "name": "Summary", "required": true,
            "hasDefaultValue": false, "operations": ["set"], "schema": {"type": "string", "system": "summary"}}]}))
        }
        "GET /rest/api/3/resolution/search" | "GET /rest/api/3/priority/search" => {
            ok(one(named("1", "Done")))
        }
        "GET /rest/api/3/project/PROJ/component" => ok(one(named("1", "API"))),
        "POST /rest/api/3/component" => Reply::Json(201, named("1", "API")),
        "GET /rest/api/3/project/PROJ/version" => ok(one(version)),
        "POST /rest/api/3/version" => Reply::Json(201, version),
        "PUT /rest/api/3/version/11" => ok(version),
        "GET /rest/api/3/filter/search" => ok(one(json!({"id": "6", "name": "A filter",
            "jql": "project = PROJ", "self": "http://localhost/f"}))),
        "POST /rest/api/3/filter" | "GET /rest/api/3/filter/6" | "PUT /rest/api/3/filter/6" => {
            ok(filter)
        }
        "GET /rest/api/3/user/bulk" => ok(one(user("a-1"))),
        "GET /rest/api/3/user/assignable/search" => ok(json!([user("a-1")])),
        "POST /rest/api/3/search/approximate-count" => ok(json!({"count": 7})),
        "POST /rest/api/3/jql/parse" => ok(json!({"queries": [{"query": "x", "errors": ["No."]}]})),
        "POST /rest/api/3/issue/bulkfetch" => ok(json!({
            "issues": [{"id": "10001", "key": "PROJ-1", "fields": {"summary": "One"}}],
            "issueErrors": [{"id": "10002", "errorMessage": "Too large"}]})),
        "GET /rest/api/3/issue/PROJ-1" => ok(json!({"id": "10001", "key": "PROJ-1", "fields": {}})),
        "GET /rest/api/3/issue/PROJ-1/transitions" => ok(json!({"transitions": [{"id": "31",
            "name": "Done", "to": status, "hasScreen": true, "fields": {"resolution": {"required": true,
            "hasDefaultValue": false, "key": "resolution", "name": "Resolution", "operations": ["set"],
            "schema": {"type": "resolution", "system": "resolution"}}}}]})),
        "GET /rest/api/3/issue/PROJ-1/comment" => {
            ok(json!({"startAt": 0, "maxResults": 100, "total": 1, "comments": [comment]}))
        }
        "POST /rest/api/3/issue/PROJ-1/comment" => Reply::Json(201, comment),
        "PUT /rest/api/3/issue/PROJ-1/comment/20" => ok(comment),
        "GET /rest/api/3/issue/PROJ-1/worklog" => {
            ok(json!({"startAt": 0, "maxResults": 1000, "total": 1, "worklogs": [worklog]}))
        }
        "POST /rest/api/3/issue/PROJ-1/worklog" => Reply::Json(201, worklog),
        "PUT /rest/api/3/issue/PROJ-1/worklog/30" => ok(worklog),
        "GET /rest/api/3/attachment/7" => ok(json!({"id": 7, "filename": "a.png", "size": 3})),
        "GET /rest/api/3/issueLinkType" => {
            ok(json!({"issueLinkTypes": [{"id": "1", "name": "Blocks",
            "inward": "is blocked by", "outward": "blocks"}]}))
        }
        "POST /rest/api/3/issueLink" => Reply::Full {
            status: 201,
            headers: vec![],
            body: vec![],
        },
        // the document describes one link where a list comes
        "GET /rest/api/3/issue/PROJ-1/watchers" => ok(json!({"isWatching": true, "watchCount": 1,
            "watchers": [{"accountId": "a-1", "displayName": "A person", "active": true}]})),
        "GET /rest/agile/1.0/board/8/configuration" => {
            ok(json!({"id": 8, "name": "A board", "filter": {"id": "6"}}))
        }
        "POST /rest/agile/1.0/board" => {
            Reply::Json(201, json!({"id": 8, "name": "A board", "type": "kanban"}))
        }
        "GET /rest/agile/1.0/board/8/issue" => {
            ok(json!({"startAt": 0, "maxResults": 100, "total": 1,
            "issues": [{"id": "10001", "key": "PROJ-1", "fields": {}}]}))
        }
        "GET /rest/agile/1.0/board/8/sprint" => ok(one(sprint)),
        "POST /rest/agile/1.0/sprint" => Reply::Json(201, sprint),
        "GET /rest/agile/1.0/sprint/4" | "POST /rest/agile/1.0/sprint/4" => ok(sprint),
        "PUT /rest/agile/1.0/issue/rank" if asked.nth == 1 => Reply::Json(
            207,
            json!({"entries": [
            {"issueId": 10001, "issueKey": "PROJ-1", "status": 200},
            {"issueId": 10002, "issueKey": "PROJ-2", "status": 503, "errors": ["Locked."]}]}),
        ),
        call if call.starts_with("PUT ") && call.contains("/properties/") => ok(json!({})),
        call if call.starts_with("DELETE ") || call.ends_with("/transitions") => nothing(),
        "POST /rest/agile/1.0/sprint/4/issue" | "PUT /rest/agile/1.0/issue/rank" => nothing(),
        other => panic!("{other}"),
    }
}

async fn exercise_project(jira: &Jira) {
    let mut new = NewProject {
        key: "PROJ".into(),
        name: "A project".into(),
        description: "".into(),
        lead: "a-1".into(),
        type_key: "software".into(),
        shape: ProjectShape::Template(
            "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic".into(),
        ),
    };
    assert_eq!(jira.create_project(&new).await.unwrap(), "10000");
    new.shape = ProjectShape::Schemes(vec![
        ("issueTypeScheme".into(), 1),
        ("workflowScheme".into(), 2),
    ]);
    jira.create_project(&new).await.unwrap();
    assert_eq!(jira.project("PROJ").await.unwrap().name, "A project");
    assert!(jira.find_project("GONE").await.unwrap().is_none());
    assert!(jira.find_user("a-9").await.unwrap().is_none());
    let search = ProjectSearch {
        keys: vec!["PROJ".into()],
        status: vec!["live".into(), "deleted".into()],
        property_query: Some("[matriz].instance=\"clone-1\"".into()),
        properties: vec!["matriz".into()],
    };
    assert_eq!(
        jira.projects(&search)
            .try_collect::<Vec<_>>()
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(jira.check_project_key("PROJ").await.unwrap(), ["is taken"]);
    assert_eq!(jira.free_project_key("PROJ").await.unwrap(), "PROJ2");
    assert_eq!(
        jira.free_project_name("A project").await.unwrap(),
        "A project 2"
    );
    let owner = Owner::Project("PROJ");
    jira.set_property(owner, "matriz", &json!({"instance": "clone-1"}))
        .await
        .unwrap();
    assert_eq!(
        jira.property(owner, "matriz").await.unwrap().unwrap()["instance"],
        "clone-1"
    );
    assert!(jira.delete_property(owner, "matriz").await.unwrap());
    assert_eq!(jira.issue_types().await.unwrap()[0].hierarchy_level, 1);
    jira.project_issue_types("10000").await.unwrap();
    assert_eq!(
        jira.project_statuses("PROJ").await.unwrap()[0].statuses[0].name,
        "Done"
    );
    assert_eq!(
        jira.fields().await.unwrap()[0]
            .schema
            .as_ref()
            .unwrap()
            .kind,
        "number"
    );
    assert_eq!(jira.field_contexts("customfield_1").count().await, 1);
    let options: Vec<FieldOption> = jira
        .field_options("customfield_1", "1")
        .try_collect()
        .await
        .unwrap();
    assert_eq!(options[0].value, "High");
    let types: Vec<CreateIssueType> = jira.create_issue_types("PROJ").try_collect().await.unwrap();
    assert_eq!(types[0].name, "Epic");
    let screen: Vec<CreateField> = jira.create_fields("PROJ", "1").try_collect().await.unwrap();
    assert!(screen[0].required);
    assert_eq!(jira.resolutions().count().await, 1);
    assert_eq!(jira.components("PROJ").count().await, 1);
    let component = NewComponent {
        project: "PROJ".into(),
        name: "API".into(),
        ..NewComponent::default()
    };
    jira.create_component(&component).await.unwrap();
    assert!(jira.delete_component("1").await.unwrap());
    let versions: Vec<Version> = jira.versions("PROJ").try_collect().await.unwrap();
    assert_eq!(versions[0].other["overdue"], false);
    let new = Version {
        name: "1.0".into(),
        project_id: Some(10000),
        ..Version::default()
    };
    let made = jira.create_version(&new).await.unwrap();
    jira.update_version(&made).await.unwrap();
    assert_eq!(
        jira.users(&["a-1".into(), "a-2".into()])
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(jira.assignable_users("PROJ").count().await, 1);
    assert!(jira.trash_project("PROJ").await.unwrap());
    jira.restore_project("PROJ").await.unwrap();
}

async fn exercise_issues(jira: &Jira) {
    assert_eq!(jira.count_issues("project = PROJ").await.unwrap(), 7);
    assert_eq!(
        jira.parse_jql(&["x".into()]).await.unwrap()[0].errors,
        ["No."]
    );
    let fetch = Fetch {
        fields: vec!["*all".into()],
        properties: vec!["matriz.clone".into()],
    };
    let ids: Vec<String> = (0..150).map(|n| n.to_string()).collect();
    let fetched = jira.fetch_issues(&ids, &fetch).await.unwrap();
    assert_eq!(
        (fetched.issues.len(), fetched.failed[0].1.as_str()),
        (2, "Too large")
    );
    assert_eq!(
        jira.find_issue("PROJ-1", &fetch).await.unwrap().unwrap().id,
        "10001"
    );
    let transitions = jira.transitions("PROJ-1").await.unwrap();
    assert_eq!(
        transitions[0].required_fields().collect::<Vec<_>>(),
        ["resolution"]
    );
    let wish = TransitionRequest {
        id: "31".into(),
        fields: fields(json!({"resolution": {"name": "Done"}})),
    };
    jira.transition("PROJ-1", &wish).await.unwrap();
    let text = json!({"type": "doc", "version": 1, "content": []});
    let property = Property {
        key: "matriz.clone".into(),
        value: json!({"src": 1}),
    };
    let new = NewComment {
        body: text.clone(),
        visibility: None,
        properties: vec![property.clone()],
    };
    let comment = jira.add_comment("PROJ-1", &new).await.unwrap();
    assert_eq!(jira.comments("PROJ-1").count().await, 1);
    jira.edit_comment("PROJ-1", &comment.id, &text)
        .await
        .unwrap();
    assert!(jira.delete_comment("PROJ-1", &comment.id).await.unwrap());
    jira.set_property(Owner::Comment("20"), "matriz", &json!(1))
        .await
        .unwrap();
    let new = NewWorklog {
        comment: text.clone(),
        started: "2026-01-31T09:30:00.000+0000".into(),
        time_spent_seconds: 60,
        visibility: None,
        properties: vec![property],
    };
    let worklog = jira.add_worklog("PROJ-1", &new).await.unwrap();
    assert_eq!(jira.worklogs("PROJ-1").count().await, 1);
    jira.edit_worklog("PROJ-1", &worklog.id, &text)
        .await
        .unwrap();
    let owner = Owner::Worklog {
        issue: "PROJ-1",
        worklog: "30",
    };
    jira.set_property(owner, "matriz", &json!(1)).await.unwrap();
    assert_eq!(jira.find_attachment("7").await.unwrap().unwrap().id, "7");
    assert!(jira.delete_attachment("7").await.unwrap());
    assert_eq!(jira.link_types().await.unwrap()[0].outward, "blocks");
    let link = NewLink {
        type_name: "Blocks".into(),
        inward: "PROJ-1".into(),
        outward: "PROJ-2".into(),
    };
    jira.create_link(&link).await.unwrap();
    assert!(jira.delete_link("5").await.unwrap());
    assert_eq!(
        jira.watchers("PROJ-1").await.unwrap().watchers[0].account_id,
        "a-1"
    );
    assert!(jira.remove_watcher("PROJ-1", "a-1").await.unwrap());
    assert!(jira.delete_issue("PROJ-1").await.unwrap());
}

async fn exercise_boards(jira: &Jira) {
    let filter = NewFilter {
        name: "A filter".into(),
        description: "".into(),
        jql: "project = PROJ".into(),
        share: vec![],
    };
    let filter = jira.create_filter(&filter).await.unwrap();
    assert_eq!(jira.filters("A filter").count().await, 1);
    jira.filter("6").await.unwrap();
    jira.set_filter_jql(&filter, "project = COPY")
        .await
        .unwrap();
    let new = NewBoard {
        name: "A board".into(),
        kind: BoardKind::Kanban,
        filter_id: 6,
        project: "PROJ".into(),
    };
    assert_eq!(jira.create_board(&new).await.unwrap().id, 8);
    let configuration = jira.board_configuration(8).await.unwrap();
    assert_eq!(configuration.filter_id(), Some("6"));
    assert_eq!(jira.board_issues(8, "status").count().await, 1);
    let new = NewSprint {
        name: "Sprint 1".into(),
        origin_board_id: 8,
        ..NewSprint::default()
    };
    let sprint = jira.create_sprint(&new).await.unwrap();
    assert_eq!(sprint.state, SprintState::Future);
    assert_eq!(jira.sprints(8).count().await, 1);
    let owner = Owner::Sprint(4);
    jira.set_property(owner, "matriz", &json!({"src": 1}))
        .await
        .unwrap();
    assert!(jira.property(owner, "matriz").await.unwrap().is_some());
    jira.set_property(Owner::Board(8), "matriz", &json!(1))
        .await
        .unwrap();
    let issues: Vec<String> = (1..=51).map(|n| format!("PROJ-{n}")).collect();
    jira.move_to_sprint(4, &issues).await.unwrap();
    jira.set_sprint_state(4, SprintState::Active).await.unwrap();
    jira.sprint(4).await.unwrap();
    let after = Rank::After("PROJ-9".into());
    let left = jira.rank(&issues[..2], &after).await.unwrap();
    assert_eq!(left, [("PROJ-2".to_owned(), "Locked.".to_owned())]);
    let before = Rank::Before("PROJ-9".into());
    assert!(jira.rank(&issues[..2], &before).await.unwrap().is_empty());
    assert_eq!(
        jira.rank(&issues, &before).await.unwrap_err().cause,
        Cause::Setup
    );
    assert!(jira.delete_sprint(4).await.unwrap());
    assert!(jira.delete_board(8).await.unwrap());
}
