//! The only place where the state changes. Pure: a message in, wishes out.

mod act;
mod answers;
mod configs;
mod confirm;
mod connect;
mod copy;
mod env;
mod held;
mod isolation;
mod keys;
mod popups;
mod settle;
#[cfg(test)]
mod tests;

use super::backend::Changed;
use super::effect::Effect;
use super::msg::Msg;
use super::state::State;

pub use isolation::selected as selected_finding;
pub use keys::{pane_scopes, scopes};

/// What to ask for before the first frame.
pub fn start(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    read_instances(state, &mut effects);
    read_jobs(state, &mut effects);
    effects
}

/// Takes one message.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Key(key) => keys::press(state, &key, &mut effects),
        Msg::Paste(text) => keys::paste(state, &text, &mut effects),
        Msg::Resize(columns, rows) => state.size = (columns, rows),
        Msg::Focus(active) => {
            state.active = active;
            if !active {
                // nobody looks, or somebody else does
                keys::hide(state);
            }
        }
        Msg::Tick => {}
        Msg::Changed(changed) => look(state, changed, &mut effects),
        Msg::ChangesEnded => {
            state.live = false;
            isolation::look(state, &mut effects);
        }
        answer => answers::take(state, answer, &mut effects),
    }
    settle::settle(state, &mut effects);
    effects
}

fn look(state: &mut State, changed: Changed, effects: &mut Vec<Effect>) {
    match changed {
        Changed::Instances => {
            read_instances(state, effects);
            isolation::look(state, effects);
        }
        Changed::Jobs => {
            read_jobs(state, effects);
            read_log(state, effects);
        }
        Changed::Files(name) => {
            read_instances(state, effects);
            isolation::look(state, effects);
            reread_files(state, &name, effects);
        }
        Changed::All => {
            read_instances(state, effects);
            read_jobs(state, effects);
            read_log(state, effects);
            isolation::look(state, effects);
            if let Some(name) = state.selected_name() {
                reread_files(state, &name, effects);
            }
        }
    }
}

/// One read at a time: what comes meanwhile causes one more after it.
fn read_instances(state: &mut State, effects: &mut Vec<Effect>) {
    if begin(&mut state.instances.reading) {
        effects.push(Effect::LoadInstances);
    }
}

fn read_jobs(state: &mut State, effects: &mut Vec<Effect>) {
    if begin(&mut state.jobs.reading) {
        effects.push(Effect::LoadJobs);
    }
}

fn begin(reading: &mut (bool, bool)) -> bool {
    let free = !reading.0;
    *reading = (true, !free);
    free
}

/// The read ended; true where another is due.
fn finish(reading: &mut (bool, bool)) -> bool {
    let again = reading.1;
    *reading = (false, false);
    again
}

fn read_log(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(log) = state.log.as_mut().filter(|log| !log.reading) {
        log.reading = true;
        effects.push(Effect::LoadLog {
            job: log.job,
            from: log.next,
        });
    }
}

fn reread_files(
    state: &mut State,
    name: &crate::domain::name::InstanceName,
    effects: &mut Vec<Effect>,
) {
    if state.env.wants(name) {
        effects.push(Effect::LoadEnv(name.clone()));
        effects.push(Effect::LoadEnvRules(name.clone()));
    }
    if state.configs.of.as_ref() == Some(name) {
        effects.push(Effect::LoadConfigs(name.clone()));
    }
}
