//! What stands above the panes.

use jiff::Timestamp;
use tui_input::Input;

use crate::domain::held::HeldView;
use crate::domain::isolation::Finding;
use crate::domain::job::JobId;
use crate::domain::name::InstanceName;
use crate::domain::plan::{Consent, Plan};
use crate::tui::backend::{KeyChange, Request};

use super::env::compare::CompareView;
use super::env::diff::DiffLine;
use super::env::paste::PasteView;
use super::form::Form;
use super::isolation::IsolationList;
use super::notice::{Load, Notice};

#[derive(Debug)]
pub enum Popup {
    Working(Working),
    Plan(PlanPopup),
    Form(Form),
    Confirm(Confirm),
    Palette(Palette),
    Help(Help),
    Held(HeldList),
    Isolation(IsolationList),
    Report(ReportView),
    Error(ErrorPopup),
    /// What a save of the environment would write.
    Save(SaveView),
    /// Pasted keys, before they are taken.
    Paste(PasteView),
    /// Keys that were changed on both sides.
    Clashes(ClashView),
    Compare(CompareView),
    /// The saved changes of one key.
    History(HistoryView),
}

/// A plan is being made. It shows itself only when that takes long enough to be noticed.
#[derive(Debug)]
pub struct Working {
    pub generation: u64,
    pub request: Request,
    pub since: Timestamp,
}

/// A plan waits for a yes.
#[derive(Debug)]
pub struct PlanPopup {
    pub request: Request,
    pub plan: Plan,
    /// What was typed, where the plan asks for a name.
    pub typed: Input,
    pub scroll: usize,
    /// The start was asked for, and this is its generation.
    pub starting: Option<u64>,
    pub error: Option<Notice>,
}

impl PlanPopup {
    pub fn new(request: Request, plan: Plan) -> Self {
        PlanPopup {
            request,
            plan,
            typed: Input::default(),
            scroll: 0,
            starting: None,
            error: None,
        }
    }

    /// The name to type, where there is one.
    pub fn wanted(&self) -> Option<&str> {
        match &self.plan.consent {
            Consent::Yes => None,
            Consent::TypeName(name) => Some(name),
        }
    }

    /// Why Enter can't go on yet.
    pub fn missing(&self) -> Option<String> {
        let name = self.wanted()?;
        (self.typed.value().trim() != name)
            .then(|| format!("Type {name} to {} it.", self.plan.verb))
    }
}

/// A question with one yes.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    pub title: String,
    pub lines: Vec<String>,
    /// The word on the button.
    pub verb: String,
    pub act: Act,
}

/// What a yes does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    CancelJob(JobId),
    Quit,
    /// Let the changes of the environment go.
    Discard,
    Mend(Box<Finding>),
    TurnOn {
        instance: InstanceName,
        id: String,
    },
}

#[derive(Debug, Default)]
pub struct Palette {
    pub input: Input,
    pub selected: usize,
    pub offset: usize,
}

#[derive(Debug, Default)]
pub struct Help {
    pub scroll: usize,
}

/// What an instance holds back.
#[derive(Debug)]
pub struct HeldList {
    pub instance: InstanceName,
    pub items: Load<Vec<HeldView>>,
    pub selected: usize,
    /// Which one is being turned on.
    pub turning: Option<String>,
    pub error: Option<Notice>,
}

impl HeldList {
    pub fn new(instance: InstanceName) -> Self {
        HeldList {
            instance,
            items: Load::Loading,
            selected: 0,
            turning: None,
            error: None,
        }
    }

    pub fn item(&self) -> Option<&HeldView> {
        self.items.ready()?.get(self.selected)
    }

    pub fn step(&mut self, by: isize) {
        let last = self
            .items
            .ready()
            .map_or(0, |all| all.len().saturating_sub(1));
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }
}

/// What there is to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// What a job did.
    Job(JobId),
    /// How two instances differ.
    Difference(InstanceName, InstanceName),
}

#[derive(Debug)]
pub struct ReportView {
    pub of: Reading,
    pub lines: Load<Vec<String>>,
    pub scroll: usize,
}

#[derive(Debug)]
pub struct ErrorPopup {
    pub title: String,
    pub notice: Notice,
    /// The causes are shown.
    pub open: bool,
}

/// The difference that a save would make.
#[derive(Debug)]
pub struct SaveView {
    pub instance: InstanceName,
    pub lines: Vec<DiffLine>,
    pub scroll: usize,
}

/// Keys that were changed here and in the file: whose value counts.
#[derive(Debug)]
pub struct ClashView {
    pub instance: InstanceName,
    /// A key, and whether the file's value is taken.
    pub rows: Vec<(String, bool)>,
    pub at: usize,
}

/// The saved changes of one key.
#[derive(Debug)]
pub struct HistoryView {
    pub instance: InstanceName,
    pub key: String,
    pub changes: Load<Vec<KeyChange>>,
    pub scroll: usize,
}
