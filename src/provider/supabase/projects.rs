//! Projects: create, list, look at, rename, pause, restore, delete.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::secret::Secret;
use crate::error::{Error, Kind, Result};
use crate::provider::http::{Failure, Request};
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::state::ProjectStatus;
use crate::provider::supabase::types::ProjectRef;

/// What a project is made from.
#[derive(Debug, Clone)]
pub struct NewProject {
    pub name: String,
    /// The organization's slug.
    pub organization: String,
    /// The password of the role `postgres`. The service never gives it back: store it first.
    pub database_password: Secret,
    /// A code from [`Supabase::regions`].
    pub region: String,
    /// `nano`, `micro`, …; the organization's default where it is `None`.
    pub size: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Project {
    #[serde(rename = "ref")]
    pub reference: ProjectRef,
    pub name: String,
    pub organization_slug: String,
    pub region: String,
    /// RFC 3339.
    pub created_at: String,
    pub status: ProjectStatus,
    /// Missing in the answer to a creation.
    pub database: Option<ProjectDatabase>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProjectDatabase {
    pub host: String,
    /// The full version, such as 17.6.1.
    pub version: String,
    /// The major version.
    pub postgres_engine: String,
}

/// How often an ambiguous creation, pause or restore is looked into and asked again.
const ROUNDS: u32 = 4;

impl Supabase {
    pub async fn projects(&self) -> Result<Vec<Project>> {
        let request = self.request(Method::GET, "/v1/projects", "list the projects");
        Ok(self.fetch(&request).await?)
    }

    /// The projects of an organization with exactly this name. Names need not be unique.
    pub async fn projects_named(&self, organization: &str, name: &str) -> Result<Vec<Project>> {
        let mut projects = self.projects().await?;
        projects.retain(|p| {
            p.name == name && p.organization_slug == organization && !is_leaving(&p.status)
        });
        Ok(projects)
    }

    pub async fn project(&self, project: &ProjectRef) -> Result<Project> {
        Ok(self.look_once(project).await?)
    }

    pub(super) async fn look_once(&self, project: &ProjectRef) -> Result<Project, Failure> {
        self.fetch(&self.look_at(project)).await
    }

    /// The project, or `None` where the service says that there is none (any more).
    pub async fn find_project(&self, project: &ProjectRef) -> Result<Option<Project>> {
        match self.look_once(project).await {
            Ok(found) if found.status == ProjectStatus::Removed => Ok(None),
            Ok(found) => Ok(Some(found)),
            Err(failure) if is_gone(&failure) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    fn look_at(&self, project: &ProjectRef) -> Request {
        self.project_request(
            Method::GET,
            project,
            "",
            format!("show the project {project}"),
        )
    }

    /// Creates a project, at most once.
    ///
    /// The service has no marker against creating twice. So the projects of that name are listed
    /// before; after an answer that leaves open whether it was created, they are listed again,
    /// and a new one is taken as ours. Two programs that create projects of the same name in the
    /// same organization at the same moment can't be told apart.
    pub async fn create_project(&self, new: &NewProject) -> Result<Project> {
        let before: Vec<ProjectRef> = self
            .projects_named(&new.organization, &new.name)
            .await?
            .into_iter()
            .map(|p| p.reference)
            .collect();
        let request = self.creation(new);
        let mut round = 1;
        loop {
            let failure = match self.fetch::<Project>(&request).await {
                Ok(project) => return Ok(project),
                Err(failure) => failure,
            };
            if !failure.ambiguous() {
                return Err(failure.into());
            }
            let now = self.projects_named(&new.organization, &new.name).await?;
            if let Some(ours) = now.into_iter().find(|p| !before.contains(&p.reference)) {
                return Ok(ours);
            }
            if round >= ROUNDS {
                return Err(failure.into());
            }
            self.pause(step_back(round)).await?;
            // A service under load may list what it created a moment later.
            let later = self.projects_named(&new.organization, &new.name).await?;
            if let Some(ours) = later.into_iter().find(|p| !before.contains(&p.reference)) {
                return Ok(ours);
            }
            round += 1;
        }
    }

    fn creation(&self, new: &NewProject) -> Request {
        let mut body = json!({
            "name": new.name,
            "organization_slug": new.organization,
            "db_pass": new.database_password.reveal(),
            "region_selection": { "type": "specific", "code": new.region },
        });
        if let (Some(size), Some(fields)) = (&new.size, body.as_object_mut()) {
            fields.insert("desired_instance_size".into(), Value::String(size.clone()));
        }
        self.request(
            Method::POST,
            "/v1/projects",
            format!("create the project {}", new.name),
        )
        .json(body)
        .secret(new.database_password.reveal())
    }

    pub async fn rename_project(&self, project: &ProjectRef, name: &str) -> Result<()> {
        let request = self
            .project_request(
                Method::PATCH,
                project,
                "",
                format!("rename the project {project}"),
            )
            .json(json!({ "name": name }))
            .repeat(crate::provider::http::Repeat::Safe);
        self.send(&request).await?;
        Ok(())
    }

    /// Asks for the project to be paused. It is paused when
    /// [`Supabase::wait_until_paused`] says so.
    pub async fn pause_project(&self, project: &ProjectRef) -> Result<()> {
        self.ask_once(project, "/pause", "pause", |status| {
            matches!(status, ProjectStatus::Pausing | ProjectStatus::Inactive)
        })
        .await
    }

    /// Asks for a paused project to be brought back. It is back when
    /// [`Supabase::wait_until_healthy`] says so.
    pub async fn restore_project(&self, project: &ProjectRef) -> Result<()> {
        self.ask_once(project, "/restore", "restore", |status| {
            matches!(
                status,
                ProjectStatus::Restoring | ProjectStatus::ComingUp | ProjectStatus::ActiveHealthy
            )
        })
        .await
    }

    /// Sends a change of state; where it stays open whether it arrived, looks at the state first.
    async fn ask_once(
        &self,
        project: &ProjectRef,
        rest: &str,
        verb: &str,
        arrived: impl Fn(&ProjectStatus) -> bool,
    ) -> Result<()> {
        let request = self.project_request(
            Method::POST,
            project,
            rest,
            format!("{verb} the project {project}"),
        );
        let mut round = 1;
        loop {
            let failure = match self.send(&request).await {
                Ok(_) => return Ok(()),
                Err(failure) => failure,
            };
            if !failure.ambiguous() {
                return Err(failure.into());
            }
            if arrived(&self.project(project).await?.status) {
                return Ok(());
            }
            if round >= ROUNDS {
                return Err(failure.into());
            }
            self.pause(step_back(round)).await?;
            round += 1;
        }
    }

    /// Deletes a project with its database and backups, for good. `false`: it was gone already.
    ///
    /// Supabase refuses while a project is still coming up ("Project not ready for deletion");
    /// this waits for that, up to `patience`.
    pub async fn delete_project(&self, project: &ProjectRef, patience: Duration) -> Result<bool> {
        let request = self.project_request(
            Method::DELETE,
            project,
            "",
            format!("delete the project {project}"),
        );
        let deadline = tokio::time::Instant::now() + patience;
        let mut pause = Duration::from_millis(250);
        loop {
            match self.send(&request).await {
                Ok(_) => return Ok(true),
                Err(failure) if is_gone(&failure) => return Ok(false),
                Err(failure) if is_not_ready(&failure) => {
                    if tokio::time::Instant::now() + pause > deadline {
                        return Err(Error::new(Kind::Timeout, failure.message)
                            .hint("The project was still coming up. Try again in a few minutes."));
                    }
                }
                Err(failure) => return Err(failure.into()),
            }
            self.pause(pause).await?;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }
}

fn step_back(round: u32) -> Duration {
    Duration::from_millis(300).saturating_mul(2u32.saturating_pow(round.min(6)))
}

fn is_leaving(status: &ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Removed | ProjectStatus::GoingDown)
}

/// 404, or the 400 with which the service speaks of what it has removed.
pub(super) fn is_gone(failure: &Failure) -> bool {
    match failure.status() {
        Some(404 | 410) => true,
        Some(400) => failure.message.contains("has been removed"),
        _ => false,
    }
}

fn is_not_ready(failure: &Failure) -> bool {
    failure.status() == Some(400) && failure.message.contains("not ready for deletion")
}
