//! The fields that issues have, built in and custom.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Page, Refusal, Reply};
use crate::sandbox::jira::shape::text;

/// What values a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    Document,
    Number,
    Date,
    Moment,
    Url,
    User,
    Users,
    Option,
    Options,
    Labels,
    Priority,
    Resolution,
    Project,
    IssueType,
    Parent,
    Components,
    Versions,
    TimeTracking,
    Sprint,
    /// Written by other calls only.
    Fixed,
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub id: &'static str,
    pub name: &'static str,
    pub shape: Shape,
    /// Choices of an option field: ids and values.
    pub options: &'static [(&'static str, &'static str)],
}

const fn field(id: &'static str, name: &'static str, shape: Shape) -> Field {
    Field {
        id,
        name,
        shape,
        options: &[],
    }
}

const SEVERITIES: [(&str, &str); 3] = [("10020", "Low"), ("10021", "Medium"), ("10022", "High")];
const FLAGS: [(&str, &str); 1] = [("10019", "Impediment")];

pub const SPRINT: &str = "customfield_10020";
pub const RANK: &str = "customfield_10019";
pub const POINTS: &str = "customfield_10016";

pub const FIELDS: [Field; 39] = [
    field("summary", "Summary", Shape::Text),
    field("description", "Description", Shape::Document),
    field("environment", "Environment", Shape::Document),
    field("issuetype", "Issue Type", Shape::IssueType),
    field("project", "Project", Shape::Project),
    field("parent", "Parent", Shape::Parent),
    field("status", "Status", Shape::Fixed),
    field("priority", "Priority", Shape::Priority),
    field("resolution", "Resolution", Shape::Resolution),
    field("assignee", "Assignee", Shape::User),
    field("reporter", "Reporter", Shape::User),
    field("creator", "Creator", Shape::Fixed),
    field("labels", "Labels", Shape::Labels),
    field("components", "Components", Shape::Components),
    field("versions", "Affects versions", Shape::Versions),
    field("fixVersions", "Fix versions", Shape::Versions),
    field("duedate", "Due date", Shape::Date),
    field("timetracking", "Time tracking", Shape::TimeTracking),
    field("created", "Created", Shape::Fixed),
    field("updated", "Updated", Shape::Fixed),
    field("resolutiondate", "Resolved", Shape::Fixed),
    field("subtasks", "Sub-tasks", Shape::Fixed),
    field("issuelinks", "Linked Issues", Shape::Fixed),
    field("attachment", "Attachment", Shape::Fixed),
    field("comment", "Comment", Shape::Fixed),
    field("worklog", "Log Work", Shape::Fixed),
    field("watches", "Watchers", Shape::Fixed),
    field("votes", "Votes", Shape::Fixed),
    field(RANK, "Rank", Shape::Fixed),
    field(SPRINT, "Sprint", Shape::Sprint),
    field(POINTS, "Story point estimate", Shape::Number),
    field("customfield_10015", "Start date", Shape::Date),
    Field {
        id: "customfield_10021",
        name: "Flagged",
        shape: Shape::Options,
        options: &FLAGS,
    },
    Field {
        id: "customfield_10040",
        name: "Severity",
        shape: Shape::Option,
        options: &SEVERITIES,
    },
    field("customfield_10041", "Acceptance criteria", Shape::Document),
    field("customfield_10042", "Reference", Shape::Url),
    field("customfield_10043", "Reviewers", Shape::Users),
    field("customfield_10044", "Deployed at", Shape::Moment),
    field("customfield_10045", "Environment name", Shape::Text),
];

impl Field {
    pub fn is_custom(&self) -> bool {
        self.id.starts_with("customfield_")
    }

    /// Whether a form for new issues has it.
    pub fn on_create_screen(&self) -> bool {
        !matches!(self.shape, Shape::Fixed | Shape::Resolution)
    }

    /// The field's type, as Jira describes it.
    pub fn schema(&self) -> Value {
        let (kind, items, custom) = match self.shape {
            Shape::Text => ("string", None, "textfield"),
            Shape::Document => ("string", None, "textarea"),
            Shape::Number => ("number", None, "float"),
            Shape::Date => ("date", None, "datepicker"),
            Shape::Moment => ("datetime", None, "datetime"),
            Shape::Url => ("string", None, "url"),
            Shape::User => ("user", None, "userpicker"),
            Shape::Users => ("array", Some("user"), "multiuserpicker"),
            Shape::Option => ("option", None, "select"),
            Shape::Options => ("array", Some("option"), "multicheckboxes"),
            Shape::Labels => ("array", Some("string"), "labels"),
            Shape::Priority => ("priority", None, ""),
            Shape::Resolution => ("resolution", None, ""),
            Shape::Project => ("project", None, ""),
            Shape::IssueType => ("issuetype", None, ""),
            Shape::Parent => ("issuelink", None, ""),
            Shape::Components => ("array", Some("component"), ""),
            Shape::Versions => ("array", Some("version"), ""),
            Shape::TimeTracking => ("timetracking", None, ""),
            Shape::Sprint => ("array", Some("json"), ""),
            Shape::Fixed => match self.id {
                "status" => ("status", None, ""),
                "creator" => ("user", None, ""),
                "created" | "updated" | "resolutiondate" => ("datetime", None, ""),
                "comment" => ("comments-page", None, ""),
                "watches" => ("watches", None, ""),
                "votes" => ("votes", None, ""),
                RANK => ("any", None, ""),
                _ => ("array", Some(self.id), ""),
            },
        };
        let mut schema = json!({ "type": kind });
        if let Some(items) = items {
            schema["items"] = json!(items);
        }
        match self.id.strip_prefix("customfield_") {
            Some(number) => {
                let key = match self.id {
                    SPRINT => "com.pyxis.greenhopper.jira:gh-sprint".to_owned(),
                    RANK => "com.pyxis.greenhopper.jira:gh-lexo-rank".to_owned(),
                    POINTS => "com.pyxis.greenhopper.jira:jsw-story-points".to_owned(),
                    _ => format!("com.atlassian.jira.plugin.system.customfieldtypes:{custom}"),
                };
                schema["custom"] = json!(key);
                schema["customId"] = json!(number.parse::<i64>().unwrap_or(0));
            }
            None => schema["system"] = json!(self.id),
        }
        schema
    }
}

pub fn find(id: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.id == id)
}

pub fn list(_: &Db<'_>, _: &Call) -> Answer<Reply> {
    let all = FIELDS.iter().map(|field| {
        json!({
            "id": field.id,
            "key": field.id,
            "name": field.name,
            "custom": field.is_custom(),
            "orderable": field.on_create_screen(),
            "navigable": true,
            "searchable": true,
            "clauseNames": [field.name.to_lowercase()],
            "schema": field.schema(),
        })
    });
    Ok(Reply::json(all.collect::<Vec<_>>().into()))
}

pub fn search(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let kinds = call.queries("type");
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let all = FIELDS.iter().filter(|field| {
        let kind = if field.is_custom() {
            "custom"
        } else {
            "system"
        };
        (kinds.is_empty() || kinds.contains(&kind)) && field.name.to_lowercase().contains(&query)
    });
    let all = all.map(|field| {
        json!({ "id": field.id, "name": field.name, "schema": field.schema(), "description": "", "key": field.id })
    });
    Ok(Reply::json(Page::of(call, 50, 50).values(all.collect())))
}

/// The one context of a custom field: everywhere.
pub fn contexts(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let field = custom(call)?;
    let context = json!({
        "id": context_of(field), "name": format!("Default configuration of {}", field.name),
        "description": "", "isGlobalContext": true, "isAnyIssueType": true,
    });
    Ok(Reply::json(Page::of(call, 50, 50).values(vec![context])))
}

fn custom(call: &Call) -> Answer<&'static Field> {
    let id = call.param("fieldId");
    let found = find(id).filter(|field| field.is_custom());
    found.ok_or_else(|| Refusal::not_found("The custom field was not found."))
}

fn context_of(field: &Field) -> String {
    field.id.replace("customfield_", "1")
}

pub fn options(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let field = custom(call)?;
    if call.param("contextId") != context_of(field) {
        return Err(Refusal::not_found("The context was not found."));
    }
    let all = field.options.iter();
    let all = all.map(|(id, value)| json!({ "id": id, "value": value, "disabled": false }));
    Ok(Reply::json(Page::of(call, 100, 100).values(all.collect())))
}

/// An option as an issue shows it.
pub fn option_json(base: &str, field: &Field, id: &Value) -> Value {
    let found = field.options.iter().find(|(i, _)| id == *i);
    found.map_or(Value::Null, |(id, value)| {
        json!({ "self": format!("{base}/rest/api/3/customFieldOption/{id}"), "value": value, "id": id })
    })
}

/// The option that a request names.
pub fn option_named(field: &Field, given: &Value) -> Option<&'static str> {
    let options = field.options.iter();
    let mut options = options.filter(|(id, value)| match given.get("id") {
        Some(given) => given == id,
        None => text(given, "value") == *value,
    });
    options.next().map(|(id, _)| *id)
}
