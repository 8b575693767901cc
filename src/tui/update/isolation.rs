//! Whether the instances keep apart: looked at beside the screen, shown, and mended one by one.

use crate::domain::isolation::Finding;
use crate::error::Result;
use crate::tui::action::Id;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::isolation::IsolationList;
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::{Act, Confirm, Popup};

use super::{begin, finish};

/// One look at a time: what changes meanwhile causes one more after it.
pub(super) fn look(state: &mut State, effects: &mut Vec<Effect>) {
    if matches!(state.isolation.found, Load::Nothing) {
        state.isolation.found = Load::Loading;
    }
    if begin(&mut state.isolation.reading) {
        effects.push(Effect::LookApart);
    }
}

pub(super) fn looked(state: &mut State, result: Result<Vec<Finding>>, effects: &mut Vec<Effect>) {
    let again = finish(&mut state.isolation.reading);
    state.isolation.found = match result {
        Ok(found) => Load::Ready(found),
        Err(error) => Load::Failed(Notice::from(&error)),
    };
    if again {
        look(state, effects);
    }
    clamp(state);
}

pub(super) fn open(state: &mut State, effects: &mut Vec<Effect>) {
    let instance = state.selected_name();
    // what concerns the selected one, where something does
    let only = instance
        .clone()
        .filter(|name| !state.isolation.of(Some(name)).is_empty());
    state.popups.push(Popup::Isolation(IsolationList {
        only,
        instance,
        ..IsolationList::default()
    }));
    if state.isolation.found.ready().is_none() {
        look(state, effects);
    }
}

/// The finding that is selected in the popup.
pub fn selected(state: &State) -> Option<&Finding> {
    let list = state.popups.iter().rev().find_map(|popup| match popup {
        Popup::Isolation(list) => Some(list),
        _ => None,
    })?;
    let found = state.isolation.of(list.only.as_ref());
    found.get(list.selected).copied()
}

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let chosen = selected(state).cloned();
    let Some(Popup::Isolation(list)) = state.popups.last_mut() else {
        return;
    };
    let rows = state.isolation.of(list.only.as_ref()).len();
    match id {
        Id::Up => list.step(-1, rows),
        Id::Down => list.step(1, rows),
        Id::PageUp => list.scroll = list.scroll.saturating_sub(4),
        Id::PageDown => list.scroll = (list.scroll + 4).min(200),
        Id::Everyone => {
            list.only = match list.only {
                Some(_) => None,
                None => list.instance.clone(),
            };
            list.selected = 0;
            list.scroll = 0;
        }
        Id::Refresh => {
            list.said = None;
            look(state, effects);
        }
        Id::Accept if list.mending.is_none() => {
            let Some(finding) = chosen else { return };
            let Some(fix) = &finding.fix else { return };
            list.said = None;
            let confirm = Confirm {
                title: format!("Mend {}", finding.code),
                lines: fix.lines(),
                verb: "change it".into(),
                act: Act::Mend(Box::new(finding)),
            };
            state.popups.push(Popup::Confirm(confirm));
        }
        _ => {}
    }
}

/// The yes.
pub(super) fn mend(state: &mut State, finding: Finding, effects: &mut Vec<Effect>) {
    if let Some(list) = open_list(state) {
        list.mending = Some(finding.clone());
    }
    effects.push(Effect::Mend(Box::new(finding)));
}

pub(super) fn mended(state: &mut State, result: Result<String>, effects: &mut Vec<Effect>) {
    match (open_list(state), result) {
        (Some(list), result) => {
            list.mending = None;
            list.said = Some(result.map_err(|error| Notice::from(&error)));
        }
        (None, Ok(said)) => state.say(Tone::Good, said),
        (None, Err(error)) => state.complain(&Notice::from(&error)),
    }
    look(state, effects);
}

fn open_list(state: &mut State) -> Option<&mut IsolationList> {
    state.popups.iter_mut().find_map(|popup| match popup {
        Popup::Isolation(list) => Some(list),
        _ => None,
    })
}

/// Fewer findings than before: the selection stays among them.
fn clamp(state: &mut State) {
    let only = open_list(state).and_then(|list| list.only.clone());
    let rows = state.isolation.of(only.as_ref()).len();
    if let Some(list) = open_list(state) {
        list.selected = list.selected.min(rows.saturating_sub(1));
    }
}
