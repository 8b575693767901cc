//! Forms about one key.

use tui_input::InputRequest;

use crate::domain::env_schema::KeyType;
use crate::tui::state::State;
use crate::tui::state::env::Change;
use crate::tui::state::form::{Form, Purpose, Value};
use crate::tui::state::notice::{Notice, Tone};
use crate::tui::state::popup::Popup;
use crate::tui::update::popups;

/// A form about a key is sent off.
pub(crate) fn submit(state: &mut State) {
    let Some(Popup::Form(form)) = state.popups.last() else {
        return;
    };
    let first = form.word(0).to_owned();
    let secret = hides(form);
    let change = match &form.purpose {
        Purpose::AddKey => Change {
            key: first.trim().to_owned(),
            value: Some(form.word(1).to_owned()),
        },
        Purpose::ChangeKey { key } => Change {
            key: key.clone(),
            value: Some(first),
        },
        _ => return,
    };
    let added = form.purpose == Purpose::AddKey;
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    let there = editor.file.contains(&change.key);
    if added && there {
        let notice = Notice::refused(format!(
            "{} is there already: change it instead.",
            change.key
        ));
        return popups::refuse(state, 0, notice);
    }
    let key = change.key.clone();
    // an empty field stands for a secret that can't be seen, not for an empty one
    if secret && there && change.value.as_deref() == Some("") {
        state.popups.pop();
        return state.say(
            Tone::Plain,
            format!("Nothing was typed, so {key} keeps its value; d removes it."),
        );
    }
    match editor.apply(vec![change]) {
        Ok(()) => {
            state.popups.pop();
            state.env.refresh(&state.instances.rows, state.now);
            state.env.go_to(&key);
        }
        Err(error) => {
            let named = error.message.contains("value");
            popups::refuse(state, usize::from(added && named), Notice::from(&error));
        }
    }
}

fn hides(form: &Form) -> bool {
    let first = form.fields.first().map(|field| &field.value);
    matches!(first, Some(Value::Text { secret: true, .. }))
}

/// A character that a number can't have isn't typed at all.
pub(crate) fn refuses(state: &State, request: InputRequest) -> bool {
    let InputRequest::InsertChar(c) = request else {
        return false;
    };
    let Some(Popup::Form(form)) = state.popups.last() else {
        return false;
    };
    let in_value = match form.purpose {
        Purpose::ChangeKey { .. } => form.at == 0,
        Purpose::AddKey => form.at == 1,
        _ => false,
    };
    let kind = form
        .key()
        .filter(|_| in_value)
        .and_then(|key| state.env.schema.key(key))
        .map(|spec| &spec.kind);
    match kind {
        Some(KeyType::Port) => !c.is_ascii_digit(),
        Some(KeyType::Integer) => !c.is_ascii_digit() && c != '-',
        _ => false,
    }
}
