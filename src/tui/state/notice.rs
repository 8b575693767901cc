//! What the screen says about an error or a small success.

use crate::error::{Error, Kind};

/// An error as it is shown: one sentence, what to do next, and more on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub message: String,
    pub hint: Option<String>,
    /// The causes, where they say more than the sentence.
    pub details: Option<String>,
    pub kind: Kind,
}

impl From<&Error> for Notice {
    fn from(error: &Error) -> Self {
        let chain = error.chain();
        Notice {
            message: error.message.clone(),
            hint: error.hint.clone(),
            details: (chain != error.message).then_some(chain),
            kind: error.kind,
        }
    }
}

impl Notice {
    pub fn refused(message: impl Into<String>) -> Self {
        Notice {
            message: message.into(),
            hint: None,
            details: None,
            kind: Kind::Refused,
        }
    }

    /// The sentence and the next step, one after the other.
    pub fn line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{} {hint}", self.message),
            None => self.message.clone(),
        }
    }
}

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Warn,
    Bad,
}

/// A line that needs no answer and goes with the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
}

/// Something that is read from outside when it's needed.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Load<T> {
    #[default]
    Nothing,
    Loading,
    Ready(T),
    Failed(Notice),
}

impl<T> Load<T> {
    pub fn ready(&self) -> Option<&T> {
        match self {
            Load::Ready(value) => Some(value),
            _ => None,
        }
    }

    pub fn ready_mut(&mut self) -> Option<&mut T> {
        match self {
            Load::Ready(value) => Some(value),
            _ => None,
        }
    }
}
