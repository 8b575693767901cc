//! A request as asked for becomes one that says all that its job depends on.

use super::Service;
use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::domain::user_map::UserPair;
use crate::error::Result;
use crate::job::world::World;
use crate::job::{refresh, users};

impl Service {
    /// A refresh gets its source, which the files or the registry know, and the people that its last
    /// copy was made with; the people of a clone are looked up on the sites. Other requests stay.
    pub(super) async fn completed(&self, world: &World, request: &Request) -> Result<Request> {
        let mut request = request.clone();
        match &mut request {
            Request::Refresh {
                target,
                from,
                users,
                ..
            } => {
                if from.is_none() {
                    *from = refresh::origin(world, &self.registry, target)?;
                }
                if let Some(from) = from.as_ref().filter(|_| users.is_empty()) {
                    *users = self.users_of_last_copy(from, target)?;
                }
            }
            Request::Clone {
                source,
                target,
                users,
                ..
            } => *users = users::look_up(world, source, target, users).await?,
            Request::Init { .. } | Request::Seed { .. } | Request::Delete { .. } => {}
        }
        Ok(request)
    }

    fn users_of_last_copy(
        &self,
        source: &InstanceName,
        target: &InstanceName,
    ) -> Result<Vec<UserPair>> {
        let last = refresh::last_copy(&self.registry, target)?;
        let Some(last) = last.filter(|job| job.source.as_deref() == Some(source.as_str())) else {
            return Ok(Vec::new());
        };
        let args = self.registry.job(last.id)?.args;
        // a job of an earlier version says nothing of people
        let users = args.get("users").cloned().unwrap_or_default();
        Ok(serde_json::from_value(users).unwrap_or_default())
    }
}
