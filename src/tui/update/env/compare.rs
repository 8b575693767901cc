//! Two environments side by side.

use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::tui::action::Id;
use crate::tui::backend::Document;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::env::compare::{CompareView, Differs, Source};
use crate::tui::state::env::{Change, Whose};
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::Popup;
use crate::tui::widget::window;

use super::by;

/// Asks what to compare with: the other instances, and what new ones start from.
pub(crate) fn open(state: &mut State) {
    let Some(of) = state.env.of.clone() else {
        return;
    };
    let others = state.instances.rows.iter().map(|row| &row.name);
    let sources = others
        .filter(|name| **name != of)
        .map(|name| Source::Instance(name.clone()))
        .chain([Source::Template])
        .collect();
    let view = CompareView::new(of, sources);
    state.popups.push(Popup::Compare(view));
}

/// Rows of the list or the table, in a popup that nearly fills the screen.
pub(crate) fn height(state: &State) -> usize {
    usize::from(state.size.1).saturating_sub(10).max(1)
}

/// Keeps the cursor's line on the screen.
pub(crate) fn settle(state: &mut State) {
    let height = height(state);
    if let Some(Popup::Compare(view)) = state.popups.last_mut() {
        view.offset = window::offset(view.offset, view.at, view.len(), height);
    }
}

/// Esc in the table goes back to the list first.
pub(crate) fn back(state: &mut State) -> bool {
    let Some(Popup::Compare(view)) = state.popups.last_mut() else {
        return false;
    };
    match view.other.take() {
        Some((source, _)) => {
            view.at = view.sources.iter().position(|s| *s == source).unwrap_or(0);
            view.sides.clear();
            view.warning = None;
            true
        }
        None => false,
    }
}

pub(crate) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = height(state) as isize;
    let Some(Popup::Compare(view)) = state.popups.last_mut() else {
        return;
    };
    if let Some(by) = by(id, page) {
        view.move_by(by);
        return;
    }
    if view.other.is_none() {
        let chosen = view.sources.get(view.at).cloned();
        if let Some(source) = chosen.filter(|_| id == Id::Accept) {
            view.other = Some((source.clone(), Load::Loading));
            view.at = 0;
            view.offset = 0;
            effects.push(Effect::LoadOther {
                of: view.of.clone(),
                source,
            });
        }
        return;
    }
    match id {
        Id::Fold => {
            view.folded = !view.folded;
            view.move_by(0);
        }
        Id::Reveal => {
            view.revealed = true;
            if let Some(side) = view.selected().filter(|side| side.secret) {
                effects.push(Effect::Note {
                    instance: view.of.clone(),
                    action: "reveal",
                    key: side.key.clone(),
                });
            }
        }
        Id::Accept => take(state),
        Id::AddEmpty => add_empty(state),
        _ => {}
    }
}

/// Takes the other side's value over; what names another instance's place is asked about once more.
fn take(state: &mut State) {
    let refs = &state.env.refs;
    let Some(Popup::Compare(view)) = state.popups.last_mut() else {
        return;
    };
    let Some(side) = view.selected().cloned() else {
        return;
    };
    let key = side.key.clone();
    let value = view.there().and_then(|file| file.get(&key));
    let Some(value) = value.map(str::to_owned) else {
        let text = format!("{key} isn't there, so there is nothing to take over.");
        return state.say(Tone::Plain, text);
    };
    if side.differs == Differs::No {
        return state.say(Tone::Plain, format!("{key} is the same on both sides."));
    }
    let owner = match refs.whose(&value) {
        Whose::Other(name) => Some(format!(
            "This value of {key} opens {name}, so {} would work on {name}. Enter takes it all the same.",
            view.of
        )),
        Whose::Own | Whose::Nobody => side.own.then(|| {
            format!(
                "{key} names a place that each instance has for itself. Enter takes the other one's all the same."
            )
        }),
    };
    if let Some(owner) = owner.filter(|_| view.warning.is_none()) {
        view.warning = Some(owner);
        return;
    }
    view.warning = None;
    set(state, key, value, "is taken over");
}

fn add_empty(state: &mut State) {
    let Some(Popup::Compare(view)) = state.popups.last_mut() else {
        return;
    };
    let Some(side) = view.selected().cloned() else {
        return;
    };
    view.warning = None;
    match side.differs {
        Differs::OnlyThere => set(state, side.key, String::new(), "is added without a value"),
        _ => state.say(Tone::Plain, format!("{} is there already.", side.key)),
    }
}

fn set(state: &mut State, key: String, value: String, done: &str) {
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    let change = Change {
        key: key.clone(),
        value: Some(value),
    };
    match editor.apply(vec![change]) {
        Ok(()) => state.say(Tone::Good, format!("{key} {done}; u undoes it.")),
        Err(error) => state.complain(&Notice::from(&error)),
    }
}

/// The other file came.
pub(crate) fn loaded(
    state: &mut State,
    of: &InstanceName,
    source: &Source,
    result: Result<Document>,
) {
    let env = &state.env;
    for popup in &mut state.popups {
        let Popup::Compare(view) = popup else {
            continue;
        };
        let waits = matches!(&view.other, Some((s, _)) if s == source);
        if view.of != *of || !waits {
            continue;
        }
        let file = match &result {
            Ok(document) => Load::Ready(EnvFile::parse_lenient(&document.text)),
            Err(error) => Load::Failed(Notice::from(error)),
        };
        view.other = Some((source.clone(), file));
        view.compare(env);
    }
}
