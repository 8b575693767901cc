//! Why an action can't be done right now, in words.

use crate::domain::instance::{InstanceState, InstanceView};
use crate::domain::job::JobView;

use super::state::State;

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

pub fn select(state: &State) -> Why {
    with_instance(state, |i| {
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
        (!job.state.can_cancel())
            .then(|| format!("This job is {}: there is nothing to cancel.", job.state.word()))
    })
}

pub fn resume(state: &State) -> Why {
    with_job(state, |job| {
        (!job.state.can_resume())
            .then(|| format!("This job is {}: there is nothing to resume.", job.state.word()))
    })
}
