//! Faults to order: what shall go wrong, where, and how often.
//!
//! A fault names an operation as its method and path pattern (`POST /v1/projects`,
//! `GET /v1/projects/{ref}/health`), or `*` for all. It strikes the next `times` matching
//! requests, or each one with a `probability`. As text, for a command line:
//!
//! ```text
//! POST /v1/projects status=503 times=2
//! GET /v1/projects/{ref}/health delay=500
//! * drop=after probability=0.1
//! POST /v1/projects init-failed
//! ```

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The request is not carried out; this status is the answer.
    Status {
        status: u16,
        /// Seconds, sent as `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// The request is carried out so many milliseconds later.
    Delay { ms: u64 },
    /// The connection is closed, and nothing is done.
    DropBefore,
    /// Everything is done, then the connection is closed without an answer.
    DropAfter,
    /// Everything is done, and the answer stops in the middle.
    Truncate,
    /// A project that is being created ends in `INIT_FAILED`.
    InitFailed,
    /// A project that is being restored falls back to `INACTIVE`.
    RestoreFails,
    /// A project that is being paused ends in `PAUSE_FAILED`.
    PauseFails,
}

/// A fault that was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Given by the sandbox.
    #[serde(default)]
    pub id: i64,
    pub operation: String,
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many requests it still strikes; all, where neither this nor a probability is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// From 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Only for this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

impl Fault {
    pub fn new(operation: impl Into<String>, kind: FaultKind) -> Self {
        Fault {
            id: 0,
            operation: operation.into(),
            kind,
            times: None,
            probability: None,
            project: None,
        }
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Does it strike later, when the state changes, and not at the request?
    pub fn is_fate(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::InitFailed | FaultKind::RestoreFails | FaultKind::PauseFails
        )
    }

    pub fn check(&self) -> Result<()> {
        let operation_is_right = self.operation == "*"
            || self
                .operation
                .split_once(' ')
                .is_some_and(|(method, path)| {
                    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&method)
                        && path.starts_with('/')
                });
        if !operation_is_right && !self.is_fate() {
            return Err(
                Error::usage(format!("\"{}\" is not an operation.", self.operation)).hint(
                    "Write the method and the path, such as POST /v1/projects, or * for all.",
                ),
            );
        }
        if let FaultKind::Status { status, .. } = self.kind
            && !(400..600).contains(&status)
        {
            return Err(
                Error::usage(format!("{status} is not the status of an error."))
                    .hint("Use a number from 400 to 599."),
            );
        }
        if self.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(Error::usage("A probability is a number from 0 to 1."));
        }
        Ok(())
    }

    /// Does it strike this request? `operation` is method and pattern, `path` the path itself.
    pub fn matches(&self, method: &str, pattern: &str, path: &str, project: Option<&str>) -> bool {
        let here = self.operation == "*"
            || self
                .operation
                .split_once(' ')
                .is_some_and(|(m, p)| m == method && (p == pattern || p == path));
        here && self.is_for(project)
    }

    pub fn is_for(&self, project: Option<&str>) -> bool {
        self.project.is_none() || self.project.as_deref() == project
    }
}

/// The first fault that strikes, counted down; one that is used up disappears.
pub fn strike(
    faults: &mut Vec<Fault>,
    chance: f64,
    matches: impl Fn(&Fault) -> bool,
) -> Option<Fault> {
    let at = faults.iter().position(|fault| {
        matches(fault) && fault.times != Some(0) && fault.probability.is_none_or(|p| chance < p)
    })?;
    let fault = faults.get_mut(at)?;
    let struck = fault.clone();
    if let Some(times) = &mut fault.times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            faults.remove(at);
        }
    }
    Some(struck)
}

impl FromStr for Fault {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut operation = Vec::new();
        let mut kind = None;
        let mut fault = Fault::new("", FaultKind::DropBefore);
        let mut retry_after = None;
        for word in text.split_whitespace() {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            match name {
                "status" => {
                    kind = Some(FaultKind::Status {
                        status: number(name, value)?,
                        retry_after: None,
                    })
                }
                "retry-after" => retry_after = Some(number(name, value)?),
                "delay" => {
                    kind = Some(FaultKind::Delay {
                        ms: number(name, value)?,
                    })
                }
                "drop" if value == "before" => kind = Some(FaultKind::DropBefore),
                "drop" if value == "after" => kind = Some(FaultKind::DropAfter),
                "truncate" => kind = Some(FaultKind::Truncate),
                "init-failed" => kind = Some(FaultKind::InitFailed),
                "restore-fails" => kind = Some(FaultKind::RestoreFails),
                "pause-fails" => kind = Some(FaultKind::PauseFails),
                "times" => fault.times = Some(number(name, value)?),
                "probability" => fault.probability = Some(number(name, value)?),
                "project" => fault.project = Some(value.to_owned()),
                _ if kind.is_none() && operation.len() < 2 => operation.push(word),
                _ => {
                    return Err(
                        Error::usage(format!("\"{word}\" is not part of a fault.")).hint(HELP)
                    );
                }
            }
        }
        fault.kind = kind.ok_or_else(|| {
            Error::usage(format!("\"{text}\" does not say what goes wrong.")).hint(HELP)
        })?;
        if let FaultKind::Status {
            retry_after: slot, ..
        } = &mut fault.kind
        {
            *slot = retry_after;
        }
        fault.operation = if operation.is_empty() {
            "*".to_owned()
        } else {
            operation.join(" ")
        };
        fault.check()?;
        Ok(fault)
    }
}

const HELP: &str = "Write an operation and one of status=N, delay=MS, drop=before, drop=after, truncate, init-failed, restore-fails, pause-fails; and times=N or probability=P. Example: POST /v1/projects status=503 times=2";

fn number<T: FromStr>(name: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| {
        Error::usage(format!("\"{value}\" is not a number that {name} can be.")).hint(HELP)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_what_where_and_how_often() {
        let fault: Fault = "POST /v1/projects status=429 retry-after=2 times=3"
            .parse()
            .unwrap();
        assert_eq!(fault.operation, "POST /v1/projects");
        assert_eq!(
            fault.kind,
            FaultKind::Status {
                status: 429,
                retry_after: Some(2)
            }
        );
        assert_eq!(fault.times, Some(3));
        assert!(fault.matches("POST", "/v1/projects", "/v1/projects", None));
        assert!(!fault.matches("GET", "/v1/projects", "/v1/projects", None));
        for wrong in [
            "",
            "POST /v1/projects",
            "projects status=500",
            "* status=200",
            "* drop=soon",
            "* delay=x",
            "* truncate probability=2",
        ] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_fault_strikes_as_often_as_ordered() {
        let mut faults = vec![Fault::new("*", FaultKind::Truncate).times(2)];
        assert!(strike(&mut faults, 0.5, |_| true).is_some());
        assert!(strike(&mut faults, 0.5, |_| true).is_some());
        assert!(strike(&mut faults, 0.5, |_| true).is_none());
        assert!(faults.is_empty());
        let mut chancy = vec![Fault {
            probability: Some(0.3),
            ..Fault::new("*", FaultKind::Truncate)
        }];
        assert!(strike(&mut chancy, 0.29, |_| true).is_some());
        assert!(strike(&mut chancy, 0.31, |_| true).is_none());
    }

    #[test]
    fn json_round_trips() {
        let fault: Fault = "* drop=after probability=0.5".parse().unwrap();
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
    }
}
