//! Projects: created from a template or from schemes, found, changed.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order, user, uuid};
use crate::sandbox::jira::shape::{address, avatars, id_number, text, user_json};
use crate::sandbox::jira::time::jira_time;
use crate::sandbox::jira::{boards, components, issue_types, projects_trash, properties, versions};

const GREENHOPPER: &str = "com.pyxis.greenhopper.jira:";
/// Templates of software projects: their names, and whether the project is its team's own.
const TEMPLATES: [(&str, bool); 5] = [
    ("gh-simplified-agility-kanban", true),
    ("gh-simplified-agility-scrum", true),
    ("gh-simplified-basic", false),
    ("gh-simplified-kanban-classic", false),
    ("gh-simplified-scrum-classic", false),
];
const SCHEMES: [&str; 7] = [
    "issueTypeScheme",
    "workflowScheme",
    "issueTypeScreenScheme",
    "fieldScheme",
    "fieldConfigurationScheme",
    "permissionScheme",
    "notificationScheme",
];
/// The only scheme of each kind that there is.
pub const SCHEME: i64 = 10_000;

/// A project that isn't in the trash, by its id or its key.
pub fn find(db: &Db<'_>, id_or_key: &str) -> Answer<Doc> {
    let found = find_any(db, id_or_key)?.filter(|doc| doc.body["deleted"].is_null());
    found.ok_or_else(|| {
        Refusal::not_found(format!("No project could be found with key '{id_or_key}'."))
    })
}

/// The same, in the trash or not.
pub fn find_any(db: &Db<'_>, id_or_key: &str) -> Answer<Option<Doc>> {
    if let Some(doc) = db.doc("project", id_or_key)? {
        return Ok(Some(doc));
    }
    match db.named("project", &id_or_key.to_uppercase())? {
        Some(id) => Ok(db.doc("project", &id)?),
        None => Ok(None),
    }
}

pub fn is_team_managed(project: &Value) -> bool {
    project["simplified"] == true
}

/// What is wrong with a new project's key; nothing where it's free and well formed.
pub fn key_problem(db: &Db<'_>, key: &str) -> Answer<Option<String>> {
    let mut chars = key.chars();
    let well = chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && (2..=10).contains(&key.len());
    if !well {
        return Ok(Some("Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters, and have at most 10.".into()));
    }
    let Some(holder) = find_any(db, key)? else {
        return Ok(None);
    };
    let name = text(&holder.body, "name");
    Ok(Some(if holder.body["deleted"].is_null() {
        format!("Project '{name}' uses this project key.")
    } else {
        format!("Project '{name}' in the trash uses this project key.")
    }))
}

pub fn name_problem(db: &Db<'_>, name: &str) -> Answer<Option<String>> {
    let length = name.trim().chars().count();
    if length == 0 || length > 80 {
        return Ok(Some(
            "You must specify a valid project name of at most 80 characters.".into(),
        ));
    }
    let taken = db.named("project-name", &name.trim().to_lowercase())?;
    Ok(taken.map(|_| "A project with that name already exists.".into()))
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let (key, name) = (text(&given, "key"), text(&given, "name").trim());
    let mut errors = serde_json::Map::new();
    if let Some(problem) = key_problem(db, key)? {
        errors.insert("projectKey".into(), problem.into());
    }
    if let Some(problem) = name_problem(db, name)? {
        errors.insert("projectName".into(), problem.into());
    }
    let lead = given.get("leadAccountId").and_then(Value::as_str);
    if lead.and_then(user).is_none() {
        errors.insert(
            "projectLead".into(),
            "You must specify a valid project lead.".into(),
        );
    }
    if !errors.is_empty() {
        let mut refusal = Refusal::bad("");
        refusal.messages.clear();
        refusal.errors = errors;
        return Err(refusal);
    }
    let (template, team_managed) = template_of(&given)?;
    let id = db.next("project", 9_999)?.to_string();
    let body = json!({
        "id": id, "key": key, "name": name, "uuid": uuid(),
        "description": text(&given, "description"), "url": text(&given, "url"),
        "lead": lead, "template": template, "simplified": team_managed,
        "type": given.get("projectTypeKey").unwrap_or(&json!("software")),
        "assigneeType": given.get("assigneeType").unwrap_or(&json!("UNASSIGNED")),
        "created": now_ms(), "deleted": null,
    });
    db.put("project", &id, "", key, &body)?;
    db.name("project", key, &id)?;
    db.name("project-name", &name.to_lowercase(), &id)?;
    if team_managed {
        issue_types::make_own(db, &id)?;
    }
    if !template.is_empty() {
        let kind = if template.contains("scrum") {
            "scrum"
        } else {
            "kanban"
        };
        boards::make_for_project(db, &body, kind, call)?;
    }
    Ok(Reply::created(json!({
        "self": address(call, &format!("project/{id}")),
        "id": id_number(&id),
        "key": key,
    })))
}

/// The template that a creation names, or none where it names schemes; never both.
fn template_of(given: &Value) -> Answer<(String, bool)> {
    let schemes: Vec<&str> = SCHEMES
        .into_iter()
        .filter(|name| given.get(*name).is_some())
        .collect();
    let template = given.get("projectTemplateKey").and_then(Value::as_str);
    match (template, schemes.first()) {
        (Some(_), Some(scheme)) => Err(Refusal::bad(format!(
            "A project is created from a template or from schemes: {scheme} doesn't go with projectTemplateKey."
        ))),
        (Some(template), None) => {
            let name = template.strip_prefix(GREENHOPPER).unwrap_or_default();
            let known = TEMPLATES.iter().find(|(known, _)| *known == name);
            let known = known.ok_or_else(|| {
                Refusal::field(
                    "projectTemplateKey",
                    format!("The template {template} isn't served here."),
                )
            })?;
            Ok((name.to_owned(), known.1))
        }
        (None, _) => {
            for scheme in schemes {
                if given[scheme] != SCHEME {
                    return Err(Refusal::field(scheme, "There is no such scheme."));
                }
            }
            Ok((String::new(), false))
        }
    }
}

/// A project as its own address shows it.
pub fn project_json(db: &Db<'_>, call: &Call, doc: &Doc) -> Answer<Value> {
    let base = call.base();
    let body = &doc.body;
    let mut shown = short_json(call, body);
    shown["expand"] = json!("description,lead,issueTypes,url,projectKeys,permissions,insight");
    shown["description"] = body["description"].clone();
    shown["assigneeType"] = body["assigneeType"].clone();
    if let Some(lead) = user(text(body, "lead")) {
        let mut lead = user_json(&base, lead);
        if let Some(fields) = lead.as_object_mut() {
            fields
                .retain(|name, _| !["locale", "timeZone", "emailAddress"].contains(&name.as_str()));
        }
        shown["lead"] = lead;
    }
    shown["components"] = components::of_project(db, call, &doc.id)?.into();
    shown["versions"] = versions::of_project(db, call, &doc.id)?.into();
    let types = issue_types::of_project(db, body)?;
    shown["issueTypes"] = types
        .iter()
        .map(|t| t.json(&base))
        .collect::<Vec<_>>()
        .into();
    shown["roles"] = json!({});
    Ok(shown)
}

/// A project as an issue shows it.
pub fn short_json(call: &Call, body: &Value) -> Value {
    let base = call.base();
    let team = is_team_managed(body);
    let mut shown = json!({
        "self": format!("{base}/rest/api/3/project/{}", text(body, "id")),
        "id": body["id"],
        "key": body["key"],
        "name": body["name"],
        "projectTypeKey": body["type"],
        "simplified": team,
        "style": if team { "next-gen" } else { "classic" },
        "avatarUrls": avatars(&base),
    });
    if !text(body, "url").is_empty() {
        shown["url"] = body["url"].clone();
    }
    if let Some(deleted) = body["deleted"].as_i64() {
        shown["deleted"] = json!(true);
        shown["deletedDate"] = json!(jira_time(deleted));
        shown["retentionTillDate"] = json!(jira_time(deleted + projects_trash::KEPT_MS));
    }
    shown
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = find(db, call.param("projectIdOrKey"))?;
    let mut shown = project_json(db, call, &doc)?;
    let wanted = call.queries("properties");
    if !wanted.is_empty() {
        let owner = format!("project/{}", doc.id);
        let all = properties::all(db, &owner)?.into_iter();
        let all = all.filter(|(key, _)| wanted.contains(&"*all") || wanted.contains(&key.as_str()));
        shown["properties"] = Value::Object(all.collect());
    }
    Ok(Reply::json(shown))
}

pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = find(db, call.param("projectIdOrKey"))?;
    let given = call.json()?;
    let mut body = doc.body.clone();
    if let Some(name) = given.get("name").and_then(Value::as_str)
        && name != text(&body, "name")
    {
        if let Some(problem) = name_problem(db, name)? {
            return Err(Refusal::field("projectName", problem));
        }
        db.unname("project-name", &text(&body, "name").to_lowercase())?;
        db.name("project-name", &name.to_lowercase(), &doc.id)?;
        body["name"] = json!(name);
    }
    for field in ["description", "url", "assigneeType"] {
        if let Some(value) = given.get(field) {
            body[field] = value.clone();
        }
    }
    if let Some(lead) = given.get("leadAccountId") {
        if lead.as_str().and_then(user).is_none() {
            return Err(Refusal::field(
                "projectLead",
                "You must specify a valid project lead.",
            ));
        }
        body["lead"] = lead.clone();
    }
    db.set("project", &doc.id, &body)?;
    let doc = Doc { body, ..doc };
    Ok(Reply::json(project_json(db, call, &doc)?))
}

pub fn statuses(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    use crate::sandbox::jira::{basics, workflow};
    let doc = find(db, call.param("projectIdOrKey"))?;
    let base = call.base();
    let all: Vec<Value> = workflow::statuses()
        .map(|id| basics::status(&base, id))
        .collect();
    let types = issue_types::of_project(db, &doc.body)?;
    let types = types.iter().map(|kind| {
        json!({
            "self": format!("{base}/rest/api/3/issuetype/{}", kind.id),
            "id": kind.id, "name": kind.name, "subtask": kind.level < 0, "statuses": all,
        })
    });
    Ok(Reply::json(types.collect::<Vec<_>>().into()))
}

/// All that fit: by words of name or key, by ids and keys, by a property, live or in the trash.
pub fn search(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let statuses = match call.queries("status") {
        given if given.is_empty() => vec!["live"],
        given => given,
    };
    let query = call.query("query").map(str::to_lowercase);
    let (keys, ids) = (call.queries("keys"), call.queries("id"));
    let property = call
        .query("propertyQuery")
        .map(projects_trash::PropertyQuery::parse)
        .transpose()?;
    let mut found = Vec::new();
    for doc in db.all("project")? {
        let status = if doc.body["deleted"].is_null() {
            "live"
        } else {
            "deleted"
        };
        let (key, name) = (text(&doc.body, "key"), text(&doc.body, "name"));
        let fits = statuses.contains(&status)
            && query
                .as_ref()
                .is_none_or(|q| key.to_lowercase().contains(q) || name.to_lowercase().contains(q))
            && (keys.is_empty() || keys.contains(&key))
            && (ids.is_empty() || ids.contains(&doc.id.as_str()));
        if !fits {
            continue;
        }
        if let Some(property) = &property
            && !property.fits(db, &doc.id)?
        {
            continue;
        }
        let mut shown = short_json(call, &doc.body);
        if call.queries("expand").contains(&"description") {
            shown["description"] = doc.body["description"].clone();
        }
        found.push(shown);
    }
    let page = crate::sandbox::atlassian::Page::of(call, 50, 100);
    let mut answer = page.values(found);
    answer["self"] = json!(address(call, "project/search"));
    Ok(Reply::json(answer))
}

/// The next number of an issue in a project; never given twice.
pub fn next_number(db: &Db<'_>, project: &str) -> Answer<i64> {
    Ok(db.next(&format!("issue-of/{project}"), 0)?)
}

/// A rank behind all others.
pub fn last_rank(db: &Db<'_>) -> Answer<String> {
    Ok(order(db.next("rank", 0)?))
}
