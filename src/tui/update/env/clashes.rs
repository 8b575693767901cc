//! Keys that were changed here and in the file: whose value counts is chosen key by key.

use crate::tui::action::Id;
use crate::tui::state::State;
use crate::tui::state::notice::{Notice, Tone};
use crate::tui::state::popup::{ClashView, Popup};

pub(crate) fn open(state: &mut State) {
    let (Some(instance), Some(editor)) = (state.env.of.clone(), state.env.editor.ready()) else {
        return;
    };
    let mut rows: Vec<(String, bool)> = editor
        .clashes
        .iter()
        .map(|key| (key.clone(), false))
        .collect();
    rows.sort();
    if !rows.is_empty() {
        let view = ClashView {
            instance,
            rows,
            at: 0,
        };
        state.popups.push(Popup::Clashes(view));
    }
}

pub(crate) fn perform(state: &mut State, id: Id) {
    let Some(Popup::Clashes(view)) = state.popups.last_mut() else {
        return;
    };
    let last = view.rows.len().saturating_sub(1);
    match id {
        Id::Up => view.at = view.at.saturating_sub(1),
        Id::Down => view.at = (view.at + 1).min(last),
        Id::Switch => {
            if let Some((_, theirs)) = view.rows.get_mut(view.at) {
                *theirs = !*theirs;
            }
        }
        Id::Accept => settle(state),
        _ => {}
    }
}

fn settle(state: &mut State) {
    let Some(Popup::Clashes(view)) = state.popups.pop() else {
        return;
    };
    let Some(editor) = state.env.editor_of(&view.instance) else {
        return;
    };
    let of = |theirs: bool| -> Vec<String> {
        let chosen = view.rows.iter().filter(|(_, t)| *t == theirs);
        chosen.map(|(key, _)| key.clone()).collect()
    };
    let (theirs, mine) = (of(true), of(false));
    editor.keep_mine(&mine);
    if let Err(error) = editor.take_theirs(&theirs) {
        return state.complain(&Notice::from(&error));
    }
    state.say(
        Tone::Plain,
        format!(
            "{} as here, {} as in the file. s shows what a save would write.",
            mine.len(),
            theirs.len()
        ),
    );
}
