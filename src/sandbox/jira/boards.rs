//! Boards, and the issues that are on them.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order};
use crate::sandbox::jira::issue_view::{self, Wanted};
use crate::sandbox::jira::shape::{id_number, id_text, text};
use crate::sandbox::jira::{basics, fields, filters, issues, jql, projects, properties, workflow};

fn address(call: &Call, id: &str) -> String {
    format!("{}/rest/agile/1.0/board/{id}", call.base())
}

fn json(db: &Db<'_>, call: &Call, doc: &Doc) -> Answer<Value> {
    let mut shown = json!({
        "id": id_number(&doc.id),
        "self": address(call, &doc.id),
        "name": doc.body["name"],
        "type": doc.body["type"],
        "isPrivate": false,
    });
    if let Some(project) = db.get("project", text(&doc.body, "project"))? {
        let (name, key) = (text(&project, "name"), text(&project, "key"));
        shown["location"] = json!({
            "projectId": id_number(text(&project, "id")),
            "displayName": format!("{name} ({key})"),
            "projectName": name,
            "projectKey": key,
            "projectTypeKey": project["type"],
            "name": format!("{name} ({key})"),
        });
    }
    Ok(shown)
}

fn make(db: &Db<'_>, name: &str, kind: &str, filter: &str, project: &str) -> Answer<Doc> {
    let number = db.next("board", 0)?;
    let id = number.to_string();
    let body = json!({ "name": name, "type": kind, "filter": filter, "project": project });
    db.put("board", &id, "", &order(number), &body)?;
    Ok(Doc {
        id,
        parent: String::new(),
        sort: order(number),
        body,
    })
}

/// The board that a template gives its project. Team-managed ones are of type `simple`.
pub fn make_for_project(db: &Db<'_>, project: &Value, kind: &str, call: &Call) -> Answer<()> {
    let key = text(project, "key");
    let query = format!("project = {key} ORDER BY Rank ASC");
    let filter = filters::make(
        db,
        call.user.account_id,
        &format!("Filter for {key} board"),
        &query,
        "",
    )?;
    let kind = if projects::is_team_managed(project) {
        "simple"
    } else {
        kind
    };
    make(
        db,
        &format!("{key} board"),
        kind,
        &filter.id,
        text(project, "id"),
    )?;
    Ok(())
}

pub fn remove_of_project(db: &Db<'_>, project: &str) -> Answer<()> {
    for board in db.list("board", "")? {
        if text(&board.body, "project") == project {
            remove(db, &board)?;
        }
    }
    Ok(())
}

fn remove(db: &Db<'_>, board: &Doc) -> Answer<()> {
    for sprint in db.list("sprint", &board.id)? {
        db.remove("sprint", &sprint.id)?;
        properties::remove_all(db, &format!("sprint/{}", sprint.id))?;
    }
    let filter = text(&board.body, "filter");
    if let Some(found) = db.get("filter", filter)? {
        db.unname("filter", &text(&found, "name").to_lowercase())?;
        db.remove("filter", filter)?;
    }
    properties::remove_all(db, &format!("board/{}", board.id))?;
    db.remove("board", &board.id)?;
    Ok(())
}

pub fn find(db: &Db<'_>, id: &str) -> Answer<Doc> {
    db.doc("board", id)?.ok_or_else(|| {
        Refusal::not_found(format!(
            "Board {id} does not exist or you do not have permission to view it."
        ))
    })
}

/// The one that the path names.
pub fn called(db: &Db<'_>, call: &Call) -> Answer<Doc> {
    find(db, call.param("boardId"))
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = match call.query("projectKeyOrId") {
        Some(project) => Some(projects::find(db, project)?.id),
        None => None,
    };
    let (kind, name) = (
        call.query("type"),
        call.query("name").unwrap_or_default().to_lowercase(),
    );
    let mut found = Vec::new();
    for board in db.list("board", "")? {
        let fits = project
            .as_deref()
            .is_none_or(|p| p == text(&board.body, "project"))
            && kind.is_none_or(|k| k.split(',').any(|k| k == text(&board.body, "type")))
            && text(&board.body, "name").to_lowercase().contains(&name);
        if fits {
            found.push(json(db, call, &board)?);
        }
    }
    Ok(Reply::json(Page::of(call, 50, 50).values(found)))
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let (name, kind) = (text(&given, "name").trim(), text(&given, "type"));
    if name.is_empty() || name.chars().count() > 254 {
        return Err(Refusal::field(
            "name",
            "The board's name must have 1 to 254 characters.",
        ));
    }
    if !["scrum", "kanban", "agility"].contains(&kind) {
        return Err(Refusal::field(
            "type",
            "The board's type is scrum or kanban.",
        ));
    }
    let filter = filters::find(
        db,
        &given.get("filterId").and_then(id_text).unwrap_or_default(),
    )?;
    let location = text(&given["location"], "projectKeyOrId");
    let project = if location.is_empty() {
        // Where nothing is said, the board is at the project that its filter names.
        first_project(db, call, &filter)?
    } else {
        projects::find(db, location)?.id
    };
    let doc = make(db, name, kind, &filter.id, &project)?;
    Ok(Reply::created(json(db, call, &doc)?))
}

fn first_project(db: &Db<'_>, call: &Call, filter: &Doc) -> Answer<String> {
    let query = jql::parse(text(&filter.body, "jql")).map_err(Refusal::bad)?;
    Ok(jql::find(db, call, &query)?
        .first()
        .map(|doc| doc.parent.clone())
        .unwrap_or_default())
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    Ok(Reply::json(json(db, call, &doc)?))
}

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    remove(db, &called(db, call)?)?;
    Ok(Reply::nothing())
}

pub fn configuration(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    let base = call.base();
    let columns = workflow::statuses().map(|id| {
        let name = basics::STATUSES.iter().find(|(i, ..)| *i == id).map_or("", |(_, name, _)| name);
        json!({ "name": name, "statuses": [{ "id": id, "self": format!("{base}/rest/api/3/status/{id}") }] })
    });
    let filter = text(&doc.body, "filter");
    Ok(Reply::json(json!({
        "id": id_number(&doc.id),
        "name": doc.body["name"],
        "type": doc.body["type"],
        "self": format!("{}/configuration", address(call, &doc.id)),
        "filter": { "id": filter, "self": format!("{base}/rest/api/3/filter/{filter}") },
        "columnConfig": { "columns": columns.collect::<Vec<_>>(), "constraintType": "none" },
        "estimation": { "type": "field", "field": { "fieldId": fields::POINTS, "displayName": "Story point estimate" } },
        "ranking": { "rankCustomFieldId": 10_019 },
    })))
}

pub fn projects_of(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    let project = db.get("project", text(&doc.body, "project"))?;
    let all: Vec<Value> = project
        .iter()
        .map(|project| projects::short_json(call, project))
        .collect();
    Ok(Reply::json(Page::of(call, 50, 50).values(all)))
}

/// What the board's filter finds, in order of rank.
fn on_board(db: &Db<'_>, call: &Call, board: &Doc) -> Answer<Vec<Doc>> {
    let filter = filters::find(db, text(&board.body, "filter"))?;
    let query = jql::parse(text(&filter.body, "jql")).map_err(Refusal::bad)?;
    let mut found = jql::find(db, call, &query)?;
    found.sort_by(|a, b| jql::rank_of(a).cmp(jql::rank_of(b)));
    Ok(found)
}

/// A page of issues as the agile API has it.
pub fn page_of_issues(db: &Db<'_>, call: &Call, mut all: Vec<Doc>) -> Answer<Reply> {
    if let Some(query) = call.query("jql") {
        let query = jql::parse(query).map_err(Refusal::bad)?;
        let found: std::collections::HashSet<String> = jql::find(db, call, &query)?
            .into_iter()
            .map(|d| d.id)
            .collect();
        all.retain(|doc| found.contains(&doc.id));
    }
    let page = Page::of(call, 50, 100);
    let total = all.len();
    let wanted = Wanted::of_query(call);
    let mut shown = Vec::new();
    for doc in all
        .iter()
        .skip(page.start as usize)
        .take(page.limit as usize)
    {
        shown.push(issue_view::view(db, call, doc, &wanted)?);
    }
    Ok(Reply::json(json!({
        "expand": "schema,names", "startAt": page.start, "maxResults": page.limit,
        "total": total, "issues": shown,
    })))
}

pub fn board_issues(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let board = called(db, call)?;
    let mut all = on_board(db, call, &board)?;
    all.retain(|doc| issues::level(doc) <= 0);
    page_of_issues(db, call, all)
}

/// What is on the board and in no sprint that is under way or to come, and not done.
pub fn backlog(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let board = called(db, call)?;
    let mut all = Vec::new();
    for doc in on_board(db, call, &board)? {
        let done = basics::category_of(text(&doc.body, "status")) == "done";
        if issues::level(&doc) == 0
            && !done
            && crate::sandbox::jira::sprints::open_of(db, &doc)?.is_none()
        {
            all.push(doc);
        }
    }
    page_of_issues(db, call, all)
}

pub fn epics(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let board = called(db, call)?;
    let all = on_board(db, call, &board)?
        .into_iter()
        .filter(|doc| issues::level(doc) == 1);
    let all = all.map(|doc| {
        json!({
            "id": id_number(&doc.id),
            "self": format!("{}/rest/agile/1.0/epic/{}", call.base(), doc.id),
            "key": issues::key(&doc),
            "name": doc.body["fields"]["summary"],
            "summary": doc.body["fields"]["summary"],
            "color": { "key": "color_1" },
            "done": basics::category_of(text(&doc.body, "status")) == "done",
        })
    });
    Ok(Reply::json(Page::of(call, 50, 50).values(all.collect())))
}

pub fn put_property(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let board = called(db, call)?;
    properties::put(db, call, &format!("board/{}", board.id))
}
