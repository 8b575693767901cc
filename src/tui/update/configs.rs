//! The Configs tab: values are changed one by one, and saved at once.

use crate::domain::config_file::{self, fields};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::tui::action::Id;
use crate::tui::backend::{Document, Saved};
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::state::State;
use crate::tui::state::configs::Pending;
use crate::tui::state::form::{Form, Purpose};
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::Popup;

use super::env::by;
use super::{copy, popups};

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = layout::inside(state.areas().detail)
        .saturating_sub(4)
        .max(1) as isize;
    if let Some(by) = by(id, page) {
        state.configs.move_by(by);
        return;
    }
    if matches!(id, Id::Undo | Id::Redo) {
        return step(state, id == Id::Undo, effects);
    }
    let Some((file, value)) = state.configs.selected() else {
        return;
    };
    match id {
        Id::Change => {
            if let Some(value) = value {
                let field = fields::known(&file.document.name, &value.path);
                let form = Form::config(
                    &file.document.name,
                    value.path.clone(),
                    &value.text,
                    field.map(|field| field.kind),
                );
                state.popups.push(Popup::Form(form));
            }
        }
        Id::Add => {
            let form = Form::add_config(&file.document.name, &file.missing());
            state.popups.push(Popup::Form(form));
        }
        Id::Remove => {
            if let Some(value) = value {
                let name = file.document.name.clone();
                match fields::remove(&name, &file.document.text, &value.path) {
                    Ok(text) => save(state, &name, text, Pending::Change, effects),
                    Err(error) => state.complain(&Notice::from(&error)),
                }
            }
        }
        Id::NextMark | Id::PreviousMark => {
            let found = state.configs.go_to_mark(id == Id::NextMark);
            let words = "There is nothing to say about any value.";
            match found {
                true => {}
                false => state.say(Tone::Plain, words),
            }
        }
        Id::CopyValue => {
            if let Some(value) = value {
                let (what, text) = (value.name(), value.text.clone());
                copy::put(state, &what, &text, effects);
            }
        }
        Id::CopyName => {
            let name = value.map_or(file.document.name.clone(), |value| value.name());
            copy::put(state, "The name", &name, effects);
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

/// Sends a file's new text off.
fn save(state: &mut State, file: &str, text: String, pending: Pending, effects: &mut Vec<Effect>) {
    let (Some(instance), Some(found)) = (state.configs.of.clone(), state.configs.file(file)) else {
        return;
    };
    effects.push(Effect::SaveConfig {
        instance,
        file: file.to_owned(),
        stamp: found.document.stamp.clone(),
        text,
    });
    state.configs.pending = Some(pending);
    if let Some(Popup::Form(form)) = state.popups.last_mut() {
        form.busy = true;
    }
}

fn step(state: &mut State, undo: bool, effects: &mut Vec<Effect>) {
    let found = state.configs.step(undo);
    let Some((name, text)) = found.map(|(file, text)| (file.document.name.clone(), text)) else {
        return;
    };
    let pending = if undo { Pending::Undo } else { Pending::Redo };
    save(state, &name, text, pending, effects);
}

/// Checks a new value of a configuration file, and sends it off.
pub(super) fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Popup::Form(form)) = state.popups.last() else {
        return;
    };
    let (name, changed) = match &form.purpose {
        Purpose::Config { file, path } => {
            let Some(found) = state.configs.file(file) else {
                return;
            };
            let text = &found.document.text;
            (
                file.clone(),
                config_file::change(file, text, path, form.word(0)),
            )
        }
        Purpose::AddConfig { file } => {
            let Some(found) = state.configs.file(file) else {
                return;
            };
            let text = &found.document.text;
            let (key, value) = (form.word(0), form.word(1));
            (file.clone(), fields::add(file, text, key, value))
        }
        _ => return,
    };
    match changed {
        Ok(text) => save(state, &name, text, Pending::Change, effects),
        Err(error) => {
            let last = form.fields.len().saturating_sub(1);
            popups::refuse(state, last, Notice::from(&error));
        }
    }
}

pub(super) fn loaded(state: &mut State, name: &InstanceName, result: Result<Vec<Document>>) {
    if state.configs.of.as_ref() != Some(name) {
        return;
    }
    match result {
        Ok(documents) => state.configs.loaded(documents),
        Err(error) => state.configs.files = Load::Failed(Notice::from(&error)),
    }
}

pub(super) fn saved(state: &mut State, name: &InstanceName, file: &str, result: Result<Saved>) {
    let of_form = |popup: &Popup| {
        matches!(popup, Popup::Form(f) if f.busy
            && matches!(&f.purpose,
                Purpose::Config { file: of, .. } | Purpose::AddConfig { file: of } if of == file))
    };
    let pending = state.configs.pending;
    let (document, stale) = match result {
        Ok(Saved::Written(document)) => (document, false),
        Ok(Saved::Stale(document)) => (document, true),
        Err(error) => {
            state.configs.pending = None;
            let notice = Notice::from(&error);
            return match state.popups.last() {
                Some(popup) if of_form(popup) => popups::refuse(state, 0, notice),
                _ => state.complain(&notice),
            };
        }
    };
    if state.configs.of.as_ref() == Some(name) {
        state.configs.take(document, !stale);
    }
    let open = state.popups.last().is_some_and(of_form);
    if stale && open {
        let notice = Notice::refused(format!(
            "{file} was changed outside meanwhile, so nothing was written. Enter tries again."
        ));
        popups::refuse(state, 0, notice);
    } else if stale {
        let text = format!("{file} was changed outside meanwhile, so nothing was written.");
        state.say(Tone::Warn, text);
    } else {
        let added = state.popups.iter().rev().find_map(|popup| match popup {
            Popup::Form(form) if matches!(form.purpose, Purpose::AddConfig { .. }) => {
                Some(form.word(0).to_owned())
            }
            _ => None,
        });
        state.popups.retain(|popup| !of_form(popup));
        if let Some(key) = added {
            state.configs.go_to(file, &key);
        }
        let text = match pending {
            Some(Pending::Undo) => format!("{file} is saved as it was before; U does it again."),
            Some(Pending::Redo) => format!("{file} is saved again."),
            _ => format!("{file} is saved; u takes it back."),
        };
        state.say(Tone::Good, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::msg::Msg;
    use crate::tui::state::configs::MarkKind;
    use crate::tui::state::sample::{self, name};
    use crate::tui::update::tests::press;
    use crate::tui::update::update;

    /// The files that stand there.
    fn texts(state: &State) -> Vec<String> {
        let files = state.configs.files.ready().into_iter().flatten();
        files.map(|file| file.document.text.clone()).collect()
    }

    fn document(text: &str, stamp: &str) -> Document {
        Document {
            name: "instance.toml".into(),
            path: "/nowhere".into(),
            text: text.into(),
            stamp: stamp.into(),
        }
    }

    fn open(text: &str) -> State {
        let mut state = sample::three();
        press(&mut state, "2]]");
        let files = vec![document(text, "1")];
        update(&mut state, Msg::Configs(name("default"), Ok(files)));
        state
    }

    /// What was sent off to be saved, saved.
    fn saved(state: &mut State, effects: &[Effect], stamp: &str) -> String {
        let [Effect::SaveConfig { text, file, .. }] = effects else {
            panic!("{effects:?}");
        };
        let written = Ok(Saved::Written(document(text, stamp)));
        update(
            state,
            Msg::ConfigSaved(name("default"), file.clone(), written),
        );
        text.clone()
    }

    #[test]
    fn known_values_are_chosen_and_every_change_can_be_taken_back() {
        let before = "strategy = \"hybrid\" # why\nprotected = false\n";
        let mut state = open(before);
        let effects = press(&mut state, "<enter><left><enter>");
        let after = saved(&mut state, &effects, "2");
        assert_eq!(after, before.replace("hybrid", "schema"));
        assert!(state.popups.is_empty());
        let effects = press(&mut state, "j<enter> <enter>");
        let both = saved(&mut state, &effects, "3");
        assert_eq!(both, after.replace("false", "true"));
        let effects = press(&mut state, "u");
        assert_eq!(saved(&mut state, &effects, "4"), after);
        let effects = press(&mut state, "u");
        assert_eq!(saved(&mut state, &effects, "5"), before);
        assert!(press(&mut state, "u").is_empty());
        let effects = press(&mut state, "U");
        assert_eq!(saved(&mut state, &effects, "6"), after);
        assert_eq!(texts(&state), [after]);
    }

    #[test]
    fn optional_keys_are_added_and_removed() {
        let before = "strategy = \"hybrid\"\n";
        let mut state = open(before);
        press(&mut state, "a");
        let Some(Popup::Form(form)) = state.popups.last() else {
            panic!("no form");
        };
        assert_eq!(form.word(0), "purpose");
        let effects = press(&mut state, "<right><tab>ana<enter>");
        let after = saved(&mut state, &effects, "2");
        assert_eq!(after, "strategy = \"hybrid\"\nowner = \"ana\"\n");
        assert_eq!(state.configs.selected().unwrap().1.unwrap().name(), "owner");
        let effects = press(&mut state, "d");
        assert_eq!(saved(&mut state, &effects, "3"), before);
        press(&mut state, "a<right><right><right><right><tab>soon<enter>");
        let Some(Popup::Form(form)) = state.popups.last() else {
            panic!("no form");
        };
        assert!(
            form.error.as_ref().unwrap().1.message.contains("never"),
            "{:?}",
            form.error
        );
    }

    #[test]
    fn a_file_that_another_hand_changed_is_not_overwritten() {
        let mut state = open("owner = \"a\"\n");
        press(&mut state, "<enter>b<enter>");
        let stale = Ok(Saved::Stale(document("owner = \"c\"\n", "9")));
        update(
            &mut state,
            Msg::ConfigSaved(name("default"), "instance.toml".into(), stale),
        );
        assert_eq!(texts(&state), ["owner = \"c\"\n"]);
        assert!(!state.configs.can_undo());
        let Some(Popup::Form(form)) = state.popups.last() else {
            panic!("the form is gone");
        };
        assert!(!form.busy && form.error.is_some());
    }

    #[test]
    fn marks_are_gone_to() {
        let mut state = open("strategy = \"hybrid\"\nexpiry = \"soon\"\nodd = 1\n");
        press(&mut state, "n");
        assert!(state.configs.mark().unwrap().kind == MarkKind::Error);
        press(&mut state, "n");
        assert!(state.configs.mark().unwrap().kind == MarkKind::Unknown);
        press(&mut state, "n");
        assert!(state.configs.mark().unwrap().kind == MarkKind::Error);
    }
}
