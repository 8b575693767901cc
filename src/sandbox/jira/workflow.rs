//! Which status leads to which.
//!
//! Company-managed projects have a graph: work is reviewed before it's done, and what is done is
//! reopened first. Team-managed ones let every status follow every other.

use crate::sandbox::jira::basics::STATUSES;

/// A way from one status to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub id: &'static str,
    pub name: &'static str,
    /// Empty where it leads there from everywhere.
    pub from: &'static str,
    pub to: &'static str,
    /// Asks for a resolution.
    pub screen: bool,
}

const fn step(id: &'static str, name: &'static str, from: &'static str, to: &'static str) -> Step {
    Step {
        id,
        name,
        from,
        to,
        screen: false,
    }
}

const GRAPH: [Step; 6] = [
    step("11", "Start work", "10000", "10001"),
    step("21", "Stop work", "10001", "10000"),
    step("31", "Ask for review", "10001", "10002"),
    step("41", "Reject", "10002", "10001"),
    Step {
        id: "51",
        name: "Accept",
        from: "10002",
        to: "10003",
        screen: true,
    },
    step("61", "Reopen", "10003", "10000"),
];

const FREE: [Step; 4] = [
    step("11", "To Do", "", "10000"),
    step("21", "In Progress", "", "10001"),
    step("31", "In Review", "", "10002"),
    step("41", "Done", "", "10003"),
];

/// The status of a new issue.
pub const FIRST: &str = "10000";

/// The steps that leave a status.
pub fn steps(team_managed: bool, from: &str) -> Vec<Step> {
    let all: &[Step] = if team_managed { &FREE } else { &GRAPH };
    all.iter()
        .filter(|step| step.from.is_empty() || step.from == from)
        .copied()
        .collect()
}

/// The statuses of a project's workflow: all that there are.
pub fn statuses() -> impl Iterator<Item = &'static str> {
    STATUSES.iter().map(|(id, ..)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_reached_by_steps_and_done_not_in_one() {
        let mut seen = vec![FIRST];
        let mut at = 0;
        while at < seen.len() {
            for step in steps(false, seen[at]) {
                if !seen.contains(&step.to) {
                    seen.push(step.to);
                }
            }
            at += 1;
        }
        assert_eq!(seen.len(), statuses().count());
        assert!(steps(false, FIRST).iter().all(|s| s.to != "10003"));
        assert!(steps(true, FIRST).iter().any(|s| s.to == "10003"));
    }
}
