//! Types of issues: the site's for company-managed projects, and their own for team-managed ones.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::jira::basics::ISSUE_TYPES;
use crate::sandbox::jira::projects::{self, is_team_managed};
use crate::sandbox::jira::shape::{id_text, text};

/// A type of issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueType {
    pub id: String,
    pub name: String,
    /// 1 is an epic, 0 a story and its like, -1 a subtask.
    pub level: i64,
    /// The project whose own it is.
    pub project: Option<String>,
}

impl IssueType {
    pub fn json(&self, base: &str) -> Value {
        let mut shown = json!({
            "self": format!("{base}/rest/api/3/issuetype/{}", self.id),
            "id": self.id,
            "description": "",
            "iconUrl": format!("{base}/images/icons/issuetypes/{}.svg", self.name.to_lowercase()),
            "name": self.name,
            "subtask": self.level < 0,
            "hierarchyLevel": self.level,
        });
        if let Some(project) = &self.project {
            shown["scope"] = json!({ "type": "PROJECT", "project": { "id": project } });
        }
        shown
    }
}

fn global() -> Vec<IssueType> {
    let all = ISSUE_TYPES.iter();
    all.map(|(id, name, level)| IssueType {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        level: *level,
        project: None,
    })
    .collect()
}

/// Gives a team-managed project types of its own.
pub fn make_own(db: &Db<'_>, project: &str) -> Answer<()> {
    for kind in global() {
        let number = db.next("issuetype", 10_100)?;
        let body = json!({ "name": kind.name, "level": kind.level });
        db.put(
            "issuetype",
            &number.to_string(),
            project,
            &order(number),
            &body,
        )?;
    }
    Ok(())
}

/// The types of one project.
pub fn of_project(db: &Db<'_>, project: &Value) -> Answer<Vec<IssueType>> {
    if !is_team_managed(project) {
        return Ok(global());
    }
    let id = text(project, "id");
    let own = db.list("issuetype", id)?.into_iter();
    Ok(own
        .map(|doc| IssueType {
            id: doc.id,
            name: text(&doc.body, "name").to_owned(),
            level: doc.body["level"].as_i64().unwrap_or(0),
            project: Some(id.to_owned()),
        })
        .collect())
}

/// The type that a request names by id or name.
pub fn named(types: &[IssueType], given: &Value) -> Option<IssueType> {
    let id = given.get("id").and_then(id_text);
    let name = given.get("name").and_then(Value::as_str);
    types
        .iter()
        .find(|kind| match (&id, name) {
            (Some(id), _) => kind.id == *id,
            (None, Some(name)) => kind.name.eq_ignore_ascii_case(name),
            _ => false,
        })
        .cloned()
}

/// Every type of the site.
pub fn all(db: &Db<'_>) -> Answer<Vec<IssueType>> {
    let mut all = global();
    for doc in db.all("issuetype")? {
        all.push(IssueType {
            id: doc.id,
            name: text(&doc.body, "name").to_owned(),
            level: doc.body["level"].as_i64().unwrap_or(0),
            project: Some(doc.parent),
        });
    }
    Ok(all)
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let base = call.base();
    let all = all(db)?;
    Ok(Reply::json(
        all.iter().map(|t| t.json(&base)).collect::<Vec<_>>().into(),
    ))
}

pub fn list_of_project(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = projects::find(db, call.query("projectId").unwrap_or_default())?;
    let base = call.base();
    let level = call.number("level");
    let types = of_project(db, &project.body)?;
    let types = types.iter().filter(|t| level.is_none_or(|l| l == t.level));
    Ok(Reply::json(
        types.map(|t| t.json(&base)).collect::<Vec<_>>().into(),
    ))
}

/// The levels of a project's types.
pub fn hierarchy(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = projects::find(db, call.param("projectIdOrKey"))?;
    let types = of_project(db, &project.body)?;
    let levels = [(1, "Epic"), (0, "Story"), (-1, "Subtask")].map(|(level, name)| {
        let of_level = types.iter().filter(|t| t.level == level);
        let of_level: Vec<Value> = of_level
            .map(|t| json!({ "id": t.id.parse::<i64>().unwrap_or(0), "name": t.name, "avatarId": 10_000 }))
            .collect();
        json!({ "level": level, "name": name, "issueTypes": of_level })
    });
    Ok(Reply::json(json!({
        "projectId": project.id.parse::<i64>().unwrap_or(0),
        "hierarchy": levels,
    })))
}

/// Which schemes a project has, so that another can be made with the same.
pub fn schemes(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let id = projects::find(db, call.query("projectId").unwrap_or_default())?.id;
    let field = if call.path.contains("issuetypescheme") {
        "issueTypeScheme"
    } else {
        "workflowScheme"
    };
    let scheme = projects::SCHEME;
    let shown = match field {
        "issueTypeScheme" => {
            json!({ "id": scheme.to_string(), "name": "Default Issue Type Scheme", "description": "", "isDefault": true })
        }
        _ => {
            json!({ "id": scheme, "name": "Default Workflow Scheme", "description": "", "self": format!("{}/rest/api/3/workflowscheme/{scheme}", call.base()) })
        }
    };
    let entry = json!({ field: shown, "projectIds": [id] });
    if field == "workflowScheme" {
        return Ok(Reply::json(json!({ "values": [entry] })));
    }
    let page = crate::sandbox::atlassian::Page {
        start: 0,
        limit: 50,
    };
    Ok(Reply::json(page.values(vec![entry])))
}

/// A type that a path or a query names by its id.
pub fn find(db: &Db<'_>, project: &Value, id: &str) -> Answer<IssueType> {
    let types = of_project(db, project)?;
    let found = types.into_iter().find(|kind| kind.id == id);
    found.ok_or_else(|| Refusal::bad(format!("The issue type {id} isn't this project's.")))
}
