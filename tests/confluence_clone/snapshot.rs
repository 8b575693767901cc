//! All that can be seen of a space, without what has to differ between a space and its copy.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fixture::{attached, contents, shape};
use crate::wiki::{V1, V2, Wiki};

/// What has to differ: what stands for it in a snapshot, by what it is there.
pub struct Names<'a> {
    pub key: &'a str,
    pub issue: &'a str,
}

pub async fn snapshot(wiki: &Wiki, space: &str, home: &str, names: &Names<'_>) -> Vec<String> {
    let mut lines = shape(wiki, space, home).await;
    lines.extend(attached(wiki, space).await);
    let all = contents(wiki, space).await;
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for (title, (_, id)) in &all {
        ids.insert(id.clone(), format!("[{title}]"));
    }
    for (title, (kind, id)) in &all {
        for format in ["storage", "atlas_doc_format"] {
            let one = wiki
                .get(&format!("{V2}/{kind}/{id}?body-format={format}"))
                .await;
            if let Some(body) = one["body"][format]["value"].as_str() {
                lines.push(format!("{title} body: {}", without_references(body)));
            }
        }
        let labels = wiki.get(&format!("{V2}/{kind}/{id}/labels")).await;
        let mut labels: Vec<String> = each(&labels).map(|l| l["name"].to_string()).collect();
        labels.sort();
        lines.push(format!("{title} labels: {}", labels.join(" ")));
        let properties = wiki.get(&format!("{V2}/{kind}/{id}/properties")).await;
        for property in each(&properties).filter(|p| p["key"] != "matriz-clone") {
            lines.push(format!(
                "{title} property: {} {}",
                property["key"], property["value"]
            ));
        }
        let restrictions = wiki.get(&format!("{V1}/content/{id}/restriction")).await;
        for one in each(&restrictions) {
            let users = &one["restrictions"]["user"]["results"];
            let users = users.as_array().unwrap().iter().map(|u| &u["accountId"]);
            let users: Vec<String> = users.map(Value::to_string).collect();
            lines.push(format!("{title} {}: {}", one["operation"], users.join(" ")));
        }
        for comments in ["inline-comments", "footer-comments"] {
            let found = talk(wiki, title, kind, id, comments, &mut lines).await;
            ids.extend(
                found
                    .into_iter()
                    .zip(1..)
                    .map(|(id, n)| (id, format!("[{comments} {n} on {title}]"))),
            );
        }
    }
    for line in &mut lines {
        for (id, title) in &ids {
            *line = line.replace(id.as_str(), title);
        }
        *line = line
            .replace(names.issue, "ISSUE")
            .replace(&format!("\"{}\"", names.key), "\"KEY\"")
            .replace(&format!("/spaces/{}/", names.key), "/spaces/KEY/");
    }
    lines
}

async fn talk(
    wiki: &Wiki,
    title: &str,
    kind: &str,
    id: &str,
    comments: &str,
    lines: &mut Vec<String>,
) -> Vec<String> {
    let mut ids = Vec::new();
    let mut open = vec![(0, format!("{kind}/{id}/{comments}"))];
    while let Some((depth, path)) = open.pop() {
        let all = wiki
            .get(&format!("{V2}/{path}?body-format=storage&limit=250"))
            .await;
        let mut below = Vec::new();
        for comment in each(&all) {
            let body = comment["body"]["storage"]["value"].as_str().unwrap();
            lines.push(format!(
                "{title} {comments} {depth}: {} {} {}",
                without_heading(body),
                comment["resolutionStatus"],
                comment["properties"]["inlineOriginalSelection"],
            ));
            let id = comment["id"].as_str().unwrap();
            ids.push(id.to_owned());
            below.push((depth + 1, format!("{comments}/{id}/children")));
        }
        open.extend(below.into_iter().rev());
    }
    ids
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list["results"].as_array().unwrap().iter()
}

/// Who wrote it and when stands in front of a copy only.
fn without_heading(body: &str) -> &str {
    match body.starts_with("<p><strong>") {
        true => body.split_once("UTC:</p>").unwrap().1,
        false => body,
    }
}

/// The marks of comments have other references in a copy.
fn without_references(body: &str) -> String {
    let mut parts = body.split("ac:ref=\"");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str("ac:ref=\"R\"");
        out.push_str(part.split_once('"').unwrap().1);
    }
    out
}
