//! A refresh as asked for becomes one that says whose content it brings.

use super::Service;
use crate::domain::request::Request;
use crate::error::Result;
use crate::job::refresh;
use crate::job::world::World;

impl Service {
    /// The request with the source that the files or the registry know; other requests as they are.
    pub(super) fn completed(&self, world: &World, request: &Request) -> Result<Request> {
        let mut request = request.clone();
        if let Request::Refresh { target, from, .. } = &mut request
            && from.is_none()
        {
            *from = refresh::origin(world, &self.registry, target)?;
        }
        Ok(request)
    }
}
