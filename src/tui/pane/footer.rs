//! The last line: the keys that work here now, or a word on what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::action::{ACTIONS, Action, Scope};
use crate::tui::keymap::Key;
use crate::tui::state::State;
use crate::tui::state::notice::Tone;
use crate::tui::theme::{self, Role};
use crate::tui::update;
use crate::tui::widget::text;

use super::dim;

/// At most this many keys are named.
pub const MOST: usize = 8;

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    if let Some(toast) = &state.toast {
        let (glyph, role) = match toast.tone {
            Tone::Plain => ("·", Role::Dim),
            Tone::Good => (theme::READY, Role::Good),
            Tone::Warn => (theme::ATTENTION, Role::Warn),
            Tone::Bad => (theme::FAILED, Role::Bad),
        };
        let room = usize::from(area.width).saturating_sub(5);
        let line = Line::from(vec![
            Span::raw(" "),
            Span::styled(glyph, state.theme.style(role)),
            Span::raw(format!(" {}", text::cut(&toast.text, room))),
        ]);
        buffer.set_line(area.x, area.y, &line, area.width);
        return;
    }
    let mut spans = vec![Span::raw(" ")];
    for action in fitting(state, usize::from(area.width)) {
        if spans.len() > 1 {
            spans.push(Span::raw("   "));
        }
        let off = (action.disabled)(state).is_some();
        let role = if off { Role::Dim } else { Role::Strong };
        spans.push(Span::styled(key(action), state.theme.style(role)));
        spans.push(dim(state, format!(" {}", action.label)));
    }
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}

fn key(action: &Action) -> String {
    let key = action.keys.first().and_then(|k| Key::parse(k));
    key.map(|k| k.to_string()).unwrap_or_default()
}

/// What the footer would name, by importance.
pub fn wanted(scopes: &[Scope]) -> Vec<&'static Action> {
    let mut found: Vec<&Action> = Vec::new();
    for scope in scopes {
        let of_scope = ACTIONS.iter().filter(|a| a.scope == *scope && a.footer > 0);
        for action in of_scope {
            // an inner scope that takes the key takes its place here too
            let first = action.keys.first();
            if !found.iter().any(|a| a.keys.first() == first) {
                found.push(action);
            }
        }
    }
    found.sort_by_key(|a| a.footer);
    found
}

/// As many as fit; the way to the others, `?` and the palette, stays.
fn fitting(state: &State, width: usize) -> Vec<&'static Action> {
    let mut found = wanted(&update::scopes(state));
    // what can't be done gives way first
    while found.len() > MOST || line_width(&found) > width {
        let gone = found
            .iter()
            .rposition(|a| a.scope != Scope::Global && (a.disabled)(state).is_some())
            .or_else(|| found.iter().rposition(|a| a.scope != Scope::Global));
        match gone {
            Some(at) => {
                found.remove(at);
            }
            None => break,
        }
    }
    found
}

fn line_width(actions: &[&Action]) -> usize {
    let words = actions
        .iter()
        .map(|a| text::width(&key(a)) + 1 + text::width(a.label));
    1 + words.sum::<usize>() + 3 * actions.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap;
    use crate::tui::msg::Msg;
    use crate::tui::state::sample;
    use crate::tui::update::update;

    #[test]
    fn it_names_at_most_eight_keys_and_the_way_to_the_others() {
        for width in [60, 80, 120, 300] {
            for make in [sample::empty, sample::three, sample::cloning] {
                let mut state = make();
                update(&mut state, Msg::Resize(width, 40));
                let shown = fitting(&state, usize::from(width));
                assert!(shown.len() <= MOST);
                assert!(line_width(&shown) <= usize::from(width));
                let labels: Vec<&str> = shown.iter().map(|a| a.label).collect();
                assert!(labels.contains(&"commands") && labels.contains(&"help"));
            }
        }
    }

    #[test]
    fn every_key_it_names_does_what_it_says() {
        let state = sample::cloning();
        let scopes = update::scopes(&state);
        for action in fitting(&state, 120) {
            let key = Key::parse(action.keys[0]).unwrap();
            let found = keymap::find(&scopes, key).unwrap();
            assert_eq!((found.id, found.scope), (action.id, action.scope));
        }
    }
}
