//! What an action does when no popup is open.

use crate::domain::name::InstanceName;
use crate::tui::action::Id;
use crate::tui::backend::Request;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::msg::JobVerb;
use crate::tui::popup;
use crate::tui::state::form::Form;
use crate::tui::state::log::LogView;
use crate::tui::state::notice::{Load, Tone};
use crate::tui::state::popup::{Act, Confirm, Help, Palette, Popup, Reading, ReportView, Working};
use crate::tui::state::{Focus, State, Tab};
use tui_input::Input;

use super::{
    configs, confirm, connect, copy, env, held, isolation, read_instances, read_jobs, read_log,
};

pub(super) fn perform(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    match id {
        Id::Quit => confirm::quit(state, effects),
        Id::Suspend => effects.push(Effect::Suspend),
        Id::Repaint => effects.push(Effect::Repaint),
        Id::Help => state.popups.push(Popup::Help(Help::default())),
        Id::Isolation => isolation::open(state, effects),
        Id::Palette => state.popups.push(Popup::Palette(Palette::default())),
        Id::NextPane => focus(state, 1),
        Id::PreviousPane => focus(state, -1),
        Id::FocusList => state.focus = Focus::List,
        Id::FocusDetail => state.focus = Focus::Detail,
        Id::FocusJobs => state.focus = Focus::Jobs,
        _ if state.log.is_some() => log(state, id, effects),
        Id::Use
        | Id::Clone
        | Id::Difference
        | Id::CopyAgain
        | Id::Init
        | Id::Seed
        | Id::Delete
        | Id::Held
        | Id::Shell
        | Id::Refresh
        | Id::Connect
        | Id::Create => instance(state, id, effects),
        Id::Edit => {
            state.focus = Focus::Detail;
            state.tab = Tab::Env;
        }
        Id::CopyValue | Id::CopyName if !file_tab(state) => copy::of_instance(state, id, effects),
        _ => match state.focus {
            Focus::List => list(state, id),
            Focus::Jobs => jobs(state, id, effects),
            Focus::Detail => detail(state, id, effects),
        },
    }
}

/// The keyboard belongs to a tab with files of its own.
fn file_tab(state: &State) -> bool {
    state.focus == Focus::Detail && matches!(state.tab, Tab::Env | Tab::Configs)
}

fn focus(state: &mut State, by: isize) {
    const ORDER: [Focus; 3] = [Focus::List, Focus::Detail, Focus::Jobs];
    let at = ORDER.iter().position(|f| *f == state.focus).unwrap_or(0) as isize;
    state.focus = ORDER[(at + by).rem_euclid(3) as usize];
}

fn instance(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    if id == Id::Create {
        let free = state.free_name();
        state.popups.push(Popup::Form(Form::new_instance(&free)));
        return;
    }
    let Some(selected) = state.selected() else {
        return;
    };
    let name = selected.name.clone();
    match id {
        Id::Use => effects.push(Effect::Select(name)),
        Id::Shell => effects.push(Effect::Shell(name)),
        Id::Refresh => {
            state.say(Tone::Plain, format!("Reading the figures of {name}."));
            effects.push(Effect::Refresh(name));
            read_instances(state, effects);
            read_jobs(state, effects);
        }
        Id::Clone => {
            let owners = state
                .instances
                .rows
                .iter()
                .filter(|i| i.strategy.own_project())
                .map(|i| i.name.to_string())
                .collect();
            let form = Form::clone_of(selected, &state.free_name(), owners);
            state.popups.push(Popup::Form(form));
        }
        Id::Init => connect::init(state, effects),
        Id::Connect => connect::open(state),
        Id::Difference => {
            let others = state.instances.rows.iter().filter(|i| i.name != name);
            let others = others.map(|i| i.name.to_string()).collect();
            let form = Form::compare(selected, others);
            state.popups.push(Popup::Form(form));
        }
        Id::Seed => plan(state, Request::Seed { instance: name }, effects),
        Id::CopyAgain => plan(state, Request::Refresh { instance: name }, effects),
        Id::Delete => plan(state, Request::Delete { instance: name }, effects),
        Id::Held => held::open(state, name, effects),
        _ => {}
    }
}

/// Asks for a plan; the popup opens when it's there.
pub(super) fn plan(state: &mut State, request: Request, effects: &mut Vec<Effect>) {
    let generation = state.next_generation();
    state.popups.push(Popup::Working(Working {
        generation,
        request: request.clone(),
        since: state.now,
    }));
    effects.push(Effect::Plan {
        generation,
        request,
    });
}

/// Shows how two instances differ, in place of the form that asked for it.
pub(super) fn compare(
    state: &mut State,
    left: InstanceName,
    right: InstanceName,
    effects: &mut Vec<Effect>,
) {
    state.popups.pop();
    state.popups.push(Popup::Report(ReportView {
        of: Reading::Difference(left.clone(), right.clone()),
        lines: Load::Loading,
        scroll: 0,
    }));
    effects.push(Effect::Difference {
        left,
        right,
        width: popup::report::cells(state),
    });
}

fn list(state: &mut State, id: Id) {
    let page = layout::inside(state.areas().list).saturating_sub(3).max(1) as isize;
    let list = &mut state.instances;
    match id {
        Id::Up => list.move_by(-1),
        Id::Down => list.move_by(1),
        Id::PageUp => list.move_by(-page),
        Id::PageDown => list.move_by(page),
        Id::First => list.move_by(isize::MIN / 2),
        Id::Last => list.move_by(isize::MAX / 2),
        Id::Filter => list.typing = true,
        Id::Accept => list.typing = false,
        Id::Back => {
            list.typing = false;
            list.filter = Input::default();
            list.apply_filter();
        }
        _ => {}
    }
}

fn detail(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    if state.tab == Tab::Env && env::filter(state, id) {
        return;
    }
    match id {
        Id::NextTab => turn(state, 1),
        Id::PreviousTab if state.tab == Tab::Overview => state.focus = Focus::List,
        Id::PreviousTab => turn(state, -1),
        Id::Back => state.focus = Focus::List,
        _ => match state.tab {
            Tab::Env => env::perform(state, id, effects),
            Tab::Configs => configs::perform(state, id, effects),
            Tab::Overview | Tab::Activity => {
                let page = layout::inside(state.areas().detail).max(1) as isize;
                let by = match id {
                    Id::Up => -1,
                    Id::Down => 1,
                    Id::PageUp => -page,
                    Id::PageDown => page,
                    Id::First => isize::MIN / 2,
                    Id::Last => isize::MAX / 2,
                    _ => 0,
                };
                state.scroll = state.scroll.saturating_add_signed(by);
            }
        },
    }
}

fn turn(state: &mut State, by: isize) {
    state.tab = state.tab.step(by);
    state.scroll = 0;
}

fn jobs(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let page = layout::inside(state.areas().jobs).max(1) as isize;
    match id {
        Id::Up => state.jobs.move_by(-1),
        Id::Down => state.jobs.move_by(1),
        Id::First => state.jobs.move_by(isize::MIN / 2),
        Id::Last => state.jobs.move_by(isize::MAX / 2),
        Id::PageUp => state.jobs.scroll(-page),
        Id::PageDown => state.jobs.scroll(page),
        Id::Fold => state.jobs.fold_selected(),
        Id::Back => state.focus = Focus::List,
        Id::Log => {
            if let Some(job) = state.jobs.selected() {
                state.log = Some(LogView::new(job.id));
                read_log(state, effects);
            }
        }
        Id::Report => {
            if let Some(id) = state.jobs.selected().map(|j| j.id) {
                state.popups.push(Popup::Report(ReportView {
                    of: Reading::Job(id),
                    lines: Load::Loading,
                    scroll: 0,
                }));
                effects.push(Effect::LoadReport(id));
            }
        }
        Id::Cancel => cancel(state),
        Id::Resume => {
            if let Some(id) = state.jobs.selected().map(|j| j.id) {
                state.jobs.asked.insert(id);
                effects.push(Effect::AskJob(id, JobVerb::Resume));
            }
        }
        _ => {}
    }
}

fn cancel(state: &mut State) {
    let job = match &state.log {
        Some(log) => state.jobs.find(log.job),
        None => state.jobs.selected(),
    };
    let Some(job) = job else { return };
    let confirm = Confirm {
        title: format!("Cancel {}", job.title()),
        lines: vec![
            "What this job created so far is taken back.".into(),
            match &job.source {
                Some(source) => format!("{source} isn't touched."),
                None => "Nothing else is touched.".into(),
            },
        ],
        verb: "cancel the job".into(),
        act: Act::CancelJob(job.id),
    };
    state.popups.push(Popup::Confirm(confirm));
}

fn log(state: &mut State, id: Id, effects: &mut Vec<Effect>) {
    let height = layout::inside(state.areas().log);
    let page = height.saturating_sub(1).max(1) as isize;
    if id == Id::Cancel {
        cancel(state);
        return;
    }
    if id == Id::Back {
        state.log = None;
        return;
    }
    let Some(log) = state.log.as_mut() else {
        return;
    };
    match id {
        Id::Up => log.scroll(-1, height),
        Id::Down => log.scroll(1, height),
        Id::PageUp => log.scroll(-page, height),
        Id::PageDown => log.scroll(page, height),
        Id::First => log.scroll(isize::MIN / 2, height),
        Id::Left => log.column = log.column.saturating_sub(16),
        Id::Right => log.column = (log.column + 16).min(4096),
        Id::Last => log.follow = true,
        Id::Follow => {
            log.offset = log.top(height);
            log.follow = !log.follow;
        }
        _ => {}
    }
    read_log(state, effects);
}
