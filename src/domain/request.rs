//! What a person asks a job to do: the value that is planned, shown, confirmed and written down.

use serde::{Deserialize, Serialize};

use super::job::JobKind;
use super::name::InstanceName;
use super::strategy::Strategy;
use super::user_map::UserPair;

/// What of an instance a clone takes along. Its folder, with its configuration, always comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Every table, with the users that sign in.
    Database,
    Jira,
    Confluence,
    /// Buckets and the files in them.
    Storage,
    /// How users sign in.
    Auth,
    /// Edge functions.
    Functions,
    Config,
}

/// The keys that are asked for; else they're made from the instance's name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AtlassianKeys {
    #[serde(default)]
    pub jira: Option<String>,
    #[serde(default)]
    pub space: Option<String>,
}

/// One job, as asked for. It holds no secret: it's kept in the registry in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "lowercase")]
pub enum Request {
    Init {
        name: InstanceName,
        #[serde(default)]
        reembed: bool,
        /// Whose project is shared, for strategy `schema`.
        #[serde(default)]
        project_of: Option<InstanceName>,
        #[serde(default)]
        keys: AtlassianKeys,
    },
    Clone {
        source: InstanceName,
        target: InstanceName,
        /// The source's, where it isn't given.
        #[serde(default)]
        strategy: Option<Strategy>,
        #[serde(default)]
        project_of: Option<InstanceName>,
        #[serde(default)]
        purpose: Option<String>,
        /// Everything where it's empty.
        #[serde(default)]
        only: Vec<Area>,
        #[serde(default)]
        keys: AtlassianKeys,
        /// Who of the source's site is who on the target's.
        #[serde(default)]
        users: Vec<UserPair>,
    },
    /// Empties an instance that is a clone, and copies its source into it again.
    Refresh {
        target: InstanceName,
        /// Whose content it gets; the instance that it was cloned from, where it isn't said.
        #[serde(default)]
        from: Option<InstanceName>,
        /// Everything where it's empty.
        #[serde(default)]
        only: Vec<Area>,
        /// As the copy had them that is there now.
        #[serde(default)]
        users: Vec<UserPair>,
    },
    Seed {
        name: InstanceName,
        #[serde(default)]
        reembed: bool,
    },
    Delete {
        name: InstanceName,
    },
}

impl Request {
    pub fn kind(&self) -> JobKind {
        match self {
            Request::Init { .. } => JobKind::Init,
            Request::Clone { .. } => JobKind::Clone,
            Request::Refresh { .. } => JobKind::Refresh,
            Request::Seed { .. } => JobKind::Seed,
            Request::Delete { .. } => JobKind::Delete,
        }
    }

    /// The instance that the job writes to.
    pub fn instance(&self) -> &InstanceName {
        match self {
            Request::Init { name, .. } | Request::Seed { name, .. } | Request::Delete { name } => {
                name
            }
            Request::Clone { target, .. } | Request::Refresh { target, .. } => target,
        }
    }

    pub fn source(&self) -> Option<&InstanceName> {
        match self {
            Request::Clone { source, .. } => Some(source),
            Request::Refresh { from, .. } => from.as_ref(),
            _ => None,
        }
    }
}
