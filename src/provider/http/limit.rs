//! How many requests are under way to one host at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

/// A number of places for each host.
pub struct HostLimit {
    places: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl HostLimit {
    pub fn new(places: usize) -> Self {
        HostLimit {
            places: places.max(1),
            hosts: Mutex::new(HashMap::new()),
        }
    }

    pub fn of(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts
            .entry(host.to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(self.places)))
            .clone()
    }
}
