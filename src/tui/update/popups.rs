//! What keys do in the topmost popup.

use tui_input::InputRequest;

use crate::domain::name::InstanceName;
use crate::error::Error;
use crate::tui::action::Id;
use crate::tui::effect::Effect;
use crate::tui::palette;
use crate::tui::state::State;
use crate::tui::state::form::{Purpose, Value};
use crate::tui::state::notice::{Notice, Tone};
use crate::tui::state::popup::Popup;

use super::{act, configs, confirm, connect, env, held, isolation, keys};

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    match id {
        Id::Quit => return confirm::quit(state, effects),
        Id::Suspend => return effects.push(Effect::Suspend),
        Id::Repaint => return effects.push(Effect::Repaint),
        Id::Back if env::back(state) => return,
        Id::Back => {
            state.popups.pop();
            return;
        }
        _ => {}
    }
    match state.popups.last_mut() {
        Some(Popup::Working(_)) | None => {}
        Some(Popup::Help(help)) => scroll(&mut help.scroll, id),
        Some(Popup::Report(report)) => scroll(&mut report.scroll, id),
        Some(Popup::Held(_)) => held::perform(state, id),
        Some(Popup::Isolation(_)) => isolation::perform(state, id, effects),
        Some(Popup::Error(error)) => {
            if id == Id::Accept {
                if error.open || error.notice.details.is_none() {
                    state.popups.pop();
                } else {
                    error.open = true;
                }
            }
        }
        Some(Popup::Confirm(question)) => {
            if id == Id::Accept {
                let act = question.act.clone();
                state.popups.pop();
                confirm::accept(state, act, effects);
            }
        }
        Some(Popup::Plan(_)) => plan(state, id, effects),
        Some(Popup::Form(_)) => form(state, id, effects),
        Some(Popup::Palette(_)) => palette_keys(state, id, effects),
        Some(Popup::History(view)) => {
            scroll(&mut view.scroll, id);
            let last = view.changes.ready().map_or(0, Vec::len).saturating_sub(1);
            view.scroll = view.scroll.min(last);
        }
        Some(Popup::Save(view)) => match id {
            Id::Accept => env::write(state, effects),
            _ => scroll(&mut view.scroll, id),
        },
        Some(Popup::Paste(view)) => match id {
            Id::Accept => env::take_pasted(state),
            _ => scroll(&mut view.scroll, id),
        },
        Some(Popup::Clashes(_)) => env::clashes(state, id),
        Some(Popup::Compare(_)) => env::comparison(state, id, effects),
    }
}

fn scroll(at: &mut usize, id: Id) {
    let by = match id {
        Id::Up => -1,
        Id::Down => 1,
        Id::PageUp => -10,
        Id::PageDown => 10,
        _ => 0,
    };
    *at = at.saturating_add_signed(by);
}

fn plan(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let generation = state.generation + 1;
    let Some(Popup::Plan(popup)) = state.popups.last_mut() else {
        return;
    };
    if id != Id::Accept {
        scroll(&mut popup.scroll, id);
        return;
    }
    if popup.starting.is_some() {
        return;
    }
    if let Some(missing) = popup.missing() {
        popup.error = Some(Notice::refused(missing));
        return;
    }
    popup.error = None;
    popup.starting = Some(generation);
    let typed = popup
        .wanted()
        .map(|_| popup.typed.value().trim().to_owned());
    effects.push(Effect::Start {
        generation,
        request: popup.request.clone(),
        plan: Box::new(popup.plan.clone()),
        typed,
    });
    state.generation = generation;
}

fn form(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let Some(Popup::Form(form)) = state.popups.last_mut() else {
        return;
    };
    match id {
        Id::Up if form.line_step(-1) => {}
        Id::Down if form.line_step(1) => {}
        Id::Up => form.step(-1),
        Id::Down => form.step(1),
        Id::NewLine => {
            if let Some(input) = form.input() {
                keys::insert(input, "\n");
                form.error = None;
            }
        }
        Id::Reveal => {
            if let Some(Value::Text { revealed, .. }) =
                form.fields.get_mut(form.at).map(|f| &mut f.value)
            {
                *revealed = !*revealed;
            }
        }
        Id::Accept if !form.busy => submit(state, effects),
        _ => {}
    }
}

fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Popup::Form(form)) = state.popups.last_mut() else {
        return;
    };
    form.error = None;
    let taken = |state: &State, name: &str| {
        state.instances.find(name).is_some().then(|| {
            Error::refused(format!("There is an instance {name} already."))
                .hint("Choose another name.")
        })
    };
    match form.purpose.clone() {
        Purpose::Clone { source } => {
            let request = form.clone_request(&source);
            match request.and_then(|r| match taken(state, r.target().as_str()) {
                Some(error) => Err(error),
                None => Ok(r),
            }) {
                Ok(request) => act::plan(state, request, effects),
                Err(error) => refuse(state, 0, Notice::from(&error)),
            }
        }
        Purpose::New => {
            let new = form.new_request();
            match new.and_then(|n| match taken(state, n.name.as_str()) {
                Some(error) => Err(error),
                None => Ok(n),
            }) {
                Ok(new) => {
                    if let Some(Popup::Form(form)) = state.popups.last_mut() {
                        form.busy = true;
                    }
                    effects.push(Effect::Create(new));
                }
                Err(error) => refuse(state, 0, Notice::from(&error)),
            }
        }
        Purpose::Connect { .. } | Purpose::Init { .. } => connect::submit(state, effects),
        Purpose::Compare { left } => match InstanceName::parse(form.word(0)) {
            Ok(right) => act::compare(state, left, right, effects),
            Err(error) => refuse(state, 0, Notice::from(&error)),
        },
        Purpose::AddKey | Purpose::ChangeKey { .. } => env::submit(state),
        Purpose::Config { .. } | Purpose::AddConfig { .. } => configs::submit(state, effects),
    }
}

/// Shows what is wrong beside its field.
pub(super) fn refuse(state: &mut State, field: usize, notice: Notice) {
    if let Some(Popup::Form(form)) = state.popups.last_mut() {
        form.at = field.min(form.fields.len().saturating_sub(1));
        form.error = Some((field, notice));
        form.busy = false;
    } else {
        state.complain(&notice);
    }
}

fn palette_keys(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let Some(Popup::Palette(open)) = state.popups.last() else {
        return;
    };
    let found = palette::matches(state, open.input.value());
    match id {
        Id::Accept => {
            let chosen = found.get(open.selected).map(|hit| hit.action);
            if let Some(action) = chosen {
                if let Some(why) = (action.disabled)(state) {
                    state.say(Tone::Warn, why);
                    return;
                }
                state.popups.pop();
                act::perform(state, action.id, effects);
            }
        }
        Id::Up | Id::Down => {
            let last = found.len().saturating_sub(1);
            if let Some(Popup::Palette(open)) = state.popups.last_mut() {
                let by = if id == Id::Up { -1 } else { 1 };
                open.selected = open.selected.saturating_add_signed(by).min(last);
            }
        }
        _ => {}
    }
}

/// A key that is no action goes into the popup's text.
pub(super) fn edit(state: &mut State, request: InputRequest, _: &mut Vec<Effect>) {
    match state.popups.last_mut() {
        Some(Popup::Plan(popup)) if popup.wanted().is_some() && popup.starting.is_none() => {
            popup.typed.handle(request);
            popup.error = None;
        }
        Some(Popup::Palette(palette)) => {
            palette.input.handle(request);
            palette.selected = 0;
        }
        Some(Popup::Form(form)) if !form.busy => {
            let by = match request {
                InputRequest::GoToPrevChar => -1,
                InputRequest::GoToNextChar | InputRequest::InsertChar(' ') => 1,
                _ => 0,
            };
            if form.choose(by) || env::refuses(state, request) {
                return;
            }
            let Some(Popup::Form(form)) = state.popups.last_mut() else {
                return;
            };
            if let Some(input) = form.input() {
                input.handle(request);
                form.error = None;
            }
        }
        _ => {}
    }
}

pub(super) fn paste(state: &mut State, text: &str, _: &mut Vec<Effect>) {
    match state.popups.last_mut() {
        Some(Popup::Plan(popup)) if popup.wanted().is_some() => {
            keys::insert(&mut popup.typed, &keys::one_line(text));
        }
        Some(Popup::Palette(palette)) => keys::insert(&mut palette.input, &keys::one_line(text)),
        Some(Popup::Form(form)) if !form.busy => {
            // a value of the environment may have several lines; nothing else may
            let whole = form.fields.get(form.at).is_some_and(|field| field.lines);
            let text = match whole {
                true => text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n"),
                false => keys::one_line(text),
            };
            if let Some(input) = form.input() {
                keys::insert(input, &text);
                form.error = None;
            }
        }
        _ => {}
    }
}
