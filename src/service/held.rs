//! What a clone holds back, and turning one of it on.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Service;
use crate::domain::held::{HELD, Held, HeldState, HeldView};
use crate::domain::job::JobState;
use crate::domain::name::InstanceName;
use crate::domain::report::ReportPart;
use crate::domain::report_project::{AUTH, SignInChanges};
use crate::error::{Error, Kind, Result};
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::held::{state, switches, turn_on};
use crate::provider::supabase::Setting;
use crate::registry::views::JobFilter;
use crate::sandbox::FetchConsent;

impl Service {
    /// What the last copy into this instance holds back, as it stands now.
    pub async fn held(&self, name: &InstanceName) -> Result<Vec<HeldView>> {
        let listed = self.held_by_jobs(name)?;
        let is_setting = |one: &Held| matches!(one, Held::Setting { .. });
        let mut now = Vec::new();
        if listed.iter().any(|one| !is_setting(one)) {
            let connection = self.reach(name).await?;
            let read = switches(&connection).await;
            connection.close().await;
            now = read?;
        }
        if listed.iter().any(is_setting) {
            now.extend(self.settings(name).await?);
        }
        Ok(listed
            .into_iter()
            .map(|one| {
                let state = state(&one, &now);
                one.seen(state)
            })
            .collect())
    }

    /// Turns one on; the others stay as they are.
    pub async fn turn_on(&self, name: &InstanceName, id: &str) -> Result<HeldView> {
        self.refuse_busy(name)?;
        let all = self.held(name).await?;
        let wanted = words(id);
        let Some(one) = all.into_iter().find(|one| words(&one.id) == wanted) else {
            return Err(
                Error::not_found(format!("{name} holds nothing that is called {id}."))
                    .hint(format!("List what it holds with: matriz held list {name}")),
            );
        };
        match one.state {
            HeldState::On => return Ok(one),
            HeldState::Gone => {
                return Err(Error::not_found(format!(
                    "The {} isn't in {name} any more.",
                    one.title
                )));
            }
            HeldState::Off => {}
        }
        match &one.item {
            Held::Setting { name: setting } => self.set(name, setting).await?,
            item => {
                let connection = self.reach(name).await?;
                let done = turn_on(&connection, item).await;
                connection.close().await;
                done?;
            }
        }
        self.audit("turn-on", name.as_str(), &one.id)?;
        Ok(one.item.seen(HeldState::On))
    }

    /// What the newest copies of database and sign-in wrote down.
    fn held_by_jobs(&self, name: &InstanceName) -> Result<Vec<Held>> {
        let jobs = self.registry.job_views(&JobFilter {
            instance: Some(name.to_string()),
            ..JobFilter::default()
        })?;
        let (mut database, mut settings) = (None, None);
        for job in jobs {
            if job.state == JobState::Cancelled {
                continue;
            }
            for part in self.registry.report_parts(job.id)? {
                match part.name.as_str() {
                    HELD if database.is_none() => database = Some(part),
                    AUTH if settings.is_none() => settings = Some(part),
                    _ => {}
                }
            }
            if database.is_some() && settings.is_some() {
                break;
            }
        }
        let parts = database.into_iter().chain(settings).collect();
        written_down(parts).map_err(|e| {
            Error::new(Kind::Parse, "What the last copy wrote down can't be read.").source(e)
        })
    }

    async fn reach(&self, name: &InstanceName) -> Result<Connection> {
        let world = self.world(FetchConsent::No)?;
        self.ensure_sandbox(name, false).await?;
        connect(
            &world.admin_database(name)?,
            &ConnectOptions::named("matriz held"),
        )
        .await
    }

    /// The settings of the sign-in that are on or off.
    async fn settings(&self, name: &InstanceName) -> Result<Vec<(Held, bool)>> {
        let world = self.world(FetchConsent::No)?;
        let Some(project) = world.project(name)? else {
            return Ok(Vec::new());
        };
        let all = world.supabase(name).await?.auth_config(&project).await?;
        let switch =
            |(name, value): (String, Value)| Some((Held::Setting { name }, value.as_bool()?));
        Ok(all.into_iter().filter_map(switch).collect())
    }

    async fn set(&self, name: &InstanceName, setting: &str) -> Result<()> {
        let world = self.world(FetchConsent::No)?;
        let project = world.project(name)?;
        let project =
            project.ok_or_else(|| Error::not_found(format!("{name} has no project yet.")))?;
        let change = Map::from_iter([(setting.to_owned(), Value::Bool(true))]);
        let supabase = world.supabase(name).await?;
        match supabase.set_auth_config(&project, &change).await? {
            Setting::Taken => Ok(()),
            Setting::Refused(why) => Err(Error::new(
                Kind::Provider,
                format!("{setting} isn't taken: {why}"),
            )
            .hint("Set its secret first, at the provider.")),
        }
    }
}

fn written_down(parts: Vec<ReportPart>) -> serde_json::Result<Vec<Held>> {
    let mut out = Vec::new();
    for part in parts {
        match part.name.as_str() {
            HELD => out.extend(Vec::<Held>::deserialize(part.data)?),
            AUTH => {
                let held = SignInChanges::deserialize(part.data)?.held;
                // texts, of a mail server say, are for people to write
                let switches = held
                    .into_iter()
                    .filter(|one| one.what.ends_with("_enabled"));
                out.extend(switches.map(|one| Held::Setting { name: one.what }));
            }
            _ => {}
        }
    }
    Ok(out)
}

/// Blanks don't count.
fn words(id: &str) -> Vec<&str> {
    id.split_whitespace().collect()
}
