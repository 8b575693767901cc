//! Several keys at once: shown first, taken in one go, undone in one go.

use crate::tui::state::State;
use crate::tui::state::env::paste::{Does, PasteView};
use crate::tui::state::notice::{Notice, Tone};
use crate::tui::state::popup::Popup;

pub(crate) fn paste(state: &mut State, text: &str) {
    let Some(editor) = state.env.editor.ready() else {
        return;
    };
    if let Some(problem) = editor.file.problems().first() {
        let message = format!("Line {} can't be read, so nothing is added.", problem.line);
        return state.say(Tone::Warn, message);
    }
    match PasteView::new(text, editor) {
        Some(view) => state.popups.push(Popup::Paste(view)),
        None => state.say(
            Tone::Warn,
            "The pasted text has no line of the form KEY=VALUE.",
        ),
    }
}

pub(crate) fn take(state: &mut State) {
    let Some(Popup::Paste(view)) = state.popups.pop() else {
        return;
    };
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    let (added, changed) = (view.count(Does::Adds), view.count(Does::Changes));
    let first = view.changes.first().map(|change| change.key.clone());
    if view.changes.is_empty() {
        return state.say(
            Tone::Plain,
            "Every key stands there with that value already.",
        );
    }
    match editor.apply(view.changes) {
        Ok(()) => {
            state.say(
                Tone::Good,
                format!("{added} added, {changed} changed; u undoes it in one go."),
            );
            state.env.refresh(&state.instances.rows, state.now);
            if let Some(key) = first {
                state.env.go_to(&key);
            }
        }
        Err(error) => state.complain(&Notice::from(&error)),
    }
}
