//! What a scan found, and in what kind of file.

/// What a file is to the isolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Area {
    /// A configuration file of an instance (`mcp.json`, `supabase.config.json`, …).
    Own {
        instance: String,
        file: &'static str,
    },
    /// Anything else in an instance's folder.
    Below {
        instance: String,
    },
    /// `core/**` and `microservices/**`.
    Component,
    Elsewhere,
}

/// What stands there. Never a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// A secret of these: instance (empty for the workspace's own `.env`) and key.
    Secret(Vec<(String, String)>),
    /// A project, or its public key, of these instances.
    Project(Vec<String>),
    /// Something that has the form of a secret, in words.
    Form(&'static str),
}

/// One thing in one file, at the first line that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// From the root.
    pub file: String,
    pub line: usize,
    pub area: Area,
    /// Git has the file.
    pub tracked: bool,
    pub named: Named,
}
