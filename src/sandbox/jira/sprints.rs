//! Sprints: to come, under way, closed; and which issues are in them.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order};
use crate::sandbox::jira::shape::{id_number, id_text, text};
use crate::sandbox::jira::{boards, fields, issues, jql, properties};

/// The most issues that are moved at once.
pub const MOST: usize = 50;

fn rfc(ms: i64) -> String {
    crate::sandbox::api::rfc3339(ms)
}

fn json(call: Option<&Call>, id: &str, body: &Value) -> Value {
    let mut shown = json!({ "id": id_number(id) });
    if let Some(call) = call {
        shown["self"] = json!(format!("{}/rest/agile/1.0/sprint/{id}", call.base()));
    }
    for name in [
        "state",
        "name",
        "startDate",
        "endDate",
        "completeDate",
        "createdDate",
        "originBoardId",
        "goal",
    ] {
        if !body[name].is_null() {
            shown[name] = body[name].clone();
        }
    }
    shown
}

pub fn exists(db: &Db<'_>, id: i64) -> Answer<bool> {
    Ok(db.get("sprint", &id.to_string())?.is_some())
}

/// The sprints of an issue as its field shows them.
pub fn of_issue(db: &Db<'_>, ids: &Value) -> Answer<Value> {
    let mut all = Vec::new();
    for id in ids.as_array().into_iter().flatten().filter_map(id_text) {
        if let Some(doc) = db.doc("sprint", &id)? {
            let mut shown = json(None, &id, &doc.body);
            if let Some(fields) = shown.as_object_mut() {
                fields.remove("originBoardId");
                fields.remove("createdDate");
                fields.insert("boardId".into(), json!(id_number(&doc.parent)));
                fields.entry("goal").or_insert(json!(""));
            }
            all.push(shown);
        }
    }
    Ok(if all.is_empty() {
        Value::Null
    } else {
        all.into()
    })
}

fn find(db: &Db<'_>, id: &str) -> Answer<Doc> {
    db.doc("sprint", id)?.ok_or_else(|| {
        Refusal::not_found("Sprint does not exist or you do not have permission to view it.")
    })
}

fn called(db: &Db<'_>, call: &Call) -> Answer<Doc> {
    find(db, call.param("sprintId"))
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let board = boards::called(db, call)?;
    if board.body["type"] == "kanban" {
        return Err(Refusal::bad("The board does not support sprints"));
    }
    let states = call.queries("state");
    let all = db.list("sprint", &board.id)?;
    let all = all
        .iter()
        .filter(|doc| states.is_empty() || states.contains(&text(&doc.body, "state")));
    Ok(Reply::json(
        Page::of(call, 50, 50).values(
            all.map(|doc| json(Some(call), &doc.id, &doc.body))
                .collect(),
        ),
    ))
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let board = boards::find(
        db,
        &given
            .get("originBoardId")
            .and_then(id_text)
            .unwrap_or_default(),
    )?;
    if board.body["type"] == "kanban" {
        return Err(Refusal::bad("The board does not support sprints"));
    }
    let name = text(&given, "name").trim();
    if name.is_empty() || name.chars().count() > 30 {
        return Err(Refusal::field(
            "name",
            "The sprint name must have 1 to 30 characters.",
        ));
    }
    let mut body = json!({
        "state": "future", "name": name, "originBoardId": id_number(&board.id),
        "createdDate": rfc(now_ms()), "goal": given["goal"],
    });
    dates(&given, &mut body)?;
    let number = db.next("sprint", 0)?;
    let id = number.to_string();
    db.put("sprint", &id, &board.id, &order(number), &body)?;
    Ok(Reply::created(json(Some(call), &id, &body)))
}

fn dates(given: &Value, body: &mut Value) -> Answer<()> {
    for name in ["startDate", "endDate"] {
        let Some(date) = given[name].as_str() else {
            continue;
        };
        let moment = date.parse::<jiff::Timestamp>().or_else(|error| {
            jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", date)
                .and_then(|parsed| parsed.to_timestamp())
                .map_err(|_| error)
        });
        let moment = moment.map_err(|_| {
            Refusal::field(
                name,
                "The date isn't of the form 2026-04-11T15:22:00.000+10:00.",
            )
        })?;
        body[name] = json!(rfc(moment.as_millisecond()));
    }
    if let (Some(start), Some(end)) = (body["startDate"].as_str(), body["endDate"].as_str())
        && start >= end
    {
        return Err(Refusal::bad(
            "The start date of a sprint must be before the end date.",
        ));
    }
    Ok(())
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    Ok(Reply::json(json(Some(call), &doc.id, &doc.body)))
}

/// Changes what is given (POST), or everything (PUT), where what isn't given is emptied.
pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = called(db, call)?;
    let given = call.json()?;
    if call.method == "PUT" {
        for name in ["startDate", "endDate", "goal"] {
            doc.body[name] = Value::Null;
        }
    }
    for name in ["name", "goal"] {
        if !given[name].is_null() {
            doc.body[name] = given[name].clone();
        }
    }
    dates(&given, &mut doc.body)?;
    let from = text(&doc.body, "state").to_owned();
    match (from.as_str(), given["state"].as_str()) {
        (_, None) => {}
        (from, Some(to)) if from == to => {}
        ("future", Some("active")) => {
            if doc.body["startDate"].is_null() || doc.body["endDate"].is_null() {
                return Err(Refusal::bad(
                    "A sprint needs a start date and an end date to be started.",
                ));
            }
            doc.body["state"] = json!("active");
        }
        ("active", Some("closed")) => {
            doc.body["state"] = json!("closed");
            doc.body["completeDate"] = json!(rfc(now_ms()));
        }
        (from, Some(to)) => {
            return Err(Refusal::field(
                "state",
                format!(
                    "A sprint can't go from {from} to {to}: future, active, closed is the way."
                ),
            ));
        }
    }
    db.set("sprint", &doc.id, &doc.body)?;
    Ok(Reply::json(json(Some(call), &doc.id, &doc.body)))
}

/// Its issues go back to the backlog.
pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    for inside in db.list("insprint", &doc.id)? {
        if let Some(mut issue) = db.doc("issue", inside.body.as_str().unwrap_or_default())? {
            leave(db, call, &mut issue, |id| id == doc.id)?;
        }
    }
    properties::remove_all(db, &format!("sprint/{}", doc.id))?;
    db.remove("sprint", &doc.id)?;
    Ok(Reply::nothing())
}

fn ids(issue: &Doc) -> Vec<String> {
    let all = issue.body["fields"][fields::SPRINT]
        .as_array()
        .into_iter()
        .flatten();
    all.filter_map(id_text).collect()
}

/// Keeps the list of a sprint's issues in step with an issue's field.
pub fn index(db: &Db<'_>, issue: &Doc) -> Answer<()> {
    for id in ids(issue) {
        db.put(
            "insprint",
            &format!("{id}/{}", issue.id),
            &id,
            &issue.sort,
            &json!(issue.id),
        )?;
    }
    Ok(())
}

pub fn unindex(db: &Db<'_>, issue: &Doc) -> Answer<()> {
    for id in ids(issue) {
        db.remove("insprint", &format!("{id}/{}", issue.id))?;
    }
    Ok(())
}

/// The sprint, not closed, that an issue is in.
pub fn open_of(db: &Db<'_>, issue: &Doc) -> Answer<Option<String>> {
    for id in ids(issue) {
        if db
            .get("sprint", &id)?
            .is_some_and(|sprint| sprint["state"] != "closed")
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn leave(db: &Db<'_>, call: &Call, issue: &mut Doc, which: impl Fn(&str) -> bool) -> Answer<()> {
    unindex(db, issue)?;
    let before = ids(issue);
    let left: Vec<i64> = before
        .iter()
        .filter(|id| !which(id))
        .map(|id| id_number(id))
        .collect();
    set(db, call, issue, &before, left)
}

fn set(db: &Db<'_>, call: &Call, issue: &mut Doc, before: &[String], now: Vec<i64>) -> Answer<()> {
    let told: Vec<String> = now.iter().map(ToString::to_string).collect();
    if let Some(values) = issue.body["fields"].as_object_mut() {
        values.insert(fields::SPRINT.into(), json!(now));
    }
    let line = issues::change(
        "Sprint",
        (json!(before.join(", ")), Value::Null),
        (json!(told.join(", ")), Value::Null),
    );
    issues::save(db, call, issue, vec![line])?;
    index(db, issue)
}

/// The issues that a request moves, from one to fifty.
pub fn moved(db: &Db<'_>, given: &Value) -> Answer<Vec<Doc>> {
    let all = given["issues"].as_array().cloned().unwrap_or_default();
    if all.is_empty() || all.len() > MOST {
        return Err(Refusal::bad(format!(
            "A request moves from 1 to {MOST} issues."
        )));
    }
    all.iter()
        .map(|issue| issues::find(db, issue.as_str().unwrap_or_default()))
        .collect()
}

pub fn add(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let sprint = called(db, call)?;
    if sprint.body["state"] == "closed" {
        return Err(Refusal::bad(
            "Issues can only be moved to open or active sprints.",
        ));
    }
    for mut issue in moved(db, &call.json()?)? {
        if issues::level(&issue) != 0 {
            return Err(Refusal::bad(format!(
                "{} is an epic or a subtask, which are in no sprint of their own.",
                issues::key(&issue)
            )));
        }
        let open = open_of(db, &issue)?;
        unindex(db, &issue)?;
        let before = ids(&issue);
        let mut now: Vec<i64> = before
            .iter()
            .filter(|id| Some(*id) != open.as_ref())
            .map(|id| id_number(id))
            .collect();
        now.push(id_number(&sprint.id));
        set(db, call, &mut issue, &before, now)?;
    }
    Ok(Reply::nothing())
}

pub fn to_backlog(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    for mut issue in moved(db, &call.json()?)? {
        if let Some(open) = open_of(db, &issue)? {
            leave(db, call, &mut issue, |id| id == open)?;
        }
    }
    Ok(Reply::nothing())
}

pub fn issues_of(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let sprint = called(db, call)?;
    let mut all = Vec::new();
    for inside in db.list("insprint", &sprint.id)? {
        all.extend(db.doc("issue", inside.body.as_str().unwrap_or_default())?);
    }
    all.sort_by(|a, b| jql::rank_of(a).cmp(jql::rank_of(b)));
    boards::page_of_issues(db, call, all)
}

pub fn show_property(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let sprint = called(db, call)?;
    properties::show(db, call, &format!("sprint/{}", sprint.id))
}

pub fn put_property(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let sprint = called(db, call)?;
    properties::put(db, call, &format!("sprint/{}", sprint.id))
}
