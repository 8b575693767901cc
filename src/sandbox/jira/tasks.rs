//! Long tasks: what they do is done at once, but as many polls as the options say see them run.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::jira::shape::address;
use crate::sandbox::jira::time::jira_time;

/// Notes a task whose work is done, and returns its id.
pub fn begin(db: &Db<'_>, call: &Call, what: &str, result: Value) -> Answer<String> {
    let id = db.next("task", 10_000)?.to_string();
    let polls = call.site.options().task_polls;
    let body =
        json!({ "description": what, "result": result, "left": polls, "submitted": now_ms() });
    db.put("task", &id, "", &order(now_ms()), &body)?;
    Ok(id)
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let id = call.param("taskId");
    let mut task = db
        .get("task", id)?
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("There is no task {id}.")))?;
    let shown = json(call, id, &task);
    let left = task["left"].as_i64().unwrap_or(0);
    if left > 0 {
        task["left"] = json!(left - 1);
        db.set("task", id, &task)?;
    }
    Ok(Reply::json(shown))
}

/// A task as its own address shows it.
pub fn json(call: &Call, id: &str, task: &Value) -> Value {
    let left = task["left"].as_i64().unwrap_or(0);
    let submitted = task["submitted"].as_i64().unwrap_or(0);
    let mut shown = json!({
        "self": address(call, &format!("task/{id}")),
        "id": id,
        "description": task["description"],
        "status": if left > 0 { "RUNNING" } else { "COMPLETE" },
        "progress": if left > 0 { 50 } else { 100 },
        "submittedBy": 10_000,
        "submitted": submitted,
        "started": submitted,
        "elapsedRuntime": now_ms() - submitted,
        "lastUpdate": now_ms(),
    });
    if left == 0 {
        shown["finished"] = json!(now_ms());
        shown["result"] = task["result"].clone();
    }
    shown
}

/// The same where many issues are changed at once.
pub fn show_bulk(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let id = call.param("taskId");
    let mut task = db
        .get("task", id)?
        .ok_or_else(|| Refusal::bad(format!("There is no task {id}.")))?;
    let left = task["left"].as_i64().unwrap_or(0);
    let result = task["result"].clone();
    let mut shown = json!({
        "taskId": id,
        "status": if left > 0 { "RUNNING" } else { "COMPLETE" },
        "progressPercent": if left > 0 { 50 } else { 100 },
        "created": jira_time(task["submitted"].as_i64().unwrap_or(0)),
        "updated": jira_time(now_ms()),
        "totalIssueCount": result["total"],
    });
    if left > 0 {
        task["left"] = json!(left - 1);
        db.set("task", id, &task)?;
    } else {
        shown["processedAccessibleIssues"] = result["processed"].clone();
        shown["failedAccessibleIssues"] = result["failed"].clone();
        shown["invalidOrInaccessibleIssueCount"] = json!(0);
    }
    Ok(Reply::json(shown))
}
