//! Long tasks: work that goes on after its request was answered.
//!
//! A task takes as many looks at it as the site's options say. One that nobody looks at is done
//! after a while too.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order, uuid};
use crate::sandbox::confluence::paging::Window;
use crate::sandbox::confluence::space_changes;

const TASK: &str = "longtask";
/// After so many milliseconds a task is done, however often it was looked at.
const AT_LATEST: i64 = 10_000;

pub fn start(db: &Db<'_>, call: &Call, name: &str, space: &str) -> Answer<String> {
    let id = uuid();
    let polls = call.site.options().task_polls;
    let task = json!({
        "id": id, "name": name, "space": space, "started_ms": now_ms(),
        "polls": polls, "left": polls, "finished_ms": null,
    });
    db.put(TASK, &id, "", &order(db.next("longtask", 0)?), &task)?;
    Ok(id)
}

fn finish(db: &Db<'_>, id: &str, task: &mut Value) -> Answer<()> {
    space_changes::erase(db, task["space"].as_str().unwrap_or_default())?;
    task["finished_ms"] = now_ms().into();
    Ok(db.set(TASK, id, task)?)
}

/// Ends tasks that have gone on long enough.
pub fn settle(db: &Db<'_>) -> Answer<()> {
    for doc in db.list(TASK, "")? {
        let mut task = doc.body;
        let age = now_ms() - task["started_ms"].as_i64().unwrap_or(0);
        if task["finished_ms"].is_null() && age > AT_LATEST {
            finish(db, &doc.id, &mut task)?;
        }
    }
    Ok(())
}

/// `GET /wiki/rest/api/longtask/{id}`
pub fn get(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let id = call.param("id");
    let Some(mut task) = db.get(TASK, id)? else {
        return Err(Refusal::not_found(format!(
            "There is no task with the id {id}."
        )));
    };
    if task["finished_ms"].is_null() {
        match task["left"].as_i64().unwrap_or(0) {
            0 => finish(db, id, &mut task)?,
            left => {
                task["left"] = (left - 1).into();
                db.set(TASK, id, &task)?;
            }
        }
    }
    let mut shown = show(&task);
    shown["_links"] = json!({
        "base": format!("{}/wiki", call.base()),
        "self": format!("{}{}", call.base(), call.path),
    });
    Ok(Reply::json(shown))
}

/// `GET /wiki/rest/api/longtask`
pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let all = db.list(TASK, "")?;
    let window = Window::of(call, 100);
    let here = window.cut(&all);
    let shown = here.iter().map(|doc| show(&doc.body)).collect();
    let more = window.start + here.len() < all.len();
    Ok(Reply::json(window.show(call, shown, more)))
}

fn show(task: &Value) -> Value {
    let finished = task["finished_ms"].as_i64();
    let started = task["started_ms"].as_i64().unwrap_or(0);
    let polls = task["polls"].as_i64().unwrap_or(0);
    let left = task["left"].as_i64().unwrap_or(0);
    let percent = match finished {
        Some(_) => 100,
        None => (polls - left) * 100 / (polls + 1),
    };
    json!({
        "id": task["id"],
        "name": { "key": task["name"], "args": [] },
        "elapsedTime": finished.unwrap_or_else(now_ms) - started,
        "percentageComplete": percent,
        "successful": finished.is_some(),
        "finished": finished.is_some(),
        "messages": [],
        "status": if finished.is_some() { "Complete" } else { "In progress" },
        "errors": [],
    })
}
