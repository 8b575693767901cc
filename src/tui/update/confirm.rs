//! Questions with one yes, and what the yes does.

use crate::tui::effect::Effect;
use crate::tui::msg::JobVerb;
use crate::tui::state::State;
use crate::tui::state::popup::{Act, Confirm, Popup};

use super::{held, isolation};

/// Leaves, after asking where something would be lost.
pub(super) fn quit(state: &mut State, effects: &mut Vec<Effect>) {
    let unsaved = state.env.unsaved();
    if unsaved.is_empty() {
        effects.push(Effect::Quit);
        return;
    }
    let asking = state
        .popups
        .iter()
        .any(|p| matches!(p, Popup::Confirm(c) if c.act == Act::Quit));
    if !asking {
        state.popups.push(Popup::Confirm(Confirm {
            title: "Leave without saving".into(),
            lines: unsaved
                .iter()
                .map(|(name, n)| {
                    let changes = if *n == 1 { "change" } else { "changes" };
                    format!("{n} {changes} to the environment of {name} would be lost.")
                })
                .collect(),
            verb: "leave".into(),
            act: Act::Quit,
        }));
    }
}

pub(super) fn accept(state: &mut State, act: Act, effects: &mut Vec<Effect>) {
    match act {
        Act::CancelJob(id) => {
            state.jobs.asked.insert(id);
            effects.push(Effect::AskJob(id, JobVerb::Cancel));
        }
        Act::Quit => effects.push(Effect::Quit),
        Act::Discard => state.env.discard(),
        Act::Mend(finding) => isolation::mend(state, *finding, effects),
        Act::TurnOn { instance, id } => held::turn_on(state, instance, id, effects),
    }
}
