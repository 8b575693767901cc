//! What the symbols in the seeds stand for in one instance: keys, ids and addresses of its issues
//! and pages.
//!
//! Which issue is which says the property `matriz.seed`, written together with the issue, else its
//! summary; which page is which says its title, that there is once in a space. What this job made itself is known from
//! its journal, so that a search that lags behind hides nothing.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::domain::name::InstanceName;
use crate::domain::site_seed::Item;
use crate::domain::site_seed::board::Issue as Seed;
use crate::domain::site_seed::symbol::Asks;
use crate::error::{Error, Result};
use crate::job::step::StepContext;
use crate::job::steps::site_seeds::SiteSeeds;
use crate::job::world::World;
use crate::provider::atlassian::Atlassian;
use crate::provider::confluence::{Confluence, Format};
use crate::provider::jira::{Issue, IssueRef, Jira, Jql, Property};
use crate::provider::supabase::storage;

/// The journal's word for what the seeds made. Not `jira`: a clone's own entries are pairs of
/// source and target, and a clone may set its source up in the same job.
pub const PROVIDER: &str = "seeds";
pub const ISSUE: &str = "seed-issue";
pub const PAGE: &str = "seed-page";
const MARKER: &str = "matriz.seed";

/// The names of one instance.
#[derive(Debug, Clone, Default)]
pub struct SiteNames {
    /// The address of its Supabase project.
    pub supabase: String,
    pub site: String,
    pub project: Option<String>,
    pub space: Option<String>,
    pub me: Option<String>,
    /// By the seeds' ids.
    pub issues: HashMap<String, IssueRef>,
    /// Ids, by title.
    pub pages: HashMap<String, String>,
}

impl SiteNames {
    /// Asks the instance's site. An instance without one has no names.
    pub async fn read(world: &World, name: &InstanceName, ctx: &StepContext) -> Result<SiteNames> {
        let env = world.instance(name)?.read_env()?.0;
        let supabase = env.get(storage::URL).unwrap_or_default().to_owned();
        let Some(site) = world.atlassian(name).await? else {
            return Ok(SiteNames {
                supabase,
                ..SiteNames::default()
            });
        };
        let site = site.with_cancel(ctx.cancel.clone());
        let config = world.instance(name)?.atlassian_config()?;
        let some = |key: Option<String>| key.filter(|key| !key.is_empty());
        let mut names = SiteNames {
            supabase,
            site: site.base_url().to_owned(),
            project: some(config.jira_project_key),
            space: some(config.confluence_space_key),
            ..SiteNames::default()
        };
        if let Some(project) = &names.project {
            let seeds = SiteSeeds::read(&world.instance(name)?)?.board.issues;
            names.issues = issues(&Jira::new(site.clone()), project, &seeds, ctx).await?;
        }
        if let Some(space) = &names.space {
            names.pages = pages(&site, space).await?;
        }
        names.me = Some(Jira::new(site).myself().await?.account_id);
        Ok(names)
    }

    /// What a symbol becomes; the name itself where what it names isn't in this instance.
    pub fn value(&self, asks: Asks, name: &str) -> Option<String> {
        let key = |found: &IssueRef| match asks {
            Asks::IssueId => found.id.clone(),
            Asks::IssueUrl => format!("{}/browse/{}", self.site, found.key),
            _ => found.key.clone(),
        };
        Some(match asks {
            Asks::Project => self.project.clone().unwrap_or_default(),
            Asks::Space => self.space.clone().unwrap_or_default(),
            Asks::Site => self.site.clone(),
            Asks::Me => self.me.clone().unwrap_or_default(),
            Asks::Media => return None,
            Asks::FileUrl => format!("{}/storage/v1/object/public/{name}", self.supabase),
            Asks::PageId => self.pages.get(name).map_or(name.to_owned(), String::clone),
            Asks::PageUrl => match self.pages.get(name) {
                Some(id) => self.page_url(id),
                None => name.to_owned(),
            },
            _ => self.issues.get(name).map_or(name.to_owned(), key),
        })
    }

    /// A page's address.
    pub fn page_url(&self, id: &str) -> String {
        let space = self.space.as_deref().unwrap_or_default();
        format!("{}/wiki/spaces/{space}/pages/{id}", self.site)
    }
}

/// The property that says which seed an issue is.
pub fn marker(id: &str) -> Property {
    Property {
        key: MARKER.to_owned(),
        value: json!({ "id": id }),
    }
}

async fn issues(
    jira: &Jira,
    project: &str,
    seeds: &[Item<Seed>],
    ctx: &StepContext,
) -> Result<HashMap<String, IssueRef>> {
    let (mut found, mut unmarked) = (HashMap::new(), Vec::new());
    let search = Jql {
        jql: format!("project = \"{project}\" ORDER BY created ASC"),
        fields: vec!["summary".into(), "issuetype".into()],
        properties: vec![MARKER.into()],
        ..Jql::default()
    };
    let mut all = jira.search(&search);
    while let Some(issue) = all.try_next().await? {
        let mark = issue.properties.get(MARKER).and_then(|m| m.get("id"));
        match mark.and_then(Value::as_str).map(str::to_owned) {
            // the first of two, where somebody copied one with its properties
            Some(id) => {
                found.entry(id).or_insert_with(|| reference(&issue));
            }
            None => unmarked.push(issue),
        }
    }
    // a clone's issues have no marker: there the words say which is which
    for issue in &unmarked {
        let same = |item: &&Item<Seed>| {
            item.value.summary == issue.summary()
                && item.value.kind == issue.text("/issuetype/name")
        };
        if let Some(item) = seeds.iter().find(same) {
            let id = item.value.id.clone();
            found.entry(id).or_insert_with(|| reference(issue));
        }
    }
    for entry in ctx.journal()? {
        if (&*entry.provider, &*entry.kind) == (PROVIDER, ISSUE)
            && let Some((id, key)) = entry.target_id.as_deref().and_then(|t| t.split_once(' '))
            && key.rsplit_once('-').is_some_and(|(of, _)| of == project)
        {
            let (id, key) = (id.to_owned(), key.to_owned());
            found.insert(entry.source_id, IssueRef { id, key });
        }
    }
    Ok(found)
}

fn reference(issue: &Issue) -> IssueRef {
    IssueRef {
        id: issue.id.clone(),
        key: issue.key.clone(),
    }
}

async fn pages(site: &Atlassian, space: &str) -> Result<HashMap<String, String>> {
    let confluence = Confluence::new(site.clone());
    let space = confluence
        .find_space(space)
        .await?
        .ok_or_else(|| Error::not_found(format!("The site has no space {space}.")))?;
    let mut found = HashMap::new();
    let mut all = confluence.pages(&space.id, Format::Storage);
    while let Some(page) = all.try_next().await? {
        found.insert(page.title, page.id);
    }
    Ok(found)
}
