//! Learning that something changed.

use super::Service;
use crate::error::Result;
use crate::registry::watch::Watch as RegistryWatch;

/// Tells when the registry changed. Costs nothing while nothing happens.
pub struct Watch {
    registry: RegistryWatch,
}

impl Service {
    pub fn watch(&self) -> Result<Watch> {
        Ok(Watch {
            registry: RegistryWatch::new(&self.registry)?,
        })
    }
}

impl Watch {
    /// Waits for the next change. A registry that can't be read is a change too: whoever reads it
    /// next gets the error.
    pub async fn changed(&mut self) {
        if self.registry.next().await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }
}
