//! What a clone holds back, and turning one of it on.

use serde::Deserialize;

use super::Service;
use crate::domain::held::{HELD, Held, HeldState, HeldView};
use crate::domain::job::JobState;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::held::{state, switches, turn_on};
use crate::registry::views::JobFilter;
use crate::sandbox::FetchConsent;

impl Service {
    /// What the last copy into this instance holds back, as it stands now.
    pub async fn held(&self, name: &InstanceName) -> Result<Vec<HeldView>> {
        let listed = self.held_by_jobs(name)?;
        if listed.is_empty() {
            return Ok(Vec::new());
        }
        let connection = self.reach(name).await?;
        let now = switches(&connection).await;
        connection.close().await;
        let now = now?;
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
            HeldState::On => Ok(one),
            HeldState::Gone => Err(Error::not_found(format!(
                "The {} isn't in {name} any more.",
                one.title
            ))),
            HeldState::Off => {
                let connection = self.reach(name).await?;
                let done = turn_on(&connection, &one.item).await;
                connection.close().await;
                done?;
                self.audit("turn-on", name.as_str(), &one.id)?;
                Ok(one.item.seen(HeldState::On))
            }
        }
    }

    /// What the newest copy wrote down.
    fn held_by_jobs(&self, name: &InstanceName) -> Result<Vec<Held>> {
        let jobs = self.registry.job_views(&JobFilter {
            instance: Some(name.to_string()),
            ..JobFilter::default()
        })?;
        for job in jobs {
            if job.state == JobState::Cancelled {
                continue;
            }
            let parts = self.registry.report_parts(job.id)?;
            if let Some(part) = parts.into_iter().find(|part| part.name == HELD) {
                return Vec::<Held>::deserialize(part.data).map_err(|e| {
                    Error::new(
                        Kind::Parse,
                        format!("What job {} wrote down can't be read.", job.id),
                    )
                    .source(e)
                });
            }
        }
        Ok(Vec::new())
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
}

/// Blanks don't count.
fn words(id: &str) -> Vec<&str> {
    id.split_whitespace().collect()
}
