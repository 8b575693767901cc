//! The Configs tab: values are changed one by one, and saved at once.

use crate::domain::config_file;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::tui::action::Id;
use crate::tui::backend::{Document, Saved};
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::state::State;
use crate::tui::state::configs::ConfigFile;
use crate::tui::state::form::{Form, Purpose};
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::Popup;

use super::env::by;
use super::popups;

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = layout::inside(state.areas().detail)
        .saturating_sub(1)
        .max(1) as isize;
    if let Some(by) = by(id, page) {
        state.configs.move_by(by);
        return;
    }
    let Some((file, value)) = state.configs.selected() else {
        return;
    };
    match id {
        Id::Change => {
            if let Some(value) = value {
                let form = Form::config(
                    &file.document.name,
                    value.path.clone(),
                    &value.text,
                    "empty",
                );
                state.popups.push(Popup::Form(form));
            }
        }
        Id::EditFile => {
            let path = file.document.path.clone();
            if let Some(instance) = state.configs.of.clone() {
                effects.push(Effect::Edit { instance, path });
            }
        }
        _ => {}
    }
}

/// Checks a new value of a configuration file, and sends it off.
pub(super) fn submit(
    state: &mut State,
    file: &str,
    path: &[String],
    typed: &str,
    effects: &mut Vec<Effect>,
) {
    let (Some(instance), Some(files)) = (state.configs.of.clone(), state.configs.files.ready())
    else {
        return;
    };
    let Some(found) = files.iter().find(|f| f.document.name == file) else {
        return;
    };
    let document = &found.document;
    match config_file::change(&document.name, &document.text, path, typed) {
        Ok(text) => {
            effects.push(Effect::SaveConfig {
                instance,
                file: file.to_owned(),
                stamp: found.document.stamp.clone(),
                text,
            });
            if let Some(Popup::Form(form)) = state.popups.last_mut() {
                form.busy = true;
            }
        }
        Err(error) => popups::refuse(state, 0, Notice::from(&error)),
    }
}

pub(super) fn loaded(state: &mut State, name: &InstanceName, result: Result<Vec<Document>>) {
    if state.configs.of.as_ref() != Some(name) {
        return;
    }
    state.configs.files = match result {
        Ok(documents) => Load::Ready(documents.into_iter().map(ConfigFile::new).collect()),
        Err(error) => Load::Failed(Notice::from(&error)),
    };
}

pub(super) fn saved(state: &mut State, name: &InstanceName, file: &str, result: Result<Saved>) {
    let of_form = |popup: &Popup| {
        matches!(popup, Popup::Form(f) if f.busy
            && matches!(&f.purpose, Purpose::Config { file: of, .. } if of == file))
    };
    let (document, stale) = match result {
        Ok(Saved::Written(document)) => (document, false),
        Ok(Saved::Stale(document)) => (document, true),
        Err(error) => {
            let notice = Notice::from(&error);
            return match state.popups.last().is_some_and(of_form) {
                true => popups::refuse(state, 0, notice),
                false => state.complain(&notice),
            };
        }
    };
    if state.configs.of.as_ref() == Some(name)
        && let Some(files) = state.configs.files.ready_mut()
        && let Some(found) = files.iter_mut().find(|f| f.document.name == file)
    {
        *found = ConfigFile::new(document);
    }
    if stale {
        let notice = Notice::refused(format!(
            "{file} was changed outside meanwhile, so nothing was written. Enter tries again."
        ));
        popups::refuse(state, 0, notice);
    } else {
        state.popups.retain(|popup| !of_form(popup));
        state.say(Tone::Good, format!("{file} is saved."));
    }
}
