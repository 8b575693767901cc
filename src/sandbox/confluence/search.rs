//! Searching with CQL.
//!
//! What was changed a moment ago may still be searched as it was: see the site's options.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};
use crate::sandbox::confluence::content::{Content, Kind, listed, read, time};
use crate::sandbox::confluence::cql::{self, Field, Order, Query, Subject};
use crate::sandbox::confluence::paging::Window;
use crate::sandbox::confluence::spaces::{self, Space};
use crate::sandbox::confluence::{access, labels, tree, v1};

/// What a search finds.
struct Found {
    content: Content,
    space: Space,
}

/// `GET /wiki/rest/api/search?cql=…`
pub fn search(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let (found, window, cql) = run(db, call)?;
    let here = window.cut(&found);
    let results = here
        .iter()
        .map(|f| result(db, call, f))
        .collect::<Answer<Vec<Value>>>()?;
    let more = window.start + results.len() < found.len();
    let mut shown = window.show(call, results, more);
    shown["totalSize"] = found.len().into();
    shown["cqlQuery"] = cql.into();
    shown["searchDuration"] = 1.into();
    Ok(Reply::json(shown))
}

/// `GET /wiki/rest/api/content/search?cql=…`
pub fn content_search(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let (found, window, _) = run(db, call)?;
    let here = window.cut(&found);
    let results = here
        .iter()
        .map(|found| v1::content(db, call, &found.content))
        .collect::<Answer<Vec<Value>>>()?;
    let more = window.start + results.len() < found.len();
    Ok(Reply::json(window.show(call, results, more)))
}

fn run(db: &Db<'_>, call: &Call) -> Answer<(Vec<Found>, Window, String)> {
    let cql = call.query("cql").unwrap_or_default().to_owned();
    let query = cql::parse(&cql)
        .map_err(|why| Refusal::bad(format!("Could not parse cql : {cql} ({why})")))?;
    let mut window = Window::of(call, 25);
    let short = call.site.options().search_page;
    if short > 0 {
        window.limit = window
            .limit
            .min(usize::try_from(short).unwrap_or(usize::MAX));
    }
    let mut found = matching(db, call, &query)?;
    found.sort_by(|a, b| compare(&query.order, a, b));
    Ok((found, window, cql))
}

fn matching(db: &Db<'_>, call: &Call, query: &Query) -> Answer<Vec<Found>> {
    let delay = i64::try_from(call.site.options().search_delay_ms).unwrap_or(i64::MAX);
    let seen_until = now_ms().saturating_sub(delay);
    let mut found = Vec::new();
    let mut seen = spaces::all(db)?;
    seen.retain(|space| space.is_seen_by(call.user.account_id));
    for space in &seen {
        for kind in [Kind::Page, Kind::Blogpost, Kind::Folder] {
            for content in listed(db, kind, &space.id)? {
                consider(db, call, query, seen_until, space, content, &mut found)?;
            }
        }
    }
    for kind in [Kind::Attachment, Kind::FooterComment, Kind::InlineComment] {
        for doc in db.all(kind.store())? {
            let content = read(doc.body)?;
            if let Some(space) = seen.iter().find(|space| space.id == content.space) {
                consider(db, call, query, seen_until, space, content, &mut found)?;
            }
        }
    }
    Ok(found)
}

fn consider(
    db: &Db<'_>,
    call: &Call,
    query: &Query,
    seen_until: i64,
    space: &Space,
    mut content: Content,
    found: &mut Vec<Found>,
) -> Answer<()> {
    if !content.is_current() {
        return Ok(());
    }
    if content.version.created_ms > seen_until {
        match content.before.clone() {
            Some((title, text)) => (content.title, content.text) = (title, text),
            None => return Ok(()),
        }
    }
    let above = match content.kind {
        Kind::Page | Kind::Folder => tree::ancestors(db, &content)?,
        _ => Vec::new(),
    };
    let ancestors: Vec<String> = above.into_iter().map(|content| content.id).collect();
    let labels = labels::names(db, &content.id)?;
    let text = format!("{} {}", content.title, content.text);
    let subject = Subject {
        id: &content.id,
        space: &space.key,
        kind: content.kind.public(),
        title: &content.title,
        text: &text,
        ancestors: &ancestors,
        labels: &labels,
        creator: &content.author,
        created: &content.created(),
        modified: &time(content.version.created_ms),
    };
    let asked = query
        .filter
        .as_ref()
        .is_none_or(|filter| cql::matches(filter, &subject));
    if asked && access::sees(db, &content, call.user.account_id)? {
        found.push(Found {
            content,
            space: space.clone(),
        });
    }
    Ok(())
}

fn compare(order: &[Order], a: &Found, b: &Found) -> Ordering {
    for by in order {
        let (a, b) = (&a.content, &b.content);
        let way = match by.field {
            Field::Title => a.title.cmp(&b.title),
            Field::Created => a.created_ms.cmp(&b.created_ms),
            Field::Modified => a.version.created_ms.cmp(&b.version.created_ms),
            Field::Type => a.kind.public().cmp(b.kind.public()),
            _ => a.id.cmp(&b.id),
        };
        let way = if by.descending { way.reverse() } else { way };
        if way != Ordering::Equal {
            return way;
        }
    }
    Ordering::Equal
}

fn result(db: &Db<'_>, call: &Call, found: &Found) -> Answer<Value> {
    let Found { content, space } = found;
    let excerpt: String = content.text.chars().take(200).collect();
    Ok(json!({
        "content": v1::content(db, call, content)?,
        "title": content.title,
        "excerpt": excerpt.trim(),
        "url": v1::address(db, content)?,
        "resultGlobalContainer": {
            "title": space.name, "displayUrl": format!("/spaces/{}", space.key),
        },
        "breadcrumbs": [],
        "entityType": "content",
        "iconCssClass": format!("content-type-{}", content.kind.public()),
        "lastModified": time(content.version.created_ms),
        "friendlyLastModified": "now",
        "score": 0.0,
    }))
}
