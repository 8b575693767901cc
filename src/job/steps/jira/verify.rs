//! The end: every copy is held against what it is to be like, and looked through for what still
//! names the source.

use std::collections::BTreeMap;

use serde_json::Value;

use super::goal::{self, Goal};
use super::links;
use super::made::Made;
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::{comments, worklogs};
use crate::domain::reference::Leftover;
use crate::domain::report_jira::{Count, Lack};
use crate::error::Result;
use crate::provider::jira::Issue;

/// Lacks that are listed.
const LISTED: usize = 200;

/// What was found.
#[derive(Default)]
pub struct Verdict {
    counts: BTreeMap<&'static str, (u64, u64)>,
    pub lacking: Vec<Lack>,
    pub unlisted: u64,
    pub left: Vec<Leftover>,
    pub votes: u64,
}

impl Verdict {
    pub fn count(&mut self, kind: &'static str, source: u64, target: u64) {
        let (a, b) = self.counts.entry(kind).or_default();
        *a += source;
        *b += target;
    }

    pub fn counts(&self) -> Vec<Count> {
        let each = self.counts.iter().map(|(kind, (source, target))| Count {
            kind: (*kind).to_owned(),
            source: *source,
            target: *target,
        });
        each.collect()
    }

    pub fn lack(&mut self, what: String, why: impl Into<String>) {
        self.add([Lack {
            what,
            why: why.into(),
        }]);
    }

    pub fn add(&mut self, lacks: impl IntoIterator<Item = Lack>) {
        for lack in lacks {
            match self.lacking.len() < LISTED {
                true => self.lacking.push(lack),
                false => self.unlisted += 1,
            }
        }
    }

    /// Holds a copy against its goal.
    pub fn compare(&mut self, sides: &Sides, made: &Made, goal: &Goal, copy: &Issue) {
        let key = &goal.copy_key;
        self.votes += goal.votes;
        self.count("issues", 1, 1);
        let parent = copy.text("/parent/id");
        if goal.parent.as_deref().unwrap_or_default() != parent {
            self.lack(
                format!("{key} parent"),
                "it isn't the copy of the source's parent",
            );
        }
        let seen = links::of(copy);
        let there = goal.links.intersection(&seen).count();
        self.count(
            "link ends",
            (goal.links.len() + goal.links_lost) as u64,
            there as u64,
        );
        for link in goal.links.difference(&seen) {
            self.lack(format!("{key} link to {}", link.key), "it isn't there");
        }
        if goal.links_lost > 0 {
            let words = format!("{} to issues that aren't on this site", goal.links_lost);
            self.lack(format!("{key} links"), words);
        }
        for link in seen
            .iter()
            .filter(|l| links::is_in(&l.key, &sides.from.key))
        {
            self.lack(
                format!("{key} link to {}", link.key),
                "it leads back to the source",
            );
        }
        self.files(goal, copy);
        for (kind, pointer, wanted) in [
            ("comments", "/comment/total", goal.comments),
            ("worklogs", "/worklog/total", goal.worklogs),
        ] {
            let there = goal::number(copy, pointer);
            self.count(kind, wanted, there);
            if wanted != there {
                self.lack(format!("{key} {kind}"), format!("{there} of {wanted}"));
            }
        }
        let resolution = copy.text("/resolution/name");
        let wanted = goal.resolution.as_deref().unwrap_or_default();
        if resolution != wanted {
            let words = format!("\"{resolution}\" instead of \"{wanted}\": no screen asks for it");
            self.lack(format!("{key} resolution"), words);
        }
        if !goal.left.is_empty() {
            let words = format!("{} told in the description", goal.left.join(", "));
            self.lack(format!("{key} fields"), words);
        }
        if !goal.filled.is_empty() {
            let words = format!(
                "{} filled, because the project asks for it",
                goal.filled.join(", ")
            );
            self.lack(format!("{key} fields"), words);
        }
        self.count(
            "values told in descriptions",
            goal.left.len() as u64,
            goal.left.len() as u64,
        );
        if made.target("issue", &goal.source) != Some(&*copy.id) {
            self.lack(key.clone(), "it isn't the copy that the journal names");
        }
    }

    fn files(&mut self, goal: &Goal, copy: &Issue) {
        let mut there = goal::named(copy);
        let all = there.len();
        for (name, size) in &goal.attachments {
            match there.iter().position(|(n, s)| (n, s) == (name, size)) {
                Some(at) => drop(there.remove(at)),
                None => self.lack(
                    format!("{} {name}", goal.copy_key),
                    format!("{size} bytes: larger than the site takes, or gone from the source"),
                ),
            }
        }
        self.count("attachments", goal.attachments.len() as u64, all as u64);
        for (name, _) in there {
            self.lack(
                format!("{} {name}", goal.copy_key),
                "it's there once too often",
            );
        }
    }

    /// Looks through everything that people wrote.
    pub async fn scan(&mut self, sides: &Sides, rewrites: &Rewrites, copy: &Issue) -> Result<()> {
        for (field, value) in &copy.fields {
            self.look(rewrites, &format!("{} {field}", copy.key), value);
        }
        for comment in comments::of(&sides.target, copy).await? {
            let place = format!("{} comment {}", copy.key, comment.id);
            self.look(rewrites, &place, &comment.body);
        }
        for worklog in worklogs::of(&sides.target, copy).await? {
            let place = format!("{} worklog {}", copy.key, worklog.id);
            self.look(rewrites, &place, &worklog.comment);
        }
        Ok(())
    }

    pub fn look(&mut self, rewrites: &Rewrites, place: &str, value: &Value) {
        for residue in rewrites.residues(value) {
            self.left.push(Leftover {
                place: place.to_owned(),
                row: None,
                names: residue.names,
                reason: residue.reason,
            });
        }
    }
}
