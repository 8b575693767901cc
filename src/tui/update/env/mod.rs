//! The environment: what its keys do, and what comes of them.

mod clashes;
mod compare;
mod files;
mod forms;
mod paste;
#[cfg(test)]
mod tests;

use crate::domain::secret;
use crate::tui::action::Id;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::state::State;
use crate::tui::state::env::Change;
use crate::tui::state::env::diff;
use crate::tui::state::env::view::Key;
use crate::tui::state::form::Form;
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::{Act, Confirm, HistoryView, Popup, SaveView};

use super::copy;

pub(super) use clashes::perform as clashes;
pub(super) use compare::{back, loaded as other_loaded, perform as comparison};
pub(super) use files::{loaded, saved, write};
pub(super) use forms::{refuses, submit};
pub(super) use paste::{paste, take as take_pasted};

/// How far a movement goes.
pub(super) fn by(id: Id, page: isize) -> Option<isize> {
    Some(match id {
        Id::Up => -1,
        Id::Down => 1,
        Id::PageUp => -page,
        Id::PageDown => page,
        Id::First => isize::MIN / 2,
        Id::Last => isize::MAX / 2,
        _ => return None,
    })
}

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = layout::inside(state.areas().detail)
        .saturating_sub(4)
        .max(1) as isize;
    let key = state.env.selected().cloned();
    if let Some(by) = by(id, page) {
        go(state, by);
        return;
    }
    match id {
        Id::Add => state.popups.push(Popup::Form(Form::add_key())),
        Id::Change => change(state, key.as_ref()),
        Id::Remove => remove(state, key.as_ref()),
        Id::Filter => state.env.typing = true,
        Id::Reveal => {
            show(state);
            note(state, "reveal", key.as_ref(), effects);
        }
        Id::CopyValue => {
            let value = key.as_ref().and_then(|key| value(state, &key.name));
            if let (Some(key), Some(value)) = (key.as_ref(), value)
                && copy::put(state, &key.name, &value, effects)
            {
                note(state, "copy", Some(key), effects);
            }
        }
        Id::CopyName => {
            if let Some(key) = key {
                copy::put(state, "The name", &key.name, effects);
            }
        }
        Id::Optional => {
            state.env.optional = !state.env.optional;
            let hidden = state.env.view.hidden;
            let text = match state.env.optional {
                true if hidden == 0 => "Every key that is known is set already.".to_owned(),
                true => format!("{hidden} more keys could be set: Enter sets one, o hides them."),
                false => "Only what is set or needed is shown.".to_owned(),
            };
            state.say(Tone::Plain, text);
        }
        Id::NextMark => mark(state, true),
        Id::PreviousMark => mark(state, false),
        Id::Cure => cure(state, key.as_ref()),
        Id::Compare => compare::open(state),
        Id::Clashes => clashes::open(state),
        Id::History => {
            if let (Some(of), Some(key)) = (state.env.of.clone(), key) {
                let key = key.name;
                state.popups.push(Popup::History(HistoryView {
                    instance: of.clone(),
                    key: key.clone(),
                    changes: Load::Loading,
                    scroll: 0,
                }));
                effects.push(Effect::LoadHistory { of, key });
            }
        }
        Id::Undo | Id::Redo => step(state, id),
        Id::Save => {
            if let (Some(editor), Some(name)) = (state.env.editor.ready(), &state.env.of) {
                let view = SaveView {
                    instance: name.clone(),
                    lines: diff::diff(editor.disk(), &editor.file),
                    scroll: 0,
                };
                state.popups.push(Popup::Save(view));
            }
        }
        Id::Discard => discard(state),
        Id::EditFile => {
            if let (Some(editor), Some(instance)) = (state.env.editor.ready(), &state.env.of) {
                let (instance, path) = (instance.clone(), editor.document.path.clone());
                effects.push(Effect::Edit { instance, path });
            }
        }
        _ => {}
    }
}

/// Keys of the filter, and Esc while it says something; true where that was all.
pub(super) fn filter(state: &mut State, id: Id) -> bool {
    if state.env.typing {
        match id {
            Id::Accept => state.env.typing = false,
            Id::Back => state.env.clear_filter(),
            Id::Up => go(state, -1),
            Id::Down => go(state, 1),
            _ => return false,
        }
        return true;
    }
    let clears = id == Id::Back && state.env.filtered();
    if clears {
        state.env.clear_filter();
    }
    clears
}

/// After every message: what stands above the tab is right as well.
pub(super) fn settle(state: &mut State) {
    let env = &state.env;
    for popup in &mut state.popups {
        if let Popup::Compare(view) = popup {
            view.compare(env);
        }
    }
    compare::settle(state);
}

/// Shows the value that is selected, here or in the comparison.
pub(super) fn show(state: &mut State) {
    match state.popups.last_mut() {
        Some(Popup::Compare(view)) => view.revealed = true,
        Some(_) => {}
        None => state.env.revealed = true,
    }
}

/// Notes that a secret was shown or copied.
fn note(state: &State, action: &'static str, key: Option<&Key>, effects: &mut Vec<Effect>) {
    if let (Some(instance), Some(key)) = (&state.env.of, key.filter(|key| key.secret)) {
        effects.push(Effect::Note {
            instance: instance.clone(),
            action,
            key: key.name.clone(),
        });
    }
}

fn value(state: &State, key: &str) -> Option<String> {
    let editor = state.env.editor.ready()?;
    editor.file.get(key).map(str::to_owned)
}

fn go(state: &mut State, by: isize) {
    let last = state.env.view.keys.len().saturating_sub(1);
    if let Some(editor) = state.env.editor.ready_mut() {
        editor.at = editor.at.saturating_add_signed(by).min(last);
    }
}

fn mark(state: &mut State, forward: bool) {
    let at = state.env.editor.ready().map_or(0, |editor| editor.at);
    if let (Some(found), Some(editor)) = (
        state.env.view.mark(at, forward),
        state.env.editor.ready_mut(),
    ) {
        editor.at = found;
    }
}

/// Opens the form for a value: what is chosen is chosen, what is typed is checked.
fn change(state: &mut State, key: Option<&Key>) {
    let (Some(key), Some(editor)) = (key, state.env.editor.ready()) else {
        return;
    };
    let spec = state.env.schema.key(&key.name);
    let form = Form::change_key(
        &key.name,
        editor.file.get(&key.name),
        key.secret || secret::is_secret_key(&key.name),
        spec.map(|spec| &spec.kind),
        spec.and_then(|spec| spec.example.as_deref()),
    );
    state.popups.push(Popup::Form(form));
}

fn remove(state: &mut State, key: Option<&Key>) {
    let (Some(key), Some(editor)) = (key, state.env.editor.ready_mut()) else {
        return;
    };
    let change = Change {
        key: key.name.clone(),
        value: None,
    };
    match editor.apply(vec![change]) {
        Ok(()) => state.say(
            Tone::Plain,
            format!("{} is removed; u undoes it.", key.name),
        ),
        Err(error) => state.complain(&Notice::from(&error)),
    }
}

fn cure(state: &mut State, key: Option<&Key>) {
    let (Some(key), Some(editor)) = (key, state.env.editor.ready_mut()) else {
        return;
    };
    let name = &key.name;
    match editor.cure(name) {
        Ok(true) => state.say(
            Tone::Good,
            format!("{name} is written so that readers agree about it; u undoes it."),
        ),
        Ok(false) => state.say(
            Tone::Plain,
            format!("Readers agree about how {name} is written."),
        ),
        Err(error) => state.complain(&Notice::from(&error)),
    }
}

fn step(state: &mut State, id: Id) {
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    let (what, word) = match id {
        Id::Undo => (editor.undo(), "Taken back"),
        _ => (editor.redo(), "Done again"),
    };
    if let Some(what) = what {
        state.say(Tone::Plain, format!("{word}: {what}."));
        state.env.refresh(&state.instances.rows, state.now);
        state.env.go_to(&what);
    }
}

fn discard(state: &mut State) {
    let n = state.env.editor.ready().map_or(0, |e| e.changes().len());
    let lost = match n {
        0 => "What changed in the text around the keys would be lost.".to_owned(),
        1 => "1 unsaved change would be lost.".to_owned(),
        n => format!("{n} unsaved changes would be lost."),
    };
    state.popups.push(Popup::Confirm(Confirm {
        title: "Discard the changes".into(),
        lines: vec![lost],
        verb: "discard".into(),
        act: Act::Discard,
    }));
}
