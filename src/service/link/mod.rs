//! `link`: what exists is checked and connected; nothing is created, and nothing deleted.
//!
//! Everything is tried before anything is written: the account at Supabase ([`account`]), the project
//! and its database ([`project`]), the site and its account ([`site`]), the Jira project and the Confluence space with what the account
//! may do in them ([`places`]), and that no other instance lives there ([`taken`]).

mod account;
mod places;
mod project;
mod refusal;
mod rights;
mod said;
mod site;
mod taken;

use serde::Serialize;

pub(super) use refusal::of_account as account_refusal;

use super::Service;
use crate::domain::config::{AtlassianConfig, SupabaseConfig};
use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::sandbox::FetchConsent;
use crate::workspace::InstanceDir;

/// What to connect an instance to; at least one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkRequest {
    /// An access token for Supabase's Management API; else the one in the instance's `.env`.
    pub access_token: Option<String>,
    /// The organization in which projects are made.
    pub organization: Option<String>,
    /// The password of the project's database; else the one in the instance's `.env`.
    pub db_password: Option<String>,
    /// The ref of a Supabase project.
    pub project: Option<String>,
    /// The project's database, where it isn't reached through its pooler.
    pub database_url: Option<String>,
    /// The address of an Atlassian site, or `sandbox`.
    pub site: Option<String>,
    /// Whose token it is; else the one in the instance's `.env`.
    pub email: Option<String>,
    /// An API token; else the one in the instance's `.env`.
    pub token: Option<String>,
    /// The key of a Jira project.
    pub jira_project: Option<String>,
    /// The key of a Confluence space.
    pub space: Option<String>,
}

impl LinkRequest {
    fn wants_account(&self) -> bool {
        self.access_token.is_some() || self.organization.is_some()
    }

    fn wants_site(&self) -> bool {
        let given = [&self.site, &self.email, &self.token];
        let keys = [&self.jira_project, &self.space];
        given.into_iter().chain(keys).any(Option::is_some)
    }
}

/// What an instance is connected to now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Linked {
    #[serde(flatten)]
    pub instance: InstanceView,
    pub link: Links,
}

/// What was connected by this call, and how well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// The organization in which projects are made, where the account was tried.
    pub organization: Option<String>,
    pub project: Option<String>,
    /// The site as its configuration has it; `sandbox` for the workspace's own.
    pub site: Option<String>,
    /// Whose account it is, as the site names it.
    pub account: Option<String>,
    pub jira_project: Option<String>,
    pub space: Option<String>,
    /// What isn't as it should be, and doesn't keep the instance from being used: a sentence each.
    pub remarks: Vec<String>,
}

/// What is to be written once all is tried.
#[derive(Default)]
struct Changes {
    /// Keys and values of the `.env`.
    env: Vec<(String, String)>,
    supabase: Option<SupabaseConfig>,
    atlassian: Option<AtlassianConfig>,
    links: Links,
}

impl Service {
    /// Connects `name` to what `request` names. Everything is tried before anything is written.
    pub async fn link(&self, name: &InstanceName, request: &LinkRequest) -> Result<Linked> {
        let wants_project = request.project.is_some() || request.wants_account();
        if !wants_project && !request.wants_site() {
            return Err(Error::usage("There is nothing to connect.").hint(
                "Name a project with --project-ref, or a site with --site and what is on it with --jira-project and --space.",
            ));
        }
        let database = request.database_url.is_some() || request.db_password.is_some();
        if database && request.project.is_none() {
            return Err(Error::usage(
                "An address or a password of a database belongs to a project that isn't named.",
            )
            .hint("Name the project: --project-ref REF."));
        }
        self.refuse_busy(name)?;
        let dir = self.by("link").instance(name)?;
        dir.ensure_env()?;
        let world = self.world(FetchConsent::No)?;
        let mut changes = Changes::default();
        let account = account::check(&world, &dir, request, &mut changes).await?;
        if let Some(project) = &request.project {
            project::check(&world, &dir, project, request, account, &mut changes).await?;
        }
        if request.wants_site() {
            site::check(&world, &dir, request, &mut changes).await?;
        }
        self.refuse_busy(name)?;
        write(&dir, &changes)?;
        self.audit("link", name.as_str(), &detail(&changes.links))?;
        self.refresh_figures(name).await.ok();
        let mut link = changes.links;
        link.remarks.extend(self.point_mcp(&dir));
        Ok(Linked {
            instance: self.instance(name)?,
            link,
        })
    }

    /// Assistants find the same places; what keeps them from it, a sentence each.
    fn point_mcp(&self, dir: &InstanceDir) -> Vec<String> {
        let targets = self.workspace.mcp_targets(dir.name());
        match targets.and_then(|targets| dir.write_mcp(&targets)) {
            Err(error) => vec![format!("mcp.json wasn't written: {}", error.message)],
            Ok(plan) => plan
                .foreign()
                .map(|theirs| {
                    let entry = theirs.name;
                    format!("mcp.json has an entry {entry} that Matriz didn't write; it stays (matriz mcp config)")
                })
                .collect(),
        }
    }
}

fn write(dir: &InstanceDir, changes: &Changes) -> Result<()> {
    dir.edit_connection(|to| {
        if let Some(config) = &changes.supabase {
            to.supabase = config.clone();
        }
        if let Some(config) = &changes.atlassian {
            to.atlassian = config.clone();
        }
        changes
            .env
            .iter()
            .try_for_each(|(key, value)| to.env.set(key, value))
    })
}

/// A line for the audit; a project alone stands as its ref.
fn detail(links: &Links) -> String {
    let named = |what: &str, name: &Option<String>| {
        let name = name.as_ref()?;
        Some(format!("{what} {name}"))
    };
    let parts = [
        named("organization", &links.organization),
        links.project.clone(),
        named("site", &links.site),
        named("Jira project", &links.jira_project),
        named("space", &links.space),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
