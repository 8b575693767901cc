//! Moving pages within the tree, and to other spaces.

use serde_json::json;

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};
use crate::sandbox::confluence::content::{Content, Kind};
use crate::sandbox::confluence::tree::Place;
use crate::sandbox::confluence::{access, titles, tree};

/// `PUT /wiki/rest/api/content/{pageId}/move/{position}/{targetId}`
pub fn to(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut page = access::current(db, call, Kind::Page, call.param("id"))?;
    access::editable(db, call, &page)?;
    let place = match call.param("position") {
        "before" => Place::Before,
        "after" => Place::After,
        "append" => Place::Append,
        other => return Err(Refusal::bad(format!("There is no position \"{other}\"."))),
    };
    let target = tree::node(db, call.param("targetId"))?
        .filter(Content::is_current)
        .ok_or_else(|| Refusal::not_found("There is no such target."))?;
    go(db, &mut page, place, &target)?;
    Ok(Reply::json(json!({ "pageId": page.id })))
}

/// Gives a page another parent, as its last child. The caller stores the page.
pub fn below(db: &Db<'_>, _: &Call, page: &mut Content, parent: &str) -> Answer<()> {
    let parent = tree::parent(db, &page.space, parent)?;
    go(db, page, Place::Append, &parent)
}

fn go(db: &Db<'_>, page: &mut Content, place: Place, target: &Content) -> Answer<()> {
    let above = tree::ancestors(db, target)?;
    let loops = target.id == page.id || above.iter().any(|content| content.id == page.id);
    if loops {
        return Err(Refusal::bad("A page cannot be moved below itself."));
    }
    if target.space != page.space {
        let all = tree::descendants(db, &page.id, usize::MAX)?;
        let moved = all.into_iter().map(|(_, content)| content);
        for mut content in moved {
            change_space(db, &mut content, &target.space)?;
        }
        change_space(db, page, &target.space)?;
    }
    page.parent = match place {
        Place::Append => Some(target.id.clone()),
        _ => target.parent.clone(),
    };
    page.save(db)?;
    tree::put(db, page, place, target)
}

fn change_space(db: &Db<'_>, content: &mut Content, space: &str) -> Answer<()> {
    titles::free(db, content)?;
    content.space = space.to_owned();
    if content.is_current() {
        titles::take(db, content)?;
    }
    content.save(db)
}
