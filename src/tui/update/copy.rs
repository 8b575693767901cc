//! Into the clipboard, by way of the terminal.

use crate::tui::action::Id;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::notice::Tone;

/// The most bytes that go into the clipboard: terminals that follow xterm take 100,000 characters of
/// base64, the sequence around them included.
const MOST: usize = 74_994;

/// Copies a text; false where it's too long. `what` names it.
pub(super) fn put(state: &mut State, what: &str, text: &str, effects: &mut Vec<Effect>) -> bool {
    if text.is_empty() {
        state.say(
            Tone::Plain,
            format!("{what} is empty: there is nothing to copy."),
        );
        return false;
    }
    if text.len() > MOST {
        state.say(
            Tone::Warn,
            format!("{what} is longer than a terminal's clipboard takes (75 kB)."),
        );
        return false;
    }
    effects.push(Effect::Copy(text.into()));
    state.say(
        Tone::Good,
        format!("{what} is copied, unless this terminal keeps programs from its clipboard."),
    );
    true
}

/// The selected instance's name, or its project's reference.
pub(super) fn of_instance(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let Some(selected) = state.selected() else {
        return;
    };
    let (what, text) = match id {
        Id::CopyName => ("The name", selected.name.to_string()),
        _ => (
            "The reference",
            selected.project_ref.clone().unwrap_or_default(),
        ),
    };
    put(state, what, &text, effects);
}
