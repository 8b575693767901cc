//! `env check`: how other readers take the file, what the schema misses, what the configurations say
//! otherwise ([`offline`]), and, where it's asked for, what the providers say ([`live`]).

mod live;
mod offline;

use serde::Serialize;

pub use live::LiveCheck;

use super::Service;
use crate::domain::name::InstanceName;
use crate::error::Result;

/// Something that `env check` says. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvFinding {
    pub file: String,
    /// From 1; none where the key isn't in the file.
    pub line: Option<usize>,
    pub key: Option<String>,
    pub code: String,
    pub text: String,
    pub error: bool,
}

impl Service {
    /// What can be said without asking anyone. A file that can't be read is the error itself.
    pub fn env_check(&self, name: &InstanceName) -> Result<Vec<EnvFinding>> {
        let _ = self.notice(name);
        offline::check(&self.workspace, name)
    }

    /// Asks the providers whether each value opens what it should.
    pub async fn env_check_live(&self, name: &InstanceName) -> Result<Vec<LiveCheck>> {
        live::check(self, name).await
    }
}
