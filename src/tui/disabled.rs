//! Why an action can't be done right now, in words.

use crate::domain::instance::{InstanceState, InstanceView};
use crate::domain::job::JobView;
use crate::domain::strategy::ProviderKind;

use super::state::State;
use super::state::env::EnvEditor;
use super::state::form::Value;
use super::state::notice::Load;
use super::state::popup::Popup;
use super::update;

type Why = Option<String>;

pub fn never(_: &State) -> Why {
    None
}

fn with_instance(state: &State, why: impl FnOnce(&InstanceView) -> Why) -> Why {
    match state.selected() {
        Some(instance) => why(instance),
        None if state.instances.filtered() => Some("No instance matches the filter.".into()),
        None => Some("There is no instance yet: n creates one.".into()),
    }
}

pub fn without_instance(state: &State) -> Why {
    with_instance(state, |_| None)
}

/// There is no switching in a locked shell, and none is opened in it.
fn locked(state: &State) -> Why {
    let name = state.locked.as_ref()?;
    Some(format!(
        "This shell is locked to {name}: leave it with exit first."
    ))
}

pub fn shell(state: &State) -> Why {
    with_instance(state, |_| locked(state))
}

pub fn without_another(state: &State) -> Why {
    with_instance(state, |i| {
        let alone = state
            .instances
            .rows
            .iter()
            .all(|other| other.name == i.name);
        alone.then(|| "There is no other instance to compare it with.".to_owned())
    })
}

pub fn select(state: &State) -> Why {
    with_instance(state, |i| {
        if let Some(why) = locked(state) {
            return Some(why);
        }
        i.current
            .then(|| format!("{} is the current instance already.", i.name))
    })
}

fn busy(instance: &InstanceView) -> Why {
    let working = instance.job.is_some() || instance.state == InstanceState::Working;
    working.then(|| {
        format!(
            "A job is working on {}: wait for it, or cancel it.",
            instance.name
        )
    })
}

pub fn clone(state: &State) -> Why {
    with_instance(state, busy)
}

pub fn init(state: &State) -> Why {
    with_instance(state, |i| {
        let again = matches!(i.state, InstanceState::New | InstanceState::Failed);
        (!again)
            .then(|| format!("{} is set up already.", i.name))
            .or_else(|| busy(i))
    })
}

pub fn seed(state: &State) -> Why {
    with_instance(state, |i| match i.state {
        InstanceState::New => Some(format!("{} isn't set up yet: press i first.", i.name)),
        InstanceState::Paused => Some(format!("{} is paused.", i.name)),
        _ => busy(i),
    })
}

pub fn delete(state: &State) -> Why {
    with_instance(state, |i| {
        i.protected
            .then(|| {
                format!(
                    "{} is protected: set protected = false in its instance.toml first.",
                    i.name
                )
            })
            .or_else(|| busy(i))
    })
}

pub fn held(state: &State) -> Why {
    with_instance(state, |i| match &i.cloned_from {
        Some(_) => busy(i),
        None => Some(format!(
            "{} is no clone: what it has was made in it, and nothing is held back.",
            i.name
        )),
    })
}

/// What the program can't mend itself.
pub fn without_fix(state: &State) -> Why {
    match update::selected_finding(state) {
        Some(finding) if finding.fix.is_some() => None,
        Some(finding) => Some(format!("This is for people to mend: {}", finding.remedy)),
        None => Some("There is nothing to mend.".into()),
    }
}

/// Only a clone can be refreshed, and only one that may be emptied.
pub fn copy_again(state: &State) -> Why {
    with_instance(state, |i| {
        let name = &i.name;
        if i.cloned_from.is_none() {
            return Some(format!(
                "{name} isn't a clone: there is nothing to refresh it from."
            ));
        }
        if i.state == InstanceState::New {
            return Some(format!(
                "{name} isn't set up yet, so there is nothing to refresh."
            ));
        }
        if i.kind == ProviderKind::Cloud {
            return Some(format!(
                "{name} lives in the cloud, and can't be backed up yet."
            ));
        }
        delete(state)
    })
}

fn with_job(state: &State, why: impl FnOnce(&JobView) -> Why) -> Why {
    let job = match &state.log {
        Some(log) => state.jobs.find(log.job),
        None => state.jobs.selected(),
    };
    match job {
        Some(job) => why(job),
        None => Some("There is no job yet.".into()),
    }
}

pub fn without_job(state: &State) -> Why {
    with_job(state, |_| None)
}

pub fn cancel(state: &State) -> Why {
    with_job(state, |job| {
        (!job.state.can_cancel()).then(|| {
            format!(
                "This job is {}: there is nothing to cancel.",
                job.state.word()
            )
        })
    })
}

pub fn resume(state: &State) -> Why {
    with_job(state, |job| {
        (!job.state.can_resume()).then(|| {
            format!(
                "This job is {}: there is nothing to resume.",
                job.state.word()
            )
        })
    })
}

fn with_env(state: &State, why: impl FnOnce(&EnvEditor) -> Why) -> Why {
    match &state.env.editor {
        Load::Ready(editor) if editor.saving => Some("The file is being saved.".into()),
        Load::Ready(editor) => why(editor),
        Load::Failed(notice) => Some(notice.line()),
        Load::Nothing | Load::Loading => Some("The file is being read.".into()),
    }
}

/// The file itself, in an editor: that works where nothing else does.
pub fn without_file(state: &State) -> Why {
    with_env(state, |_| None)
}

pub fn without_env(state: &State) -> Why {
    with_env(state, |editor| {
        let first = editor.file.problems().first()?;
        Some(format!(
            "Line {} can't be read: {}. E opens the file in your editor.",
            first.line,
            first.message()
        ))
    })
}

pub fn without_key(state: &State) -> Why {
    without_env(state).or_else(|| match state.env.selected() {
        Some(_) => None,
        None if state.env.filtered() => Some("No key matches the filter.".into()),
        None => Some("There is no key yet: a adds one.".into()),
    })
}

pub fn without_set_key(state: &State) -> Why {
    without_key(state).or_else(|| match state.env.selected() {
        Some(key) if !key.present => Some(format!("{} isn't set: Enter sets it.", key.name)),
        _ => None,
    })
}

pub fn without_marks(state: &State) -> Why {
    without_env(state).or_else(|| {
        (state.env.view.marks == 0).then(|| "There is nothing to say about any key.".into())
    })
}

pub fn without_clash(state: &State) -> Why {
    with_env(state, |editor| {
        let none = editor.clashes.is_empty();
        none.then(|| "No key was changed on both sides.".into())
    })
}

pub fn without_reference(state: &State) -> Why {
    with_instance(state, |i| match i.project_ref {
        Some(_) => None,
        None => Some(format!("{} has no project yet: i sets it up.", i.name)),
    })
}

/// The field that is being filled in holds one line only.
pub fn one_line(state: &State) -> Why {
    let lines = match state.popups.last() {
        Some(Popup::Form(form)) => form.fields.get(form.at).is_some_and(|f| f.lines),
        _ => false,
    };
    (!lines).then(|| "This field holds one line.".into())
}

pub fn undo(state: &State) -> Why {
    with_env(state, |editor| {
        (!editor.can_undo()).then(|| "There is nothing to undo.".into())
    })
}

pub fn redo(state: &State) -> Why {
    with_env(state, |editor| {
        (!editor.can_redo()).then(|| "There is nothing to do again.".into())
    })
}

pub fn save(state: &State) -> Why {
    with_env(state, |editor| {
        (!editor.dirty()).then(|| "There is nothing to save.".into())
    })
}

pub fn without_config(state: &State) -> Why {
    match (&state.configs.files, state.configs.selected()) {
        (_, Some(_)) => None,
        (Load::Failed(notice), None) => Some(notice.line()),
        (Load::Ready(_), None) => Some("This instance has no configuration files.".into()),
        (Load::Nothing | Load::Loading, None) => Some("The files are being read.".into()),
    }
}

pub fn without_missing_key(state: &State) -> Why {
    without_config(state).or_else(|| {
        let (file, _) = state.configs.selected()?;
        let name = &file.document.name;
        match (&file.values, file.missing().is_empty()) {
            (Err(_), _) => Some(format!("{name} can't be read: E opens it in your editor.")),
            (_, true) => Some(format!("{name} has every key that it could have.")),
            _ => None,
        }
    })
}

pub fn undo_config(state: &State) -> Why {
    (!state.configs.can_undo()).then(|| "There is nothing to undo.".into())
}

pub fn redo_config(state: &State) -> Why {
    (!state.configs.can_redo()).then(|| "There is nothing to do again.".into())
}

pub fn without_value(state: &State) -> Why {
    without_config(state).or_else(|| match state.configs.selected() {
        Some((file, None)) => Some(format!(
            "{} can't be read: E opens it in your editor.",
            file.document.name
        )),
        Some((_, Some(value))) if value.secret => {
            Some("This is a secret: it belongs into the environment. E opens the file.".into())
        }
        _ => None,
    })
}

pub fn without_secret(state: &State) -> Why {
    let secret = match state.popups.last() {
        Some(Popup::Form(form)) => matches!(
            form.fields.get(form.at).map(|f| &f.value),
            Some(Value::Text { secret: true, .. })
        ),
        _ => false,
    };
    (!secret).then(|| "Nothing is hidden in this field.".into())
}
