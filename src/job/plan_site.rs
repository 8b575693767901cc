//! What a plan says of Jira and Confluence.

use crate::domain::atlassian_key;
use crate::domain::config::{AtlassianConfig, AtlassianKind};
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::domain::user_map::UserPair;
use crate::error::Result;
use crate::job::counts::Counts;
use crate::job::shape::AtlassianShape;
use crate::job::steps::site_seeds::SiteSeeds;
use crate::job::world::World;
use crate::registry::instances::InstanceFigures;

/// Which Jira project and space are made, and which stay.
pub fn places(
    plan: &mut Plan,
    world: &World,
    name: &InstanceName,
    kind: AtlassianKind,
    shape: &AtlassianShape,
) -> Result<()> {
    let config = match world.has(name) {
        true => world.instance(name)?.atlassian_config()?,
        false => AtlassianConfig::default(),
    };
    let some = |key: Option<String>| key.filter(|key| !key.is_empty());
    let of = match kind {
        AtlassianKind::Sandbox => "sandbox, free",
        _ => "on the site",
    };
    for (wanted, what, there, asked) in [
        (
            shape.jira,
            "Jira project",
            some(config.jira_project_key),
            &shape.keys.jira,
        ),
        (
            shape.confluence,
            "Confluence space",
            some(config.confluence_space_key),
            &shape.keys.space,
        ),
    ] {
        match (wanted, there, asked) {
            (false, _, _) => {}
            (true, Some(key), _) => {
                plan.stays("Keeps", format!("its {what} {key}"));
            }
            (true, None, Some(key)) => {
                plan.line("", format!("{what} {key} ({of})"));
            }
            (true, None, None) => {
                let key = atlassian_key::from_name(name, |_| false);
                let text = format!("{what} {key}, or the next key that is free ({of})");
                plan.line("", text);
            }
        }
    }
    Ok(())
}

/// `65 issues and 41 pages`, from the seeds of an instance that are loaded.
pub fn seeds(world: &World, name: &InstanceName, shape: &AtlassianShape) -> Result<Option<String>> {
    if !shape.any() {
        return Ok(None);
    }
    let seeds = SiteSeeds::read(&world.instance(name)?)?;
    let issues = Some(seeds.board.issues.len() as u64).filter(|n| shape.jira && *n > 0);
    let pages = Some(seeds.space.count() as u64).filter(|n| shape.confluence && *n > 0);
    Ok(joined(
        issues.map(|n| counted(n, "issue", "issues")),
        pages.map(|n| counted(n, "page", "pages")),
    ))
}

/// What a clone copies, as far as it's known.
pub fn copies(plan: &mut Plan, shape: &AtlassianShape, counts: &Counts) {
    let some = |n: Option<u64>, one: &str, many: &str| match n {
        Some(n) => counted(n, one, many),
        None => format!("every {one}"),
    };
    let issues = shape.jira.then(|| some(counts.issues, "issue", "issues"));
    let pages = shape
        .confluence
        .then(|| some(counts.pages, "page", "pages"));
    if let Some(text) = joined(issues, pages) {
        plan.line("", text);
    }
}

/// Who becomes somebody else on the way.
pub fn people(plan: &mut Plan, users: &[UserPair]) {
    let changed = users.iter().filter(|pair| !pair.is_same()).count() as u64;
    if changed > 0 {
        let people = human::plural(changed, "account", "accounts");
        plan.line(
            "Maps",
            format!("{changed} {people} to others of the target's site"),
        );
    }
    for pair in users {
        plan.detail("", format!("{} becomes {}", pair.from, pair.to));
    }
}

fn joined(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one} and {other}")),
        (one, other) => one.or(other),
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", human::count(n), human::plural(n, one, many))
}

/// What goes with the instance, and what of it stays because another uses it.
pub fn deletes(
    plan: &mut Plan,
    world: &World,
    name: &InstanceName,
    shape: &AtlassianShape,
    figures: &InstanceFigures,
) -> Result<()> {
    let config = world.instance(name)?.atlassian_config()?;
    if config.kind == AtlassianKind::None {
        return Ok(());
    }
    let with = |count: Option<u64>, one: &str, many: &str| {
        count.map_or(String::new(), |n| {
            format!(" with {}", counted(n, one, many))
        })
    };
    let some = |key: Option<String>| key.filter(|key| !key.is_empty());
    if let Some(key) = some(config.jira_project_key) {
        let inside = with(figures.issues, "issue", "issues");
        match shape.jira {
            true => plan.line("Deletes", format!("Jira project {key}{inside}")),
            false => plan.stays("Stays", format!("Jira project {key}, which others use")),
        };
    }
    if let Some(key) = some(config.confluence_space_key) {
        let inside = with(figures.pages, "page", "pages");
        match shape.confluence {
            true => plan.line(
                "Deletes",
                format!("Confluence space {key}{inside}: there's no trash for spaces"),
            ),
            false => plan.stays("Stays", format!("Confluence space {key}, which others use")),
        };
    }
    if shape.any() {
        plan.warn(
            "No backup",
            "issues and pages aren't backed up: they're gone for good",
        );
    }
    Ok(())
}
