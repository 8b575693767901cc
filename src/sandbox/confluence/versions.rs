//! The versions that a page, a blog post or an attachment has had.

use serde_json::Value;

use crate::error::{Context, Kind as ErrorKind};
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::confluence::content::{Content, Kind, read};
use crate::sandbox::confluence::{access, paging, show};

const VERSION: &str = "version";

/// Remembers a content as it is in its present version.
pub fn keep(db: &Db<'_>, content: &Content) -> Answer<()> {
    let value = serde_json::to_value(content).context(ErrorKind::Internal, || {
        format!("{} cannot be stored", content.id)
    })?;
    let number = content.version.number;
    let id = format!("{}.{number}", content.id);
    Ok(db.put(VERSION, &id, &content.id, &order(number), &value)?)
}

pub fn forget(db: &Db<'_>, id: &str) -> Answer<()> {
    for doc in db.list(VERSION, id)? {
        db.remove(VERSION, &doc.id)?;
    }
    Ok(())
}

/// The content as it was in the version that the query asks for.
pub fn asked(db: &Db<'_>, call: &Call, content: Content) -> Answer<Content> {
    let Some(number) = call.query("version") else {
        return Ok(content);
    };
    let wrong = || Refusal::bad(format!("There is no version {number}."));
    let number: i64 = number.parse().map_err(|_| wrong())?;
    if number == content.version.number {
        return Ok(content);
    }
    let kept = db.get(VERSION, &format!("{}.{number}", content.id))?;
    kept.map(read).transpose()?.ok_or_else(wrong)
}

/// `GET /wiki/api/v2/pages/{id}/versions`
pub fn of_page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::Page)
}

/// `GET /wiki/api/v2/attachments/{id}/versions`
pub fn of_attachment(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::Attachment)
}

fn list(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let content = access::current(db, call, kind, call.param("id"))?;
    let descending = call.query("sort") != Some("modified-date");
    let mut keyed: Vec<(String, Value)> = db
        .list(VERSION, &content.id)?
        .into_iter()
        .map(|doc| (doc.sort, doc.body))
        .collect();
    crate::sandbox::confluence::spaces::in_order(&mut keyed, descending);
    paging::page(call, &keyed, descending, |body| {
        Ok(show::version(&read(body.clone())?.version))
    })
}
