//! How the sandbox's Confluence behaves: what it refuses, what it remembers, in which order.

mod api;
mod wiki;

use matriz::sandbox::atlassian::{AtlassianOptions, OWNER, USERS};
use reqwest::Method;
use serde_json::{Value, json};
use wiki::{V1, V2, Wiki, id, new_page, titles};

#[tokio::test]
async fn a_title_is_there_once_in_a_space() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let (other, _) = wiki.space("OTHER").await;
    let first = wiki.page(&space, None, "Guia", "<p>um</p>").await;
    let again = new_page(&space, "guia", "<p>dois</p>");
    let (status, text) = wiki
        .refused(Method::POST, &format!("{V2}/pages"), again.clone())
        .await;
    assert_eq!(status, 400);
    assert!(text.contains("already exists"), "{text}");
    wiki.page(&other, None, "Guia", "<p>um</p>").await;

    // a draft takes no title, and one that is in the trash gives it back
    let mut draft = again.clone();
    draft["status"] = "draft".into();
    let draft = id(&wiki.post(&format!("{V2}/pages"), draft).await);
    let hidden = wiki
        .refused(Method::GET, &format!("{V2}/pages/{draft}"), Value::Null)
        .await;
    assert_eq!(hidden.0, 404);
    wiki.get(&format!("{V2}/pages/{draft}?get-draft=true"))
        .await;
    wiki.delete(&format!("{V2}/pages/{first}")).await;
    let second = id(&wiki.post(&format!("{V2}/pages"), again).await);
    assert_ne!(first, second);
    let trashed = wiki.get(&format!("{V2}/pages/{first}")).await;
    assert_eq!(trashed["status"], "trashed");
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn a_version_that_is_not_the_next_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let page = wiki.page(&space, None, "Guia", "<p>um</p>").await;
    let path = format!("{V2}/pages/{page}");
    let change = |number: i64, text: &str| {
        json!({
            "id": page, "status": "current", "title": "Guia", "version": { "number": number },
            "body": { "representation": "storage", "value": text },
        })
    };
    for stale in [1, 3] {
        let (status, _) = wiki
            .refused(Method::PUT, &path, change(stale, "<p>x</p>"))
            .await;
        assert_eq!(status, 409);
    }
    let changed = wiki.put(&path, change(2, "<p>dois</p>")).await;
    assert_eq!(changed["version"]["number"], 2);
    let now = wiki.get(&format!("{path}?body-format=storage")).await;
    assert_eq!(now["body"]["storage"]["value"], "<p>dois</p>");
    let old = wiki
        .get(&format!("{path}?body-format=storage&version=1"))
        .await;
    assert_eq!(old["body"]["storage"]["value"], "<p>um</p>");
    assert!(now["body"].get("atlas_doc_format").is_none());
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn bodies_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let pages = format!("{V2}/pages");
    let open = new_page(&space, "Aberto", "<p>a & b");
    let (status, text) = wiki.refused(Method::POST, &pages, open).await;
    assert_eq!(status, 400);
    assert!(text.contains("Error parsing xhtml"), "{text}");
    assert!(text.contains("INVALID_REQUEST_PARAMETER"), "{text}");
    let long = new_page(&space, "Longo", &"x".repeat(5 * 1024 * 1024 + 1));
    assert_eq!(wiki.refused(Method::POST, &pages, long).await.0, 413);
    let mut live = new_page(&space, "Vivo", "");
    live["subtype"] = "live".into();
    live["body"] = json!({ "atlas_doc_format": { "value": "{\"type\":\"doc\"}" } });
    assert_eq!(
        wiki.refused(Method::POST, &pages, live.clone()).await.0,
        400
    );
    let document = json!({ "type": "doc", "version": 1, "content": [] }).to_string();
    live["body"] = json!({ "atlas_doc_format": { "value": document } });
    let page = id(&wiki.post(&pages, live).await);
    let read = wiki
        .get(&format!("{pages}/{page}?body-format=atlas_doc_format"))
        .await;
    assert_eq!(read["body"]["atlas_doc_format"]["value"], document);
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn pages_come_by_cursor_in_no_order_that_means_anything() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let mut made = vec!["Space DOC".to_owned()];
    for n in 0..23 {
        let title = format!("Página {n:02}");
        wiki.page(&space, None, &title, "<p />").await;
        made.push(title);
    }
    let mut path = format!("{V2}/spaces/{space}/pages?limit=5&body-format=storage");
    let (mut found, mut calls) = (Vec::new(), 0);
    loop {
        let answered = wiki.call(Method::GET, &path, Value::Null).await;
        assert_eq!(answered.status, 200, "{}", answered.text);
        calls += 1;
        found.extend(titles(&answered.json));
        let link = answered.headers["link"].to_str().unwrap();
        let next = answered.json["_links"]["next"].as_str();
        assert_eq!(link.contains("rel=\"next\""), next.is_some(), "{link}");
        let Some(next) = next else { break };
        assert!(link.starts_with(&format!("<{next}>")), "{link}");
        path = next.to_owned();
    }
    assert_eq!(calls, 5);
    assert_ne!(found, made, "an order that nobody promised");
    found.sort();
    made.sort();
    assert_eq!(found, made);
    let too_many = format!("{V2}/spaces/{space}/pages?limit=251");
    assert_eq!(
        wiki.refused(Method::GET, &too_many, Value::Null).await.0,
        400
    );
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn the_tree_keeps_its_order() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, home) = wiki.space("DOC").await;
    let a = wiki.page(&space, None, "A", "<p />").await;
    let b = wiki.page(&space, None, "B", "<p />").await;
    let c = wiki.page(&space, Some(&a), "C", "<p />").await;
    let folder = json!({ "spaceId": space, "title": "F", "parentId": a });
    let folder = id(&wiki.post(&format!("{V2}/folders"), folder).await);
    let d = wiki.page(&space, Some(&folder), "D", "<p />").await;
    assert_eq!(wiki.below(&home).await, ["A", "B"]);
    assert_eq!(wiki.below(&a).await, ["C", "F"]);
    assert_eq!(
        wiki.get(&format!("{V2}/pages/{d}")).await["parentType"],
        "folder"
    );

    let moving = |page: &str, place: &str, target: &str| {
        format!("{V1}/content/{page}/move/{place}/{target}")
    };
    wiki.put(&moving(&b, "before", &a), Value::Null).await;
    assert_eq!(wiki.below(&home).await, ["B", "A"]);
    wiki.put(&moving(&c, "after", &b), Value::Null).await;
    assert_eq!(wiki.below(&home).await, ["B", "C", "A"]);
    wiki.put(&moving(&b, "append", &d), Value::Null).await;
    assert_eq!(wiki.below(&d).await, ["B"]);
    let above = wiki.get(&format!("{V2}/pages/{b}/ancestors")).await;
    let above: Vec<&str> = above["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_str().unwrap())
        .collect();
    assert_eq!(above, [home.as_str(), &a, &folder, &d]);
    let looped = wiki
        .refused(Method::PUT, &moving(&a, "append", &b), Value::Null)
        .await;
    assert_eq!(looped.0, 400);

    // what stood below a page that is deleted moves up
    wiki.delete(&format!("{V2}/pages/{a}")).await;
    assert_eq!(wiki.below(&home).await, ["C", "F"]);
    let root = format!("{V2}/pages?root-level=true");
    let page = wiki.post(&root, new_page(&space, "Raiz", "<p />")).await;
    assert!(page.get("parentId").is_none());
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn a_space_is_deleted_by_a_task_and_its_ids_are_gone() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::with(
        dir.path(),
        AtlassianOptions {
            task_polls: 2,
            ..wiki::options()
        },
    )
    .await;
    let (space, home) = wiki.space("DOC").await;
    let page = wiki.page(&space, None, "A", "<p />").await;
    let answered = wiki
        .call(Method::DELETE, &format!("{V1}/space/DOC"), Value::Null)
        .await;
    assert_eq!(answered.status, 202);
    let status = answered.json["links"]["status"]
        .as_str()
        .unwrap()
        .to_owned();
    let status = format!("/wiki{status}");
    let mut percents = Vec::new();
    loop {
        let task = wiki.get(&status).await;
        percents.push(task["percentageComplete"].as_i64().unwrap());
        if task["finished"] == true {
            assert_eq!(task["successful"], true);
            break;
        }
        // it isn't over yet
        wiki.get(&format!("{V2}/pages/{page}")).await;
        let taken = json!({ "key": "DOC", "name": "Again" });
        wiki.refused(Method::POST, &format!("{V2}/spaces"), taken)
            .await;
    }
    assert_eq!(percents, [33, 66, 100]);
    for gone in [
        format!("pages/{page}"),
        format!("pages/{home}"),
        format!("spaces/{space}"),
    ] {
        let (status, _) = wiki
            .refused(Method::GET, &format!("{V2}/{gone}"), Value::Null)
            .await;
        assert_eq!(status, 404);
    }
    let (again, _) = wiki.space("DOC").await;
    assert!(again.parse::<i64>().unwrap() > page.parse().unwrap());
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn a_site_without_roles_creates_spaces_with_version_1_only() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::with(dir.path(), AtlassianOptions::default().unlimited()).await;
    let space = json!({ "key": "DOC", "name": "Documentos" });
    let (status, _) = wiki
        .refused(Method::POST, &format!("{V2}/spaces"), space.clone())
        .await;
    assert_eq!(status, 404);
    wiki.post(&format!("{V1}/space"), space).await;
    let found = wiki.get(&format!("{V2}/spaces?keys=DOC")).await;
    assert_eq!(found["results"][0]["name"], "Documentos");
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn uploads_need_the_header_and_are_led_to_the_media_service() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let page = wiki.page(&space, None, "A", "<p />").await;
    let path = format!("{V1}/content/{page}/child/attachment");
    let send = |method: Method, token: Option<&'static str>, content: &'static [u8]| {
        wiki.upload(method, &path, token, "plano.txt", content)
    };
    assert_eq!(send(Method::PUT, None, b"um").await.status, 403);
    assert_eq!(send(Method::PUT, Some("check"), b"um").await.status, 403);
    let first = send(Method::POST, Some("nocheck"), b"um").await;
    assert_eq!(first.status, 200, "{}", first.text);
    let attachment = id(&first.json["results"][0]);
    assert_eq!(
        send(Method::POST, Some("nocheck"), b"dois").await.status,
        400
    );
    let second = send(Method::PUT, Some("nocheck"), b"dois!").await;
    assert_eq!(id(&second.json["results"][0]), attachment);

    let listed = wiki.get(&format!("{V2}/pages/{page}/attachments")).await;
    let listed = &listed["results"][0];
    assert_eq!(
        (&listed["fileSize"], &listed["version"]["number"]),
        (&json!(5), &json!(2))
    );
    let media = listed["fileId"].as_str().unwrap();
    for (version, content) in [("", "dois!"), ("?version=1", "um")] {
        let download = format!("{path}/{attachment}/download{version}");
        let answered = wiki.call(Method::GET, &download, Value::Null).await;
        assert_eq!(answered.status, 302);
        let location = answered.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(location.contains(media), version.is_empty(), "{location}");
        // its address is its own secret: no login
        let file = reqwest::get(&location).await.unwrap();
        assert_eq!(file.text().await.unwrap(), content);
    }
    let link = format!("/wiki{}", listed["downloadLink"].as_str().unwrap());
    assert_eq!(wiki.call(Method::GET, &link, Value::Null).await.status, 302);
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn restrictions_hold_and_nobody_locks_himself_out() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let page = wiki.page(&space, None, "A", "<p>segredo</p>").await;
    let below = wiki.page(&space, Some(&page), "B", "<p>segredo</p>").await;
    let path = format!("{V1}/content/{page}/restriction");
    let only = |ids: &[&str]| {
        let users: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "type": "known", "accountId": id }))
            .collect();
        json!({ "results": [{ "operation": "read", "restrictions": { "user": users, "group": [] } }] })
    };
    let other = USERS[1];
    let see = async |id: &str| {
        wiki.call_as(other, Method::GET, &format!("{V2}/pages/{id}"), Value::Null)
            .await
            .status
    };
    let (status, _) = wiki
        .refused(Method::PUT, &path, only(&[other.account_id]))
        .await;
    assert_eq!(status, 400);
    assert_eq!(see(&page).await, 200, "what was refused changed nothing");
    wiki.put(&path, only(&[OWNER.account_id])).await;
    assert_eq!((see(&page).await, see(&below).await), (404, 404));
    let pages = format!("{V2}/spaces/{space}/pages");
    let seen = wiki.call_as(other, Method::GET, &pages, Value::Null).await;
    assert_eq!(titles(&seen.json), ["Space DOC"]);
    let search = format!("{V1}/search?cql=text%20~%20segredo");
    let seen = wiki.call_as(other, Method::GET, &search, Value::Null).await;
    assert_eq!(seen.json["totalSize"], 0);
    let all = wiki.get(&format!("{path}/byOperation")).await;
    let users = &all["read"]["restrictions"]["user"]["results"];
    assert_eq!(users[0]["accountId"], OWNER.account_id);
    wiki.put(&path, only(&[OWNER.account_id, other.account_id]))
        .await;
    assert_eq!(see(&below).await, 200);

    let mine = json!({ "key": "MINE", "name": "Meu" });
    wiki.post(&format!("{V1}/space/_private"), mine).await;
    let mine = wiki.get(&format!("{V2}/spaces?keys=MINE")).await;
    let home = mine["results"][0]["homepageId"].as_str().unwrap();
    assert_eq!(see(home).await, 404, "a private space's pages are private");
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn inline_comments_mark_their_selection_and_replies_follow() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, _) = wiki.space("DOC").await;
    let page = wiki.page(&space, None, "A", "<p>fila e fila</p>").await;
    let comment = |count: i64, index: i64| {
        json!({
            "pageId": page, "body": { "representation": "storage", "value": "<p>qual?</p>" },
            "inlineCommentProperties": {
                "textSelection": "fila", "textSelectionMatchCount": count, "textSelectionMatchIndex": index,
            },
        })
    };
    let path = format!("{V2}/inline-comments");
    for (count, index) in [(1, 0), (2, 2), (3, 0)] {
        assert_eq!(
            wiki.refused(Method::POST, &path, comment(count, index))
                .await
                .0,
            400
        );
    }
    let made = wiki.post(&path, comment(2, 1)).await;
    let marker = made["properties"]["inlineMarkerRef"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = wiki
        .get(&format!("{V2}/pages/{page}?body-format=storage"))
        .await;
    let value = body["body"]["storage"]["value"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        value,
        format!(
            "<p>fila e <ac:inline-comment-marker ac:ref=\"{marker}\">fila</ac:inline-comment-marker></p>"
        )
    );
    let reply =
        json!({ "parentCommentId": made["id"], "body": { "storage": { "value": "<p>esta</p>" } } });
    let reply = wiki.post(&path, reply).await;
    let replies = wiki.get(&format!("{path}/{}/children", id(&made))).await;
    assert_eq!(replies["results"][0]["id"], reply["id"]);
    let roots = wiki
        .get(&format!("{V2}/pages/{page}/inline-comments"))
        .await;
    assert_eq!(roots["results"].as_array().unwrap().len(), 1);

    // a body without the marker leaves the comment behind
    let change = json!({
        "id": page, "status": "current", "title": "A", "version": { "number": 2 },
        "body": { "representation": "storage", "value": "<p>outra</p>" },
    });
    wiki.put(&format!("{V2}/pages/{page}"), change).await;
    let left = wiki.get(&format!("{path}/{}", id(&made))).await;
    assert_eq!(left["resolutionStatus"], "dangling");
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn search_finds_what_is_asked_and_may_lag() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, home) = wiki.space("DOC").await;
    let a = wiki
        .page(&space, None, "Implantação", "<p>Como PROJ-12 entra</p>")
        .await;
    wiki.page(&space, Some(&a), "Filas", "<p>nada</p>").await;
    let label = json!([{ "prefix": "global", "name": "Guia" }]);
    wiki.post(&format!("{V1}/content/{a}/label"), label).await;
    let spaced = json!([{ "prefix": "global", "name": "duas palavras" }]);
    let (status, _) = wiki
        .refused(Method::POST, &format!("{V1}/content/{a}/label"), spaced)
        .await;
    assert_eq!(status, 400);
    let find = async |cql: &str| {
        let cql = cql.replace(' ', "%20").replace('"', "%22");
        let found = wiki.get(&format!("{V1}/search?cql={cql}")).await;
        titles(&found)
    };
    assert_eq!(find("space = DOC and label = guia").await, ["Implantação"]);
    assert_eq!(find(&format!("ancestor = {a}")).await, ["Filas"]);
    assert_eq!(
        find(&format!("ancestor = {home} and text ~ \"proj\"")).await,
        ["Implantação"]
    );
    assert_eq!(find("type = page order by title desc").await.len(), 3);
    let wrong = format!("{V1}/search?cql=colour%20=%20red");
    assert_eq!(wiki.refused(Method::GET, &wrong, Value::Null).await.0, 400);
    wiki.sandbox.stop().await;

    let late = AtlassianOptions {
        search_delay_ms: 3_600_000,
        ..wiki::options()
    };
    let wiki = Wiki::with(dir.path(), late).await;
    let found = wiki.get(&format!("{V1}/search?cql=type=page")).await;
    assert_eq!(found["totalSize"], 0, "created within the last hour");
    wiki.sandbox.stop().await;
}

#[tokio::test]
async fn everything_is_there_after_a_stop_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let wiki = Wiki::start(dir.path()).await;
    let (space, home) = wiki.space("DOC").await;
    let page = wiki.page(&space, None, "A", "<p>um</p>").await;
    let property = json!({ "key": "mark", "value": { "from": 1 } });
    wiki.post(&format!("{V2}/pages/{page}/properties"), property.clone())
        .await;
    let (status, _) = wiki
        .refused(
            Method::POST,
            &format!("{V2}/pages/{page}/properties"),
            property,
        )
        .await;
    assert_eq!(status, 400);
    let path = format!("{V1}/content/{page}/child/attachment");
    wiki.upload(Method::PUT, &path, Some("nocheck"), "a.txt", b"conteudo")
        .await;
    // an answer that was lost: the page is there all the same
    wiki.sandbox
        .order(&format!("POST {V2}/pages drop=after times=1"))
        .await;
    let lost = wiki.sandbox.site.token().to_owned();
    let sent = reqwest::Client::new()
        .post(format!("{}{V2}/pages", wiki.sandbox.url))
        .basic_auth(OWNER.email, Some(lost))
        .json(&new_page(&space, "Perdida", "<p />"))
        .send()
        .await;
    assert!(sent.is_err());
    wiki.sandbox.stop().await;

    let wiki = Wiki::start(dir.path()).await;
    assert_eq!(wiki.below(&home).await, ["A", "Perdida"]);
    let marks = wiki
        .get(&format!("{V2}/pages/{page}/properties?key=mark"))
        .await;
    assert_eq!(marks["results"][0]["value"], json!({ "from": 1 }));
    let files = wiki.get(&format!("{V2}/pages/{page}/attachments")).await;
    assert_eq!(files["results"][0]["fileSize"], 8);
    let next = wiki.page(&space, None, "B", "<p />").await;
    assert!(next.parse::<i64>().unwrap() > page.parse().unwrap());
    wiki.sandbox.stop().await;
}
