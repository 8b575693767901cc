//! What the parts of the second pass share.

use serde::{Deserialize, Serialize};

use super::fields::FieldMaps;
use super::gauge::Gauge;
use super::marker::{self, Marker};
use super::remote::Told;
use super::rewrite::Rewrites;
use super::sides::Sides;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::mark;
use crate::job::world::World;
use crate::provider::jira::{Fetch, Issue, Jira};

/// Issues that are read at once.
pub const CHUNK: usize = 100;
/// Issues that are worked on at the same time.
pub const SIDE_BY_SIDE: usize = 6;

/// The phases, as they are shown.
pub const SAID: &str = "comments and links";
pub const TEXTS: &str = "texts";
pub const STATUSES: &str = "statuses";
pub const CHECKED: &str = "checked";

/// One run of the second pass.
pub struct Pass<'a> {
    pub world: &'a World,
    /// The instances.
    pub names: (&'a InstanceName, &'a InstanceName),
    pub ctx: &'a StepContext,
    pub sides: Sides,
    pub marker: Marker,
    pub maps: FieldMaps,
    pub gauge: Gauge<'a>,
}

/// Up to where the pass has come, by the source's ids in the order of the inventory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mark {
    pub said: Option<String>,
    pub texts: Option<String>,
    /// Issues whose comments or worklogs name comments, which are written again when all have their ids.
    pub again: Vec<String>,
    /// Remote links of the source, and those that were written.
    pub remote: (u64, u64),
    /// Values in which something was rewritten.
    pub rewritten: u64,
    /// Requests of the workers before this one.
    pub calls: u64,
}

impl Mark {
    pub fn count(&mut self, told: Told) {
        self.remote.0 += told.wanted;
        self.remote.1 += told.there;
    }
}

impl Pass<'_> {
    /// The map as it is now.
    pub fn rewrites(&self) -> Result<Rewrites> {
        let (source, target) = self.names;
        Rewrites::open(self.world, source, target, self.ctx)
    }

    pub fn save(&self, mark: &Mark) -> Result<()> {
        let calls = mark.calls + self.sides.calls();
        let mark = Mark {
            calls,
            ..mark.clone()
        };
        mark::save(self.ctx, &mark)
    }
}

/// How many ids there are up to this one; none where it isn't among them.
pub fn position(ids: &[String], last: Option<&str>) -> usize {
    let at = last.and_then(|last| ids.iter().position(|id| id == last));
    at.map_or(0, |at| at + 1)
}

/// Issues with these fields and their markers.
pub async fn read(jira: &Jira, ids: &[String], fields: &[&str]) -> Result<Vec<Issue>> {
    let fetch = Fetch {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        properties: vec![marker::KEY.to_owned()],
    };
    Ok(jira.fetch_issues(ids, &fetch).await?.issues)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_that_is_gone_is_the_beginning() {
        let ids: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(position(&ids, None), 0);
        assert_eq!(position(&ids, Some("b")), 2);
        assert_eq!(position(&ids, Some("x")), 0);
    }
}
