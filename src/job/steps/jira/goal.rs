//! What is known of an issue and its copy between the parts of the second pass: little enough to
//! be kept for all of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::attachments;
use super::links::{self, Seen};
use super::made::Made;
use super::marker;
use super::sides::Sides;
use crate::provider::jira::Issue;

/// What a copy is to be like.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The source's issue.
    pub source: String,
    pub copy: String,
    pub copy_key: String,
    /// The source's type.
    pub kind: String,
    /// The copy's parent.
    pub parent: Option<String>,
    pub status: String,
    pub status_name: String,
    pub resolution: Option<String>,
    /// The copy's status when the second pass begins.
    pub status_now: String,
    pub sprints: Vec<u64>,
    pub links: BTreeSet<Seen>,
    /// Links that the copy can't have.
    pub links_lost: usize,
    pub comments: u64,
    pub worklogs: u64,
    /// Names and sizes, in order of names.
    pub attachments: Vec<(String, u64)>,
    pub watchers: u64,
    /// Whether the source's token watches it.
    pub watching: bool,
    pub votes: u64,
    /// The ids of the source's fields that the copy couldn't be given.
    pub left: Vec<String>,
    /// The names of fields that have a value which isn't the source's.
    pub filled: Vec<String>,
}

impl Goal {
    /// `sprints` is the id of the source's field that holds them.
    pub fn of(
        issue: &Issue,
        copy: &Issue,
        made: &Made,
        sides: &Sides,
        sprints: Option<&str>,
    ) -> Goal {
        let number = |pointer: &str| number(issue, pointer);
        let text = |pointer: &str| issue.text(pointer).to_owned();
        let told = |name: &str| {
            let marker = copy.properties.get(marker::KEY);
            marker.map_or(Vec::new(), |value| marker::list(value, name))
        };
        let seen = links::of(issue);
        let links = links::expected(&seen, made, sides);
        let sprints = sprints.and_then(|field| issue.fields.get(field)?.as_array());
        let sprints = sprints.into_iter().flatten();
        Goal {
            source: issue.id.clone(),
            copy: copy.id.clone(),
            copy_key: copy.key.clone(),
            kind: issue.type_id().to_owned(),
            parent: made
                .target("issue", issue.text("/parent/id"))
                .map(str::to_owned),
            status: text("/status/id"),
            status_name: text("/status/name"),
            resolution: Some(text("/resolution/name")).filter(|name| !name.is_empty()),
            status_now: copy.status_id().to_owned(),
            sprints: sprints.filter_map(|s| s.get("id")?.as_u64()).collect(),
            links_lost: seen.len() - links.len(),
            links,
            comments: number("/comment/total"),
            worklogs: number("/worklog/total"),
            attachments: named(issue),
            watchers: number("/watches/watchCount"),
            watching: flag(issue, "/watches/isWatching"),
            votes: number("/votes/votes"),
            left: told("left"),
            filled: told("filled"),
        }
    }
}

/// Names and sizes of an issue's attachments, in order.
pub fn named(issue: &Issue) -> Vec<(String, u64)> {
    let all = attachments::of(issue).into_iter();
    let mut all: Vec<_> = all.map(|a| (a.filename, a.size)).collect();
    all.sort();
    all
}

fn at<'a>(issue: &'a Issue, pointer: &str) -> Option<&'a Value> {
    let (field, rest) = pointer.trim_start_matches('/').split_once('/')?;
    issue.fields.get(field)?.pointer(&format!("/{rest}"))
}

/// 0 where there is none.
pub fn number(issue: &Issue, pointer: &str) -> u64 {
    at(issue, pointer).and_then(Value::as_u64).unwrap_or(0)
}

pub fn flag(issue: &Issue, pointer: &str) -> bool {
    at(issue, pointer).and_then(Value::as_bool) == Some(true)
}
