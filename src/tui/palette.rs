//! Finding a command by its name.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::action::{ACTIONS, Action};
use super::state::State;
use super::update;

/// A command that the pattern found.
pub struct Hit {
    pub action: &'static Action,
    pub disabled: Option<String>,
}

/// The commands that make sense behind the palette, the best match first. Without a pattern they
/// stand in the order of the table, what can't be done now at the end.
pub fn matches(state: &State, pattern: &str) -> Vec<Hit> {
    let scopes = update::pane_scopes(state);
    let matcher = SkimMatcherV2::default();
    let pattern = pattern.trim();
    let mut found: Vec<(i64, usize, Hit)> = Vec::new();
    for (n, action) in ACTIONS.iter().enumerate() {
        let Some(depth) = scopes.iter().position(|s| *s == action.scope) else {
            continue;
        };
        let hidden = scopes[..depth].iter().any(|inner| {
            ACTIONS
                .iter()
                .any(|a| a.scope == *inner && a.id == action.id)
        });
        if action.is_movement() || hidden {
            continue;
        }
        let score = match pattern {
            "" => Some(0),
            _ => score(&matcher, action, pattern),
        };
        if let Some(score) = score {
            let disabled = (action.disabled)(state);
            found.push((score, n, Hit { action, disabled }));
        }
    }
    found.sort_by_key(|(score, n, hit)| (hit.disabled.is_some(), -score, *n));
    found.into_iter().map(|(_, _, hit)| hit).collect()
}

fn score(matcher: &SkimMatcherV2, action: &Action, pattern: &str) -> Option<i64> {
    let label = matcher
        .fuzzy_match(action.label, pattern)
        .map(|score| score * 4);
    let described = action
        .description
        .to_lowercase()
        .contains(&pattern.to_lowercase());
    label.or(described.then_some(1))
}
