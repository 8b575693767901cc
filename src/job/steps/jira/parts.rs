//! The components and versions of a project, copied by name.

use std::collections::HashMap;

use futures_util::TryStreamExt;

use super::PROVIDER;
use super::made::Made;
use super::once::once;
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::verify::Verdict;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::users::Users;
use crate::provider::jira::{Component, Jira, NewComponent, Project, Version};

/// Gives the target what it lacks of the source's components and versions, and journals what each
/// became. A name is taken once only in a project, so nothing is made twice.
pub async fn copy(
    ctx: &StepContext,
    source: (&Jira, &Project),
    target: (&Jira, &Project),
) -> Result<()> {
    components(ctx, source, target).await?;
    versions(ctx, source, target).await
}

async fn components(
    ctx: &StepContext,
    (source, from): (&Jira, &Project),
    (target, to): (&Jira, &Project),
) -> Result<()> {
    let users = Users::of(ctx)?;
    let mut wanted = source.components(&from.key);
    let there: Vec<Component> = target.components(&to.key).try_collect().await?;
    let there: HashMap<&str, &str> = there.iter().map(|c| (&*c.name, &*c.id)).collect();
    while let Some(component) = wanted.try_next().await? {
        let seq = ctx.intent(PROVIDER, "component", &component.id)?;
        let id = match there.get(&*component.name) {
            Some(id) => (*id).to_owned(),
            None => create_component(target, &to.key, &component, &users).await?,
        };
        ctx.result(seq, &id)?;
    }
    Ok(())
}

async fn create_component(
    target: &Jira,
    key: &str,
    like: &Component,
    users: &Users,
) -> Result<String> {
    let mut new = NewComponent {
        project: key.to_owned(),
        name: like.name.clone(),
        description: like.description.clone(),
        lead_account_id: None,
        assignee_type: like.assignee_type.clone(),
    };
    if let Some(lead) = like
        .lead
        .as_ref()
        .map(|lead| users.target(&lead.account_id))
        && target.find_user(lead).await?.is_some()
    {
        new.lead_account_id = Some(lead.to_owned());
    }
    if new.lead_account_id.is_none() && new.assignee_type.as_deref() == Some("COMPONENT_LEAD") {
        new.assignee_type = None;
    }
    let made = once(
        target,
        || target.create_component(&new),
        || async {
            let mut all = target.components(key);
            while let Some(component) = all.try_next().await? {
                if component.name == new.name {
                    return Ok(Some(component));
                }
            }
            Ok(None)
        },
    );
    Ok(made.await?.id)
}

async fn versions(
    ctx: &StepContext,
    (source, from): (&Jira, &Project),
    (target, to): (&Jira, &Project),
) -> Result<()> {
    let mut wanted = source.versions(&from.key);
    let there: Vec<Version> = target.versions(&to.key).try_collect().await?;
    let there: HashMap<&str, &str> = there.iter().map(|v| (&*v.name, &*v.id)).collect();
    while let Some(version) = wanted.try_next().await? {
        let seq = ctx.intent(PROVIDER, "version", &version.id)?;
        let id = match there.get(&*version.name) {
            Some(id) => (*id).to_owned(),
            None => create_version(target, to, &version).await?,
        };
        ctx.result(seq, &id)?;
    }
    Ok(())
}

/// A version that is archived can't be given to issues: it's archived when they have it.
async fn create_version(target: &Jira, to: &Project, like: &Version) -> Result<String> {
    let new = Version {
        name: like.name.clone(),
        description: like.description.clone(),
        released: like.released,
        start_date: like.start_date.clone(),
        release_date: like.release_date.clone(),
        project_id: to.id.parse().ok(),
        ..Version::default()
    };
    let made = once(
        target,
        || target.create_version(&new),
        || async {
            let mut all = target.versions(&to.key);
            while let Some(version) = all.try_next().await? {
                if version.name == new.name {
                    return Ok(Some(version));
                }
            }
            Ok(None)
        },
    );
    Ok(made.await?.id)
}

/// What could only be written now that every issue has its versions and its key: archiving, and
/// descriptions that name issues.
pub async fn finish(sides: &Sides, made: &Made, rewrites: &Rewrites) -> Result<()> {
    let own = sides.to.description.as_deref().unwrap_or_default();
    let description = rewrites.text(own);
    if description != own {
        sides
            .target
            .describe_project(&sides.to.key, &description)
            .await?;
    }
    let mut components = sides.source.components(&sides.from.key);
    while let Some(component) = components.try_next().await? {
        let description = rewrites.text(&component.description);
        let copy = made.target("component", &component.id);
        if let Some(copy) = copy.filter(|_| description != component.description) {
            sides.target.describe_component(copy, &description).await?;
        }
    }
    let there: Vec<Version> = sides.target.versions(&sides.to.key).try_collect().await?;
    let there: HashMap<&str, &Version> = there.iter().map(|v| (&*v.id, v)).collect();
    let mut versions = sides.source.versions(&sides.from.key);
    while let Some(version) = versions.try_next().await? {
        let copy = made
            .target("version", &version.id)
            .and_then(|id| there.get(id));
        let Some(copy) = copy else {
            continue;
        };
        let new = Version {
            archived: version.archived,
            description: rewrites.text(&version.description),
            ..(*copy).clone()
        };
        if new != **copy {
            sides.target.update_version(&new).await?;
        }
    }
    Ok(())
}

/// What of the project's parts still names the source.
pub async fn scan(sides: &Sides, rewrites: &Rewrites, verdict: &mut Verdict) -> Result<()> {
    let project = sides.target.project(&sides.to.key).await?;
    let mut look = |place: String, text: String| verdict.look(rewrites, &place, &text.into());
    let key = &project.key;
    look(
        format!("{key} description"),
        project.description.unwrap_or_default(),
    );
    let mut components = sides.target.components(key);
    while let Some(component) = components.try_next().await? {
        look(
            format!("{key} component {}", component.name),
            component.description,
        );
    }
    let mut versions = sides.target.versions(key);
    while let Some(version) = versions.try_next().await? {
        look(
            format!("{key} version {}", version.name),
            version.description,
        );
    }
    Ok(())
}
