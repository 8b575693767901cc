//! What is known of the key that a form is about: its type, what it is for, where to get a value.

use ratatui::text::{Line, Span};

use crate::domain::env_schema::{KeySpec, KeyType};
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::env::Whose;
use crate::tui::state::form::{Form, Purpose};
use crate::tui::widget::text;

/// What is wrong with what is typed into a field, in a sentence without the value. It never keeps
/// anyone from saving: the schema may be wrong.
pub(super) fn problem(state: &State, form: &Form, field: usize) -> Option<String> {
    let value_field = match form.purpose {
        Purpose::ChangeKey { .. } | Purpose::Config { .. } => 0,
        Purpose::AddKey | Purpose::AddConfig { .. } => 1,
        _ => return None,
    };
    if let Some(found) = form.field_of_file().filter(|_| field == value_field) {
        let value = form.word(field);
        return found.kind.check(value).err().filter(|_| !value.is_empty());
    }
    let value = form.typed_value().filter(|v| !v.is_empty())?;
    if field != value_field {
        return None;
    }
    if let Some(Err(problem)) = spec(state, form).map(|spec| spec.kind.check(value)) {
        return Some(problem);
    }
    let own = state.env.of.as_ref()?;
    match state.env.refs.whose(value) {
        Whose::Other(other) => Some(format!("It opens {other}, not {own}.")),
        Whose::Own | Whose::Nobody => None,
    }
}

fn spec<'s>(state: &'s State, form: &Form) -> Option<&'s KeySpec> {
    state.env.schema.key(form.key()?)
}

/// At most so many lines about the key.
pub(super) fn lines(state: &State, form: &Form, cells: usize, most: usize) -> Vec<Line<'static>> {
    let mut parts = Vec::new();
    if let Some(spec) = spec(state, form) {
        parts.push(("Type", word(&spec.kind)));
        let from = spec.from.clone().unwrap_or_default();
        let example = spec.example.clone().unwrap_or_default();
        parts.extend([
            ("For", spec.help.clone()),
            ("Get it", from),
            ("Example", example),
        ]);
    } else if let Some(field) = form.field_of_file() {
        parts.push(("Type", field.kind.words()));
        // where a key is chosen, its help stands there
        if matches!(form.purpose, Purpose::Config { .. }) {
            parts.push(("For", field.help.to_owned()));
        }
    }
    parts.retain(|(_, words)| !words.is_empty());
    const LABEL: usize = 9;
    let mut lines = Vec::new();
    for (label, words) in parts {
        let room = cells.saturating_sub(LABEL + 2);
        for (i, piece) in text::wrap(&words, room).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::raw("  "),
                pane::dim(state, text::left(label, LABEL)),
                pane::dim(state, piece),
            ]));
        }
    }
    lines.truncate(most);
    lines
}

/// A type as people say it.
fn word(kind: &KeyType) -> String {
    match kind {
        KeyType::Text => "text".into(),
        KeyType::Url => "an address (scheme://host)".into(),
        KeyType::WebUrl => "a web address (https://host)".into(),
        KeyType::Port => "a port, 1 to 65535".into(),
        KeyType::Integer => "a whole number".into(),
        KeyType::Boolean => "true or false".into(),
        KeyType::ProjectRef => "a project's reference: 20 lower-case letters".into(),
        KeyType::DatabaseUrl => "a database's address (postgresql://…)".into(),
        KeyType::Jwt { role: Some(role) } => format!("a JSON web token of the role {role}"),
        KeyType::Jwt { role: None } => "a JSON web token".into(),
        KeyType::SupabaseKey { role } => format!("a Supabase key of the role {role}"),
        KeyType::Email => "an e-mail address".into(),
        KeyType::Site => "a site's host".into(),
        KeyType::JiraKey => "a Jira project's key".into(),
        KeyType::SpaceKey => "a Confluence space's key".into(),
        KeyType::Uuid => "a UUID".into(),
        KeyType::OneOf(values) => format!("one of {}", values.join(", ")),
    }
}
