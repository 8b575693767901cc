//! From the names that an earlier copy gave to issues and pages, to those that they have now: what
//! stays in a refreshed target may name what was emptied and copied again.

use std::collections::HashMap;

use super::created;
use crate::domain::name::InstanceName;
use crate::domain::reference::ReferenceMap;
use crate::error::Result;
use crate::job::refresh::last_copy;
use crate::job::step::StepContext;
use crate::registry::journal::JournalEntry;

/// What the job that copied the same source last made, as this job made it. Empty where that job
/// isn't kept any more.
pub fn map(
    ctx: &StepContext,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<ReferenceMap> {
    let last = last_copy(ctx.registry(), target)?;
    let Some(last) = last.filter(|job| job.source.as_deref() == Some(source.as_str())) else {
        return Ok(ReferenceMap::default());
    };
    Ok(between(&ctx.registry().journal(last.id)?, &ctx.journal()?))
}

fn between(earlier: &[JournalEntry], now: &[JournalEntry]) -> ReferenceMap {
    let key = |entry: &JournalEntry| {
        let of = (entry.provider.clone(), entry.kind.clone());
        (of, entry.source_id.clone())
    };
    let now: HashMap<_, _> = now.iter().map(|entry| (key(entry), entry)).collect();
    let mut pairs = Vec::new();
    for old in earlier.iter().filter(|entry| created::is_pair(entry)) {
        let Some(new) = now.get(&key(old)).filter(|new| created::is_pair(new)) else {
            continue;
        };
        if let Some(name) = old
            .target_id
            .clone()
            .filter(|_| old.target_id != new.target_id)
        {
            pairs.push(JournalEntry {
                source_id: name,
                ..(*new).clone()
            });
        }
    }
    let mut map = ReferenceMap::default();
    created::add(&mut map, &pairs);
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::journal::JournalState;

    fn entry(kind: &str, source: &str, target: Option<&str>) -> JournalEntry {
        JournalEntry {
            seq: 1,
            provider: "jira".into(),
            kind: kind.into(),
            source_id: source.into(),
            target_id: target.map(str::to_owned),
            state: JournalState::Created,
        }
    }

    #[test]
    fn old_names_become_the_new_ones_of_the_same_thing() {
        let earlier = [
            entry("project", "PROJ", Some("CLO")),
            entry("issue-key", "PROJ-1", Some("CLO-1")),
            entry("issue-key", "PROJ-2", Some("CLO-2")),
            entry("issue-key", "PROJ-3", Some("CLO-3")),
        ];
        let now = [
            entry("project", "PROJ", Some("CLO")),
            entry("issue-key", "PROJ-1", Some("CLO-67")),
            entry("issue-key", "PROJ-2", None),
            entry("issue-key", "PROJ-9", Some("CLO-68")),
        ];
        let map = between(&earlier, &now);
        assert_eq!(map.len(), 1);
        let rewriter = map.compile().unwrap();
        let text = "CLO-1, CLO-2, CLO-3, CLO-10 and PROJ-1";
        let expected = "CLO-67, CLO-2, CLO-3, CLO-10 and PROJ-1";
        assert_eq!(rewriter.text(text).text, expected);
    }
}
