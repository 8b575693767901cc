//! Links between issues, each made once and in its direction.

use std::collections::BTreeSet;

use serde_json::Value;

use super::made::Made;
use super::sides::Sides;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::jira::{Fetch, Issue, NewLink};

/// A link as one of its issues shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The type's name.
    pub kind: String,
    /// The other issue is the outward one: "this blocks that".
    pub outward: bool,
    /// The other issue.
    pub id: String,
    pub key: String,
}

/// The links that an issue shows, without those that are there twice.
pub fn of(issue: &Issue) -> BTreeSet<Seen> {
    let all = issue.fields.get("issuelinks").and_then(Value::as_array);
    let read = |link: &Value| {
        let kind = link.pointer("/type/name")?.as_str()?.to_owned();
        let side = |name: &str| link.get(name).filter(|other| other.is_object());
        let (outward, other) = match (side("outwardIssue"), side("inwardIssue")) {
            (Some(other), _) => (true, other),
            (None, Some(other)) => (false, other),
            (None, None) => return None,
        };
        let text = |name: &str| other.get(name)?.as_str().map(str::to_owned);
        Some(Seen {
            kind,
            outward,
            id: text("id")?,
            key: text("key")?,
        })
    };
    all.into_iter().flatten().filter_map(read).collect()
}

/// What the copy of an issue shows of these links: those to copies, and on one site those to
/// issues of other projects.
pub fn expected(links: &BTreeSet<Seen>, made: &Made, sides: &Sides) -> BTreeSet<Seen> {
    let each = links.iter().filter_map(|link| {
        let copy = made.target("issue", &link.id);
        let key = made.target("issue-key", &link.key);
        match (copy, key) {
            (Some(id), Some(key)) => Some(Seen {
                id: id.to_owned(),
                key: key.to_owned(),
                ..link.clone()
            }),
            _ if sides.same_site && !is_in(&link.key, &sides.from.key) => Some(link.clone()),
            _ => None,
        }
    });
    each.collect()
}

/// Whether an issue is one of the project's.
pub fn is_in(key: &str, project: &str) -> bool {
    key.rsplit_once('-').is_some_and(|(own, _)| own == project)
}

/// Makes those of `wanted` that aren't `there` and are this side's to make: of a link between two
/// copies the inward issue's, of others the copy's. `key` is the copy's.
pub async fn make(
    ctx: &StepContext,
    sides: &Sides,
    key: &str,
    wanted: &BTreeSet<Seen>,
    there: &BTreeSet<Seen>,
) -> Result<()> {
    for link in wanted.difference(there) {
        let inside = is_in(&link.key, &sides.to.key);
        if inside && !link.outward {
            continue;
        }
        let (inward, outward) = match link.outward {
            true => (key, &*link.key),
            false => (&*link.key, key),
        };
        let new = NewLink {
            type_name: link.kind.clone(),
            inward: inward.to_owned(),
            outward: outward.to_owned(),
        };
        one(ctx, sides, key, link, &new).await?;
    }
    Ok(())
}

async fn one(
    ctx: &StepContext,
    sides: &Sides,
    key: &str,
    link: &Seen,
    new: &NewLink,
) -> Result<()> {
    let mut tries = 0;
    loop {
        match sides.target.create_link(new).await {
            Ok(()) => return Ok(()),
            // the check tells that it's missing
            Err(failure) if matches!(failure.status(), Some(400 | 404 | 413)) => {
                ctx.log(format!("a link of {key} was refused: {failure}"));
                return Ok(());
            }
            Err(failure) if failure.ambiguous() && tries < 4 => {
                let fetch = Fetch {
                    fields: vec!["issuelinks".into()],
                    ..Fetch::default()
                };
                let found = sides.target.find_issue(key, &fetch).await?;
                if found.is_some_and(|issue| of(&issue).contains(link)) {
                    return Ok(());
                }
                tries += 1;
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_link_is_read_from_its_side_and_counted_once() {
        let link = |side: &str, key: &str| {
            json!({ "id": "1", "type": { "name": "Blocks" },
            side: { "id": key.len().to_string(), "key": key } })
        };
        let issue: Issue = serde_json::from_value(json!({ "id": "1", "key": "P-1", "fields": {
            "issuelinks": [link("outwardIssue", "P-2"), link("inwardIssue", "P-10"), link("outwardIssue", "P-2"), {}] } }))
        .unwrap();
        let seen: Vec<_> = of(&issue).into_iter().map(|s| (s.outward, s.key)).collect();
        assert_eq!(seen, [(false, "P-10".to_owned()), (true, "P-2".to_owned())]);
        assert!(is_in("P-1", "P") && !is_in("PP-1", "P") && !is_in("P", "P"));
    }
}
