//! What stands above the panes.

use jiff::Timestamp;
use tui_input::Input;

use crate::domain::job::JobId;
use crate::domain::plan::{Consent, Plan};
use crate::tui::backend::Request;

use super::form::Form;
use super::notice::Notice;

#[derive(Debug)]
pub enum Popup {
    Working(Working),
    Plan(PlanPopup),
    Form(Form),
    Confirm(Confirm),
    Palette(Palette),
    Help(Help),
    Error(ErrorPopup),
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
    SaveEnv,
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

#[derive(Debug)]
pub struct ErrorPopup {
    pub title: String,
    pub notice: Notice,
    /// The causes are shown.
    pub open: bool,
}
