//! Answers to effects. One that nobody waits for any more is dropped.

use crate::domain::instance::InstanceView;
use crate::domain::job::{JobId, JobState};
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Result};
use crate::tui::effect::Effect;
use crate::tui::msg::{JobVerb, Msg};
use crate::tui::state::form::{Form, Purpose};
use crate::tui::state::jobs::Ended;
use crate::tui::state::notice::{Load, Notice, Tone};
use crate::tui::state::popup::{ErrorPopup, PlanPopup, Popup};
use crate::tui::state::{Focus, State};

use super::{configs, connect, env, finish, held, isolation, popups, read_instances, read_jobs};

pub(super) fn take(state: &mut State, msg: Msg, effects: &mut Vec<Effect>) {
    match msg {
        Msg::Instances(result) => instances(state, result, effects),
        Msg::Jobs(result) => jobs(state, result, effects),
        Msg::Activity(name, result) => {
            if state.activity.0.as_ref() == Some(&name) {
                state.activity.1 = match result {
                    Ok(lines) => Load::Ready(lines),
                    Err(error) => Load::Failed(Notice::from(&error)),
                };
            }
        }
        Msg::Refreshed(_, Ok(())) => read_instances(state, effects),
        Msg::Refreshed(_, Err(error)) | Msg::Selected(_, Err(error)) => complain(state, &error),
        Msg::Planned(generation, result) => planned(state, generation, result),
        Msg::Started(generation, result) => started(state, generation, result, effects),
        Msg::JobAsked(id, verb, result) => asked(state, id, verb, result, effects),
        Msg::Log(id, result) => {
            if let Some(log) = state.log.as_mut().filter(|log| log.job == id) {
                log.reading = false;
                match result {
                    Ok(part) => log.extend(part),
                    Err(error) => log.error = Some(Notice::from(&error)),
                }
            }
        }
        Msg::Report(of, result) => {
            let open = state.popups.iter_mut().find_map(|popup| match popup {
                Popup::Report(view) if view.of == of => Some(view),
                _ => None,
            });
            if let Some(view) = open {
                view.lines = match result {
                    Ok(lines) => Load::Ready(lines),
                    Err(error) => Load::Failed(Notice::from(&error)),
                };
            }
        }
        Msg::LookedApart(result) => isolation::looked(state, result, effects),
        Msg::Mended(result) => isolation::mended(state, result, effects),
        Msg::Held(name, result) => held::loaded(state, &name, result),
        Msg::TurnedOn(name, result) => held::turned_on(state, &name, result),
        Msg::Selected(name, Ok(())) => {
            state.say(Tone::Good, format!("{name} is the current instance now."));
            read_instances(state, effects);
        }
        Msg::Created(name, Ok(())) => {
            created(state, name);
            read_instances(state, effects);
        }
        Msg::Created(_, Err(error)) => popups::refuse(state, 0, Notice::from(&error)),
        Msg::Connected(name, result) => connect::connected(state, &name, result, effects),
        Msg::Env(name, result) => env::loaded(state, &name, result),
        Msg::EnvSaved(name, result) => env::saved(state, &name, result),
        Msg::EnvRules(name, Ok(rules)) => state.env.take_rules(&name, rules),
        Msg::EnvRules(_, Err(error)) | Msg::Noted(Err(error)) => complain(state, &error),
        Msg::Noted(Ok(())) => {}
        Msg::History(of, key, result) => {
            for popup in &mut state.popups {
                if let Popup::History(view) = popup
                    && view.instance == of
                    && view.key == key
                {
                    view.changes = match &result {
                        Ok(changes) => Load::Ready(changes.clone()),
                        Err(error) => Load::Failed(Notice::from(error)),
                    };
                }
            }
        }
        Msg::Other(of, source, result) => env::other_loaded(state, &of, &source, result),
        Msg::Configs(name, result) => configs::loaded(state, &name, result),
        Msg::ConfigSaved(name, file, result) => configs::saved(state, &name, &file, result),
        Msg::ShellLeft(name, result) | Msg::Edited(name, result) => {
            if let Err(error) = result {
                complain(state, &error);
            }
            read_instances(state, effects);
            super::reread_files(state, &name, effects);
        }
        Msg::Key(_)
        | Msg::Paste(_)
        | Msg::Resize(..)
        | Msg::Focus(_)
        | Msg::Tick
        | Msg::Changed(_)
        | Msg::ChangesEnded => {}
    }
}

/// One in the cloud is of no use without its accounts, so that is asked next.
fn created(state: &mut State, name: InstanceName) {
    let cloud = state.popups.iter().any(|popup| {
        matches!(popup, Popup::Form(form) if form.purpose == Purpose::New && form.new_request().is_ok_and(|new| {
            new.name == name && new.kind == ProviderKind::Cloud
        }))
    });
    state.popups.clear();
    state.say(Tone::Good, format!("{name} is there. i sets it up."));
    if cloud {
        let mut view = InstanceView::unknown(name.clone());
        view.kind = ProviderKind::Cloud;
        state.popups.push(Popup::Form(Form::connect(&view)));
    }
    state.awaited = Some(name);
}

fn complain(state: &mut State, error: &Error) {
    state.complain(&Notice::from(error));
}

fn instances(state: &mut State, result: Result<Vec<InstanceView>>, effects: &mut Vec<Effect>) {
    let again = finish(&mut state.instances.reading);
    let first = !state.instances.loaded;
    match result {
        Ok(rows) => {
            state.instances.replace(rows);
            state.env.look_again();
            let current = state.instances.current().map(|i| i.name.clone());
            if let Some(name) = current.filter(|_| first) {
                state.instances.select(&name);
            }
            if let Some(name) = state.awaited.take()
                && !state.instances.select(&name)
            {
                state.awaited = Some(name);
            }
        }
        Err(error) => {
            state.instances.loaded = true;
            state.instances.error = Some(Notice::from(&error));
        }
    }
    if again {
        read_instances(state, effects);
    }
}

fn jobs(
    state: &mut State,
    result: Result<Vec<crate::domain::job::JobView>>,
    effects: &mut Vec<Effect>,
) {
    let again = finish(&mut state.jobs.reading);
    match result {
        Ok(rows) => {
            state.jobs.asked.clear();
            let ended = state.jobs.replace(rows, state.now);
            for job in &ended {
                tell(state, job);
            }
            if !ended.is_empty() {
                read_instances(state, effects);
            }
        }
        Err(error) => {
            state.jobs.loaded = true;
            state.jobs.error = Some(Notice::from(&error));
        }
    }
    if again {
        read_jobs(state, effects);
    }
}

fn tell(state: &mut State, job: &Ended) {
    match job.state {
        JobState::Done => state.say(Tone::Good, format!("Done: {}.", job.title)),
        JobState::Cancelled => state.say(Tone::Plain, format!("Cancelled: {}.", job.title)),
        JobState::Interrupted => state.say(
            Tone::Warn,
            format!("Interrupted: {}. R in the jobs resumes it.", job.title),
        ),
        _ => {
            let why = job.error.as_deref().unwrap_or("See its log.");
            state.say(Tone::Bad, format!("Failed: {}. {why}", job.title));
        }
    }
}

fn planned(state: &mut State, generation: u64, result: Result<Plan>) {
    let waiting = state
        .popups
        .iter()
        .position(|p| matches!(p, Popup::Working(w) if w.generation == generation));
    let Some(at) = waiting else { return };
    let Popup::Working(working) = state.popups.remove(at) else {
        return;
    };
    match result {
        Ok(plan) => {
            let popup = PlanPopup::new(working.request, plan);
            state.popups.insert(at, Popup::Plan(popup));
        }
        Err(error) => {
            let notice = Notice::from(&error);
            match state.popups.last_mut() {
                Some(Popup::Form(form)) => form.error = Some((0, notice)),
                _ => state.popups.push(Popup::Error(ErrorPopup {
                    title: "This can't be done now".into(),
                    notice,
                    open: false,
                })),
            }
        }
    }
}

fn started(state: &mut State, generation: u64, result: Result<JobId>, effects: &mut Vec<Effect>) {
    let open = state.popups.iter_mut().find_map(|popup| match popup {
        Popup::Plan(plan) if plan.starting == Some(generation) => Some(plan),
        _ => None,
    });
    match result {
        Ok(id) => {
            if let Some(plan) = open {
                state.awaited = Some(plan.request.target().clone());
                state.popups.clear();
            }
            state.jobs.awaited = Some(id);
            if !state.wide() {
                state.focus = Focus::Jobs;
            }
            read_jobs(state, effects);
            read_instances(state, effects);
        }
        Err(error) => match open {
            Some(plan) => {
                plan.starting = None;
                plan.error = Some(Notice::from(&error));
            }
            None => complain(state, &error),
        },
    }
}

fn asked(
    state: &mut State,
    id: JobId,
    verb: JobVerb,
    result: Result<()>,
    effects: &mut Vec<Effect>,
) {
    state.jobs.asked.remove(&id);
    match (result, verb) {
        (Err(error), _) => complain(state, &error),
        (Ok(()), JobVerb::Cancel) => state.say(Tone::Plain, "Cancelling, and cleaning up."),
        (Ok(()), JobVerb::Resume) => state.say(Tone::Plain, "Going on where it stopped."),
    }
    read_jobs(state, effects);
}
