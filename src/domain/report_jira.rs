//! What a clone made of a Jira project.

use serde::{Deserialize, Serialize};

use super::human;
use super::reference::Leftover;

/// The report's part.
pub const JIRA: &str = "jira";

/// The second pass's account of both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JiraChanges {
    /// The source's key and the clone's.
    pub from: String,
    pub to: String,
    /// In the order in which they are told.
    pub counts: Vec<Count>,
    /// Texts, documents and queries in which something was rewritten.
    pub rewritten: u64,
    /// Requests of both passes; the tries of one count once.
    pub calls: u64,
    /// What isn't like the source's, each with its reason.
    pub lacking: Vec<Lack>,
    /// Lacks beyond those that are listed.
    #[serde(default)]
    pub unlisted: u64,
    /// What Jira's API can't carry, in words.
    pub not_carried: Vec<String>,
    /// What still names the source.
    pub left: Vec<Leftover>,
}

/// How many of a kind there are on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// `issues`, `comments`…
    pub kind: String,
    pub source: u64,
    pub target: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lack {
    /// `CLONE1-3 assignee`.
    pub what: String,
    pub why: String,
}

impl JiraChanges {
    pub fn lines(&self) -> Vec<String> {
        let mut out = vec![format!(
            "Jira: {} copied to {} in {} {}, {} {} rewritten",
            self.from,
            self.to,
            self.calls,
            human::plural(self.calls, "call", "calls"),
            self.rewritten,
            human::plural(self.rewritten, "text", "texts"),
        )];
        for count in &self.counts {
            let Count {
                kind,
                source,
                target,
            } = count;
            out.push(match source == target {
                true => format!("  {kind:<40} {target}"),
                false => format!("  {kind:<40} {target} of {source}"),
            });
        }
        for lack in &self.lacking {
            out.push(format!("  {}: {}", lack.what, lack.why));
        }
        if self.unlisted > 0 {
            out.push(format!("  and {} more", self.unlisted));
        }
        for words in &self.not_carried {
            out.push(format!("  not carried: {words}"));
        }
        for left in &self.left {
            out.push(format!("  {}", left.line()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_like_a_report() {
        let changes = JiraChanges {
            from: "PROJ".into(),
            to: "CLONE1".into(),
            counts: vec![
                Count {
                    kind: "issues".into(),
                    source: 3,
                    target: 3,
                },
                Count {
                    kind: "attachments".into(),
                    source: 2,
                    target: 1,
                },
            ],
            rewritten: 1,
            calls: 20,
            lacking: vec![Lack {
                what: "CLONE1-1 film.mp4".into(),
                why: "larger than the site takes".into(),
            }],
            not_carried: vec!["votes".into()],
            ..JiraChanges::default()
        };
        let expected = "Jira: PROJ copied to CLONE1 in 20 calls, 1 text rewritten\n  \
            issues                                   3\n  \
            attachments                              1 of 2\n  \
            CLONE1-1 film.mp4: larger than the site takes\n  \
            not carried: votes";
        assert_eq!(changes.lines().join("\n"), expected);
    }
}
