//! Which copies are there already: after a crash, or after an answer that got lost.
//!
//! Search may not see what was created a moment ago. Keys are numbered without a gap where nothing
//! was refused, so the keys after the last known one are looked up as well.

use std::collections::HashMap;

use futures_util::TryStreamExt;

use super::marker::{self, Marker};
use super::sides::Sides;
use crate::error::Result;
use crate::provider::jira::{Fetch, Issue, IssueRef, Jql};

/// Keys that are looked up at once.
const PROBE: u64 = 100;

/// The copies in the target's project, by the source's ids. `highest` is the largest number of a
/// key that is known to be there.
pub async fn copies(
    sides: &Sides,
    marker: &Marker,
    highest: u64,
) -> Result<HashMap<String, IssueRef>> {
    let mut found = HashMap::new();
    let search = Jql {
        jql: format!("project = \"{}\"", sides.to.key),
        fields: vec!["issuetype".into()],
        properties: vec![marker::KEY.into()],
        page: 100,
        ..Jql::default()
    };
    let mut all = sides.target.search(&search);
    while let Some(issue) = all.try_next().await? {
        note(marker, issue, &mut found);
    }
    let mut next = highest.max(highest_of(found.values().map(|i| &*i.key))) + 1;
    let fetch = Fetch {
        fields: search.fields,
        properties: search.properties,
    };
    loop {
        let keys: Vec<String> = (next..next + PROBE)
            .map(|n| format!("{}-{n}", sides.to.key))
            .collect();
        let there = sides.target.fetch_issues(&keys, &fetch).await?.issues;
        if there.is_empty() {
            return Ok(found);
        }
        for issue in there {
            note(marker, issue, &mut found);
        }
        next += PROBE;
    }
}

fn note(marker: &Marker, issue: Issue, found: &mut HashMap<String, IssueRef>) {
    let source = issue.properties.get(marker::KEY);
    if let Some(source) = source.and_then(|value| marker.source_id(value)) {
        let copy = IssueRef {
            id: issue.id,
            key: issue.key,
        };
        // the oldest counts, should there be two
        found.entry(source.to_owned()).or_insert(copy);
    }
}

/// The largest number of keys; 0 without any.
pub fn highest_of<'a>(keys: impl Iterator<Item = &'a str>) -> u64 {
    let numbers = keys.filter_map(|key| key.rsplit_once('-')?.1.parse().ok());
    numbers.max().unwrap_or(0)
}
