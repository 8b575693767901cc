//! What an instance holds back: shown, and turned on one by one.

use crate::domain::held::{HeldState, HeldView};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::tui::action::Id;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::{Act, Confirm, HeldList, Popup};

pub(super) fn open(state: &mut State, name: InstanceName, effects: &mut Vec<Effect>) {
    let list = HeldList::new(name.clone());
    state.popups.push(Popup::Held(list));
    effects.push(Effect::LoadHeld(name));
}

pub(super) fn perform(state: &mut State, id: Id) {
    let Some(Popup::Held(list)) = state.popups.last_mut() else {
        return;
    };
    match id {
        Id::Up => list.step(-1),
        Id::Down => list.step(1),
        Id::Accept if list.turning.is_none() => {
            let Some(item) = list.item().cloned() else {
                return;
            };
            if item.state != HeldState::Off {
                list.error = Some(Notice::refused(format!("It is {}.", item.state.word())));
                return;
            }
            list.error = None;
            let confirm = Confirm {
                title: format!("Turn on in {}", list.instance),
                lines: vec![
                    format!("The {} {} from then on.", item.title, item.does),
                    "It acts on the world as the source's does; look first at where it points."
                        .into(),
                ],
                verb: "turn on".into(),
                act: Act::TurnOn {
                    instance: list.instance.clone(),
                    id: item.id.clone(),
                },
            };
            state.popups.push(Popup::Confirm(confirm));
        }
        _ => {}
    }
}

/// The yes.
pub(super) fn turn_on(
    state: &mut State,
    instance: InstanceName,
    id: String,
    effects: &mut Vec<Effect>,
) {
    if let Some(list) = of(state, &instance) {
        list.turning = Some(id.clone());
    }
    effects.push(Effect::TurnOn { instance, id });
}

pub(super) fn loaded(state: &mut State, name: &InstanceName, result: Result<Vec<HeldView>>) {
    if let Some(list) = of(state, name) {
        list.items = match result {
            Ok(items) => Load::Ready(items),
            Err(error) => Load::Failed(Notice::from(&error)),
        };
        list.step(0);
    }
}

pub(super) fn turned_on(state: &mut State, name: &InstanceName, result: Result<HeldView>) {
    match (of(state, name), result) {
        (Some(list), Ok(now)) => {
            list.turning = None;
            let items = list.items.ready_mut().into_iter().flatten();
            for item in items.filter(|item| item.id == now.id) {
                *item = now.clone();
            }
        }
        (Some(list), Err(error)) => {
            list.turning = None;
            list.error = Some(Notice::from(&error));
        }
        (None, Ok(now)) => state.say(Tone::Good, format!("The {} of {name} is on.", now.title)),
        (None, Err(error)) => state.complain(&Notice::from(&error)),
    }
}

fn of<'s>(state: &'s mut State, name: &InstanceName) -> Option<&'s mut HeldList> {
    state.popups.iter_mut().find_map(|popup| match popup {
        Popup::Held(list) if list.instance == *name => Some(list),
        _ => None,
    })
}
