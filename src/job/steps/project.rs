//! The project at the provider: made once, whatever happens in between, and taken back on cancel.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use super::password::new_password;
use crate::domain::name::InstanceName;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::job::env::set_env;
use crate::job::step::{Step, StepContext};
use crate::job::world::{World, project_of};
use crate::provider::supabase::{NewProject, Project, ProjectRef, Supabase};

/// How long a project that comes up is waited for before it can be deleted.
const DELETE_PATIENCE: Duration = Duration::from_secs(180);

/// Creates the instance's project and writes its ref into `supabase.config.json`.
pub struct CreateProject {
    pub world: World,
    pub name: InstanceName,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    /// The projects of this name that were there before ours was asked for.
    before: Vec<String>,
    /// Ours.
    created: Option<String>,
}

#[async_trait]
impl Step for CreateProject {
    fn name(&self) -> &str {
        "project.create"
    }

    fn title(&self) -> &str {
        "Create the project"
    }

    fn weight(&self) -> u32 {
        10
    }

    /// Done where the config names a project and the provider knows it.
    async fn done(&self, ctx: &StepContext) -> Result<bool> {
        let Some(project) = self.world.project(&self.name)? else {
            return Ok(false);
        };
        let supabase = self.client(ctx).await?;
        if supabase.find_project(&project).await?.is_some() {
            return Ok(true);
        }
        Err(Error::not_found(format!(
            "instances/{}/supabase.config.json names the project {project}, but the provider has none of that name.",
            self.name
        ))
        .hint("If it was deleted, remove projectRef from that file and try again."))
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let supabase = self.client(ctx).await?;
        let dir = self.world.instance(&self.name)?;
        let config = dir.supabase_config()?;
        let organization = self.organization(&supabase, &config.organization).await?;
        let region = self
            .region(&supabase, &organization, &config.region)
            .await?;
        // The service never tells the password again: it's on disk before anything is asked for.
        let password = match dir.read_env()?.0.get(&config.db_password_key) {
            Some(kept) if !kept.is_empty() => kept.to_owned(),
            _ => {
                let fresh = new_password();
                // noted, so that undo empties a password of ours and never one of the person's
                ctx.intent("files", "password", self.name.as_str())?;
                set_env(&dir, &[(&config.db_password_key, &fresh)])?;
                fresh
            }
        };
        let new = NewProject {
            name: self.name.to_string(),
            organization: organization.clone(),
            database_password: Secret::new(password),
            region: region.clone(),
            size: None,
        };
        let project = self.create_once(ctx, &supabase, &new).await?;
        ctx.log(format!("project {} in {organization}", project.reference));
        let mut config = dir.supabase_config()?;
        config.project_ref = Some(project.reference.to_string());
        config.organization = organization;
        config.region = region;
        dir.save_supabase_config(&config)
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let mark = self.mark(ctx)?;
        let dir = self.world.instance(&self.name).ok();
        let Some(mark) = mark else {
            return Ok(());
        };
        let supabase = self.world.supabase(&self.name).await?;
        let ours = match mark.created {
            Some(text) => Some(text.parse::<ProjectRef>()?),
            // asked for, but the answer never came back
            None => self
                .adopt(&supabase, &mark.before)
                .await?
                .map(|p| p.reference),
        };
        if let Some(project) = ours {
            supabase.delete_project(&project, DELETE_PATIENCE).await?;
            supabase.wait_until_gone(&project, DELETE_PATIENCE).await?;
            ctx.log(format!("project {project} deleted"));
            if let Some(dir) = dir {
                let mut config = dir.supabase_config()?;
                if project_of(&config)?.as_ref() == Some(&project) {
                    config.project_ref = None;
                    dir.save_supabase_config(&config)?;
                }
                let key = &config.db_password_key;
                if ctx
                    .lookup("files", "password", self.name.as_str())?
                    .is_some()
                {
                    set_env(&dir, &[(key, "")])?;
                }
            }
        }
        Ok(())
    }
}

impl CreateProject {
    async fn client(&self, ctx: &StepContext) -> Result<Supabase> {
        Ok(self
            .world
            .supabase(&self.name)
            .await?
            .with_cancel(ctx.cancel.clone()))
    }

    fn mark(&self, ctx: &StepContext) -> Result<Option<Mark>> {
        mark::load(ctx)
    }

    /// Creates the project, or takes the one that an earlier try of this job made.
    async fn create_once(
        &self,
        ctx: &StepContext,
        supabase: &Supabase,
        new: &NewProject,
    ) -> Result<Project> {
        let mark = self.mark(ctx)?;
        if let Some(mark) = &mark {
            if let Some(text) = &mark.created {
                return supabase.project(&text.parse()?).await;
            }
            if let Some(project) = self.adopt(supabase, &mark.before).await? {
                ctx.log(format!(
                    "project {} was made by an earlier try",
                    project.reference
                ));
                self.remember(ctx, &mark.before, &project)?;
                return Ok(project);
            }
        }
        let before = match mark {
            Some(mark) => mark.before,
            None => supabase
                .projects_named(&new.organization, &new.name)
                .await?
                .into_iter()
                .map(|p| p.reference.to_string())
                .collect(),
        };
        mark::save(
            ctx,
            &Mark {
                before: before.clone(),
                created: None,
            },
        )?;
        let intent = ctx.intent("supabase", "project", &new.name)?;
        let project = supabase.create_project(new).await?;
        ctx.result(intent, project.reference.as_str())?;
        self.remember(ctx, &before, &project)?;
        Ok(project)
    }

    fn remember(&self, ctx: &StepContext, before: &[String], project: &Project) -> Result<()> {
        mark::save(
            ctx,
            &Mark {
                before: before.to_vec(),
                created: Some(project.reference.to_string()),
            },
        )
    }

    /// A project of our name that wasn't there before and that no instance's config names.
    async fn adopt(&self, supabase: &Supabase, before: &[String]) -> Result<Option<Project>> {
        for project in supabase.projects().await? {
            let reference = project.reference.as_str();
            if project.name == self.name.as_str()
                && !before.iter().any(|b| b == reference)
                && self
                    .world
                    .sharers(reference)?
                    .iter()
                    .all(|n| *n == self.name)
            {
                return Ok(Some(project));
            }
        }
        Ok(None)
    }

    async fn organization(&self, supabase: &Supabase, wanted: &str) -> Result<String> {
        let all = supabase.organizations().await?;
        if wanted.is_empty() {
            return match all.as_slice() {
                [] => Err(Error::not_found("This account has no organization.")
                    .hint("Create one at the provider, then try again.")),
                [first, ..] => Ok(first.slug.clone()),
            };
        }
        if all.iter().any(|o| o.slug == wanted) {
            return Ok(wanted.to_owned());
        }
        let slugs: Vec<&str> = all.iter().map(|o| o.slug.as_str()).collect();
        Err(Error::not_found(format!(
            "The organization \"{wanted}\" isn't one of this account's."
        ))
        .hint(format!(
            "Put one of these into supabase.config.json: {}.",
            slugs.join(", ")
        )))
    }

    /// The config's region, else the first that the provider offers.
    async fn region(
        &self,
        supabase: &Supabase,
        organization: &str,
        wanted: &str,
    ) -> Result<String> {
        if !wanted.is_empty() {
            return Ok(wanted.to_owned());
        }
        let regions = supabase.regions(organization).await?;
        regions
            .first()
            .map(|r| r.code.clone())
            .ok_or_else(|| Error::not_found("The provider offers no region."))
    }
}
