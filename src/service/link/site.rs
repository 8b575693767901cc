//! The Atlassian site, and the account on it.

use super::{Changes, LinkRequest, places, refusal, taken};
use crate::domain::config::{AtlassianConfig, AtlassianKind};
use crate::error::{Error, Result};
use crate::job::world::World;
use crate::provider::atlassian::{Atlassian, SiteAddress};
use crate::provider::confluence::Confluence;
use crate::provider::jira::Jira;
use crate::workspace::InstanceDir;

/// The word for the workspace's own stand-in, instead of an address.
const SANDBOX: &str = "sandbox";

/// Signs in to the site, and looks at what is to be connected on it.
pub async fn check(
    world: &World,
    dir: &InstanceDir,
    request: &LinkRequest,
    changes: &mut Changes,
) -> Result<()> {
    let before = dir.atlassian_config()?;
    let mut config = before.clone();
    let site = match place(world, dir, request, &before)? {
        Place::Sandbox => in_sandbox(world, request, &mut config, changes).await?,
        Place::Cloud(address) => in_cloud(world, dir, request, &address, &mut config, changes)?,
    };
    refuse_moving(dir, &before, &config)?;
    let (jira, confluence) = (Jira::new(site.clone()), Confluence::new(site.clone()));
    changes.links.account = Some(match (&request.jira_project, &request.space) {
        (None, Some(_)) => confluence_account(&confluence).await?,
        _ => jira_account(&jira).await?,
    });
    if let Some(key) = &request.jira_project {
        config.jira_project_key =
            Some(places::project(world, dir, &jira, &config, key, changes).await?);
    }
    if let Some(key) = &request.space {
        config.confluence_space_key =
            Some(places::space(world, dir, &confluence, &config, key, changes).await?);
    }
    // only some tools ask for it
    if let Ok(Some(id)) = site.cloud_id().await {
        changes.env.push(("ATLASSIAN_CLOUD_ID".into(), id));
    }
    let keys = [
        ("JIRA_PROJECT_KEY", &config.jira_project_key),
        ("CONFLUENCE_SPACE_KEY", &config.confluence_space_key),
    ];
    for (key, value) in keys {
        let value = value.clone().filter(|value| !value.is_empty());
        changes
            .env
            .extend(value.map(|value| (key.to_owned(), value)));
    }
    changes.links.site = Some(match config.kind {
        AtlassianKind::Sandbox => SANDBOX.to_owned(),
        _ => config.site.clone().unwrap_or_default(),
    });
    changes
        .links
        .remarks
        .extend(taken::crowded(world, dir, &config)?);
    changes.atlassian = Some(config);
    Ok(())
}

enum Place {
    Sandbox,
    Cloud(SiteAddress),
}

/// Where the instance is to live: as it's said, else as it's configured.
fn place(
    world: &World,
    dir: &InstanceDir,
    request: &LinkRequest,
    config: &AtlassianConfig,
) -> Result<Place> {
    if let Some(site) = &request.site {
        return Ok(match site.trim() {
            SANDBOX => Place::Sandbox,
            address => Place::Cloud(SiteAddress::parse(address)?),
        });
    }
    let configured = config.site.clone().filter(|site| !site.is_empty());
    match (config.kind, configured) {
        (AtlassianKind::Sandbox, _) => Ok(Place::Sandbox),
        (AtlassianKind::Cloud, Some(site)) => SiteAddress::parse(&site).map(Place::Cloud),
        (_, _) => match world.account_value(dir, "ATLASSIAN_SITE")? {
            Some(site) => SiteAddress::parse(&site).map(Place::Cloud),
            None => Err(
                Error::usage(format!("{} has no Atlassian site yet.", dir.name())).hint(
                    "Name it: --site https://example.atlassian.net, or --site sandbox for the stand-in on this machine.",
                ),
            ),
        },
    }
}

async fn in_sandbox(
    world: &World,
    request: &LinkRequest,
    config: &mut AtlassianConfig,
    changes: &mut Changes,
) -> Result<Atlassian> {
    if request.email.is_some() || request.token.is_some() {
        return Err(Error::usage("The sandbox has an account of its own.")
            .hint("Leave --email and --token out, or name a site with --site."));
    }
    let at = world.sandbox(|_| ()).await?;
    config.kind = AtlassianKind::Sandbox;
    config.site = None;
    changes.env.extend([
        ("ATLASSIAN_SITE".to_owned(), at.api_url.clone()),
        (config.email_key.clone(), at.atlassian_email.clone()),
        (config.token_key.clone(), at.atlassian_token.clone()),
    ]);
    world.site_at(&at.api_url, &at.atlassian_email, &at.atlassian_token)
}

fn in_cloud(
    world: &World,
    dir: &InstanceDir,
    request: &LinkRequest,
    address: &SiteAddress,
    config: &mut AtlassianConfig,
    changes: &mut Changes,
) -> Result<Atlassian> {
    let name = dir.name();
    // an account that only stands elsewhere (the workspace, the environment) stays there
    let email = match given(&request.email) {
        Some(email) => {
            changes.env.push((config.email_key.clone(), email.clone()));
            Some(email)
        }
        None => world.account_value(dir, &config.email_key)?,
    };
    let token = match given(&request.token) {
        Some(token) => {
            changes.env.push((config.token_key.clone(), token.clone()));
            Some(token)
        }
        None => world.account_value(dir, &config.token_key)?,
    };
    let email = email.ok_or_else(|| {
        Error::usage(format!("It isn't known whose account {name} uses.")).hint(format!(
            "Give the e-mail address with --email, or set {} in the instance's .env.",
            config.email_key
        ))
    })?;
    let token = token.ok_or_else(|| {
        Error::usage(format!("There is no API token for {email}.")).hint(format!(
            "Give it on standard input with --token -, or set {} in the instance's .env. Tokens are made at id.atlassian.com/manage-profile/security/api-tokens.",
            config.token_key
        ))
    })?;
    config.kind = AtlassianKind::Cloud;
    config.site = Some(address.shown().to_owned());
    let shown = address.shown().to_owned();
    changes.env.push(("ATLASSIAN_SITE".into(), shown));
    let site = world.site_at(address.url(), &email, &token)?;
    Ok(site.with_token_key(&config.token_key))
}

fn given(value: &Option<String>) -> Option<String> {
    let value = value.as_deref()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// An instance's project and space are on one site: keys that stay would mean others there.
fn refuse_moving(dir: &InstanceDir, before: &AtlassianConfig, now: &AtlassianConfig) -> Result<()> {
    let site = |config: &AtlassianConfig| {
        let site = config.site.clone().unwrap_or_default();
        SiteAddress::parse(&site).ok()
    };
    // one that has no site in its configuration has it in its .env: there it may be said again
    let moves = before.kind != now.kind || (site(before).is_some() && site(before) != site(now));
    let keys = [&before.jira_project_key, &before.confluence_space_key];
    let key = keys.into_iter().flatten().find(|key| !key.is_empty());
    match key {
        Some(key) if moves && before.kind != AtlassianKind::None => Err(Error::refused(format!(
            "{} is connected to {key} on another site already.",
            dir.name()
        ))
        .hint(
            "Remove jiraProjectKey and confluenceSpaceKey from its atlassian.config.json first.",
        )),
        _ => Ok(()),
    }
}

async fn jira_account(jira: &Jira) -> Result<String> {
    match jira.myself().await {
        Ok(user) => Ok(user.display_name),
        Err(failure) => Err(refusal::of_account(jira.site(), "Jira", failure).await),
    }
}

async fn confluence_account(confluence: &Confluence) -> Result<String> {
    match confluence.myself().await {
        Ok(user) => Ok(user.display_name.unwrap_or_default()),
        Err(failure) => Err(refusal::of_account(confluence.site(), "Confluence", failure).await),
    }
}
