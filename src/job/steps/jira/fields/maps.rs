//! Which type of the target stands for each of the source's, and which fields its create screen has.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::TryStreamExt;

use super::{NOT_VALUES, NOT_WRITTEN, SPRINTS};
use crate::error::{Error, Result};
use crate::job::steps::jira::sides::Sides;
use crate::job::steps::users::Users;
use crate::provider::jira::{CreateField, Field, Issue, IssueType};

/// What copies of one of the source's types are given.
#[derive(Debug, Clone)]
pub struct TypeMap {
    /// The target's type.
    pub id: String,
    pub level: i32,
    /// By the id of the source's field.
    fields: HashMap<String, CreateField>,
    /// The target's fields that an issue can't be created without.
    pub required: Vec<CreateField>,
}

impl TypeMap {
    pub fn field(&self, source: &str) -> Option<&CreateField> {
        self.fields.get(source)
    }

    /// Whether the create screen asks for the description.
    pub fn has_description(&self) -> bool {
        self.fields.contains_key("description")
    }
}

/// The maps of all types, and which accounts the target's site knows.
pub struct FieldMaps {
    /// By the id of the source's type.
    types: HashMap<String, TypeMap>,
    /// The names of the source's fields that hold values, by id.
    names: BTreeMap<String, String>,
    /// The source's field that holds an issue's sprints.
    pub sprints: Option<String>,
    accounts: HashMap<String, bool>,
    users: Users,
    same_site: bool,
}

impl FieldMaps {
    pub async fn read(sides: &Sides) -> Result<FieldMaps> {
        let fields: Vec<Field> = sides.source.fields().await?;
        let sprints = fields.iter().find(|f| custom(f) == Some(SPRINTS));
        let sprints = sprints.map(|field| field.id.clone());
        let fields: Vec<Field> = fields.into_iter().filter(holds_value).collect();
        let offered: Vec<_> = sides
            .target
            .create_issue_types(&sides.to.key)
            .try_collect()
            .await?;
        let mut types = HashMap::new();
        let mut screens: HashMap<String, Vec<CreateField>> = HashMap::new();
        for kind in &sides.from.issue_types {
            let found = offered
                .iter()
                .map(|o| (&*o.id, &*o.name, o.hierarchy_level, o.subtask));
            let Some((id, level)) = alike(kind, found) else {
                return Err(Error::refused(format!(
                    "The project {} has no type of issue for the source's \"{}\".",
                    sides.to.key, kind.name
                )));
            };
            if !screens.contains_key(&id) {
                let screen = sides.target.create_fields(&sides.to.key, &id);
                screens.insert(id.clone(), screen.try_collect().await?);
            }
            let screen = screens.get(&id).map_or(&[][..], Vec::as_slice);
            types.insert(
                kind.id.clone(),
                TypeMap {
                    id,
                    level,
                    fields: matched(&fields, screen, sides.same_site),
                    required: screen.iter().filter(|f| is_asked_for(f)).cloned().collect(),
                },
            );
        }
        Ok(FieldMaps {
            types,
            names: fields.into_iter().map(|f| (f.id, f.name)).collect(),
            sprints,
            accounts: HashMap::new(),
            users: sides.users.clone(),
            same_site: sides.same_site,
        })
    }

    pub fn of_type(&self, id: &str) -> Option<&TypeMap> {
        self.types.get(id)
    }

    /// Ids and names of the fields that may hold values.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(id, name)| (&**id, &**name))
    }

    /// Who an account of the source is on the target's site; `None` where it knows nobody like that.
    /// On one site everybody is known.
    pub fn account<'a>(&'a self, account: &'a str) -> Option<&'a str> {
        let account = self.users.target(account);
        let known = self.same_site || self.accounts.get(account).copied().unwrap_or_default();
        known.then_some(account)
    }

    /// Asks the target's site for the accounts that issues name.
    pub async fn learn(&mut self, sides: &Sides, issues: &[Issue]) -> Result<()> {
        if self.same_site {
            return Ok(());
        }
        let mut new = HashSet::new();
        for issue in issues {
            for value in issue.fields.values() {
                accounts_in(value, &mut new);
            }
        }
        let new: Vec<String> = self
            .users
            .targets(new.into_iter().collect())
            .into_iter()
            .filter(|account| !self.accounts.contains_key(account))
            .collect();
        let known = sides.target.users(&new).await?;
        self.accounts.extend(new.into_iter().map(|a| (a, false)));
        let known = known.into_iter().map(|user| (user.account_id, true));
        self.accounts.extend(known);
        Ok(())
    }
}

fn accounts_in(value: &serde_json::Value, found: &mut HashSet<String>) {
    let one = |value: &serde_json::Value| {
        let account = value.get("accountId").and_then(serde_json::Value::as_str);
        account.map(str::to_owned)
    };
    found.extend(one(value));
    let all = value.as_array().into_iter().flatten();
    found.extend(all.filter_map(one));
}

/// Whether something has to be said where the source says nothing.
fn is_asked_for(field: &CreateField) -> bool {
    let always = ["project", "issuetype", "summary", "parent"];
    field.required && !field.has_default_value && !always.contains(&&*field.field_id)
}

fn custom(field: &Field) -> Option<&str> {
    field.schema.as_ref()?.custom.as_deref()
}

fn holds_value(field: &Field) -> bool {
    (!NOT_VALUES.contains(&&*field.id) || field.id == "description")
        && !custom(field).is_some_and(|custom| NOT_WRITTEN.contains(&custom))
}

/// The type with the same id and name, the same name, or else the same level.
fn alike<'a>(
    kind: &IssueType,
    offered: impl Iterator<Item = (&'a str, &'a str, i32, bool)> + Clone,
) -> Option<(String, i32)> {
    let same_name = |name: &str| name.to_lowercase() == kind.name.to_lowercase();
    let of_level = move || {
        let offered = offered.clone();
        offered.filter(|(_, _, level, subtask)| {
            *level == kind.hierarchy_level && *subtask == kind.subtask
        })
    };
    let found = of_level()
        .find(|(id, name, ..)| *id == kind.id && same_name(name))
        .or_else(|| of_level().find(|(_, name, ..)| same_name(name)))
        .or_else(|| of_level().next())?;
    Some((found.0.to_owned(), found.2))
}

fn matched(
    fields: &[Field],
    screen: &[CreateField],
    same_site: bool,
) -> HashMap<String, CreateField> {
    let mut found = HashMap::new();
    for field in fields {
        let same_kind = |other: &&CreateField| {
            let (Some(a), Some(b)) = (&field.schema, &other.schema) else {
                return false;
            };
            (&a.kind, &a.items, &a.custom) == (&b.kind, &b.items, &b.custom)
        };
        let by_id = (same_site || !field.custom)
            .then(|| screen.iter().find(|other| other.field_id == field.id))
            .flatten();
        let by_name = || {
            let mut alike = screen.iter().filter(same_kind);
            alike.find(|other| other.name.to_lowercase() == field.name.to_lowercase())
        };
        if let Some(target) = by_id.or_else(by_name) {
            found.insert(field.id.clone(), target.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_type_is_found_by_name_then_by_level() {
        let kind = |id: &str, name: &str, level: i32| IssueType {
            id: id.into(),
            name: name.into(),
            subtask: level < 0,
            hierarchy_level: level,
        };
        let offered = [
            ("1", "Epic", 1, false),
            ("2", "Story", 0, false),
            ("3", "Bug", 0, false),
            ("4", "Sub-task", -1, true),
        ];
        let found = |kind: IssueType| alike(&kind, offered.into_iter()).map(|(id, _)| id);
        assert_eq!(found(kind("9", "bug", 0)).as_deref(), Some("3"));
        assert_eq!(found(kind("3", "Chore", 0)).as_deref(), Some("2"));
        assert_eq!(found(kind("1", "Subtask", -1)).as_deref(), Some("4"));
        assert_eq!(found(kind("1", "Initiative", 2)), None);
    }

    #[test]
    fn fields_of_another_site_are_found_by_name_and_kind() {
        let field = |id: &str, name: &str, kind: &str| -> Field {
            serde_json::from_value(json!({ "id": id, "name": name, "custom": true,
                "schema": { "type": kind } }))
            .unwrap()
        };
        let on_screen = |id: &str, name: &str, kind: &str| -> CreateField {
            serde_json::from_value(json!({ "fieldId": id, "name": name,
                "schema": { "type": kind } }))
            .unwrap()
        };
        let fields = [
            field("customfield_1", "Points", "number"),
            field("customfield_2", "Team", "string"),
        ];
        let screen = [
            on_screen("customfield_2", "points", "number"),
            on_screen("customfield_1", "Team", "option"),
        ];
        let other = matched(&fields, &screen, false);
        assert_eq!(other["customfield_1"].field_id, "customfield_2");
        assert!(!other.contains_key("customfield_2"));
        let same = matched(&fields, &screen, true);
        assert_eq!(same["customfield_1"].field_id, "customfield_1");
    }
}
