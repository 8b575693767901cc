//! Connecting an instance to its accounts, and setting one up in another's project.

use crate::domain::name::InstanceName;
use crate::domain::strategy::Strategy;
use crate::error::Result;
use crate::tui::backend::Request;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::form::{Form, Purpose};
use crate::tui::state::notice::{Notice, Tone};
use crate::tui::state::popup::{ErrorPopup, Popup};

use super::{act, popups, read_instances, reread_files};

pub(super) fn open(state: &mut State) {
    if let Some(selected) = state.selected() {
        let form = Form::connect(selected);
        state.popups.push(Popup::Form(form));
    }
}

/// Sets the selected instance up; one of the strategy `schema` is asked first whose project it shares.
pub(super) fn init(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(selected) = state.selected() else {
        return;
    };
    let instance = selected.name.clone();
    if selected.strategy != Strategy::Schema || selected.project_ref.is_some() {
        let request = Request::Init {
            instance,
            project_of: None,
        };
        return act::plan(state, request, effects);
    }
    let owners: Vec<String> = state
        .instances
        .rows
        .iter()
        .filter(|i| i.strategy.own_project() && i.project_ref.is_some())
        .map(|i| i.name.to_string())
        .collect();
    if owners.is_empty() {
        let notice = Notice::refused(format!(
            "{instance} is to share another instance's project, and none has one yet. Set one up first."
        ));
        return state.complain(&notice);
    }
    let form = Form::shared_project(&instance, owners);
    state.popups.push(Popup::Form(form));
}

/// A form about a connection is sent off.
pub(super) fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Popup::Form(form)) = state.popups.last_mut() else {
        return;
    };
    match form.purpose.clone() {
        Purpose::Connect { instance } => match form.connection() {
            Some(to) => {
                form.busy = true;
                effects.push(Effect::Connect { instance, to });
            }
            None => {
                let at = form.at;
                let notice = Notice::refused("Fill in what it is to be connected to.");
                popups::refuse(state, at, notice);
            }
        },
        Purpose::Init { instance } => match InstanceName::parse(form.word(0)) {
            Ok(owner) => {
                let request = Request::Init {
                    instance,
                    project_of: Some(owner),
                };
                act::plan(state, request, effects);
            }
            Err(error) => popups::refuse(state, 0, Notice::from(&error)),
        },
        _ => {}
    }
}

pub(super) fn connected(
    state: &mut State,
    name: &InstanceName,
    result: Result<Vec<String>>,
    effects: &mut Vec<Effect>,
) {
    let of_form = |popup: &Popup| {
        matches!(popup, Popup::Form(f) if f.busy
            && matches!(&f.purpose, Purpose::Connect { instance } if instance == name))
    };
    match result {
        Ok(said) => {
            state.popups.retain(|popup| !of_form(popup));
            let next = state
                .instances
                .find(name.as_str())
                .filter(|i| i.project_ref.is_none())
                .map(|_| " i sets it up.")
                .unwrap_or_default();
            state.say(Tone::Good, format!("{}{next}", said.join(" ")));
            read_instances(state, effects);
            reread_files(state, name, effects);
        }
        Err(error) => {
            let notice = Notice::from(&error);
            match state.popups.last() {
                Some(popup @ Popup::Form(form)) if of_form(popup) => {
                    let field = form.field_of(&notice.message);
                    popups::refuse(state, field, notice);
                }
                _ => state.popups.push(Popup::Error(ErrorPopup {
                    title: format!("{name} isn't connected"),
                    notice,
                    open: false,
                })),
            }
        }
    }
}
