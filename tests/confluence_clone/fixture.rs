//! A space with something of everything, and what can be seen of a space.

use std::collections::BTreeMap;

use matriz::sandbox::atlassian::USERS;
use reqwest::Method;
use serde_json::{Value, json};

use crate::wiki::{V1, V2, Wiki, id, new_page};

/// What the fixture's things are.
pub struct Fixture {
    pub space: String,
    pub home: String,
    /// By title.
    pub pages: BTreeMap<String, String>,
    pub posts: BTreeMap<String, String>,
}

impl Fixture {
    pub fn page(&self, title: &str) -> &str {
        &self.pages[title]
    }
}

/// A tree four levels deep, a folder with a page and one with nothing, two blog posts, attachments,
/// links, macros, comments with replies, labels, properties, restrictions.
pub async fn fill(wiki: &Wiki, key: &str) -> Fixture {
    let (space, home) = wiki.space(key).await;
    let mut made = Fixture {
        space: space.clone(),
        home: home.clone(),
        pages: BTreeMap::new(),
        posts: BTreeMap::new(),
    };
    let mut add = |title: &str, id: String| {
        made.pages.insert(title.to_owned(), id.clone());
        id
    };
    let guide = wiki.page(&space, None, "Guia", "<p>x</p>").await;
    let guide = add("Guia", guide);
    let intro = add(
        "Introdução",
        wiki.page(
            &space,
            Some(&guide),
            "Introdução",
            "<p>Nada aqui aponta.</p>",
        )
        .await,
    );
    let detail = add(
        "Detalhe",
        wiki.page(&space, Some(&intro), "Detalhe", "<p>a fila e a fila</p>")
            .await,
    );
    add(
        "Fundo",
        wiki.page(&space, Some(&detail), "Fundo", "<p>O fundo.</p>")
            .await,
    );
    let folder = json!({ "spaceId": space, "title": "Pasta", "parentId": home });
    let folder = id(&wiki.post(&format!("{V2}/folders"), folder).await);
    add(
        "Na pasta",
        wiki.page(&space, Some(&folder), "Na pasta", "<p>x</p>")
            .await,
    );
    let empty = json!({ "spaceId": space, "title": "Vazia", "parentId": folder });
    wiki.post(&format!("{V2}/folders"), empty).await;
    add(
        "Secreta",
        wiki.page(&space, Some(&guide), "Secreta", "<p>Só alguns.</p>")
            .await,
    );
    for n in 1..=5 {
        let title = format!("Passo {n}");
        let body = format!("<p>Passo {n} de 5.</p>");
        add(&title, wiki.page(&space, Some(&guide), &title, &body).await);
    }
    // the last step goes first
    let (last, first) = (made.page("Passo 5").to_owned(), intro.clone());
    wiki.put(
        &format!("{V1}/content/{last}/move/before/{first}"),
        Value::Null,
    )
    .await;
    let mut root = new_page(&space, "No topo", "<p>Ao lado da inicial.</p>");
    root["status"] = "current".into();
    let root = id(&wiki
        .post(&format!("{V2}/pages?root-level=true"), root)
        .await);
    made.pages.insert("No topo".into(), root);
    let live = json!({ "type": "doc", "version": 1, "content": [{ "type": "paragraph",
        "content": [{ "type": "text", "text": "vivo, PROJ-1" }] }] });
    let live = json!({ "spaceId": space, "status": "current", "title": "Vivo", "subtype": "live",
        "parentId": home, "body": { "representation": "atlas_doc_format", "value": live.to_string() } });
    let live = id(&wiki.post(&format!("{V2}/pages"), live).await);
    made.pages.insert("Vivo".into(), live);
    for (title, date) in [
        ("Notícia", "2025-03-01T12:00:00.000Z"),
        ("Outra", "2025-04-02T09:30:00.000Z"),
    ] {
        let mut post = new_page(&space, title, &format!("<p>{title} de PROJ-1</p>"));
        post["createdAt"] = date.into();
        let post = id(&wiki.post(&format!("{V2}/blogposts"), post).await);
        made.posts.insert(title.into(), post);
    }
    attach(wiki, &guide, "plano.txt", b"o plano").await;
    attach(wiki, &guide, "desenho.svg", b"<svg/>").await;
    attach(wiki, made.page("Fundo"), "plano.txt", b"outro plano").await;
    attach(
        wiki,
        &made.posts["Notícia"],
        "foto.png",
        &[0, 159, 146, 150],
    )
    .await;
    write(wiki, &home, "Início", &home_body(key, &made)).await;
    write(
        wiki,
        &guide,
        "Guia",
        &guide_body(key, &made, &wiki.sandbox.url),
    )
    .await;
    let comment = talk(wiki, &made).await;
    let (aside, detail) = (made.page("Na pasta"), made.page("Detalhe"));
    let link = format!(
        "<p><a href=\"/wiki/spaces/{key}/pages/{detail}?focusedCommentId={comment}\">disse</a></p>"
    );
    write(wiki, aside, "Na pasta", &link).await;
    decorate(wiki, &made).await;
    made
}

fn home_body(key: &str, made: &Fixture) -> String {
    let intro = made.page("Introdução");
    format!(
        "<h1>Bem-vindo</h1><ac:structured-macro ac:name=\"children\"/>\
         <p><ac:link><ri:page ri:content-title=\"Guia\"/></ac:link> e \
         <ac:link><ri:page ri:space-key=\"{key}\" ri:content-title=\"Na pasta\"/></ac:link></p>\
         <p><a href=\"/wiki/spaces/{key}/pages/{intro}/Introdu\">Introdução</a></p>"
    )
}

fn guide_body(key: &str, made: &Fixture, site: &str) -> String {
    let (detail, home) = (made.page("Detalhe"), &made.home);
    format!(
        "<p>Ver PROJ-1 e <a href=\"{site}/wiki/spaces/{key}/pages/{detail}\">o detalhe</a>.</p>\
         <p><ac:image><ri:attachment ri:filename=\"desenho.svg\"/></ac:image>\
         <ac:link><ri:attachment ri:filename=\"plano.txt\"><ri:page ri:content-title=\"Fundo\"/></ri:attachment></ac:link></p>\
         <p><ac:link><ri:content-entity ri:content-id=\"{home}\"/></ac:link></p>\
         <ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"key\">PROJ-1</ac:parameter></ac:structured-macro>\
         <ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[a < b && c]]></ac:plain-text-body></ac:structured-macro>"
    )
}

async fn attach(wiki: &Wiki, on: &str, name: &str, content: &[u8]) {
    let path = format!("{V1}/content/{on}/child/attachment");
    let answered = wiki
        .upload(Method::PUT, &path, Some("nocheck"), name, content)
        .await;
    assert_eq!(answered.status, 200, "{}", answered.text);
}

async fn write(wiki: &Wiki, page: &str, title: &str, body: &str) {
    let path = format!("{V2}/pages/{page}");
    let number = wiki.get(&path).await["version"]["number"].as_i64().unwrap() + 1;
    let new = json!({ "id": page, "status": "current", "title": title,
        "version": { "number": number },
        "body": { "representation": "storage", "value": body } });
    wiki.put(&path, new).await;
}

fn body(text: &str) -> Value {
    json!({ "representation": "storage", "value": text })
}

/// Gives the id of one of the comments.
async fn talk(wiki: &Wiki, made: &Fixture) -> String {
    let detail = made.page("Detalhe");
    let footer = format!("{V2}/footer-comments");
    let first = json!({ "pageId": detail, "body": body("<p>Falta PROJ-1?</p>") });
    let answered = wiki.call_as(USERS[1], Method::POST, &footer, first).await;
    let first = id(&answered.json);
    let reply = json!({ "parentCommentId": first, "body": body("<p>Não falta.</p>") });
    let reply = id(&wiki.post(&footer, reply).await);
    wiki.post(
        &footer,
        json!({ "parentCommentId": reply, "body": body("<p>Certo.</p>") }),
    )
    .await;
    let inline = format!("{V2}/inline-comments");
    let second = json!({ "pageId": detail, "body": body("<p>Qual fila?</p>"),
        "inlineCommentProperties": { "textSelection": "fila", "textSelectionMatchCount": 2,
            "textSelectionMatchIndex": 1 } });
    let second = id(&wiki.post(&inline, second).await);
    wiki.post(
        &inline,
        json!({ "parentCommentId": second, "body": body("<p>A outra.</p>") }),
    )
    .await;
    let solved = json!({ "pageId": made.page("Fundo"), "body": body("<p>Pronto.</p>"),
        "inlineCommentProperties": { "textSelection": "fundo", "textSelectionMatchCount": 1,
            "textSelectionMatchIndex": 0 } });
    let solved = id(&wiki.post(&inline, solved).await);
    wiki.put(
        &format!("{inline}/{solved}"),
        json!({ "version": { "number": 2 }, "resolved": true }),
    )
    .await;
    let on_post = json!({ "blogPostId": made.posts["Outra"], "body": body("<p>Boa.</p>") });
    wiki.post(&footer, on_post).await;
    first
}

async fn decorate(wiki: &Wiki, made: &Fixture) {
    let guide = made.page("Guia");
    let labels =
        json!([{ "prefix": "global", "name": "guia" }, { "prefix": "global", "name": "novo" }]);
    wiki.post(&format!("{V1}/content/{guide}/label"), labels)
        .await;
    let labels = json!([{ "prefix": "global", "name": "blog" }]);
    wiki.post(
        &format!("{V1}/content/{}/label", made.posts["Outra"]),
        labels,
    )
    .await;
    let property =
        json!({ "key": "emoji-title-published", "value": { "issue": "PROJ-1", "n": 1 } });
    wiki.post(&format!("{V2}/pages/{guide}/properties"), property)
        .await;
    let restriction = json!({ "results": [{ "operation": "read", "restrictions": { "user": [
        { "type": "known", "accountId": USERS[0].account_id },
        { "type": "known", "accountId": USERS[1].account_id }] } }] });
    wiki.put(
        &format!("{V1}/content/{}/restriction", made.page("Secreta")),
        restriction,
    )
    .await;
}

/// The tree below a page: depth, kind and title, in order.
pub async fn tree(wiki: &Wiki, home: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![(0, "pages".to_owned(), home.to_owned())];
    while let Some((depth, kind, id)) = open.pop() {
        let all = wiki
            .get(&format!("{V2}/{kind}/{id}/direct-children?limit=250"))
            .await;
        let children = all["results"].as_array().unwrap().clone();
        // the first child is looked at next
        let mut next = Vec::new();
        for child in &children {
            let kind = child["type"].as_str().unwrap();
            next.push((
                depth + 1,
                format!("{kind}s"),
                child["id"].as_str().unwrap().to_owned(),
            ));
            lines.push(format!(
                "{depth} {id} {kind} {}",
                child["title"].as_str().unwrap()
            ));
        }
        open.extend(next.into_iter().rev());
    }
    lines
}

/// The same without ids: parents by their titles.
pub async fn shape(wiki: &Wiki, space: &str, home: &str) -> Vec<String> {
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    let pages = wiki
        .get(&format!("{V2}/spaces/{space}/pages?limit=250"))
        .await;
    for page in pages["results"].as_array().unwrap() {
        titles.insert(id(page), page["title"].as_str().unwrap().to_owned());
    }
    let mut lines: Vec<String> = tree(wiki, home)
        .await
        .into_iter()
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let (depth, parent) = (words.next().unwrap(), words.next().unwrap());
            let parent = titles.get(parent).map_or("a folder", |t| t.as_str());
            format!("{depth} {parent}: {}", words.next().unwrap())
        })
        .collect();
    let roots = pages["results"].as_array().unwrap().iter();
    let mut roots: Vec<String> = roots
        .filter(|page| page["parentId"].is_null())
        .map(|page| format!("root {}", page["title"].as_str().unwrap()))
        .collect();
    roots.sort();
    lines.extend(roots);
    let posts = wiki
        .get(&format!("{V2}/spaces/{space}/blogposts?limit=250"))
        .await;
    let posts = posts["results"].as_array().unwrap().iter();
    let mut posts: Vec<String> = posts
        .map(|post| format!("post {} {}", post["title"], post["createdAt"]))
        .collect();
    posts.sort();
    lines.extend(posts);
    lines
}

/// Pages and blog posts of a space by title: the collection and the id.
pub async fn contents(wiki: &Wiki, space: &str) -> BTreeMap<String, (&'static str, String)> {
    let mut found = BTreeMap::new();
    for kind in ["pages", "blogposts"] {
        let all = wiki
            .get(&format!("{V2}/spaces/{space}/{kind}?limit=250"))
            .await;
        for one in all["results"].as_array().unwrap() {
            let title = one["title"].as_str().unwrap().to_owned();
            found.insert(title, (kind, id(one)));
        }
    }
    found
}

/// What is attached: the content's title, the name and the size.
pub async fn attached(wiki: &Wiki, space: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (title, (kind, id)) in contents(wiki, space).await {
        let all = wiki
            .get(&format!("{V2}/{kind}/{id}/attachments?limit=250"))
            .await;
        for one in all["results"].as_array().unwrap() {
            lines.push(format!(
                "{title}: {} {} {}",
                one["title"], one["fileSize"], one["mediaType"]
            ));
        }
    }
    lines.sort();
    lines
}
