//! A workflow as far as it is known, and the way through it.
//!
//! Which transitions leave a status is only told of an issue that is in it. So a status whose
//! transitions nobody has seen is looked at when an issue gets there; where no known way leads to
//! the goal, one issue goes ahead to the nearest status that nobody has looked at.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::provider::jira::Transition;

/// The workflow of one type of issue.
#[derive(Debug, Default)]
pub struct Ways {
    from: HashMap<String, Vec<Transition>>,
}

/// What to do with an issue.
#[derive(Debug, PartialEq)]
pub enum Next<'a> {
    Arrived,
    /// The first transition of a way to the goal.
    Take(&'a Transition),
    /// The first transition of a way to a status that nobody has looked at yet.
    Explore(&'a Transition),
    /// Look at the transitions of the status that the issue is in.
    Look,
    /// No way leads there.
    Stuck,
}

impl Ways {
    pub fn learn(&mut self, status: &str, transitions: Vec<Transition>) {
        self.from.insert(status.to_owned(), transitions);
    }

    /// The shortest known way, by number of transitions.
    pub fn next(&self, status: &str, goal: &str) -> Next<'_> {
        if status == goal {
            return Next::Arrived;
        }
        if !self.from.contains_key(status) {
            return Next::Look;
        }
        let mut seen = HashSet::from([status]);
        // statuses to look at, each with the first transition of the way there
        let mut queue: VecDeque<(&str, Option<&Transition>)> = VecDeque::from([(status, None)]);
        let mut unknown = None;
        while let Some((at, first)) = queue.pop_front() {
            let Some(transitions) = self.from.get(at) else {
                unknown = unknown.or(first);
                continue;
            };
            for transition in transitions {
                let Some(to) = transition.to.as_ref().map(|to| to.id.as_str()) else {
                    continue;
                };
                let first = first.unwrap_or(transition);
                if to == goal {
                    return Next::Take(first);
                }
                if seen.insert(to) {
                    queue.push_back((to, Some(first)));
                }
            }
        }
        unknown.map_or(Next::Stuck, Next::Explore)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn transition(from: u8, to: u8) -> Transition {
        serde_json::from_value(json!({ "id": format!("{from}-{to}"), "name": "Go",
            "to": { "id": to.to_string(), "name": "x" } }))
        .unwrap()
    }

    /// Walks as the second pass does: knows of a status what it saw there.
    fn walk(edges: &[(u8, u8)], from: u8, goal: u8) -> Option<usize> {
        let mut ways = Ways::default();
        let mut at = from.to_string();
        for steps in 0..200 {
            let to = match ways.next(&at, &goal.to_string()) {
                Next::Arrived => return Some(steps),
                Next::Stuck => return None,
                Next::Look => {
                    let leaving = edges.iter().filter(|(a, _)| a.to_string() == at);
                    ways.learn(&at, leaving.map(|(a, b)| transition(*a, *b)).collect());
                    continue;
                }
                Next::Take(t) | Next::Explore(t) => t.to.as_ref().unwrap().id.clone(),
            };
            at = to;
        }
        panic!("it goes in circles");
    }

    #[test]
    fn the_goal_is_found_without_knowing_the_way() {
        // as the sandbox's company-managed workflow
        let edges = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 0)];
        assert!(walk(&edges, 0, 3).is_some());
        assert!(walk(&edges, 3, 2).is_some());
        assert_eq!(walk(&edges, 0, 9), None);
        assert_eq!(walk(&edges, 1, 1), Some(0));
    }

    #[test]
    fn a_known_way_is_the_shortest() {
        let mut ways = Ways::default();
        ways.learn("0", vec![transition(0, 1), transition(0, 2)]);
        ways.learn("1", vec![transition(1, 3)]);
        ways.learn("2", vec![transition(2, 4), transition(2, 3)]);
        ways.learn("3", vec![transition(3, 5)]);
        let Next::Take(first) = ways.next("0", "4") else {
            panic!("no way");
        };
        assert_eq!(first.id, "0-2");
    }

    proptest! {
        /// In a workflow where every status leads to every other in the end, every goal is reached.
        #[test]
        fn every_goal_of_a_ring_is_reached(
            more in prop::collection::vec((0u8..6, 0u8..6), 0..12), from in 0u8..6, goal in 0u8..6,
        ) {
            let ring = (0u8..6).map(|n| (n, (n + 1) % 6));
            let edges: Vec<_> = ring.chain(more).collect();
            prop_assert!(walk(&edges, from, goal).is_some());
        }
    }
}
