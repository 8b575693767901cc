//! What every key does here, from the table of actions.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::action::{ACTIONS, Scope};
use crate::tui::keymap;
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::popup::Help;
use crate::tui::theme::Role;
use crate::tui::update;
use crate::tui::widget::{frame, text};

const WIDTH: u16 = 84;
const KEYS: usize = 18;

pub fn draw(state: &State, help: &Help, buffer: &mut Buffer) {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let lines = lines(state, usize::from(width));
    let len = lines.len();
    let wanted = u16::try_from(len + 2).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, wanted);
    let inner = super::open(state, "Keys", Role::Accent, area, buffer);
    let mut part = inner;
    part.height = inner.height.saturating_sub(2);
    let height = usize::from(part.height);
    let top = help.scroll.min(len.saturating_sub(height));
    pane::put_lines(lines.into_iter(), top, part, buffer);
    frame::scroll_bar(
        area,
        top,
        len,
        height,
        state.theme.style(Role::Accent),
        buffer,
    );
    super::buttons(state, &[("Esc", "close", true)], inner, buffer);
}

/// How far the help can be scrolled.
pub fn line_count(state: &State) -> usize {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    lines(state, usize::from(width)).len()
}

/// The scopes that hear keys now first, each with its keys.
fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let mut scopes = update::pane_scopes(state);
    let others = [
        Scope::List,
        Scope::Instance,
        Scope::Detail,
        Scope::Env,
        Scope::Configs,
        Scope::Jobs,
        Scope::Log,
    ];
    scopes.extend(
        others
            .into_iter()
            .filter(|s| !scopes.contains(s))
            .collect::<Vec<_>>(),
    );
    let mut lines = Vec::new();
    for scope in scopes {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(scope.title(), state.theme.style(Role::Strong)));
        for action in ACTIONS.iter().filter(|a| a.scope == scope) {
            let room = width.saturating_sub(KEYS + 2);
            lines.push(Line::from(vec![
                Span::raw("  "),
                Span::styled(
                    text::left(&keymap::keys_text(action, 3), KEYS),
                    state.theme.style(Role::Accent),
                ),
                Span::raw(text::cut(action.description, room)),
            ]));
        }
    }
    lines
}
