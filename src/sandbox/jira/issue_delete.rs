//! Deleting issues, with all that hangs on them.

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply};
use crate::sandbox::jira::{issues, links, properties, sprints};

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    let subtasks: Vec<Doc> = issues::children(db, &doc.id)?
        .into_iter()
        .filter(|child| issues::level(child) < 0)
        .collect();
    if !subtasks.is_empty() && call.flag("deleteSubtasks") != Some(true) {
        return Err(Refusal::bad(
            "The issue has subtasks. Give deleteSubtasks=true to delete them too.",
        ));
    }
    for subtask in &subtasks {
        remove(db, subtask)?;
    }
    remove(db, &doc)?;
    Ok(Reply::nothing())
}

/// Takes an issue out. Its number isn't given again.
pub fn remove(db: &Db<'_>, doc: &Doc) -> Answer<()> {
    for kind in ["comment", "worklog", "attachment", "remotelink", "change"] {
        for child in db.list(kind, &doc.id)? {
            db.remove(kind, &child.id)?;
            properties::remove_all(db, &format!("{kind}/{}", child.id))?;
        }
    }
    for mut child in issues::children(db, &doc.id)? {
        child.body["parent"] = serde_json::Value::Null;
        db.set("issue", &child.id, &child.body)?;
        issues::index_parent(db, &child)?;
    }
    links::remove_of_issue(db, &doc.id)?;
    sprints::unindex(db, doc)?;
    properties::remove_all(db, &format!("issue/{}", doc.id))?;
    db.unname("issue", issues::key(doc))?;
    db.remove("child", &doc.id)?;
    db.remove("issue", &doc.id)?;
    Ok(())
}
