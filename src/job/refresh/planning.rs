//! The plan of a refresh: what goes, what comes in its place, what stays.

use jiff::Timestamp;

use super::origin::last_copy;
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::plan::{Consent, Plan};
use crate::domain::strategy::Strategy;
use crate::error::{Error, Result};
use crate::job::counts::Counts;
use crate::job::plan::{empty, refuse_broken};
use crate::job::preflight::Look;
use crate::job::shape::{Shape, own};
use crate::job::world::World;
use crate::job::{foreseen, plan_site, plan_storage};
use crate::registry::Registry;
use crate::registry::instances::InstanceFigures;

/// Made from the workspace's files, the figures last seen and what a look at the databases showed.
pub fn plan(
    world: &World,
    registry: &Registry,
    shape: &Shape,
    target: &InstanceName,
    look: &Look,
    counts: Counts,
) -> Result<Plan> {
    let Some(source) = shape.request.source() else {
        return Err(Error::internal("A refresh has no source."));
    };
    refuse_broken(world, source)?;
    refuse_broken(world, target)?;
    let title = format!("Refresh {target} from {source}");
    let mut plan = empty(&shape.request, title, "refresh");
    let figures = |name: &InstanceName| -> Result<InstanceFigures> {
        let seen = registry.instance_figures_of(name.as_str())?;
        Ok(seen.unwrap_or_default())
    };
    goes(&mut plan, world, shape, target, &figures(target)?)?;
    comes(&mut plan, shape, source, &figures(source)?, counts);
    foreseen::lines(&mut plan, look);
    if let Some(text) = age(registry, target, Timestamp::now())? {
        plan.line("Last copy", text);
    }
    plan.stays(
        "Keeps",
        "its keys, its .env, its configuration and its folder's other files",
    );
    stays(&mut plan, world, shape, target)?;
    plan.stays("Stays", format!("{source}, unchanged and usable meanwhile"));
    plan.warn(
        "No backup",
        format!("what is in {target} now isn't backed up: it's gone for good"),
    );
    plan.warn(
        "Cancel",
        format!("once it's emptied, cancelling leaves {target} empty until it's refreshed again"),
    );
    if shape.atlassian.jira != shape.atlassian.confluence
        && let other = own(world, target)?
        && other.jira
        && other.confluence
    {
        let (stays, goes) = match shape.atlassian.jira {
            true => ("pages", "issues"),
            false => ("issues", "pages"),
        };
        plan.warn(
            "Links",
            format!("from its {stays} to its {goes} lead nowhere: the new {goes} have new numbers"),
        );
    }
    plan.consent = Consent::TypeName(target.to_string());
    Ok(plan)
}

/// What is emptied, as it was last counted.
fn goes(
    plan: &mut Plan,
    world: &World,
    shape: &Shape,
    target: &InstanceName,
    figures: &InstanceFigures,
) -> Result<()> {
    let dir = world.instance(target)?;
    let mut label = "Empties";
    if !shape.without_database {
        let what = match shape.strategy {
            Strategy::Schema => format!("schema {}", dir.supabase_config()?.schema),
            _ => "its database".to_owned(),
        };
        plan.line(
            std::mem::take(&mut label),
            format!("{what}{}", sizes(figures)),
        );
    }
    let config = dir.atlassian_config()?;
    for (wanted, what, key, count, one, many) in [
        (
            shape.atlassian.jira,
            "Jira project",
            config.jira_project_key,
            figures.issues,
            "issue",
            "issues",
        ),
        (
            shape.atlassian.confluence,
            "Confluence space",
            config.confluence_space_key,
            figures.pages,
            "page",
            "pages",
        ),
    ] {
        if wanted {
            let key = key.unwrap_or_default();
            let inside = count.map_or(String::new(), |n| {
                format!(": {} {}", human::count(n), human::plural(n, one, many))
            });
            plan.line(std::mem::take(&mut label), format!("{what} {key}{inside}"));
        }
    }
    Ok(())
}

/// `: 12 tables, 1,234 rows, 9.1 MB`; empty where nobody counted.
fn sizes(figures: &InstanceFigures) -> String {
    let (Some(bytes), Some(tables)) = (figures.database_bytes, figures.tables) else {
        return String::new();
    };
    format!(
        ": {tables} {}, {} rows, {}",
        human::plural(u64::from(tables), "table", "tables"),
        human::count(figures.rows.unwrap_or(0)),
        human::bytes(bytes)
    )
}

/// What is copied from the source.
fn comes(
    plan: &mut Plan,
    shape: &Shape,
    source: &InstanceName,
    figures: &InstanceFigures,
    counts: Counts,
) {
    let mut what = Vec::new();
    if !shape.without_database {
        what.push(format!("every table{}", sizes(figures)));
    }
    if let Some(first) = what.first() {
        plan.line("Copies", first);
    } else {
        plan.line("Copies", format!("from {source}:"));
    }
    let counts = Counts {
        issues: counts.issues.or(figures.issues),
        pages: counts.pages.or(figures.pages),
        ..counts
    };
    plan_site::copies(plan, &shape.atlassian, &counts);
    plan_storage::copies(plan, shape, &counts);
    plan_site::people(plan, &shape.users);
    if !shape.without_database {
        plan.line("Checks", "counts and contents of every table, at the end");
    }
    plan.line(
        "Rewrites",
        format!("every reference to {source} in what it copies"),
    );
}

/// How old the copy is that goes.
fn age(registry: &Registry, target: &InstanceName, now: Timestamp) -> Result<Option<String>> {
    let Some(job) = last_copy(registry, target)? else {
        return Ok(None);
    };
    let when = job.ended.unwrap_or(job.created);
    let from = job.source.unwrap_or_default();
    let ago = human::ago(when, now);
    Ok(Some(format!("{ago}, from {from} (job {})", job.id)))
}

/// What of the target isn't touched, though a refresh could.
fn stays(plan: &mut Plan, world: &World, shape: &Shape, target: &InstanceName) -> Result<()> {
    let there = own(world, target)?;
    let mut left = Vec::new();
    if shape.without_database && shape.keeps_project {
        left.push("its database");
    }
    if there.jira && !shape.atlassian.jira {
        left.push("its Jira project");
    }
    if there.confluence && !shape.atlassian.confluence {
        left.push("its Confluence space");
    }
    if !left.is_empty() {
        plan.stays("Stays", left.join(", "));
    }
    Ok(())
}
