//! The client of Confluence against a server that answers as it's told, and checks what it's asked.

#[path = "../contract/mod.rs"]
mod contract;
#[path = "../desk/mod.rs"]
mod desk;
mod operations;

use desk::{Asked, Desk, Reply, headed, listening, nothing, ok, patient};
use futures_util::TryStreamExt;
use matriz::provider::confluence::*;
use matriz::provider::http::{Cause, LimitReason, Upload};
use serde_json::{Value, json};

fn list(items: Value) -> Reply {
    ok(json!({ "results": items, "_links": {} }))
}

fn space(key: &str) -> Value {
    json!({"id": "77", "key": key, "name": "A space", "status": "current", "homepageId": "1"})
}

fn page(n: usize) -> Value {
    json!({"id": n.to_string(), "status": "current", "title": format!("Page {n}"), "spaceId": "77",
        "parentId": "1", "parentType": "page", "position": n,
        "version": {"number": 3, "minorEdit": false},
        "body": {"storage": {"representation": "storage", "value": "<p>x</p>"}}})
}

fn new_page() -> NewPage {
    NewPage {
        space_id: "77".into(),
        title: "Page 2".into(),
        parent_id: Some("1".into()),
        body: "<p>x</p>".into(),
        ..NewPage::default()
    }
}

#[tokio::test]
async fn links_to_the_next_page_are_followed_in_every_form() {
    let desk = Desk::start(|asked| match (asked.path.as_str(), asked.query("cursor")) {
        ("/wiki/api/v2/spaces/77/pages", None) => ok(json!({"results": [page(1), page(2)],
            "_links": {"next": "/wiki/api/v2/spaces/77/pages?limit=250&cursor=a%3D%3D"}})),
        // in the header alone, and with the site's public name
        ("/wiki/api/v2/spaces/77/pages", Some("a==")) => headed(
            200,
            &[(
                "Link",
                "<https://example.atlassian.net/wiki/api/v2/spaces/77/pages?limit=250&cursor=b>; rel=\"next\"",
            )],
            json!({"results": [page(3)]}),
        ),
        ("/wiki/api/v2/spaces/77/pages", Some("b")) => list(json!([])),
        ("/wiki/rest/api/search", None) => ok(found(
            json!({"base": "https://example.atlassian.net/wiki", "context": "/wiki",
                "next": "/rest/api/search?cql=x&cursor=c"}),
        )),
        ("/wiki/rest/api/search", Some("c")) => ok(found(json!({}))),
        other => panic!("{other:?}"),
    })
    .await;
    let confluence = Confluence::new(desk.site());
    let pages: Vec<Page> = confluence
        .pages("77", Format::Storage)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[2].body.text(Format::Storage), Some("<p>x</p>"));
    assert_eq!(pages[2].position, Some(3));
    let hits: Vec<Found> = confluence
        .search("type = page")
        .try_collect()
        .await
        .unwrap();
    assert_eq!(hits.len(), 2);
    desk.finish().await;
}

fn found(links: Value) -> Value {
    json!({"results": [{"title": "Page 1", "excerpt": "", "url": "/x", "breadcrumbs": [],
        "resultGlobalContainer": {"title": "A space", "displayUrl": "/x"}, "entityType": "content",
        "iconCssClass": "", "lastModified": "2026-01-31T09:30:00.000Z"}],
        "start": 0, "limit": 100, "size": 1, "totalSize": 2, "cqlQuery": "x", "searchDuration": 1,
        "_links": links})
}

#[tokio::test]
async fn a_list_in_circles_ends() {
    let desk = Desk::start(|asked| {
        let next = format!("/wiki/api/v2/spaces?limit=250&cursor=a{}", asked.nth % 2);
        ok(
            json!({"results": [space("DOC")], "_links": {"next": match asked.nth {
                1 => next,
                _ => "/wiki/api/v2/spaces?cursor=same".into(),
            }}}),
        )
    })
    .await;
    let confluence = Confluence::new(desk.site());
    let all: Result<Vec<Space>, _> = confluence.spaces().try_collect().await;
    assert!(all.unwrap_err().message.contains("again and again"));
    desk.finish().await;
}

#[tokio::test]
async fn a_space_is_created_the_old_way_where_the_new_is_refused() {
    let desk = Desk::start(|asked| match asked.call().as_str() {
        "POST /wiki/api/v2/spaces" if asked.nth == 1 => Reply::Json(201, space("DOC")),
        "POST /wiki/api/v2/spaces" if asked.nth == 4 => Reply::Cut,
        "POST /wiki/api/v2/spaces" => Reply::Json(
            404,
            json!({"errors": [{"status": 404,
            "code": "NOT_FOUND", "title": "Not by roles"}]}),
        ),
        "POST /wiki/rest/api/space" => ok(json!({"id": 77,
            "key": "DOC", "name": "A space", "type": "global", "status": "current",
            "homepage": {"id": "1", "type": "page", "status": "current"},
            "_expandable": {}, "_links": {}})),
        // the homepage is only expandable
        "POST /wiki/rest/api/space/_private" => ok(json!({"id": 77,
            "key": "DOC", "name": "A space", "type": "global", "status": "current",
            "_expandable": {"homepage": "/rest/api/content/1"}, "_links": {}})),
        "GET /wiki/api/v2/spaces" => list(json!([space("DOC")])),
        other => panic!("{other}"),
    })
    .await;
    let confluence = Confluence::new(desk.site());
    let mut new = NewSpace {
        key: "DOC".into(),
        name: "A space".into(),
        description: "For a test".into(),
        private: false,
    };
    let by_roles = confluence.create_space(&new).await.unwrap();
    assert_eq!(by_roles.homepage_id.as_deref(), Some("1"));
    let old = confluence.create_space(&new).await.unwrap();
    assert_eq!(
        (old.id.as_str(), old.homepage_id.as_deref()),
        ("77", Some("1"))
    );
    new.private = true;
    let looked_up = confluence.create_space(&new).await.unwrap();
    assert_eq!(looked_up.homepage_id.as_deref(), Some("1"));
    assert_eq!(desk.count("POST /wiki/rest/api/space/_private"), 1);
    // it may be there: no other way is tried
    let failure = confluence.create_space(&new).await.unwrap_err();
    assert!(failure.ambiguous());
    assert_eq!(desk.asked().len(), 7);
    desk.finish().await;
}

#[tokio::test]
async fn a_deletion_is_followed_to_its_end() {
    let desk = Desk::start(|asked| match asked.call().as_str() {
        "DELETE /wiki/rest/api/space/DOC" => Reply::Json(
            202,
            json!({"id": "5", "links": {"status": "/rest/api/longtask/5"}}),
        ),
        "DELETE /wiki/rest/api/space/GONE" => {
            Reply::Json(404, json!({"statusCode": 404, "message": "No space"}))
        }
        "GET /wiki/rest/api/longtask/5" => ok(json!({"id": "5", "elapsedTime": 1,
            "name": {"key": "x", "args": []}, "percentageComplete": if asked.nth == 1 { 30 } else { 100 },
            "successful": asked.nth < 3, "finished": asked.nth > 1, "_links": {},
            "messages": [{"translation": "Working", "args": []}]})),
        other => panic!("{other}"),
    })
    .await;
    let confluence = Confluence::new(desk.site());
    let task = confluence.delete_space("DOC").await.unwrap().unwrap();
    let mut seen = Vec::new();
    let done = confluence
        .finish_task(&task, &patient(), |p| {
            seen.push((p.percent, p.message.clone()))
        })
        .await
        .unwrap();
    assert!(done.successful);
    assert_eq!(seen, [(30, "Working".to_owned())]);
    let failed = confluence.finish_task(&task, &patient(), |_| {}).await;
    assert!(failed.unwrap_err().message.contains("gave up"));
    assert_eq!(confluence.delete_space("GONE").await.unwrap(), None);
    desk.finish().await;
}

#[tokio::test]
async fn what_creates_is_sent_once_and_found_again() {
    let desk = Desk::start(|asked| match asked.call().as_str() {
        "POST /wiki/api/v2/pages" if asked.nth == 1 => Reply::Cut,
        "POST /wiki/api/v2/pages" => Reply::Half(page(2)),
        "GET /wiki/api/v2/spaces/77/pages" => list(json!([page(2)])),
        "PUT /wiki/api/v2/pages/2" if asked.nth == 1 => Reply::Cut,
        "PUT /wiki/api/v2/pages/2" => Reply::Json(
            409,
            json!({"errors": [{"status": 409,
            "code": "CONFLICT", "title": "Version must be incremented"}]}),
        ),
        "POST /wiki/api/v2/footer-comments" => Reply::Cut,
        other => panic!("{other}"),
    })
    .await;
    let confluence = Confluence::new(desk.site());
    for _ in 0..2 {
        let failure = confluence.create_page(&new_page()).await.unwrap_err();
        assert!(failure.ambiguous(), "{failure}");
    }
    let there = confluence.find_page("77", "Page 2").await.unwrap().unwrap();
    assert_eq!(there.id, "2");
    assert!(confluence.find_page("77", "Page").await.unwrap().is_none());
    let update = PageUpdate {
        id: "2".into(),
        title: "Page 2".into(),
        body: "<p>y</p>".into(),
        version: 4,
        message: "Rewritten".into(),
        ..PageUpdate::default()
    };
    assert!(
        confluence
            .update_page(&update)
            .await
            .unwrap_err()
            .ambiguous()
    );
    let stale = confluence.update_page(&update).await.unwrap_err();
    assert!(is_stale(&stale) && stale.message.contains("Version must be incremented"));
    let comment = comment_on(CommentOn::Page("2".into()));
    let failure = confluence.add_comment(CommentKind::Footer, &comment).await;
    assert!(failure.unwrap_err().ambiguous());
    assert_eq!(desk.count("POST /wiki/api/v2/footer-comments"), 1);
    desk.finish().await;
}

fn comment_on(on: CommentOn) -> NewComment {
    NewComment {
        on,
        format: Format::Storage,
        body: "<p>Yes</p>".into(),
        selection: None,
    }
}

#[tokio::test]
async fn a_property_is_set_through_every_mishap() {
    let desk = Desk::start(|asked| {
        let there = |value: i32, number: i32| {
            json!([{"id": "9", "key": "matriz-clone", "value": value,
            "version": {"number": number}}])
        };
        match asked.call().as_str() {
            // created, although the answer got lost
            "GET /wiki/api/v2/pages/2/properties" if asked.nth == 1 => list(json!([])),
            "POST /wiki/api/v2/pages/2/properties" => Reply::Cut,
            "GET /wiki/api/v2/pages/2/properties" => list(there(1, 1)),
            "PUT /wiki/api/v2/pages/2/properties/9" => {
                assert_eq!(asked.body["version"]["number"], 2);
                ok(there(2, 2)[0].clone())
            }
            "GET /wiki/api/v2/folders/3/properties" => list(there(1, 1)),
            other => panic!("{other}"),
        }
    })
    .await;
    let confluence = Confluence::new(desk.site());
    let page = Owner::Page("2");
    let set = |owner, value| {
        let confluence = confluence.clone();
        async move {
            confluence
                .set_property(owner, "matriz-clone", &json!(value))
                .await
        }
    };
    set(page, 1).await.unwrap();
    set(page, 1).await.unwrap();
    assert_eq!(desk.count("POST /wiki/api/v2/pages/2/properties"), 1);
    set(page, 2).await.unwrap();
    assert_eq!(desk.count("PUT /wiki/api/v2/pages/2/properties/9"), 1);
    set(Owner::Folder("3"), 1).await.unwrap();
    let failure = set(Owner::Folder("3"), 2).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Status(409));
    desk.finish().await;
}

#[tokio::test]
async fn files_go_up_again_and_come_down() {
    let media = Desk::start(|asked| {
        assert!(!asked.headers.contains_key("authorization"));
        headed(200, &[("Content-Type", "text/plain")], json!("content"))
    })
    .await;
    let place = format!("{}/file/x/binary?token=example", media.url);
    let desk = Desk::start(move |asked| match asked.call().as_str() {
        "PUT /wiki/rest/api/content/2/child/attachment" if asked.nth == 1 => Reply::Cut,
        "PUT /wiki/rest/api/content/2/child/attachment" => {
            assert_eq!(asked.headers["x-atlassian-token"], "nocheck");
            assert_eq!(asked.body["minorEdit"], "true");
            ok(
                json!({"results": [{"id": "att7", "type": "attachment", "status": "current",
                "title": asked.body["file.filename"],
                "extensions": {"mediaType": "text/plain", "fileId": "uuid",
                    "fileSize": asked.body["file"].as_str().unwrap().len()}}],
                "size": 1, "_links": {}}),
            )
        }
        // first to another place of the same site, which is asked with the account
        "GET /wiki/rest/api/content/2/child/attachment/att7/download" => headed(
            302,
            &[("Location", "/wiki/download/attachments/2/a.txt")],
            json!({}),
        ),
        "GET /wiki/download/attachments/2/a.txt" => {
            assert!(asked.headers["authorization"].starts_with("Basic "));
            headed(302, &[("Location", place.as_str())], json!({}))
        }
        other => panic!("{other}"),
    })
    .await;
    let confluence = Confluence::new(desk.site());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, "some text").unwrap();
    let upload = Upload {
        path,
        file_name: "anexo.txt".into(),
        content_type: Some("text/plain".into()),
    };
    let put = confluence.put_attachment("2", upload, 9).await.unwrap();
    assert_eq!((put.file_size, put.title.as_str()), (9, "anexo.txt"));
    assert_eq!(put.file_id.as_deref(), Some("uuid"));
    let to = dir.path().join("down");
    let stored = confluence
        .download_attachment("2", "att7", &to, 100)
        .await
        .unwrap();
    assert_eq!(stored.bytes, 9);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "\"content\"");
    media.finish().await;
    desk.finish().await;
}

#[tokio::test]
async fn one_refusal_keeps_the_others_back() {
    let desk = Desk::start(|asked| match asked.nth {
        1 => headed(429, &[("Retry-After", "0.3")], json!({})),
        _ => list(json!([])),
    })
    .await;
    let (options, waits) = listening();
    let confluence = Confluence::new(desk.site_with(options));
    let (first, second) = (confluence.clone(), confluence);
    let (kept, told) = (waits.clone(), tokio::sync::Notify::new());
    let wait_for_refusal = async {
        let refused = || !kept.lock().unwrap().is_empty();
        while !refused() {
            tokio::task::yield_now().await;
        }
        told.notify_one();
    };
    let later = async {
        told.notified().await;
        second.spaces().try_collect::<Vec<Space>>().await.unwrap();
    };
    let now = async { first.spaces().try_collect::<Vec<Space>>().await.unwrap() };
    tokio::join!(now, wait_for_refusal, later);
    let waits = waits.lock().unwrap().clone();
    assert_eq!(waits[0].reason, LimitReason::Refused(None));
    assert!(waits[1..].iter().any(|w| w.reason == LimitReason::KeptBack));
    assert_eq!(desk.asked().len(), 3);
    desk.finish().await;
}

/// Were nothing noticed, the tests above would say nothing.
#[tokio::test]
#[should_panic(expected = "is not described")]
async fn a_request_that_is_not_described_is_noticed() {
    if std::env::var_os("MATRIZ_SPECS").is_none() {
        panic!("skipped: without the documents, what a request may hold is not described");
    }
    let desk = Desk::start(|_| list(json!([]))).await;
    let site = desk.site();
    let request = site
        .request(
            "Confluence",
            reqwest::Method::GET,
            &["wiki", "api", "v2", "pages", "2", "labels"],
            "try",
        )
        .query("order", "name");
    site.send(&request).await.unwrap();
    desk.finish().await;
}
