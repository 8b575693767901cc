//! So many requests a minute to one operation on one project, where somebody wants that.

use std::time::Instant;

use crate::sandbox::api::Limits as Windows;

pub struct Limits {
    windows: Option<Windows>,
}

impl Limits {
    /// 0 is no limit.
    pub fn new(per_minute: u32) -> Limits {
        Limits {
            windows: (per_minute > 0).then(|| Windows::new(per_minute)),
        }
    }

    /// Seconds to wait, where there are no more.
    pub fn refused(&self, operation: String) -> Option<u64> {
        let place = self.windows.as_ref()?.take(operation, Instant::now());
        (!place.allowed).then_some(place.reset)
    }
}
