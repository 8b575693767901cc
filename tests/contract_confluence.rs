//! The sandbox's Confluence against Atlassian's own descriptions of its API.
//!
//! Every operation that it serves is called; each request and each answer is validated. The
//! descriptions are not part of this repository: `MATRIZ_SPECS` names the folder that holds
//! `trimmed/confluence-v1.json` and `trimmed/confluence-v2.json`.

mod api;
mod contract;
mod wiki;

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract::confluence::Confluence;
use matriz::sandbox::atlassian::OWNER;
use reqwest::Method;
use serde_json::{Value, json};
use wiki::{V1, V2, Wiki, id, new_page};

/// Addresses outside the documents, and why they are served.
const OUTSIDE: [(&str, &str); 2] = [
    (
        "/wiki/download/attachments/",
        "the address in `downloadLink`, which readers follow",
    ),
    (
        "/_sandbox/media/",
        "stands for the media service, which has no public description",
    ),
];

/// Operations that the sandbox serves.
const SERVED: usize = 93;

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
    let confluence = Confluence::read(&specs);
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, home) = wiki.space("DOC").await;
    spaces(&wiki, &space, &home).await;
    let page = pages(&wiki, &space, &home).await;
    let post = blogposts(&wiki, &space).await;
    let attachment = attachments(&wiki, &page, &post).await;
    labels(&wiki, &page, &attachment).await;
    let comment = comments(&wiki, &page, &post).await;
    let folder = json!({ "spaceId": space, "title": "Pasta" });
    let folder = id(&wiki.post(&format!("{V2}/folders"), folder).await);
    for owner in [
        format!("pages/{page}"),
        format!("blogposts/{post}"),
        format!("attachments/{attachment}"),
        format!("comments/{comment}"),
        format!("folders/{folder}"),
        format!("spaces/{space}"),
    ] {
        properties(&wiki, &owner).await;
    }
    restrictions(&wiki, &page).await;
    others(&wiki, &page).await;
    wiki.get(&format!(
        "{V2}/pages/{page}?include-labels=true&include-properties=true"
    ))
    .await;
    wiki.get(&format!(
        "{V2}/spaces/{space}?include-labels=true&include-properties=true"
    ))
    .await;
    wiki.get(&format!("{V2}/folders/{folder}")).await;
    wiki.get(&format!("{V2}/folders/{folder}/direct-children"))
        .await;
    ends(&wiki, &page, &post, &attachment, &folder).await;
    let exchanges = wiki.exchanges();
    wiki.sandbox.stop().await;
    let operations = validate(&confluence, &exchanges);
    println!(
        "contract: {} exchanges, {} operations, all as described",
        exchanges.len(),
        operations.len()
    );
    assert_eq!(operations.len(), SERVED, "{operations:#?}");
}

fn validate(confluence: &Confluence, exchanges: &[Value]) -> BTreeSet<String> {
    let mut operations = BTreeSet::new();
    let mut wrong = BTreeSet::new();
    for exchange in exchanges {
        let path = exchange["path"].as_str().unwrap();
        if OUTSIDE.iter().any(|(start, _)| path.starts_with(start)) {
            continue;
        }
        let (operation, deviations) = confluence.check(exchange);
        operations.extend(operation);
        wrong.extend(deviations);
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(
        wrong.is_empty(),
        "{} deviations:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    operations
}

async fn spaces(wiki: &Wiki, space: &str, home: &str) {
    wiki.get(&format!(
        "{V2}/spaces?keys=DOC&limit=5&description-format=plain&sort=-key"
    ))
    .await;
    wiki.get(&format!("{V2}/spaces/{space}")).await;
    wiki.get(&format!("{V2}/space-role-mode")).await;
    let old = json!({
        "key": "OLD", "name": "Velho",
        "description": { "plain": { "value": "Um espaço", "representation": "plain" } },
    });
    wiki.post(&format!("{V1}/space"), old).await;
    wiki.post(
        &format!("{V1}/space/_private"),
        json!({ "key": "MINE", "name": "Meu" }),
    )
    .await;
    let change = json!({ "name": "Velho 2", "homepage": null });
    wiki.put(&format!("{V1}/space/OLD"), change).await;
    let label = json!([{ "prefix": "team", "name": "time" }]);
    wiki.post(&format!("{V1}/space/DOC/label"), label).await;
    wiki.get(&format!("{V1}/space/DOC/label")).await;
    wiki.get(&format!("{V2}/spaces/{space}/labels?prefix=team"))
        .await;
    wiki.refused(Method::GET, &format!("{V2}/spaces/1"), Value::Null)
        .await;
    wiki.refused(
        Method::POST,
        &format!("{V2}/spaces"),
        json!({ "name": "x", "key": "DOC" }),
    )
    .await;
    wiki.get(&format!("{V2}/pages/{home}?body-format=storage"))
        .await;
}

async fn pages(wiki: &Wiki, space: &str, home: &str) -> String {
    let page = wiki
        .page(space, None, "Guia", "<p>fila de pedidos</p>")
        .await;
    let child = wiki.page(space, Some(&page), "Filho", "<p />").await;
    let mut live = new_page(space, "Vivo", "");
    live["subtype"] = "live".into();
    let document = json!({ "type": "doc", "version": 1, "content": [] }).to_string();
    live["body"] = json!({ "representation": "atlas_doc_format", "value": document });
    wiki.post(&format!("{V2}/pages?private=true"), live).await;
    let change = json!({
        "id": page, "status": "current", "title": "Guia", "spaceId": space, "parentId": home,
        "version": { "number": 2, "message": "mais" },
        "body": { "representation": "storage", "value": "<p>fila de pedidos e fila</p>" },
    });
    wiki.put(&format!("{V2}/pages/{page}"), change.clone())
        .await;
    assert_eq!(
        wiki.refused(Method::PUT, &format!("{V2}/pages/{page}"), change)
            .await
            .0,
        409
    );
    let title = json!({ "status": "current", "title": "Guia 2" });
    wiki.put(&format!("{V2}/pages/{page}/title"), title).await;
    for path in [
        format!("spaces/{space}/pages?limit=2&body-format=storage&depth=all&sort=id"),
        format!("pages?space-id={space}&limit=2&subtype=live&body-format=atlas_doc_format"),
        format!("pages/{page}?body-format=storage&version=1"),
        format!("pages/{page}/children"),
        format!("pages/{page}/direct-children?sort=child-position"),
        format!("pages/{child}/ancestors"),
        format!("pages/{home}/descendants?depth=3"),
        format!("pages/{page}/versions"),
    ] {
        wiki.get(&format!("{V2}/{path}")).await;
    }
    wiki.put(
        &format!("{V1}/content/{child}/move/before/{page}"),
        Value::Null,
    )
    .await;
    wiki.refused(
        Method::POST,
        &format!("{V2}/pages"),
        new_page(space, "Guia 2", "<p />"),
    )
    .await;
    page
}

async fn blogposts(wiki: &Wiki, space: &str) -> String {
    let mut post = new_page(space, "Novidade", "<p>uma fila</p>");
    post["createdAt"] = "2024-02-03T04:05:06.000Z".into();
    let made = wiki.post(&format!("{V2}/blogposts"), post.clone()).await;
    assert_eq!(made["createdAt"], "2024-02-03T04:05:06.000Z");
    wiki.refused(Method::POST, &format!("{V2}/blogposts"), post)
        .await;
    let post = id(&made);
    let change = json!({
        "id": post, "status": "current", "title": "Novidade", "version": { "number": 2 },
        "body": { "representation": "storage", "value": "<p>uma fila</p>" },
    });
    wiki.put(&format!("{V2}/blogposts/{post}"), change).await;
    wiki.get(&format!("{V2}/blogposts/{post}?body-format=storage"))
        .await;
    wiki.get(&format!("{V2}/blogposts?limit=1")).await;
    wiki.get(&format!(
        "{V2}/spaces/{space}/blogposts?body-format=storage"
    ))
    .await;
    post
}

async fn attachments(wiki: &Wiki, page: &str, post: &str) -> String {
    let path = format!("{V1}/content/{page}/child/attachment");
    let token = Some("nocheck");
    let made = wiki.upload(Method::PUT, &path, token, "a.txt", b"um").await;
    let attachment = id(&made.json["results"][0]);
    wiki.upload(Method::POST, &path, token, "b.txt", b"dois")
        .await;
    wiki.upload(
        Method::POST,
        &format!("{path}/{attachment}/data"),
        token,
        "a.txt",
        b"x",
    )
    .await;
    wiki.upload(Method::POST, &path, None, "c.txt", b"x").await;
    let on_post = format!("{V1}/content/{post}/child/attachment");
    wiki.upload(Method::PUT, &on_post, token, "a.txt", b"um")
        .await;
    let change = json!({
        "id": attachment, "type": "attachment", "title": "c.txt",
        "version": { "number": 2, "when": "2026-01-01T00:00:00.000Z", "minorEdit": true },
        "status": "current", "metadata": {}, "extensions": {}, "container": null,
    });
    wiki.put(&format!("{path}/{attachment}"), change).await;
    let download = format!("{path}/{attachment}/download?version=1");
    let answered = wiki.call(Method::GET, &download, Value::Null).await;
    assert_eq!(answered.status, 302);
    for path in [
        format!("pages/{page}/attachments?limit=1&filename=c.txt"),
        format!("blogposts/{post}/attachments"),
        "attachments?limit=1".into(),
        format!("attachments/{attachment}?include-labels=true"),
        format!("attachments/{attachment}/versions"),
    ] {
        wiki.get(&format!("{V2}/{path}")).await;
    }
    attachment
}

async fn labels(wiki: &Wiki, page: &str, attachment: &str) {
    let labels =
        json!([{ "prefix": "global", "name": "guia" }, { "prefix": "global", "name": "b" }]);
    wiki.post(&format!("{V1}/content/{page}/label"), labels.clone())
        .await;
    wiki.post(&format!("{V1}/content/{attachment}/label"), labels)
        .await;
    let removal = format!("{V1}/content/{page}/label?name=b");
    let removed = wiki.call(Method::DELETE, &removal, Value::Null).await;
    assert_eq!(removed.status, 204);
    wiki.get(&format!("{V2}/pages/{page}/labels?prefix=global"))
        .await;
    wiki.get(&format!("{V2}/attachments/{attachment}/labels"))
        .await;
}

async fn comments(wiki: &Wiki, page: &str, post: &str) -> String {
    let body = json!({ "representation": "storage", "value": "<p>sim</p>" });
    let footer = format!("{V2}/footer-comments");
    let first = id(&wiki
        .post(&footer, json!({ "pageId": page, "body": body }))
        .await);
    wiki.post(&footer, json!({ "parentCommentId": first, "body": body }))
        .await;
    wiki.post(&footer, json!({ "blogPostId": post, "body": body }))
        .await;
    let change = json!({ "version": { "number": 2 }, "body": body });
    wiki.put(&format!("{footer}/{first}"), change).await;
    wiki.get(&format!("{footer}/{first}?body-format=storage"))
        .await;
    wiki.get(&format!("{footer}/{first}/children?body-format=storage"))
        .await;
    let inline = format!("{V2}/inline-comments");
    let place = json!({
        "textSelection": "fila", "textSelectionMatchCount": 2, "textSelectionMatchIndex": 1,
    });
    let tied = json!({ "pageId": page, "body": body, "inlineCommentProperties": place });
    let tied = id(&wiki.post(&inline, tied).await);
    wiki.post(&inline, json!({ "parentCommentId": tied, "body": body }))
        .await;
    let solved = json!({ "version": { "number": 2 }, "body": body, "resolved": true });
    let solved = wiki.put(&format!("{inline}/{tied}"), solved).await;
    assert_eq!(solved["resolutionStatus"], "resolved");
    wiki.get(&format!("{inline}/{tied}?body-format=storage"))
        .await;
    wiki.get(&format!("{inline}/{tied}/children")).await;
    for on in [format!("pages/{page}"), format!("blogposts/{post}")] {
        wiki.get(&format!(
            "{V2}/{on}/footer-comments?body-format=storage&limit=1"
        ))
        .await;
        wiki.get(&format!("{V2}/{on}/inline-comments?body-format=storage"))
            .await;
    }
    wiki.get(&format!("{V2}/blogposts/{post}/labels")).await;
    first
}

async fn properties(wiki: &Wiki, owner: &str) {
    let path = format!("{V2}/{owner}/properties");
    let property = json!({ "key": "matriz", "value": { "from": [1, null] } });
    let made = id(&wiki.post(&path, property).await);
    wiki.get(&format!("{path}?key=matriz")).await;
    let one = format!("{path}/{made}");
    // for some owners the documents at hand leave these out
    if owner.starts_with("pages") {
        wiki.get(&one).await;
    }
    if owner.starts_with("pages") || owner.starts_with("spaces") {
        let change =
            json!({ "key": "matriz", "value": 2, "version": { "number": 2, "message": "" } });
        wiki.put(&one, change).await;
        wiki.delete(&one).await;
    }
}

async fn restrictions(wiki: &Wiki, page: &str) {
    let path = format!("{V1}/content/{page}/restriction");
    let user = json!([{ "type": "known", "accountId": OWNER.account_id }]);
    let restriction = json!([{
        "operation": "update", "restrictions": { "user": user, "group": [] },
    }]);
    wiki.put(&path, restriction.clone()).await;
    wiki.post(&path, restriction).await;
    wiki.get(&path).await;
    wiki.get(&format!("{path}/byOperation")).await;
    wiki.delete(&path).await;
}

async fn others(wiki: &Wiki, page: &str) {
    wiki.get(&format!(
        "{V1}/search?cql=space=DOC%20and%20text%20~%20fila&limit=2"
    ))
    .await;
    wiki.get(&format!("{V1}/content/search?cql=space=DOC&limit=1"))
        .await;
    let account = OWNER.account_id;
    wiki.get(&format!("{V1}/user?accountId={account}")).await;
    wiki.get(&format!("{V1}/user/current")).await;
    wiki.get(&format!("{V1}/user/bulk?accountId={account}"))
        .await;
    wiki.refused(
        Method::GET,
        &format!("{V1}/user?accountId=nobody"),
        Value::Null,
    )
    .await;
    wiki.post(
        &format!("{V2}/users-bulk"),
        json!({ "accountIds": [account] }),
    )
    .await;
    let ids = json!({ "contentIds": [page] });
    wiki.post(&format!("{V2}/content/convert-ids-to-types"), ids)
        .await;
}

async fn ends(wiki: &Wiki, page: &str, post: &str, attachment: &str, folder: &str) {
    wiki.delete(&format!("{V2}/attachments/{attachment}")).await;
    wiki.delete(&format!("{V2}/folders/{folder}")).await;
    wiki.delete(&format!("{V2}/blogposts/{post}")).await;
    wiki.delete(&format!("{V2}/pages/{page}")).await;
    wiki.delete(&format!("{V2}/pages/{page}?purge=true")).await;
    let task = wiki.delete(&format!("{V1}/space/DOC")).await;
    wiki.get(&format!(
        "/wiki{}",
        task["links"]["status"].as_str().unwrap()
    ))
    .await;
    wiki.get(&format!("{V1}/longtask")).await;
    wiki.refused(Method::DELETE, &format!("{V1}/space/NONE"), Value::Null)
        .await;
}

/// A contract test that finds nothing would be worth nothing: each of these is a deviation.
#[test]
fn deviations_are_found() {
    let Some(specs) = specs() else { return };
    let confluence = Confluence::read(&specs);
    let good = json!({
        "method": "PUT",
        "path": "/wiki/api/v2/pages/1/title",
        "query": [],
        "headers": [["authorization", "Basic x"]],
        "body": { "status": "current", "title": "a" },
        "status": 200,
        "answer": { "id": "1", "title": "a", "version": { "number": 1 } },
    });
    assert_eq!(confluence.check(&good).1, Vec::<String>::new());
    let deviations = [
        ("/method", json!("PATCH")),
        ("/query", json!([["colour", "red"]])),
        ("/headers", json!([])),
        ("/headers", json!([["authorization", "Bearer x"]])),
        ("/body", Value::Null),
        ("/body", json!({ "status": "gone", "title": "a" })),
        (
            "/body",
            json!({ "status": "current", "title": "a", "colour": "red" }),
        ),
        ("/status", json!(201)),
        ("/status", json!(404)),
        ("/answer", json!({ "id": 1 })),
        ("/answer", json!({ "id": "1", "colour": "red" })),
        ("/answer", json!({ "version": { "nummer": 1 } })),
    ];
    for (place, value) in deviations {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value.clone();
        assert!(
            !confluence.check(&bad).1.is_empty(),
            "{place} = {value} was not found"
        );
    }
}
