//! The one error type: what happened, where, and what to do next.
//!
//! Every error that reaches a person carries a [`Kind`] (it decides the exit code), one sentence
//! that says what happened and where, and, where there is one, a hint that says what to do next.
//! Messages never hold a secret: whoever builds one from foreign text passes it through
//! [`crate::domain::secret::redact`] first.

use std::fmt;

/// What sort of failure this is. The exit code follows from it (see [`Kind::exit_code`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command line, a name or a value is wrong.
    Usage,
    /// A rule of the program says no; nothing was changed.
    Refused,
    /// What was asked for is not there.
    NotFound,
    /// Something already stands where this would go, or another process holds it.
    Conflict,
    /// A file or a folder could not be read or written.
    Io,
    /// Text that does not have the form it should have.
    Parse,
    /// A provider's API answered with an error.
    Provider,
    /// A Postgres server answered with an error.
    Database,
    /// A connection could not be made, or broke.
    Network,
    /// Something took longer than it may.
    Timeout,
    /// The person cancelled.
    Cancelled,
    /// A program or a server that is needed is not on this machine.
    Missing,
    /// A defect of Matriz.
    Internal,
}

impl Kind {
    /// 0 done, 1 failed, 2 wrong usage, 3 refused, 130 cancelled.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Cancelled => 130,
            _ => 1,
        }
    }

    /// The word that `--json` prints for this kind.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Usage => "usage",
            Kind::Refused => "refused",
            Kind::NotFound => "not_found",
            Kind::Conflict => "conflict",
            Kind::Io => "io",
            Kind::Parse => "parse",
            Kind::Provider => "provider",
            Kind::Database => "database",
            Kind::Network => "network",
            Kind::Timeout => "timeout",
            Kind::Cancelled => "cancelled",
            Kind::Missing => "missing",
            Kind::Internal => "internal",
        }
    }
}

/// An error that a person can act on.
#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    /// One sentence: what happened, and where.
    pub message: String,
    /// What to do next, where that is known.
    pub hint: Option<String>,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "Cancelled.")
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }

    /// The message followed by its causes, on one line, for logs.
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let line = error.to_string();
            if !text.contains(&line) {
                text.push_str(": ");
                text.push_str(&line);
            }
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|e| e as &(dyn std::error::Error + 'static))
    }
}

/// Turns a foreign result into one of ours, with the sentence that says what was being done.
pub trait Context<T> {
    fn context(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E> Context<T> for std::result::Result<T, E>
where
    E: std::error::Error + Send + Sync + 'static,
{
    fn context(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| {
            let what = message();
            Error::new(kind, format!("{what}: {error}")).source(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_contract() {
        assert_eq!(Error::usage("x").exit_code(), 2);
        assert_eq!(Error::refused("x").exit_code(), 3);
        assert_eq!(Error::cancelled().exit_code(), 130);
        assert_eq!(Error::not_found("x").exit_code(), 1);
    }

    #[test]
    fn the_chain_names_every_cause_once() {
        let inner = std::io::Error::other("no space left");
        let error: Result<()> = Err(inner).context(Kind::Io, || "Cannot write a.txt".into());
        let error = error.unwrap_err();
        assert_eq!(error.chain(), "Cannot write a.txt: no space left");
    }
}
