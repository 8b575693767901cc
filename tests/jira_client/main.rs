//! The client of Jira against a server that answers as it's told, and checks what it's asked.

#[path = "../contract/mod.rs"]
mod contract;
#[path = "../desk/mod.rs"]
mod desk;
mod operations;

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
    let (stored, medium) = jira.download_attachment("7", &to, 1000).await.unwrap();
    assert_eq!(stored.content_type.as_deref(), Some("image/png"));
    assert_eq!(stored.bytes, 13);
    assert_eq!(medium, Some(MEDIUM.to_owned()));
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
