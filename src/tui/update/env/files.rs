//! The file comes, and goes back to the disk.

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::tui::backend::{Document, Saved};
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::notice::{Load, Notice, Tone};

use super::clashes;

/// Saves what was shown.
pub(crate) fn write(state: &mut State, effects: &mut Vec<Effect>) {
    state.popups.pop();
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

pub(crate) fn loaded(state: &mut State, name: &InstanceName, result: Result<Document>) {
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

pub(crate) fn saved(state: &mut State, name: &InstanceName, result: Result<Saved>) {
    let shown = state.env.of.as_ref() == Some(name);
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
            let clash = !editor.clashes.is_empty();
            state.say(
                Tone::Warn,
                "The file was changed outside meanwhile, so nothing was written. Your changes stand on top of it; s shows them again.",
            );
            if shown && clash {
                clashes::open(state);
            }
        }
        Err(error) => {
            editor.saving = false;
            let notice = Notice::from(&error);
            editor.error = Some(notice.clone());
            state.complain(&notice);
        }
    }
}
