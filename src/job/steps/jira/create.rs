//! Creating copies, fifty a call.

use std::collections::HashMap;

use super::PROVIDER;
use super::fields::{FieldMaps, draft};
use super::made::Made;
use super::marker::Marker;
use super::reconcile;
use super::sides::Sides;
use crate::error::{Error, Kind, Result};
use crate::job::step::StepContext;
use crate::provider::jira::{Issue, IssueRef, NewIssue, Refused};

/// The most issues of a call.
pub const MOST: usize = 50;
/// How often an issue is asked for again, each time without the fields that were refused.
const TRIES: u32 = 4;

/// Creates copies of a project's issues.
pub struct Creator<'a> {
    pub ctx: &'a StepContext,
    pub sides: &'a Sides,
    pub marker: &'a Marker,
    pub maps: &'a FieldMaps,
}

/// An issue that is still to be created.
struct Wish<'i> {
    issue: &'i Issue,
    /// The target's fields that were refused.
    dropped: Vec<String>,
}

impl Creator<'_> {
    /// Creates what isn't there of up to [`MOST`] issues, and writes down what each became.
    pub async fn create(&self, issues: &[&Issue], made: &mut Made) -> Result<()> {
        let missing = issues
            .iter()
            .filter(|i| made.target("issue", &i.id).is_none());
        let mut wishes: Vec<Wish<'_>> = missing
            .map(|issue| Wish {
                issue,
                dropped: Vec::new(),
            })
            .collect();
        let mut lost = 0;
        for _ in 0..TRIES {
            if wishes.is_empty() {
                return Ok(());
            }
            self.ctx.check_cancelled()?;
            let ids: Vec<&str> = wishes.iter().map(|w| &*w.issue.id).collect();
            self.ctx.intents(PROVIDER, "issue", &ids)?;
            let new: Vec<NewIssue> = wishes.iter().map(|w| self.new_issue(w, made)).collect();
            match self.sides.target.create_issues(&new).await {
                Ok(outcome) => wishes = self.keep(wishes, outcome.results, made)?,
                Err(failure) if failure.ambiguous() && lost < TRIES => {
                    lost += 1;
                    let highest =
                        reconcile::highest_of(made.pairs("issue-key").map(|(_, key)| key));
                    let there = reconcile::copies(self.sides, self.marker, highest).await?;
                    self.adopt(&there, wishes.iter().map(|w| w.issue), made)?;
                    wishes.retain(|w| made.target("issue", &w.issue.id).is_none());
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        match wishes.first() {
            None => Ok(()),
            Some(wish) => Err(Error::new(
                Kind::Provider,
                format!("Jira doesn't create a copy of {}.", wish.issue.key),
            )
            .hint("The job's log says why. Resume the job when it's mended.")),
        }
    }

    /// Writes down those of `issues` whose copies are there.
    pub fn adopt<'i>(
        &self,
        there: &HashMap<String, IssueRef>,
        issues: impl Iterator<Item = &'i Issue>,
        made: &mut Made,
    ) -> Result<()> {
        let found: Vec<(&Issue, &IssueRef)> = issues
            .filter_map(|issue| Some((issue, there.get(&issue.id)?)))
            .collect();
        self.record(&found, made)
    }

    fn new_issue(&self, wish: &Wish<'_>, made: &Made) -> NewIssue {
        let issue = wish.issue;
        let Some(kind) = self.maps.of_type(issue.type_id()) else {
            return NewIssue::default();
        };
        let draft = draft(
            issue,
            (&self.sides.to.key, &self.sides.me.account_id),
            kind,
            self.maps,
            made,
            &wish.dropped,
        );
        NewIssue {
            fields: draft.fields,
            properties: vec![self.marker.of_issue(issue, &draft.left, &draft.filled)],
            transition: None,
        }
    }

    /// Writes down what was created; what was refused is asked for again with less.
    fn keep<'i>(
        &self,
        wishes: Vec<Wish<'i>>,
        results: Vec<std::result::Result<IssueRef, Refused>>,
        made: &mut Made,
    ) -> Result<Vec<Wish<'i>>> {
        let mut created = Vec::new();
        let mut again = Vec::new();
        for (mut wish, result) in wishes.into_iter().zip(&results) {
            match result {
                Ok(copy) => created.push((wish.issue, copy)),
                Err(refused) => {
                    let key = &wish.issue.key;
                    self.ctx
                        .log(format!("{key} was refused: {}", reasons(refused)));
                    wish.dropped.extend(refused.fields.keys().cloned());
                    again.push(wish);
                }
            }
        }
        self.record(&created, made)?;
        Ok(again)
    }

    /// Id and key in one transaction: neither is known without the other.
    fn record(&self, copies: &[(&Issue, &IssueRef)], made: &mut Made) -> Result<()> {
        let mut pairs = Vec::new();
        for (issue, copy) in copies {
            pairs.push(("issue", &*issue.id, &*copy.id));
            pairs.push(("issue-key", &*issue.key, &*copy.key));
        }
        self.ctx.record(PROVIDER, &pairs)?;
        for (kind, source, target) in pairs {
            made.put(kind, source, target);
        }
        Ok(())
    }
}

fn reasons(refused: &Refused) -> String {
    let fields = refused.fields.iter().map(|(f, why)| format!("{f}: {why}"));
    let all: Vec<String> = refused.messages.iter().cloned().chain(fields).collect();
    all.join("; ")
}
