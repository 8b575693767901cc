//! Issues as answers show them, with the fields that were asked for.

use serde_json::{Map, Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply};
use crate::sandbox::jira::fields::{self, Field, Shape};
use crate::sandbox::jira::shape::{address, author_json, text};
use crate::sandbox::jira::time::jira_time;
use crate::sandbox::jira::{
    attachments, basics, changelog, comments, issue_types, issues, links, projects, properties,
    transitions, values, watchers, worklogs,
};

/// What of an issue is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    fields: Vec<String>,
    expand: Vec<String>,
    properties: Vec<String>,
    /// Without any field: only the id.
    only_id: bool,
}

impl Wanted {
    pub fn of_query(call: &Call) -> Wanted {
        let all = |name: &str| call.queries(name).into_iter().map(str::to_owned).collect();
        Wanted {
            fields: all("fields"),
            expand: all("expand"),
            properties: all("properties"),
            only_id: false,
        }
    }

    /// What a body asks for. `expand` is a list or has commas.
    pub fn of_body(body: &Value) -> Wanted {
        let all = |name: &str| -> Vec<String> {
            let given = &body[name];
            let list = given
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let list = list.chain(given.as_str());
            list.flat_map(|t| t.split(','))
                .map(|t| t.trim().to_owned())
                .filter(|t| !t.is_empty())
                .collect()
        };
        Wanted {
            fields: all("fields"),
            expand: all("expand"),
            properties: all("properties"),
            only_id: false,
        }
    }

    /// As the search has it: the id alone where no field is named.
    #[must_use]
    pub fn only_what_is_named(mut self) -> Wanted {
        self.only_id = self.fields.is_empty();
        self
    }

    pub fn is_only_id(&self) -> bool {
        self.only_id
    }

    fn has(&self, field: &str) -> bool {
        if self
            .fields
            .iter()
            .any(|f| f.strip_prefix('-') == Some(field))
        {
            return false;
        }
        let positive = self.fields.iter().filter(|f| !f.starts_with('-'));
        let mut positive = positive.peekable();
        match positive.peek() {
            None => true,
            Some(_) => positive.any(|f| {
                f == field
                    || f == "*all"
                    || (f == "*navigable" && !["comment", "worklog", "attachment"].contains(&field))
            }),
        }
    }

    fn expands(&self, what: &str) -> bool {
        self.expand.iter().any(|e| e == what)
    }
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    Ok(Reply::json(view(db, call, &doc, &Wanted::of_query(call))?))
}

pub fn whole(db: &Db<'_>, call: &Call, doc: &Doc) -> Answer<Value> {
    view(db, call, doc, &Wanted::default())
}

/// Up to 100 by id or key; those that aren't found are named.
pub fn fetch_many(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let body = call.json()?;
    let wanted = Wanted::of_body(&body);
    let ids = body["issueIdsOrKeys"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if ids.is_empty() || ids.len() > 100 {
        return Err(Refusal::bad("A request fetches from 1 to 100 issues."));
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for id in ids.iter().map(|id| id.as_str().unwrap_or_default()) {
        match issues::find_any(db, id)? {
            Some(doc) => found.push(view(db, call, &doc, &wanted)?),
            None => errors.push(json!({ "id": id, "errorMessage": "Issue does not exist or you do not have permission to see it." })),
        }
    }
    Ok(Reply::json(
        json!({ "issues": found, "issueErrors": errors }),
    ))
}

pub fn view(db: &Db<'_>, call: &Call, doc: &Doc, wanted: &Wanted) -> Answer<Value> {
    let mut shown = if wanted.only_id {
        json!({ "id": doc.id })
    } else {
        let mut shown_fields = Map::new();
        for field in fields::FIELDS.iter().filter(|field| wanted.has(field.id)) {
            shown_fields.insert(field.id.to_owned(), value(db, call, doc, field)?);
        }
        if wanted.has("timetracking") {
            spent(db, doc, &mut shown_fields)?;
        }
        json!({
            "expand": "renderedFields,names,schema,operations,editmeta,changelog",
            "id": doc.id,
            "self": address(call, &format!("issue/{}", doc.id)),
            "key": issues::key(doc),
            "fields": shown_fields,
        })
    };
    if !wanted.properties.is_empty() {
        let all = properties::all(db, &format!("issue/{}", doc.id))?.into_iter();
        let named = |key: &String| wanted.properties.iter().any(|p| p == key || p == "*all");
        shown["properties"] = Value::Object(all.filter(|(key, _)| named(key)).collect());
    }
    if wanted.expands("names") {
        let names = fields::FIELDS
            .iter()
            .map(|f| (f.id.to_owned(), json!(f.name)));
        shown["names"] = Value::Object(names.collect());
    }
    if wanted.expands("schema") {
        let schemas = fields::FIELDS.iter().map(|f| (f.id.to_owned(), f.schema()));
        shown["schema"] = Value::Object(schemas.collect());
    }
    if wanted.expands("changelog") {
        shown["changelog"] = changelog::of_issue(db, call, &doc.id)?;
    }
    if wanted.expands("transitions") {
        shown["transitions"] = transitions::possible(db, call, doc)?;
    }
    Ok(shown)
}

fn value(db: &Db<'_>, call: &Call, doc: &Doc, field: &Field) -> Answer<Value> {
    let (base, body) = (call.base(), &doc.body);
    let moment = |name: &str| {
        body[name]
            .as_i64()
            .map_or(Value::Null, |ms| json!(jira_time(ms)))
    };
    Ok(match (field.shape, field.id) {
        (Shape::Project, _) => {
            let project = db.get("project", &doc.parent)?.unwrap_or_default();
            projects::short_json(call, &project)
        }
        (Shape::IssueType, _) => kind(db, call, doc)?,
        (Shape::Parent, _) => match body["parent"].as_str() {
            Some(parent) => brief_of(db, call, parent)?,
            None => Value::Null,
        },
        (Shape::Fixed, "status") => basics::status(&base, text(body, "status")),
        (Shape::Fixed, "creator") => author_json(&base, &body["creator"]),
        (Shape::Fixed, "created") => moment("created"),
        (Shape::Fixed, "updated") => moment("updated"),
        (Shape::Fixed, "resolutiondate") => moment("resolved"),
        (Shape::Fixed, fields::RANK) => json!(format!("0|{}:", text(body, "rank"))),
        (Shape::Fixed, "subtasks") => {
            let subtasks = issues::children(db, &doc.id)?
                .into_iter()
                .filter(|c| issues::level(c) < 0);
            subtasks
                .map(|child| brief(db, call, &child))
                .collect::<Answer<Vec<_>>>()?
                .into()
        }
        (Shape::Fixed, "issuelinks") => links::of_issue(db, call, &doc.id)?,
        (Shape::Fixed, "attachment") => attachments::of_issue(db, call, &doc.id)?,
        (Shape::Fixed, "comment") => comments::field(db, call, doc)?,
        (Shape::Fixed, "worklog") => worklogs::field(db, call, doc)?,
        (Shape::Fixed, "watches") => watchers::short_json(call, doc),
        (Shape::Fixed, "votes") => watchers::votes_json(call, doc),
        _ => values::show(db, call, field, &body["fields"][field.id])?,
    })
}

fn spent(db: &Db<'_>, doc: &Doc, shown: &mut Map<String, Value>) -> Answer<()> {
    let seconds = worklogs::spent(db, &doc.id)?;
    if let Some(tracking) = shown.get_mut("timetracking").and_then(Value::as_object_mut)
        && seconds > 0
    {
        let written = crate::sandbox::jira::duration::written(seconds);
        tracking.insert("timeSpent".into(), json!(written));
        tracking.insert("timeSpentSeconds".into(), json!(seconds));
    }
    Ok(())
}

fn kind(db: &Db<'_>, call: &Call, doc: &Doc) -> Answer<Value> {
    let project = db.get("project", &doc.parent)?.unwrap_or_default();
    let kind = issue_types::find(db, &project, text(&doc.body, "type"))?;
    Ok(kind.json(&call.base()))
}

fn brief_of(db: &Db<'_>, call: &Call, id: &str) -> Answer<Value> {
    match db.doc("issue", id)? {
        Some(doc) => brief(db, call, &doc),
        None => Ok(Value::Null),
    }
}

/// An issue as another one names it.
pub fn brief(db: &Db<'_>, call: &Call, doc: &Doc) -> Answer<Value> {
    let base = call.base();
    Ok(json!({
        "id": doc.id,
        "key": issues::key(doc),
        "self": address(call, &format!("issue/{}", doc.id)),
        "fields": {
            "summary": doc.body["fields"]["summary"],
            "status": basics::status(&base, text(&doc.body, "status")),
            "priority": basics::priority_of_issue(&base, text(&doc.body["fields"], "priority")),
            "issuetype": kind(db, call, doc)?,
        },
    }))
}
