//! A new issue's way to its status: statuses are reached by transitions, never set.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::provider::jira::{Jira, Transition, TransitionRequest};

/// No workflow of a team needs more steps.
const LONGEST: usize = 12;

/// The ways out of each status, by type and status: they're the same for all issues of a type.
#[derive(Debug, Default)]
pub struct Ways {
    known: Mutex<HashMap<(String, String), Vec<Transition>>>,
}

impl Ways {
    /// Takes an issue, which has just been made, to the status of that name, by whatever lies
    /// between. `false`: no way was found.
    pub async fn go(
        &self,
        jira: &Jira,
        issue: &str,
        kind: &str,
        from: (&str, &str),
        to: &str,
    ) -> Result<bool> {
        let (mut id, mut name) = (from.0.to_owned(), from.1.to_owned());
        let mut seen = HashSet::new();
        for _ in 0..LONGEST {
            if name.eq_ignore_ascii_case(to) {
                return Ok(true);
            }
            seen.insert(id.clone());
            let ways = self.out_of(jira, issue, kind, &id).await?;
            let leads = |way: &&Transition| way.to.as_ref().is_some_and(|s| s.name == to);
            let fresh = |way: &&Transition| way.to.as_ref().is_some_and(|s| !seen.contains(&s.id));
            let Some(way) = ways.iter().find(leads).or_else(|| ways.iter().find(fresh)) else {
                return Ok(false);
            };
            let request = TransitionRequest {
                id: way.id.clone(),
                fields: answers(way),
            };
            jira.transition(issue, &request).await?;
            let Some(reached) = &way.to else {
                return Ok(false);
            };
            (id, name) = (reached.id.clone(), reached.name.clone());
        }
        Ok(false)
    }

    async fn out_of(
        &self,
        jira: &Jira,
        issue: &str,
        kind: &str,
        status: &str,
    ) -> Result<Vec<Transition>> {
        let place = (kind.to_owned(), status.to_owned());
        let known = |ways: &Mutex<HashMap<_, _>>| -> Option<Vec<Transition>> {
            let ways = ways.lock().unwrap_or_else(PoisonError::into_inner);
            ways.get(&place).cloned()
        };
        if let Some(ways) = known(&self.known) {
            return Ok(ways);
        }
        let ways = jira.transitions(issue).await?;
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(place, ways.clone());
        Ok(ways)
    }
}

/// What the transition's screen has to be told: the first choice of each field.
fn answers(way: &Transition) -> Map<String, Value> {
    let choice = |id: &str| {
        let first = way
            .fields
            .get(id)?
            .get("allowedValues")?
            .get(0)?
            .get("id")?;
        Some((id.to_owned(), json!({ "id": first })))
    };
    way.required_fields().filter_map(choice).collect()
}
