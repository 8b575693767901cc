//! Which issues a query finds, in which order.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal};
use crate::sandbox::jira::jql::parse::{Clause, Operator, Query};
use crate::sandbox::jira::shape::text;
use crate::sandbox::jira::time::parse_time;
use crate::sandbox::jira::{adf, basics, fields, issues};

/// The issues that a query finds, in its order.
pub fn find(db: &Db<'_>, call: &Call, query: &Query) -> Answer<Vec<Doc>> {
    let mut run = Run {
        db,
        call,
        projects: HashMap::new(),
        sprints: HashMap::new(),
    };
    for project in db.all("project")? {
        if project.body["deleted"].is_null() {
            run.projects.insert(project.id, project.body);
        }
    }
    for sprint in db.all("sprint")? {
        run.sprints.insert(sprint.id, sprint.body);
    }
    if let Some(clause) = &query.clause {
        run.check_all(clause)?;
    }
    let mut found = Vec::new();
    for doc in run.candidates(query.clause.as_ref())? {
        let fits = match &query.clause {
            Some(clause) => run.fits(clause, &doc)?,
            None => true,
        };
        if fits {
            found.push(doc);
        }
    }
    let usual = [("created".to_owned(), true)];
    let order = if query.order.is_empty() {
        &usual[..]
    } else {
        &query.order[..]
    };
    found.sort_by(|a, b| {
        let by = order.iter().map(|(field, descending)| {
            let ordering = compare(field, a, b);
            if *descending {
                ordering.reverse()
            } else {
                ordering
            }
        });
        by.fold(Ordering::Equal, Ordering::then)
    });
    Ok(found)
}

/// Where an issue stands among all others.
pub fn rank_of(doc: &Doc) -> &str {
    text(&doc.body, "rank")
}

fn compare(field: &str, a: &Doc, b: &Doc) -> Ordering {
    let number = |doc: &Doc, name: &str| doc.body[name].as_i64().unwrap_or(0);
    let value = |doc: &Doc, name: &str| text(&doc.body["fields"], name).to_owned();
    match field {
        "created" => number(a, "created")
            .cmp(&number(b, "created"))
            .then(a.sort.cmp(&b.sort)),
        "updated" => number(a, "updated")
            .cmp(&number(b, "updated"))
            .then(a.sort.cmp(&b.sort)),
        "rank" => rank_of(a).cmp(rank_of(b)),
        "priority" => value(b, "priority").cmp(&value(a, "priority")),
        "status" => text(&a.body, "status").cmp(text(&b.body, "status")),
        "summary" => value(a, "summary").cmp(&value(b, "summary")),
        "duedate" => value(a, "duedate").cmp(&value(b, "duedate")),
        "key" | "issuekey" => {
            let stem = |doc: &Doc| {
                issues::key(doc)
                    .split('-')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            };
            stem(a)
                .cmp(&stem(b))
                .then(number(a, "number").cmp(&number(b, "number")))
        }
        _ => a.sort.cmp(&b.sort),
    }
}

struct Run<'a> {
    db: &'a Db<'a>,
    call: &'a Call,
    projects: HashMap<String, Value>,
    sprints: HashMap<String, Value>,
}

impl Run<'_> {
    /// The issues to look at: those of the projects, or those with the keys, that every find must
    /// have; else all.
    fn candidates(&self, clause: Option<&Clause>) -> Answer<Vec<Doc>> {
        let all: Vec<&Clause> = match clause {
            Some(Clause::And(all)) => all.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let mut of_projects: Vec<&String> = self.projects.keys().collect();
        of_projects.sort();
        for clause in all {
            let Clause::Field(field, Operator::Is | Operator::In, values) = clause else {
                continue;
            };
            if ["key", "issuekey", "issue", "id"].contains(&field.as_str()) {
                let mut found = Vec::new();
                for value in values {
                    found.extend(issues::find_any(self.db, value)?);
                }
                found.sort_by(|a, b| a.id.cmp(&b.id));
                found.dedup_by(|a, b| a.id == b.id);
                return Ok(found);
            }
            if field == "project" {
                of_projects.retain(|id| {
                    self.projects
                        .get(*id)
                        .is_some_and(|p| values.iter().any(|v| is_project(id, p, v)))
                });
            }
        }
        let mut found = Vec::new();
        for project in of_projects {
            found.extend(self.db.list("issue", project)?);
        }
        Ok(found)
    }

    fn fits(&self, clause: &Clause, doc: &Doc) -> Answer<bool> {
        match clause {
            Clause::Not(inside) => Ok(!self.fits(inside, doc)?),
            Clause::And(all) => {
                for one in all {
                    if !self.fits(one, doc)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Clause::Or(all) => {
                for one in all {
                    if self.fits(one, doc)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Clause::Field(field, operator, values) => self.compares(field, *operator, values, doc),
        }
    }

    fn compares(
        &self,
        field: &str,
        operator: Operator,
        values: &[String],
        doc: &Doc,
    ) -> Answer<bool> {
        if let "created" | "updated" | "duedate" | "due" = field {
            return moment(field, operator, values, doc);
        }
        let any = |fits: &dyn Fn(&str) -> bool| values.iter().any(|v| fits(v));
        Ok(match operator {
            Operator::Like | Operator::NotLike => {
                let words = self.words(field, doc)?;
                let found = any(&|v| contains(&words, v));
                found == (operator == Operator::Like)
            }
            Operator::Empty => self.texts(field, doc).is_empty(),
            Operator::NotEmpty => !self.texts(field, doc).is_empty(),
            Operator::Is | Operator::In => self.has(field, values, doc)?,
            // What is empty isn't found by its not being something.
            Operator::IsNot | Operator::NotIn => {
                !self.texts(field, doc).is_empty() && !self.has(field, values, doc)?
            }
            _ => {
                return Err(Refusal::bad(format!(
                    "The operator isn't supported by the '{field}' field."
                )));
            }
        })
    }

    fn has(&self, field: &str, values: &[String], doc: &Doc) -> Answer<bool> {
        let mine = self.texts(field, doc);
        for value in values {
            let value = match value.as_str() {
                "currentuser()" => self.call.user.account_id,
                "opensprints()" | "closedsprints()" | "futuresprints()" if field == "sprint" => {
                    let wanted = match value.as_str() {
                        "opensprints()" => "active",
                        "closedsprints()" => "closed",
                        _ => "future",
                    };
                    let inside = mine.iter().filter_map(|id| self.sprints.get(id));
                    if inside.into_iter().any(|sprint| sprint["state"] == wanted) {
                        return Ok(true);
                    }
                    continue;
                }
                other if other.ends_with("()") => {
                    return Err(Refusal::bad(format!(
                        "Unable to find JQL function '{other}'."
                    )));
                }
                other => other,
            };
            if mine.iter().any(|m| m.eq_ignore_ascii_case(value)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Refuses values that nothing can have, whether or not an issue is looked at.
    fn check_all(&self, clause: &Clause) -> Answer<()> {
        match clause {
            Clause::Not(inside) => self.check_all(inside),
            Clause::And(all) | Clause::Or(all) => all.iter().try_for_each(|c| self.check_all(c)),
            Clause::Field(_, Operator::Like | Operator::NotLike, _) => Ok(()),
            Clause::Field(field, _, values) => values.iter().try_for_each(|v| self.check(field, v)),
        }
    }

    /// Refuses a value that nothing can have.
    fn check(&self, field: &str, value: &str) -> Answer<()> {
        let known = match field {
            "project" => self.projects.iter().any(|(id, p)| is_project(id, p, value)),
            "status" => basics::STATUSES
                .iter()
                .any(|(id, name, _)| *id == value || name.eq_ignore_ascii_case(value)),
            "priority" => basics::PRIORITIES
                .iter()
                .any(|(id, name, _)| *id == value || name.eq_ignore_ascii_case(value)),
            _ => true,
        };
        if known {
            return Ok(());
        }
        Err(Refusal::bad(format!(
            "The value '{value}' does not exist for the field '{field}'."
        )))
    }

    /// Everything that a field of an issue may be called by.
    fn texts(&self, field: &str, doc: &Doc) -> Vec<String> {
        let body = &doc.body;
        let values = &body["fields"];
        let of = |found: Option<&str>| found.map(str::to_owned).into_iter().collect::<Vec<_>>();
        let list = |name: &str| -> Vec<String> {
            let all = values[name].as_array().into_iter().flatten();
            all.filter_map(crate::sandbox::jira::shape::id_text)
                .collect()
        };
        let documents = |kind: &str, name: &str| -> Vec<String> {
            let ids = list(name);
            let names = ids
                .iter()
                .filter_map(|id| self.db.get(kind, id).ok().flatten());
            let names: Vec<String> = names.map(|d| text(&d, "name").to_owned()).collect();
            ids.into_iter().chain(names).collect()
        };
        match field {
            "project" => {
                let project = self.projects.get(&doc.parent);
                let words = project.map(|p| {
                    vec![
                        doc.parent.clone(),
                        text(p, "key").to_owned(),
                        text(p, "name").to_owned(),
                    ]
                });
                words.unwrap_or_default()
            }
            "key" | "issuekey" | "issue" | "id" => {
                vec![doc.id.clone(), issues::key(doc).to_owned()]
            }
            "parent" => {
                let parent = body["parent"].as_str();
                let found = parent.and_then(|id| self.db.doc("issue", id).ok().flatten());
                found
                    .map(|p| vec![p.id.clone(), issues::key(&p).to_owned()])
                    .unwrap_or_default()
            }
            "status" => {
                let id = text(body, "status");
                let name = basics::STATUSES
                    .iter()
                    .find(|(i, ..)| *i == id)
                    .map(|(_, name, _)| (*name).to_owned());
                [id.to_owned()].into_iter().chain(name).collect()
            }
            "statuscategory" => {
                let key = basics::category_of(text(body, "status"));
                let found = basics::CATEGORIES.iter().find(|(_, k, ..)| *k == key);
                found
                    .map(|(id, key, name, _)| {
                        vec![id.to_string(), (*key).to_owned(), (*name).to_owned()]
                    })
                    .unwrap_or_default()
            }
            "issuetype" | "type" => vec![
                text(body, "type").to_owned(),
                text(body, "typeName").to_owned(),
            ],
            "sprint" => {
                let ids = list(fields::SPRINT);
                let names: Vec<String> = ids
                    .iter()
                    .filter_map(|id| self.sprints.get(id))
                    .map(|s| text(s, "name").to_owned())
                    .collect();
                ids.into_iter().chain(names).collect()
            }
            "labels" => list("labels"),
            "component" => documents("component", "components"),
            "fixversion" => documents("version", "fixVersions"),
            "priority" => {
                let id = values["priority"].as_str();
                let name = basics::PRIORITIES
                    .iter()
                    .find(|(i, ..)| Some(*i) == id)
                    .map(|(_, name, _)| (*name).to_owned());
                of(id).into_iter().chain(name).collect()
            }
            "resolution" => {
                let id = values["resolution"].as_str();
                let name = basics::RESOLUTIONS
                    .iter()
                    .find(|(i, _)| Some(*i) == id)
                    .map(|(_, name)| (*name).to_owned());
                of(id).into_iter().chain(name).collect()
            }
            "description" => values["description"]
                .as_object()
                .map(|_| vec![adf::plain(&values["description"])])
                .unwrap_or_default(),
            other => of(values[other].as_str()),
        }
    }

    fn words(&self, field: &str, doc: &Doc) -> Answer<String> {
        let summary = text(&doc.body["fields"], "summary");
        Ok(match field {
            "summary" => summary.to_owned(),
            "text" => {
                let mut words = format!(
                    "{summary} {}",
                    adf::plain(&doc.body["fields"]["description"])
                );
                for comment in self.db.list("comment", &doc.id)? {
                    words.push_str(&adf::plain(&comment.body["body"]));
                }
                words
            }
            "description" => adf::plain(&doc.body["fields"]["description"]),
            _ => {
                return Err(Refusal::bad(format!(
                    "The operator '~' is not supported by the '{field}' field."
                )));
            }
        })
    }
}

fn is_project(id: &str, project: &Value, named: &str) -> bool {
    id == named
        || text(project, "key").eq_ignore_ascii_case(named)
        || text(project, "name").eq_ignore_ascii_case(named)
}

/// Every word that is asked for stands in the text; a `*` at its end lets it go on.
fn contains(words: &str, wanted: &str) -> bool {
    let lower = words.to_lowercase();
    let split = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric() && c != '*')
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let all = split(&lower);
    split(&wanted.to_lowercase())
        .iter()
        .all(|want| match want.strip_suffix('*') {
            Some(start) => all.iter().any(|w| w.starts_with(start)),
            None => all.contains(want),
        })
}

fn moment(field: &str, operator: Operator, values: &[String], doc: &Doc) -> Answer<bool> {
    let mine = match field {
        "created" | "updated" => doc.body[field].as_i64(),
        _ => doc.body["fields"]["duedate"].as_str().and_then(parse_time),
    };
    if operator == Operator::Empty || operator == Operator::NotEmpty {
        return Ok(mine.is_none() == (operator == Operator::Empty));
    }
    let value = values.first().map_or("", String::as_str);
    let wanted = parse_time(value).ok_or_else(|| {
        Refusal::bad(format!("Date value '{value}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'."))
    })?;
    let Some(mine) = mine else {
        return Ok(false);
    };
    Ok(match operator {
        Operator::Above => mine > wanted,
        Operator::AtLeast => mine >= wanted,
        Operator::Below => mine < wanted,
        Operator::AtMost => mine <= wanted,
        Operator::Is => mine == wanted,
        Operator::IsNot => mine != wanted,
        _ => {
            return Err(Refusal::bad(format!(
                "The operator isn't supported by the '{field}' field."
            )));
        }
    })
}
