//! What the screen knows: plain values. Only `update` changes them; drawing reads them.

mod choices;
pub mod configs;
pub mod connect;
pub mod deadline;
pub mod env;
pub mod form;
pub mod instances;
pub mod isolation;
pub mod job_parts;
pub mod jobs;
pub mod log;
pub mod notice;
pub mod popup;
#[cfg(test)]
pub mod sample;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;

use super::backend::Activity;
use super::theme::Theme;

use configs::ConfigPane;
use env::EnvPane;
use instances::Instances;
use isolation::Isolation;
use jobs::Jobs;
use log::LogView;
use notice::{Load, Notice, Toast, Tone};
use popup::Popup;

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    #[default]
    List,
    Detail,
    Jobs,
}

/// What the detail shows of the selected instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Overview,
    Env,
    Configs,
    Activity,
}

impl Tab {
    pub const ALL: [Tab; 4] = [Tab::Overview, Tab::Env, Tab::Configs, Tab::Activity];

    pub fn title(self) -> &'static str {
        match self {
            Tab::Overview => "Overview",
            Tab::Env => "Env",
            Tab::Configs => "Configs",
            Tab::Activity => "Activity",
        }
    }

    pub fn step(self, by: isize) -> Tab {
        let at = Tab::ALL.iter().position(|t| *t == self).unwrap_or(0) as isize;
        let n = Tab::ALL.len() as isize;
        Tab::ALL[(at + by).rem_euclid(n) as usize]
    }
}

/// Under this size one pane is shown at a time.
pub const WIDE: (u16, u16) = (100, 20);
/// Under this size the screen only asks for more room.
pub const SMALLEST: (u16, u16) = (60, 15);

pub struct State {
    pub workspace: String,
    /// The instance that the shell around the screen is locked to.
    pub locked: Option<InstanceName>,
    pub theme: Theme,
    pub now: Timestamp,
    /// Where absolute times are read.
    pub zone: TimeZone,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The terminal has the focus, as far as it tells.
    pub active: bool,
    /// Changes outside are still being told.
    pub live: bool,
    pub focus: Focus,
    pub tab: Tab,
    pub instances: Instances,
    pub jobs: Jobs,
    pub env: EnvPane,
    pub configs: ConfigPane,
    pub isolation: Isolation,
    /// Of which instance, and what happened in it.
    pub activity: (Option<InstanceName>, Load<Vec<Activity>>),
    /// First line shown in the overview or the activity.
    pub scroll: usize,
    pub log: Option<LogView>,
    pub popups: Vec<Popup>,
    pub toast: Option<Toast>,
    /// Rises with every request that can be abandoned.
    pub generation: u64,
    /// An instance to select as soon as the list has it.
    pub awaited: Option<InstanceName>,
    /// The terminal tells when a key is let go: one was.
    pub releases: bool,
}

impl State {
    pub fn new(workspace: String, theme: Theme, size: (u16, u16), now: Timestamp) -> Self {
        State {
            workspace,
            locked: None,
            theme,
            now,
            zone: TimeZone::UTC,
            size,
            active: true,
            live: true,
            focus: Focus::default(),
            tab: Tab::default(),
            instances: Instances::default(),
            jobs: Jobs::default(),
            env: EnvPane::default(),
            configs: ConfigPane::default(),
            isolation: Isolation::default(),
            activity: (None, Load::Nothing),
            scroll: 0,
            log: None,
            popups: Vec::new(),
            toast: None,
            generation: 0,
            awaited: None,
            releases: false,
        }
    }

    pub fn selected(&self) -> Option<&InstanceView> {
        self.instances.selected()
    }

    pub fn selected_name(&self) -> Option<InstanceName> {
        self.selected().map(|i| i.name.clone())
    }

    /// There is room for all panes at once.
    pub fn wide(&self) -> bool {
        self.size.0 >= WIDE.0 && self.size.1 >= WIDE.1
    }

    pub fn too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.toast = Some(Toast {
            tone,
            text: text.into(),
        });
    }

    /// A toast for an error that has no better place.
    pub fn complain(&mut self, notice: &Notice) {
        self.say(Tone::Bad, notice.line());
    }

    pub fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }

    /// A name that isn't taken: `clone-1`, `clone-2`, …
    pub fn free_name(&self) -> String {
        let taken: std::collections::HashSet<&str> = self
            .instances
            .rows
            .iter()
            .map(|r| r.name.as_str())
            .collect();
        (1..)
            .map(|n: u64| format!("clone-{n}"))
            .find(|name| !taken.contains(name.as_str()))
            .unwrap_or_else(|| "clone".into())
    }
}
