//! Components, versions and issues, so that each issue has its key.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use serde_json::{Map, Value, json};

use super::parts;
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::site_seed::Item;
use crate::domain::site_seed::board::Issue;
use crate::domain::site_seed::markup;
use crate::domain::site_seed::symbol::has_symbols;
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_names::{ISSUE, PROVIDER, SiteNames, marker};
use crate::job::steps::site_seeds::SiteSeeds;
use crate::job::world::World;
use crate::provider::jira::{CreateField, CreateIssueType, IssueRef, Jira, NewIssue};

/// The most issues that one call makes.
const MOST: usize = 50;

/// Makes what the board doesn't have yet.
pub struct MakeBoard {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for MakeBoard {
    fn name(&self) -> &str {
        "board.seeds"
    }

    fn title(&self) -> &str {
        "Make the board's issues"
    }

    fn weight(&self) -> u32 {
        10
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = SiteSeeds::read(&self.world.instance(&self.name)?)?.board;
        if seeds.is_empty() {
            ctx.log("no seeds for the board");
            return Ok(());
        }
        let Some((jira, project)) = super::project(&self.world, &self.name, ctx).await? else {
            ctx.log("no Jira project");
            return Ok(());
        };
        let parts = parts::make(&jira, &project, &seeds).await?;
        let mut known = SiteNames::read(&self.world, &self.name, ctx).await?.issues;
        let forms = Forms::read(&jira, &project, &seeds.issues).await?;
        let before = known.len();
        let total = seeds.issues.len() as u64;
        // those above first: an issue is made with its parent
        for level in forms.levels() {
            let missing: Vec<&Item<Issue>> = seeds
                .issues
                .iter()
                .filter(|item| forms.level_of(&item.value.kind) == Some(level))
                .filter(|item| !known.contains_key(&item.value.id))
                .collect();
            for some in missing.chunks(MOST) {
                make(ctx, &jira, &project, &forms, some, &mut known).await?;
                ctx.report(Report {
                    amount: Amount::new(known.len() as u64, total, Unit::Items),
                    ..Report::default()
                });
            }
        }
        let made = known.len() - before;
        ctx.log(format!(
            "{parts} components and versions and {made} issues made"
        ));
        Ok(())
    }

    /// What it made goes with the project.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

async fn make(
    ctx: &StepContext,
    jira: &Jira,
    project: &str,
    forms: &Forms,
    some: &[&Item<Issue>],
    known: &mut HashMap<String, IssueRef>,
) -> Result<()> {
    let ids: Vec<&str> = some.iter().map(|item| item.value.id.as_str()).collect();
    let intents = ctx.intents(PROVIDER, ISSUE, &ids)?;
    let mut new = Vec::with_capacity(some.len());
    for item in some {
        new.push(NewIssue {
            fields: forms.fields(project, item, known)?,
            properties: vec![marker(&item.value.id)],
            transition: None,
        });
    }
    let made = jira.create_issues(&new).await?;
    let mut results = Vec::with_capacity(some.len());
    for ((item, intent), outcome) in some.iter().zip(intents).zip(made.results) {
        match outcome {
            Ok(issue) => {
                results.push((intent, format!("{} {}", issue.id, issue.key)));
                known.insert(item.value.id.clone(), issue);
            }
            Err(refused) => {
                let reasons: Vec<String> = refused
                    .messages
                    .into_iter()
                    .chain(
                        refused
                            .fields
                            .into_iter()
                            .map(|(f, why)| format!("{f}: {why}")),
                    )
                    .collect();
                save(ctx, &results)?;
                let why = format!("{}: Jira refused it: {}", item.at, reasons.join("; "));
                return Err(Error::new(Kind::Provider, why));
            }
        }
    }
    save(ctx, &results)
}

fn save(ctx: &StepContext, results: &[(i64, String)]) -> Result<()> {
    let results: Vec<(i64, &str)> = results.iter().map(|(n, id)| (*n, id.as_str())).collect();
    ctx.results(&results)
}

/// What each type of issue may be made with.
struct Forms {
    types: Vec<CreateIssueType>,
    /// By the type's id.
    fields: HashMap<String, Vec<CreateField>>,
}

impl Forms {
    async fn read(jira: &Jira, project: &str, seeds: &[Item<Issue>]) -> Result<Forms> {
        let types: Vec<CreateIssueType> = jira.create_issue_types(project).try_collect().await?;
        let mut fields = HashMap::new();
        for item in seeds {
            let kind = &item.value.kind;
            let Some(of) = types.iter().find(|one| one.name == *kind) else {
                let names: Vec<&str> = types.iter().map(|one| one.name.as_str()).collect();
                return Err(item
                    .wrong(format_args!("the project has no type \"{kind}\""))
                    .hint(format!("It has {}.", names.join(", "))));
            };
            if !fields.contains_key(&of.id) {
                let form = jira.create_fields(project, &of.id).try_collect().await?;
                fields.insert(of.id.clone(), form);
            }
        }
        Ok(Forms { types, fields })
    }

    /// From the highest to the lowest.
    fn levels(&self) -> Vec<i32> {
        let mut levels: Vec<i32> = self.types.iter().map(|one| one.hierarchy_level).collect();
        levels.sort_unstable_by(|a, b| b.cmp(a));
        levels.dedup();
        levels
    }

    fn type_of(&self, name: &str) -> Option<&CreateIssueType> {
        self.types.iter().find(|one| one.name == name)
    }

    fn level_of(&self, name: &str) -> Option<i32> {
        self.type_of(name).map(|one| one.hierarchy_level)
    }

    /// What an issue is made with: whatever its type's form has room for.
    fn fields(
        &self,
        project: &str,
        item: &Item<Issue>,
        known: &HashMap<String, IssueRef>,
    ) -> Result<Map<String, Value>> {
        let issue = &item.value;
        let kind = self.type_of(&issue.kind).map(|one| one.id.as_str());
        let kind = kind.unwrap_or_default();
        let form = self.fields.get(kind).map(Vec::as_slice).unwrap_or_default();
        let mut fields = Map::new();
        fields.insert("project".into(), json!({ "key": project }));
        fields.insert("issuetype".into(), json!({ "id": kind }));
        fields.insert("summary".into(), json!(issue.summary));
        if let Some(parent) = &issue.parent {
            let above = known.get(parent).ok_or_else(|| {
                item.wrong(format_args!("\"{parent}\" isn't on a level above it"))
            })?;
            fields.insert("parent".into(), json!({ "id": above.id }));
        }
        let has = |id: &str| form.iter().any(|field| field.field_id == id);
        let named =
            |all: &[String]| -> Value { all.iter().map(|name| json!({ "name": name })).collect() };
        let text = match has_symbols(&issue.text) {
            true => Value::Null,
            false => markup::document(&issue.text),
        };
        let optional = [
            ("description", text),
            (
                "priority",
                issue
                    .priority
                    .as_ref()
                    .map_or(Value::Null, |p| json!({ "name": p })),
            ),
            ("labels", json!(issue.labels)),
            ("components", named(&issue.components)),
            ("fixVersions", named(&issue.versions)),
            ("duedate", json!(issue.due)),
            (
                "timetracking",
                issue
                    .estimate
                    .as_ref()
                    .map_or(Value::Null, |e| json!({ "originalEstimate": e })),
            ),
        ];
        for (id, value) in optional {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !empty && has(id) {
                fields.insert(id.into(), value);
            }
        }
        if let (Some(points), Some(field)) = (issue.points, form.iter().find(is_points)) {
            fields.insert(field.field_id.clone(), json!(points));
        }
        Ok(fields)
    }
}

/// Story points are a field of the site's own, known by its kind.
fn is_points(field: &&CreateField) -> bool {
    let kind = field.schema.as_ref().and_then(|s| s.custom.as_deref());
    kind.is_some_and(|kind| kind.ends_with(":jsw-story-points")) || field.name == "Story Points"
}
