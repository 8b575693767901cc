//! Reading pages, blog posts and folders.

use serde_json::Value;

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::confluence::content::{Content, Kind, listed, number, time};
use crate::sandbox::confluence::spaces::{self, direction, in_order, included};
use crate::sandbox::confluence::{access, body, labels, paging, properties, show, tree, versions};

/// `GET /wiki/api/v2/pages/{id}`
pub fn get(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    one(db, call, Kind::Page)
}

/// `GET /wiki/api/v2/blogposts/{id}`
pub fn get_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    one(db, call, Kind::Blogpost)
}

/// `GET /wiki/api/v2/folders/{id}`
pub fn get_folder(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    one(db, call, Kind::Folder)
}

fn one(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let asked = call.queries("status");
    let statuses: &[&str] = match (call.flag("get-draft"), asked.is_empty()) {
        (Some(true), _) => &["current", "draft"],
        (_, true) => &["current", "trashed"],
        _ => &asked,
    };
    let content = access::found(db, call, kind, call.param("id"), statuses)?;
    let content = versions::asked(db, call, content)?;
    Ok(Reply::json(single(db, call, &content)?))
}

/// One content with what the query wants included.
pub fn single(db: &Db<'_>, call: &Call, content: &Content) -> Answer<Value> {
    let mut shown = show::content(db, content, body::wanted(call)?)?;
    if call.flag("include-labels") == Some(true) {
        shown["labels"] = included(labels::of(db, &content.id)?);
    }
    if call.flag("include-properties") == Some(true) {
        shown["properties"] = included(properties::of(db, &content.id)?);
    }
    if call.flag("include-version") == Some(false) {
        show::leave_out(&mut shown, &["version"]);
    }
    shown["_links"]["base"] = format!("{}/wiki", call.base()).into();
    Ok(shown)
}

/// `GET /wiki/api/v2/spaces/{id}/pages`
pub fn of_space(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let space = spaces::by_id(db, call, call.param("id"))?;
    let mut found = listed(db, Kind::Page, &space.id)?;
    match call.query("depth") {
        None | Some("all") => {}
        Some("root") => found.retain(|page| page.parent.is_none()),
        Some(_) => return Err(Refusal::bad("'depth' is \"all\" or \"root\".")),
    }
    list(db, call, found, &["current", "archived"])
}

/// `GET /wiki/api/v2/spaces/{id}/blogposts`
pub fn blogposts_of_space(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let space = spaces::by_id(db, call, call.param("id"))?;
    let found = listed(db, Kind::Blogpost, &space.id)?;
    list(db, call, found, &["current"])
}

/// `GET /wiki/api/v2/pages`
pub fn all(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    everywhere(db, call, Kind::Page, &["current", "archived"])
}

/// `GET /wiki/api/v2/blogposts`
pub fn all_blogposts(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    everywhere(db, call, Kind::Blogpost, &["current"])
}

fn everywhere(db: &Db<'_>, call: &Call, kind: Kind, usual: &[&str]) -> Answer<Reply> {
    let (ids, wanted) = (call.queries("id"), call.queries("space-id"));
    let mut found = Vec::new();
    for space in spaces::all(db)? {
        let here = wanted.is_empty() || wanted.contains(&space.id.as_str());
        if here && space.is_seen_by(call.user.account_id) {
            found.extend(listed(db, kind, &space.id)?);
        }
    }
    found.retain(|content| ids.is_empty() || ids.contains(&content.id.as_str()));
    list(db, call, found, usual)
}

fn list(db: &Db<'_>, call: &Call, mut found: Vec<Content>, usual: &[&str]) -> Answer<Reply> {
    let wanted = body::wanted(call)?;
    let asked = call.queries("status");
    let statuses = if asked.is_empty() { usual } else { &asked };
    let subtype = call.query("subtype");
    found.retain(|content| {
        statuses.contains(&content.status.as_str())
            && call
                .query("title")
                .is_none_or(|title| title == content.title)
            && subtype.is_none_or(|s| s == content.subtype.as_deref().unwrap_or("page"))
    });
    let (by, descending) = direction(call.query("sort").unwrap_or_default());
    let mut keyed = Vec::new();
    for content in found {
        if access::sees(db, &content, call.user.account_id)? {
            keyed.push((key(by, &content)?, content));
        }
    }
    in_order(&mut keyed, descending);
    paging::page(call, &keyed, descending, |content| {
        show::content(db, content, wanted)
    })
}

/// By what contents are in order; without a wish, in none that means anything.
pub fn key(by: &str, content: &Content) -> Answer<String> {
    let id = order(number(&content.id));
    Ok(match by {
        "" => content.id.chars().rev().collect(),
        "id" => id,
        "created-date" => format!("{} {id}", content.created()),
        "modified-date" => format!("{} {id}", time(content.version.created_ms)),
        "title" => format!("{}\0{id}", content.title),
        other => return Err(Refusal::bad(format!("'{other}' is not a sort order."))),
    })
}

/// `GET /wiki/api/v2/pages/{id}/direct-children` and `/children`
pub fn children(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    below(db, call, Kind::Page)
}

/// `GET /wiki/api/v2/folders/{id}/direct-children`
pub fn children_of_folder(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    below(db, call, Kind::Folder)
}

fn below(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let parent = access::current(db, call, kind, call.param("id"))?;
    let (by, descending) = direction(call.query("sort").unwrap_or("child-position"));
    let only_pages = call.path.ends_with("/children");
    let mut keyed = Vec::new();
    for child in tree::children(db, &parent.id)? {
        let shown = child.is_current() && access::sees(db, &child, call.user.account_id)?;
        if shown && (!only_pages || child.kind == Kind::Page) {
            let key = match by {
                "child-position" => order(tree::position(db, &child.id)?.unwrap_or(0)),
                other => key(other, &child)?,
            };
            keyed.push((key, child));
        }
    }
    in_order(&mut keyed, descending);
    paging::page(call, &keyed, descending, |child| {
        let mut shown = show::child(db, child)?;
        if only_pages {
            show::leave_out(&mut shown, &["type"]);
        }
        Ok(shown)
    })
}

/// `GET /wiki/api/v2/pages/{id}/ancestors`: from the top down.
pub fn ancestors(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let page = access::current(db, call, Kind::Page, call.param("id"))?;
    let mut above = tree::ancestors(db, &page)?;
    above.reverse();
    let keyed: Vec<(String, Content)> = (0..).map(order).zip(above).collect();
    paging::page(call, &keyed, false, |content| {
        Ok(serde_json::json!({ "id": content.id, "type": content.kind.store() }))
    })
}

/// `GET /wiki/api/v2/pages/{id}/descendants`
pub fn descendants(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let page = access::current(db, call, Kind::Page, call.param("id"))?;
    let deepest = match call.number("depth").unwrap_or(2) {
        depth @ 1..=10 => usize::try_from(depth).unwrap_or(2),
        _ => return Err(Refusal::bad("'depth' must be from 1 to 10.")),
    };
    let found = tree::descendants(db, &page.id, deepest)?;
    let keyed: Vec<(String, (usize, Content))> = (0..)
        .map(order)
        .zip(found.into_iter().filter(|(_, c)| c.is_current()))
        .collect();
    paging::page(call, &keyed, false, |(depth, content)| {
        let mut shown = show::child(db, content)?;
        show::leave_out(&mut shown, &["spaceId"]);
        shown["depth"] = (*depth).into();
        shown["parentId"] = content.parent.clone().into();
        Ok(shown)
    })
}
