//! After every message: what is shown is loaded, and nothing points outside of what there is.

use crate::tui::backend::Activity;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::popup;
use crate::tui::state::notice::Load;
use crate::tui::state::popup::Popup;
use crate::tui::state::{Focus, State, Tab};
use crate::tui::widget::window;

use super::env;

pub(super) fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let areas = state.areas();
    let rows = pane::instances::rows_in(layout::inside(areas.list));
    let list = &mut state.instances;
    list.offset = window::offset(list.offset, list.selected, list.shown.len(), rows);
    let width = areas.jobs.map_or(0, pane::jobs::cells);
    state.jobs.settle(layout::inside(areas.jobs), width);
    load(state, effects);
    if let Some(Popup::Help(help)) = state.popups.last() {
        let last = popup::help::line_count(state).saturating_sub(1);
        let scroll = help.scroll.min(last);
        if let Some(Popup::Help(help)) = state.popups.last_mut() {
            help.scroll = scroll;
        }
    }
    if let Some(Popup::Report(view)) = state.popups.last() {
        let last = popup::report::line_count(state, view).saturating_sub(1);
        let scroll = view.scroll.min(last);
        if let Some(Popup::Report(view)) = state.popups.last_mut() {
            view.scroll = scroll;
        }
    }
    if areas.detail.is_some() {
        let height = layout::inside(areas.detail);
        match state.tab {
            Tab::Env => {
                state.env.refresh(&state.instances.rows, state.now);
                state.env.settle(height);
                env::settle(state);
            }
            Tab::Configs => state.configs.settle(height),
            Tab::Overview | Tab::Activity => {
                let lines = pane::detail::line_count(state);
                state.scroll = state.scroll.min(lines.saturating_sub(height));
            }
        }
    }
}

/// Asks for what the detail shows of the selected instance, once.
fn load(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.wide() && state.focus != Focus::Detail {
        return;
    }
    let Some(name) = state.selected_name() else {
        return;
    };
    match state.tab {
        Tab::Overview => {}
        Tab::Env => {
            if state.env.show(&name) {
                effects.push(Effect::LoadEnv(name.clone()));
                effects.push(Effect::LoadEnvRules(name));
            }
        }
        Tab::Configs => {
            if state.configs.show(&name) {
                effects.push(Effect::LoadConfigs(name));
            }
        }
        Tab::Activity => {
            if state.activity.0.as_ref() != Some(&name) {
                state.activity = (Some(name.clone()), Load::<Vec<Activity>>::Loading);
                state.scroll = 0;
                effects.push(Effect::LoadActivity(name));
            }
        }
    }
}
