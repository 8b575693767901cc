//! The environment and the configuration files: keys, forms, files that come and go.

use crate::domain::config_file;
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::error::Result;
use crate::tui::action::Id;
use crate::tui::backend::{Document, Saved};
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::state::State;
use crate::tui::state::configs::ConfigFile;
use crate::tui::state::env::Change;
use crate::tui::state::env_rows::{Key, Row};
use crate::tui::state::form::{Form, Purpose};
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::{Act, Confirm, Popup};

use super::popups;

fn selected(state: &State) -> Option<Key> {
    match state.env.selected() {
        Some(Row::Key(key)) => Some(key),
        _ => None,
    }
}

fn by(id: Id, page: isize) -> Option<isize> {
    Some(match id {
        Id::Up => -1,
        Id::Down => 1,
        Id::PageUp => -page,
        Id::PageDown => page,
        Id::First => isize::MIN / 2,
        Id::Last => isize::MAX / 2,
        _ => return None,
    })
}

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = layout::inside(state.areas().detail)
        .saturating_sub(4)
        .max(1) as isize;
    let key = selected(state);
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    if let Some(by) = by(id, page) {
        editor.at = editor.at.saturating_add_signed(by);
        return;
    }
    match id {
        Id::Add => state.popups.push(Popup::Form(Form::add_key())),
        Id::Change => {
            if let Some(key) = key {
                let value = editor.file.get(&key.name).unwrap_or_default();
                let secret = key.secret || secret::is_secret_key(&key.name);
                let form = Form::change_key(&key.name, value, secret);
                state.popups.push(Popup::Form(form));
            }
        }
        Id::Remove => {
            if let Some(key) = key {
                let change = Change {
                    key: key.name.clone(),
                    value: None,
                };
                match editor.apply(vec![change]) {
                    Ok(()) => state.say(
                        Tone::Plain,
                        format!("{} is removed; u undoes it.", key.name),
                    ),
                    Err(error) => state.complain(&Notice::from(&error)),
                }
            }
        }
        Id::Reveal => state.env.revealed = true,
        Id::Undo => {
            if let Some(what) = editor.undo() {
                state.say(Tone::Plain, format!("Taken back: {what}."));
            }
        }
        Id::Redo => {
            if let Some(what) = editor.redo() {
                state.say(Tone::Plain, format!("Done again: {what}."));
            }
        }
        Id::Save => {
            if let Some(confirm) = difference(state) {
                state.popups.push(Popup::Confirm(confirm));
            }
        }
        Id::Discard => {
            let n = editor.changes().len();
            state.popups.push(Popup::Confirm(Confirm {
                title: "Discard the changes".into(),
                lines: vec![format!("{n} unsaved changes would be lost.")],
                verb: "discard".into(),
                act: Act::Discard,
            }));
        }
        Id::EditFile => {
            let path = editor.document.path.clone();
            if let Some(instance) = state.env.of.clone() {
                effects.push(Effect::Edit { instance, path });
            }
        }
        _ => {}
    }
}

/// What a save would write, key by key, without any secret.
fn difference(state: &State) -> Option<Confirm> {
    let editor = state.env.editor.ready()?;
    let name = state.env.of.as_ref()?;
    let show = |key: &str, value: &str| match value {
        "" => "(empty)".to_owned(),
        value => secret::mask_value(key, value).replace('\n', "↵"),
    };
    let lines: Vec<String> = editor
        .changes()
        .into_iter()
        .map(|(key, before, after)| match (before, after) {
            (None, Some(new)) => format!("+ {key}  {}", show(&key, new)),
            (Some(old), None) => format!("− {key}  {}", show(&key, old)),
            (Some(old), Some(new)) => {
                let (old, new) = (show(&key, old), show(&key, new));
                match old == new {
                    true => format!("~ {key}  {new} (another value)"),
                    false => format!("~ {key}  {old} → {new}"),
                }
            }
            (None, None) => key,
        })
        .collect();
    let lines = match lines.is_empty() {
        true => vec!["No value changes, only the text around them.".into()],
        false => lines,
    };
    Some(Confirm {
        title: format!("Save {name} · .env"),
        lines,
        verb: "save".into(),
        act: Act::SaveEnv,
    })
}

pub(super) fn write(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(instance) = state.env.of.clone() else {
        return;
    };
    if let Some(editor) = state.env.editor.ready_mut() {
        editor.saving = true;
        effects.push(Effect::SaveEnv {
            instance,
            stamp: editor.document.stamp.clone(),
            text: editor.file.text().to_owned(),
        });
    }
}

/// Lines of KEY=VALUE that were pasted are added in one go, and undone in one go.
pub(super) fn paste(state: &mut State, text: &str) {
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    let pasted = EnvFile::parse_lenient(text);
    let changes: Vec<Change> = pasted
        .pairs()
        .map(|(key, value)| Change {
            key: key.to_owned(),
            value: Some(value.to_owned()),
        })
        .collect();
    if changes.is_empty() {
        state.say(
            Tone::Warn,
            "The pasted text has no line of the form KEY=VALUE.",
        );
        return;
    }
    let n = changes.len();
    let skipped = pasted.problems().len();
    match editor.apply(changes) {
        Ok(()) => {
            let keys = if n == 1 { "key is" } else { "keys are" };
            let rest = match skipped {
                0 => String::new(),
                n => format!(" {n} lines can't be read and were left out."),
            };
            state.say(Tone::Good, format!("{n} {keys} set; u undoes it.{rest}"));
        }
        Err(error) => state.complain(&Notice::from(&error)),
    }
}

/// A form about a key or a value is sent off.
pub(super) fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Popup::Form(form)) = state.popups.last() else {
        return;
    };
    let first = form.word(0).to_owned();
    let change = match &form.purpose {
        Purpose::AddKey => Change {
            key: first.trim().to_owned(),
            value: Some(form.word(1).to_owned()),
        },
        Purpose::ChangeKey { key } => Change {
            key: key.clone(),
            value: Some(first),
        },
        Purpose::Config { file, path } => {
            let (file, path) = (file.clone(), path.clone());
            return config(state, &file, &path, &first, effects);
        }
        Purpose::Clone { .. } | Purpose::New | Purpose::Init { .. } | Purpose::Connect { .. } => {
            return;
        }
    };
    let added = form.purpose == Purpose::AddKey;
    let Some(editor) = state.env.editor.ready_mut() else {
        return;
    };
    if added && editor.file.contains(&change.key) {
        let notice = Notice::refused(format!(
            "{} is there already: change it instead.",
            change.key
        ));
        return popups::refuse(state, 0, notice);
    }
    let key = change.key.clone();
    match editor.apply(vec![change]) {
        Ok(()) => {
            state.popups.pop();
            go_to(state, &key);
        }
        Err(error) => {
            let named = error.message.contains("value");
            popups::refuse(state, usize::from(added && named), Notice::from(&error));
        }
    }
}

fn go_to(state: &mut State, key: &str) {
    if let Some(editor) = state.env.editor.ready_mut() {
        let keys = crate::tui::state::env_rows::keys(editor);
        let at = keys
            .iter()
            .position(|row| matches!(row, Row::Key(k) if k.name == key));
        editor.at = at.unwrap_or(editor.at);
    }
}

pub(super) fn loaded(state: &mut State, name: &InstanceName, result: Result<Document>) {
    match result {
        Ok(document) => state.env.take(name, document),
        Err(error) if state.env.of.as_ref() == Some(name) => {
            let notice = Notice::from(&error);
            match state.env.editor.ready_mut() {
                Some(editor) => editor.error = Some(notice),
                None => state.env.editor = Load::Failed(notice),
            }
        }
        Err(_) => {}
    }
}

pub(super) fn saved(state: &mut State, name: &InstanceName, result: Result<Saved>) {
    let Some(editor) = state.env.editor_of(name) else {
        return;
    };
    match result {
        Ok(Saved::Written(document)) => {
            editor.error = None;
            editor.saved(document);
            state.say(Tone::Good, format!("{name} · .env is saved."));
        }
        Ok(Saved::Stale(document)) => {
            editor.changed_outside(document);
            state.say(
                Tone::Warn,
                "The file was changed outside meanwhile. Your changes stand on top of it; s shows them again.",
            );
        }
        Err(error) => {
            editor.saving = false;
            let notice = Notice::from(&error);
            editor.error = Some(notice.clone());
            state.complain(&notice);
        }
    }
}

pub(super) fn configs(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = layout::inside(state.areas().detail)
        .saturating_sub(1)
        .max(1) as isize;
    if let Some(by) = by(id, page) {
        state.configs.move_by(by);
        return;
    }
    let Some((file, value)) = state.configs.selected() else {
        return;
    };
    match id {
        Id::Change => {
            if let Some(value) = value {
                let form = Form::config(
                    &file.document.name,
                    value.path.clone(),
                    &value.text,
                    "empty",
                );
                state.popups.push(Popup::Form(form));
            }
        }
        Id::EditFile => {
            let path = file.document.path.clone();
            if let Some(instance) = state.configs.of.clone() {
                effects.push(Effect::Edit { instance, path });
            }
        }
        _ => {}
    }
}

/// Checks a new value of a configuration file, and sends it off.
fn config(state: &mut State, file: &str, path: &[String], typed: &str, effects: &mut Vec<Effect>) {
    let (Some(instance), Some(files)) = (state.configs.of.clone(), state.configs.files.ready())
    else {
        return;
    };
    let Some(found) = files.iter().find(|f| f.document.name == file) else {
        return;
    };
    let document = &found.document;
    match config_file::change(&document.name, &document.text, path, typed) {
        Ok(text) => {
            effects.push(Effect::SaveConfig {
                instance,
                file: file.to_owned(),
                stamp: found.document.stamp.clone(),
                text,
            });
            if let Some(Popup::Form(form)) = state.popups.last_mut() {
                form.busy = true;
            }
        }
        Err(error) => popups::refuse(state, 0, Notice::from(&error)),
    }
}

pub(super) fn configs_loaded(
    state: &mut State,
    name: &InstanceName,
    result: Result<Vec<Document>>,
) {
    if state.configs.of.as_ref() != Some(name) {
        return;
    }
    state.configs.files = match result {
        Ok(documents) => Load::Ready(documents.into_iter().map(ConfigFile::new).collect()),
        Err(error) => Load::Failed(Notice::from(&error)),
    };
}

pub(super) fn config_saved(
    state: &mut State,
    name: &InstanceName,
    file: &str,
    result: Result<Saved>,
) {
    let of_form = |popup: &Popup| {
        matches!(popup, Popup::Form(f) if f.busy
            && matches!(&f.purpose, Purpose::Config { file: of, .. } if of == file))
    };
    let (document, stale) = match result {
        Ok(Saved::Written(document)) => (document, false),
        Ok(Saved::Stale(document)) => (document, true),
        Err(error) => {
            let notice = Notice::from(&error);
            return match state.popups.last().is_some_and(of_form) {
                true => popups::refuse(state, 0, notice),
                false => state.complain(&notice),
            };
        }
    };
    if state.configs.of.as_ref() == Some(name)
        && let Some(files) = state.configs.files.ready_mut()
        && let Some(found) = files.iter_mut().find(|f| f.document.name == file)
    {
        *found = ConfigFile::new(document);
    }
    if stale {
        let notice = Notice::refused(format!(
            "{file} was changed outside meanwhile, so nothing was written. Enter tries again."
        ));
        popups::refuse(state, 0, notice);
    } else {
        state.popups.retain(|popup| !of_form(popup));
        state.say(Tone::Good, format!("{file} is saved."));
    }
}
