//! What a clone made of a Confluence space: the report's part of that name.

use serde::{Deserialize, Serialize};

use super::human;
use super::reference::Leftover;
use super::report::push_left;

/// The part that says what became of the space.
pub const CONFLUENCE: &str = "confluence";

/// A space and its copy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpaceChanges {
    /// The source's key.
    pub source: String,
    /// The target's key.
    pub target: String,
    /// How many there are on each side.
    pub counts: Vec<Count>,
    /// Bodies and titles that differ from the source's, because they name something else now.
    pub rewritten: u64,
    /// References in them, in comments and in properties.
    pub references: u64,
    /// Links, embeds and attachments that were followed, and lead to something in the target.
    pub followed: u64,
    /// Calls to both sites.
    pub calls: u64,
    /// What the API can't carry, or didn't take.
    pub not_carried: Vec<NotCarried>,
    /// Links that lead nowhere.
    pub broken: Vec<Broken>,
    pub left: Vec<Leftover>,
    /// Leftovers beyond those that are listed.
    #[serde(default)]
    pub unlisted: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// `pages`, `comments`, …
    pub what: String,
    pub source: u64,
    pub target: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NotCarried {
    /// What it is, and where.
    pub what: String,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Broken {
    /// The page or blog post that has the link.
    pub place: String,
    /// What it should lead to.
    pub to: String,
    /// It leads nowhere in the source either.
    pub in_source: bool,
}

impl SpaceChanges {
    /// Whether something is missing that nothing explains.
    pub fn is_whole(&self) -> bool {
        self.counts.iter().all(|c| c.source == c.target)
            && self.broken.iter().all(|b| b.in_source)
            && self.left.iter().all(|l| l.reason.is_explained())
            && self.unlisted == 0
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mut out = vec![format!(
            "Confluence: space {} copied to {}, {} {} rewritten, {} calls",
            self.source,
            self.target,
            self.references,
            human::plural(self.references, "reference", "references"),
            self.calls
        )];
        for count in &self.counts {
            let equal = match count.source == count.target {
                true => count.target.to_string(),
                false => format!("{} of {}", count.target, count.source),
            };
            out.push(format!("  {:<40} {equal}", count.what));
        }
        out.push(format!(
            "  {} {} followed, {} broken",
            self.followed,
            human::plural(self.followed, "link", "links"),
            self.broken.len()
        ));
        for broken in &self.broken {
            let why = match broken.in_source {
                true => "leads nowhere in the source either",
                false => "leads nowhere",
            };
            out.push(format!("  {}: {} {why}", broken.place, broken.to));
        }
        for one in &self.not_carried {
            out.push(format!("  not carried: {}: {}", one.what, one.why));
        }
        push_left(&mut out, &self.left, self.unlisted);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_like_a_report() {
        let changes = SpaceChanges {
            source: "DOC".into(),
            target: "CLONE1".into(),
            counts: vec![
                Count {
                    what: "pages".into(),
                    source: 3,
                    target: 3,
                },
                Count {
                    what: "comments".into(),
                    source: 2,
                    target: 1,
                },
            ],
            references: 1,
            followed: 4,
            calls: 30,
            not_carried: vec![NotCarried {
                what: "page history".into(),
                why: "no API gives or takes it".into(),
            }],
            broken: vec![Broken {
                place: "page \"Guide\"".into(),
                to: "page \"Gone\"".into(),
                in_source: true,
            }],
            ..SpaceChanges::default()
        };
        assert_eq!(
            changes.lines().join("\n"),
            "Confluence: space DOC copied to CLONE1, 1 reference rewritten, 30 calls\n  \
             pages                                    3\n  \
             comments                                 1 of 2\n  \
             4 links followed, 1 broken\n  \
             page \"Guide\": page \"Gone\" leads nowhere in the source either\n  \
             not carried: page history: no API gives or takes it\n  \
             nothing names the source any more"
        );
        assert!(!changes.is_whole());
    }
}
