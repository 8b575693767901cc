//! `doctor --live`: the real services of one instance, asked without changing anything, and held
//! against what the program expects of them.

use super::Service;
use crate::domain::name::InstanceName;
use crate::domain::probe::ProbeFinding;
use crate::error::{Error, Result};
use crate::job::world::World;
use crate::provider::confluence::{self, Confluence};
use crate::provider::http::{Backoff, HttpOptions};
use crate::provider::jira::{self, Jira};
use crate::provider::postgres;
use crate::provider::postgres::find::Search;
use crate::provider::probe::{Facts, Recorder, run};
use crate::provider::supabase;
use crate::sandbox::FetchConsent;

/// Gets each finding as it comes.
pub type Tell<'a> = &'a mut (dyn FnMut(ProbeFinding) + Send);

impl Service {
    /// Looks at whichever services the instance has. Errors: it has none, or its configuration
    /// can't be read; what a service says or doesn't is a finding.
    pub async fn doctor_live(&self, name: &InstanceName, tell: Tell<'_>) -> Result<()> {
        let dir = self.workspace.instance(name)?;
        let recorder = Recorder::default();
        let options = HttpOptions {
            // a person waits: what doesn't come at the third time is a finding
            backoff: Backoff {
                tries: 3,
                ..Backoff::default()
            },
            answers: Some(recorder.observer()),
            ..HttpOptions::default()
        };
        let world = World::with_http(self.workspace.clone(), FetchConsent::No, options)?;
        let some = |key: Option<String>| key.filter(|key| !key.is_empty());
        let project = some(dir.supabase_config()?.project_ref);
        let config = dir.atlassian_config()?;
        let board = some(config.jira_project_key);
        let space = some(config.confluence_space_key);
        let site = match board.is_some() || space.is_some() {
            true => world.atlassian(name).await?,
            false => None,
        };
        if project.is_none() && site.is_none() {
            return Err(
                Error::not_found(format!("{name} is connected to no service yet.")).hint(format!(
                    "Set it up with: matriz init {name}, or connect what exists: matriz link {name} --help"
                )),
            );
        }
        if let Some(project) = project {
            let api = world.supabase(name).await?;
            let mut facts = Facts::default();
            facts.set(supabase::PROJECT, project);
            let probes = supabase::probes();
            run("Supabase", &api, &probes, &recorder, &mut facts, tell).await;
            let (env, _) = dir.read_env()?;
            let value = |key: &str| env.get(key).unwrap_or_default().to_owned();
            let (url, key) = (value("SUPABASE_URL"), value("SUPABASE_SERVICE_ROLE_KEY"));
            let auth = supabase::Auth::new(&url, &key, world.http())?;
            let probes = supabase::auth_probes();
            run("Auth", &auth, &probes, &recorder, &mut facts, tell).await;
            let configured = self.workspace.settings()?.providers.postgres.bin;
            let search = Search::new(configured).ok();
            let url = world.database(name)?;
            postgres::probes::run(&url, search.as_ref(), tell).await;
        }
        if let (Some(site), Some(board)) = (&site, board) {
            let mut facts = Facts::default();
            facts.set(jira::PROJECT, board);
            let (client, probes) = (Jira::new(site.clone()), jira::probes());
            run("Jira", &client, &probes, &recorder, &mut facts, tell).await;
        }
        if let (Some(site), Some(space)) = (site, space) {
            let mut facts = Facts::default();
            facts.set(confluence::SPACE, space);
            let (client, probes) = (Confluence::new(site), confluence::probes());
            run("Confluence", &client, &probes, &recorder, &mut facts, tell).await;
        }
        Ok(())
    }
}
