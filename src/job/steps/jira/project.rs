//! The project in Jira: made once, whatever happens in between, and taken back on cancel.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::delete::{key_of, remove};
use super::once::once;
use super::{OWNER_PROPERTY, PROVIDER, parts, shape};
use crate::domain::atlassian_key;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::mark;
use crate::job::steps::users::Users;
use crate::job::world::World;
use crate::provider::jira::{Jira, Jql, NewProject, Owner, Project};

/// Creates the instance's project, and writes its key into `atlassian.config.json`.
pub struct CreateJiraProject {
    pub world: World,
    pub name: InstanceName,
    /// Whose project it's to be like; a plain one without it.
    pub from: Option<InstanceName>,
    /// The key that was asked for; else one is made from the instance's name.
    pub wanted: Option<String>,
}

/// What was asked for, written down before the call leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    key: String,
    /// Together with the key it says that a project is the one that was asked for.
    name: String,
    /// The project's id, once it's known.
    created: Option<String>,
}

#[async_trait]
impl Step for CreateJiraProject {
    fn name(&self) -> &str {
        "jira.project"
    }

    fn title(&self) -> &str {
        "Create the Jira project"
    }

    fn weight(&self) -> u32 {
        2
    }

    /// Done where the config names a project that is there. A copy has more to do in it.
    async fn done(&self, ctx: &StepContext) -> Result<bool> {
        let Some(key) = key_of(&self.world, &self.name)? else {
            return Ok(false);
        };
        if self.from.is_some() || mark::load::<Mark>(ctx)?.is_some() {
            return Ok(false);
        }
        self.existing(&self.client(ctx).await?, &key).await?;
        Ok(true)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let jira = self.client(ctx).await?;
        let source = self.source(ctx).await?;
        let made = mark::load::<Mark>(ctx)?;
        let project = match (made, key_of(&self.world, &self.name)?) {
            (None, Some(key)) => self.take(ctx, &jira, &key).await?,
            (made, _) => self.create(ctx, &jira, source.as_ref(), made).await?,
        };
        ctx.log(format!("Jira project {}", project.key));
        if let Some((source, from)) = &source {
            ctx.record(
                PROVIDER,
                &[
                    ("project", &from.key, &project.key),
                    ("project-id", &from.id, &project.id),
                    ("project-name", &from.name, &project.name),
                ],
            )?;
            parts::copy(ctx, (source, from), (&jira, &project)).await?;
        }
        let dir = self.world.instance(&self.name)?;
        // the space's key is written into the same file meanwhile
        dir.edit_atlassian_config(|config| config.jira_project_key = Some(project.key))
            .map(|_| ())
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(mark) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        let jira = self.client(ctx).await?;
        let ours = match &mark.created {
            Some(_) => true,
            // asked for, but the answer never came back
            None => self.adopt(ctx, &jira, &mark).await?.is_some(),
        };
        if !ours {
            return Ok(());
        }
        remove(ctx, &jira, &mark.key).await?;
        if let Ok(dir) = self.world.instance(&self.name) {
            dir.edit_atlassian_config(|config| {
                if config.jira_project_key.as_deref() == Some(&mark.key) {
                    config.jira_project_key = None;
                }
            })?;
        }
        Ok(())
    }
}

impl CreateJiraProject {
    async fn client(&self, ctx: &StepContext) -> Result<Jira> {
        client(&self.world, &self.name, ctx).await
    }

    /// The source's client and project; `None` where it's made from nothing.
    async fn source(&self, ctx: &StepContext) -> Result<Option<(Jira, Project)>> {
        let Some(from) = &self.from else {
            return Ok(None);
        };
        let key = key_of(&self.world, from)?.ok_or_else(|| {
            Error::not_found(format!("{from} has no Jira project to make a copy of."))
        })?;
        let jira = client(&self.world, from, ctx).await?;
        let project = jira.project(&key).await?;
        Ok(Some((jira, project)))
    }

    async fn existing(&self, jira: &Jira, key: &str) -> Result<Project> {
        jira.find_project(key).await?.ok_or_else(|| {
            Error::not_found(format!(
                "instances/{}/atlassian.config.json names the Jira project {key}, but the site has none of that key.",
                self.name
            ))
            .hint("If it was deleted, remove jiraProjectKey from that file and try again.")
        })
    }

    /// The project that was there before. Nothing is copied into one that isn't empty.
    async fn take(&self, ctx: &StepContext, jira: &Jira, key: &str) -> Result<Project> {
        let project = self.existing(jira, key).await?;
        let started = ctx.journal()?.iter().any(|e| e.kind == "issue");
        let any = Jql {
            jql: format!("project = \"{key}\""),
            page: 1,
            ..Jql::default()
        };
        if !started && jira.search(&any).try_next().await?.is_some() {
            return Err(Error::refused(format!(
                "The Jira project {key} of {} has issues already; nothing was copied into it.",
                self.name
            ))
            .hint("Give the clone an empty project, or remove jiraProjectKey from its atlassian.config.json so that a new one is made."));
        }
        Ok(project)
    }

    /// Creates the project, or takes the one that an earlier try of this job made.
    async fn create(
        &self,
        ctx: &StepContext,
        jira: &Jira,
        source: Option<&(Jira, Project)>,
        made: Option<Mark>,
    ) -> Result<Project> {
        if let Some(mark) = &made
            && let Some(project) = self.adopt(ctx, jira, mark).await?
        {
            return self.own(ctx, jira, mark, project).await;
        }
        let mark = match made {
            Some(mark) => mark,
            None => Mark {
                key: self.free_key(jira).await?,
                name: self.free_name(jira, source).await?,
                created: None,
            },
        };
        let shape = match source {
            Some((source, project)) => {
                let same_site = source.site().base_url() == jira.site().base_url();
                shape::like(source, project, same_site).await?
            }
            None => shape::plain(),
        };
        let new = NewProject {
            key: mark.key.clone(),
            name: mark.name.clone(),
            description: source
                .and_then(|(_, p)| p.description.clone())
                .unwrap_or_default(),
            lead: self.lead(jira, source, &Users::of(ctx)?).await?,
            type_key: shape.type_key,
            shape: shape.shape,
        };
        mark::save(ctx, &mark)?;
        let intent = ctx.intent(PROVIDER, "project.create", &mark.key)?;
        let id = once(
            jira,
            || jira.create_project(&new),
            || async { Ok(self.adopt(ctx, jira, &mark).await?.map(|p| p.id)) },
        )
        .await?;
        ctx.result(intent, &id)?;
        let project = jira.project(&id).await?;
        self.own(ctx, jira, &mark, project).await
    }

    /// Writes down, here and on the project, that it's this job's.
    async fn own(
        &self,
        ctx: &StepContext,
        jira: &Jira,
        mark: &Mark,
        project: Project,
    ) -> Result<Project> {
        let created = Mark {
            created: Some(project.id.clone()),
            ..mark.clone()
        };
        mark::save(ctx, &created)?;
        let property = json!({ "instance": self.name, "job": ctx.job() });
        jira.set_property(Owner::Project(&project.key), OWNER_PROPERTY, &property)
            .await?;
        Ok(project)
    }

    /// The project that this job asked for, if it's there: key and name are those that were asked
    /// for, and no property says that it's another's.
    async fn adopt(&self, ctx: &StepContext, jira: &Jira, mark: &Mark) -> Result<Option<Project>> {
        let found = jira.find_project(&mark.key).await?;
        let Some(project) = found.filter(|p| p.key == mark.key && p.name == mark.name) else {
            return Ok(None);
        };
        let owner = jira
            .property(Owner::Project(&project.key), OWNER_PROPERTY)
            .await?;
        let ours = owner.is_none_or(|owner| {
            owner.get("instance") == Some(&json!(self.name))
                && owner.get("job") == Some(&json!(ctx.job()))
        });
        Ok(ours.then_some(project))
    }

    /// The key that was asked for where it's free, else one from the instance's name.
    async fn free_key(&self, jira: &Jira) -> Result<String> {
        if let Some(wanted) = self.wanted.as_deref().filter(|key| !key.is_empty()) {
            let wrong = jira.check_project_key(wanted).await?;
            if wrong.is_empty() {
                return Ok(wanted.to_owned());
            }
            return Err(Error::refused(format!(
                "The Jira project key {wanted} can't be used: {}",
                wrong.join(" ")
            ))
            .hint(
                "Choose another key. One of a deleted project stays reserved for up to 60 days.",
            ));
        }
        let mut taken = BTreeSet::new();
        for _ in 0..50 {
            let key = atlassian_key::from_name(&self.name, |key| taken.contains(key));
            if jira.check_project_key(&key).await?.is_empty() {
                return Ok(key);
            }
            taken.insert(key);
        }
        let last = atlassian_key::from_name(&self.name, |_| false);
        Ok(jira.free_project_key(&last).await?)
    }

    async fn free_name(&self, jira: &Jira, source: Option<&(Jira, Project)>) -> Result<String> {
        // a project's name has at most 80 characters
        let name = match source {
            Some((_, project)) => {
                let room = 80 - 5 - self.name.as_str().len();
                let short: String = project.name.chars().take(room).collect();
                format!("{short} ({})", self.name)
            }
            None => self.name.to_string(),
        };
        Ok(jira.free_project_name(&name).await?)
    }

    /// The source's lead where this site knows the account, else whose token it is.
    async fn lead(
        &self,
        jira: &Jira,
        source: Option<&(Jira, Project)>,
        users: &Users,
    ) -> Result<String> {
        let lead = source.and_then(|(_, p)| p.lead.as_ref());
        if let Some(lead) = lead.map(|lead| users.target(&lead.account_id))
            && jira.find_user(lead).await?.is_some()
        {
            return Ok(lead.to_owned());
        }
        Ok(jira.myself().await?.account_id)
    }
}

/// The client for an instance's Jira, which stops with the step.
pub async fn client(world: &World, name: &InstanceName, ctx: &StepContext) -> Result<Jira> {
    match world.atlassian(name).await? {
        Some(site) => Ok(Jira::new(site.with_cancel(ctx.cancel.clone()))),
        None => Err(
            Error::not_found(format!("{name} has no Atlassian site.")).hint(format!(
                "Name one in instances/{name}/atlassian.config.json."
            )),
        ),
    }
}
