//! Everything that can happen to the screen.

use ratatui::crossterm::event::KeyEvent;

use crate::domain::held::HeldView;
use crate::domain::instance::InstanceView;
use crate::domain::isolation::Finding;
use crate::domain::job::{JobId, JobView};
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::error::Result;

use super::backend::{Activity, Changed, Document, EnvRules, KeyChange, LogPart, Saved};
use super::state::env::compare::Source;
use super::state::popup::Reading;

/// One event, from the keyboard, from the terminal, from outside, or the answer to an effect.
#[derive(Debug)]
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    Resize(u16, u16),
    /// The terminal got or lost the focus.
    Focus(bool),
    /// A deadline that the state asked for has come.
    Tick,
    Changed(Changed),
    /// The stream of changes ended: what is shown is refreshed by hand only.
    ChangesEnded,

    Instances(Result<Vec<InstanceView>>),
    Jobs(Result<Vec<JobView>>),
    Activity(InstanceName, Result<Vec<Activity>>),
    Refreshed(InstanceName, Result<()>),
    /// The number is the request's generation: an answer to an abandoned request is dropped.
    Planned(u64, Result<Plan>),
    Started(u64, Result<JobId>),
    JobAsked(JobId, JobVerb, Result<()>),
    Log(JobId, Result<LogPart>),
    Report(Reading, Result<Vec<String>>),
    /// Whether the instances keep apart.
    LookedApart(Result<Vec<Finding>>),
    Mended(Result<String>),
    Held(InstanceName, Result<Vec<HeldView>>),
    TurnedOn(InstanceName, Result<HeldView>),
    Env(InstanceName, Result<Document>),
    EnvSaved(InstanceName, Result<Saved>),
    EnvRules(InstanceName, Result<EnvRules>),
    /// The saved changes of a key.
    History(InstanceName, String, Result<Vec<KeyChange>>),
    /// The file to compare an instance's own with.
    Other(InstanceName, Source, Result<Document>),
    /// That a value was shown or copied is written down.
    Noted(Result<()>),
    Configs(InstanceName, Result<Vec<Document>>),
    ConfigSaved(InstanceName, String, Result<Saved>),
    Created(InstanceName, Result<()>),
    /// How well, a sentence each.
    Connected(InstanceName, Result<Vec<String>>),
    Selected(InstanceName, Result<()>),
    /// The shell in this instance is left again.
    ShellLeft(InstanceName, Result<()>),
    /// `$EDITOR` is closed again.
    Edited(InstanceName, Result<()>),
}

/// What was asked of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobVerb {
    Cancel,
    Resume,
}
