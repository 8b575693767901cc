//! A key finds its action, or goes into the text that is being typed.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use tui_input::{Input, InputRequest};

use crate::tui::action::{Action, Id, Scope};
use crate::tui::effect::Effect;
use crate::tui::keymap::{self, Key};
use crate::tui::state::notice::Tone;
use crate::tui::state::popup::Popup;
use crate::tui::state::{Focus, State, Tab};

use super::{act, env, popups};

/// The scopes that hear a key now, innermost first.
pub fn scopes(state: &State) -> Vec<Scope> {
    if let Some(popup) = state.popups.last() {
        return vec![match popup {
            Popup::Working(_) | Popup::Plan(_) | Popup::Confirm(_) => Scope::Question,
            Popup::Save(_) | Popup::Paste(_) => Scope::Question,
            Popup::Clashes(_) => Scope::Clashes,
            Popup::Compare(_) => Scope::Compare,
            Popup::Form(_) => Scope::Form,
            Popup::Palette(_) => Scope::Palette,
            Popup::Held(_) => Scope::Held,
            Popup::Isolation(_) => Scope::Isolation,
            Popup::History(_) => Scope::Reader,
            Popup::Help(_) | Popup::Report(_) | Popup::Error(_) => Scope::Reader,
        }];
    }
    pane_scopes(state)
}

/// The same, as if no popup were open.
pub fn pane_scopes(state: &State) -> Vec<Scope> {
    if state.log.is_some() {
        return vec![Scope::Log, Scope::Global];
    }
    match state.focus {
        Focus::List if state.instances.typing => vec![Scope::Filter],
        Focus::List => vec![Scope::List, Scope::Instance, Scope::Global],
        Focus::Jobs => vec![Scope::Jobs, Scope::Global],
        Focus::Detail => match state.tab {
            Tab::Overview | Tab::Activity => {
                vec![Scope::Detail, Scope::Instance, Scope::Global]
            }
            Tab::Env if state.env.typing => vec![Scope::EnvFilter],
            Tab::Env => vec![Scope::Env, Scope::Detail, Scope::Global],
            Tab::Configs => vec![Scope::Configs, Scope::Detail, Scope::Global],
        },
    }
}

pub(super) fn press(state: &mut State, event: &KeyEvent, effects: &mut Vec<Effect>) {
    let key = Key::from_event(event);
    if event.kind == KeyEventKind::Release {
        state.releases = true;
        if find(state, key).is_some_and(|action| action.id == Id::Reveal) {
            hide(state);
        }
        return;
    }
    state.toast = None;
    let revealed = hide(state);
    if let Some(action) = find(state, key) {
        if revealed && action.id == Id::Reveal && action.scope != Scope::Form {
            // held: it stays until the key is let go; elsewhere a second press hides it
            if state.releases || event.kind == KeyEventKind::Repeat {
                env::show(state);
            }
            return;
        }
        run(state, action, effects);
        return;
    }
    let request = typing(event);
    if let Some(request) = request {
        edit(state, request, effects);
    }
}

/// Hides the value that is shown, where one is: true then.
pub(super) fn hide(state: &mut State) -> bool {
    let mut revealed = state.env.hide();
    for popup in &mut state.popups {
        if let Popup::Compare(view) = popup {
            revealed |= std::mem::take(&mut view.revealed);
        }
    }
    revealed
}

/// Keys with Ctrl work everywhere; the others belong to what has the keyboard.
fn find(state: &State, key: Key) -> Option<&'static Action> {
    let scopes = scopes(state);
    keymap::find(&scopes, key).or_else(|| {
        let everywhere = [Id::Quit, Id::Repaint, Id::Suspend];
        keymap::find(&[Scope::Global], key)
            .filter(|action| key.ctrl && everywhere.contains(&action.id))
    })
}

/// Does what an action says, or says why not.
pub(super) fn run(state: &mut State, action: &Action, effects: &mut Vec<Effect>) {
    if let Some(why) = (action.disabled)(state) {
        state.say(Tone::Warn, why);
        return;
    }
    if state.popups.is_empty() {
        act::perform(state, action.id, effects);
    } else {
        popups::perform(state, action.id, effects);
    }
}

/// What a key means in a line of text.
fn typing(event: &KeyEvent) -> Option<InputRequest> {
    let key = Key::from_event(event);
    Some(match key.code {
        KeyCode::Char(c) if !key.ctrl && !key.alt => InputRequest::InsertChar(c),
        KeyCode::Backspace if key.ctrl || key.alt => InputRequest::DeletePrevWord,
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left if key.ctrl || key.alt => InputRequest::GoToPrevWord,
        KeyCode::Right if key.ctrl || key.alt => InputRequest::GoToNextWord,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        KeyCode::Char('a') => InputRequest::GoToStart,
        KeyCode::Char('e') => InputRequest::GoToEnd,
        KeyCode::Char('h') if key.ctrl => InputRequest::DeletePrevChar,
        KeyCode::Char('w') => InputRequest::DeletePrevWord,
        KeyCode::Char('u') => InputRequest::DeleteFromStart,
        KeyCode::Char('k') => InputRequest::DeleteTillEnd,
        _ => return None,
    })
}

/// Changes the line of text that has the keyboard, where there is one.
fn edit(state: &mut State, request: InputRequest, effects: &mut Vec<Effect>) {
    if !state.popups.is_empty() {
        popups::edit(state, request, effects);
    } else if state.instances.typing && state.focus == Focus::List && state.log.is_none() {
        state.instances.filter.handle(request);
        state.instances.apply_filter();
    } else if state.env.typing && state.focus == Focus::Detail && state.tab == Tab::Env {
        state.env.filter.handle(request);
    }
}

/// Pasted text goes where typing goes; in the environment it is read as lines of KEY=VALUE.
pub(super) fn paste(state: &mut State, text: &str, effects: &mut Vec<Effect>) {
    state.toast = None;
    hide(state);
    if !state.popups.is_empty() {
        popups::paste(state, text, effects);
    } else if state.log.is_some() {
    } else if state.focus == Focus::List {
        if state.instances.typing {
            insert(&mut state.instances.filter, &one_line(text));
            state.instances.apply_filter();
        }
    } else if state.focus == Focus::Detail && state.tab == Tab::Env {
        if state.env.typing {
            insert(&mut state.env.filter, &one_line(text));
        } else {
            env::paste(state, text);
        }
    }
}

/// Puts text where the cursor is.
pub(super) fn insert(input: &mut Input, text: &str) {
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let cursor = input.cursor() + text.chars().count();
    *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor);
}

/// Pasted text for a field that holds one line.
pub(super) fn one_line(text: &str) -> String {
    text.trim_end_matches(['\r', '\n'])
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
