//! What the second pass works with: both ends, what became of what, and how to rewrite.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ends::Ends;
use super::known::Known;
use super::people::People;
use super::tally::Tally;
use super::titles;
use crate::domain::reference::Rewriter;
use crate::error::Result;
use crate::provider::confluence::Format;

/// What is remembered of a content that is finished.
const FINISHED: &str = "finished";
/// What didn't get over, and why.
const NOT_CARRIED: &str = "not carried";
/// What still names the source, and isn't read again.
pub const LEFT: &str = "left";

pub struct Second<'a> {
    pub ends: &'a Ends<'a>,
    pub known: &'a Known,
    pub rewriter: &'a Rewriter,
    pub tally: &'a Tally<'a>,
    pub people: People<'a>,
}

/// A page or a blog post and its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub is_post: bool,
    pub src: String,
    pub target: String,
}

impl Item {
    /// As a report names it.
    pub fn place(&self, title: &str) -> String {
        match self.is_post {
            true => format!("blog post \"{title}\""),
            false => format!("page \"{title}\""),
        }
    }
}

/// What was done for one content, or for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Done {
    /// Bodies and titles written anew.
    pub rewritten: u64,
    pub references: u64,
    /// Comments of the source, and those that are in the target.
    pub comments: (u64, u64),
    pub labels: (u64, u64),
    pub properties: (u64, u64),
}

impl Done {
    pub fn add(&mut self, other: &Done) {
        let pair = |a: &mut (u64, u64), b: (u64, u64)| *a = (a.0 + b.0, a.1 + b.1);
        self.rewritten += other.rewritten;
        self.references += other.references;
        pair(&mut self.comments, other.comments);
        pair(&mut self.labels, other.labels);
        pair(&mut self.properties, other.properties);
    }
}

impl Second<'_> {
    pub fn is_finished(&self, src: &str) -> bool {
        self.known.noted(FINISHED, src).is_some()
    }

    pub fn finish(&self, src: &str, done: &Done) -> Result<()> {
        let text = serde_json::to_string(done).unwrap_or_default();
        self.known.note(FINISHED, src, &text)
    }

    /// All that was done, in this try of the job and in earlier ones.
    pub fn done(&self) -> Done {
        let mut all = Done::default();
        for (_, text) in self.known.notes(FINISHED) {
            all.add(&serde_json::from_str(&text).unwrap_or_default());
        }
        all
    }

    /// Something isn't in the target, and the report says why.
    pub fn left_behind(&self, what: &str, why: &str) -> Result<()> {
        self.ends.ctx.log(format!("not carried: {what}: {why}"));
        self.known.note(NOT_CARRIED, what, why)
    }

    pub fn all_left_behind(&self) -> BTreeMap<String, String> {
        self.known.notes(NOT_CARRIED).into_iter().collect()
    }

    /// A body that names the target, and how many references were replaced.
    pub fn rewritten(&self, format: Format, body: &str) -> (String, u64) {
        match format {
            Format::Storage => {
                let done = self.rewriter.storage(body);
                let key = &self.ends.to.key;
                let text = titles::in_links(self.rewriter, &done.text, key);
                (text, done.count as u64)
            }
            Format::Document => match serde_json::from_str::<Value>(body) {
                Ok(document) => {
                    let (done, count) = self.rewriter.adf(&document);
                    match count {
                        0 => (body.to_owned(), 0),
                        _ => (done.to_string(), count as u64),
                    }
                }
                Err(_) => {
                    let done = self.rewriter.text(body);
                    (done.text.into_owned(), done.count as u64)
                }
            },
        }
    }
}
