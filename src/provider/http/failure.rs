//! Why a request failed, and whether it may have had an effect all the same.

use std::fmt;

use crate::error::{Error, Kind};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The service answered with this status.
    Status(u16),
    /// No connection was made: nothing was sent.
    Unreachable,
    /// The connection broke after the request had left.
    Broken,
    /// No answer in time.
    Timeout,
    /// The answer is longer than the limit.
    TooLarge,
    /// The answer was cut short or is not what it should be.
    Malformed,
    /// The person cancelled.
    Cancelled,
    /// The request could not be built: a wrong address, no certificates.
    Setup,
}

/// A failed request. It turns into [`Error`] with `?`.
#[derive(Debug)]
pub struct Failure {
    pub cause: Cause,
    /// One sentence, without secrets.
    pub message: String,
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        Failure {
            cause,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// May the service have done what it was asked for, although no good answer came back?
    pub fn ambiguous(&self) -> bool {
        match self.cause {
            Cause::Broken | Cause::Timeout | Cause::TooLarge | Cause::Malformed => true,
            Cause::Status(status) => status >= 500 || status == 408,
            Cause::Unreachable | Cause::Cancelled | Cause::Setup => false,
        }
    }

    /// Is it worth asking again later?
    pub fn transient(&self) -> bool {
        self.ambiguous() || matches!(self.cause, Cause::Unreachable | Cause::Status(429))
    }

    /// The status that the service answered with, if it answered.
    pub fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        let kind = match failure.cause {
            Cause::Status(404) => Kind::NotFound,
            Cause::Status(_) | Cause::TooLarge | Cause::Malformed => Kind::Provider,
            Cause::Unreachable | Cause::Broken => Kind::Network,
            Cause::Timeout => Kind::Timeout,
            Cause::Cancelled => Kind::Cancelled,
            Cause::Setup => Kind::Usage,
        };
        let mut error = Error::new(kind, failure.message);
        error.hint = failure.hint;
        error
    }
}
