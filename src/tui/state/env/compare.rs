//! This file beside another one: another instance's, or what new ones start from.

use std::fmt;

use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::KeyType;
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::tui::state::notice::Load;

use super::refs::Whose;
use super::{EnvEditor, EnvPane};

/// What the file is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Instance(InstanceName),
    /// Its `.env.example`, or the template of new instances.
    Template,
}

impl Source {
    pub fn title(&self) -> String {
        match self {
            Source::Instance(name) => name.to_string(),
            Source::Template => "the template".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differs {
    No,
    Value,
    OnlyHere,
    OnlyThere,
}

/// One key on both sides, without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub key: String,
    pub differs: Differs,
    pub secret: bool,
    /// Each instance has its own, so it should differ.
    pub own: bool,
}

/// Its `Debug` holds no value.
pub struct CompareView {
    pub of: InstanceName,
    pub sources: Vec<Source>,
    /// What was chosen, with its file; the list of sources is shown before that.
    pub other: Option<(Source, Load<EnvFile>)>,
    pub sides: Vec<Side>,
    /// Equal keys are left out, but counted.
    pub folded: bool,
    pub at: usize,
    pub offset: usize,
    /// The selected pair of secrets is shown.
    pub revealed: bool,
    /// What to think of before the next Enter.
    pub warning: Option<String>,
}

impl CompareView {
    pub fn new(of: InstanceName, sources: Vec<Source>) -> CompareView {
        CompareView {
            of,
            sources,
            other: None,
            sides: Vec::new(),
            folded: true,
            at: 0,
            offset: 0,
            revealed: false,
            warning: None,
        }
    }

    pub fn there(&self) -> Option<&EnvFile> {
        self.other.as_ref()?.1.ready()
    }

    /// How many lines the cursor goes through now.
    pub fn len(&self) -> usize {
        match self.other {
            None => self.sources.len(),
            Some(_) => self.shown().count(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pairs that aren't folded away.
    pub fn shown(&self) -> impl Iterator<Item = &Side> {
        let folded = self.folded;
        self.sides
            .iter()
            .filter(move |side| !folded || side.differs != Differs::No)
    }

    pub fn equal(&self) -> usize {
        let equal = self.sides.iter().filter(|s| s.differs == Differs::No);
        equal.count()
    }

    pub fn selected(&self) -> Option<&Side> {
        self.other.as_ref()?;
        self.shown().nth(self.at)
    }

    pub fn move_by(&mut self, by: isize) {
        let last = self.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
        self.warning = None;
    }

    /// Holds the files against each other, and keeps the cursor where it is as far as it can.
    pub fn compare(&mut self, pane: &EnvPane) {
        let (Some(editor), Some(there)) = (pane.editor.ready(), self.there()) else {
            return;
        };
        let key = self.selected().map(|side| side.key.clone());
        self.sides = sides(pane, editor, there);
        let found = key.and_then(|key| self.shown().position(|side| side.key == key));
        let last = self.len().saturating_sub(1);
        self.at = found.unwrap_or(self.at).min(last);
    }
}

fn sides(pane: &EnvPane, editor: &EnvEditor, there: &EnvFile) -> Vec<Side> {
    let values: std::collections::HashMap<&str, &str> = there.pairs().collect();
    let own = |key: &str, value: &str| {
        pane.refs.whose(value) != Whose::Nobody
            || pane.schema.key(key).is_some_and(|spec| {
                // what setting an instance up writes is its own
                is_own(&spec.kind) || (spec.init && spec.kind == KeyType::WebUrl)
            })
    };
    let mut seen = std::collections::HashSet::new();
    let mut sides = Vec::new();
    for (key, here) in editor.file.pairs() {
        seen.insert(key);
        let other = values.get(key).copied();
        sides.push(Side {
            key: key.to_owned(),
            differs: match other {
                None => Differs::OnlyHere,
                Some(other) if other == here => Differs::No,
                Some(_) => Differs::Value,
            },
            secret: secret::is_secret(key, here)
                || other.is_some_and(|other| secret::is_secret(key, other)),
            own: own(key, here) || other.is_some_and(|other| own(key, other)),
        });
    }
    for (key, other) in there.pairs().filter(|(key, _)| !seen.contains(key)) {
        sides.push(Side {
            key: key.to_owned(),
            differs: Differs::OnlyThere,
            secret: secret::is_secret(key, other),
            own: own(key, other),
        });
    }
    sides
}

/// What names a place that only one instance may live in.
fn is_own(kind: &KeyType) -> bool {
    matches!(
        kind,
        KeyType::ProjectRef
            | KeyType::DatabaseUrl
            | KeyType::SupabaseKey { .. }
            | KeyType::JiraKey
            | KeyType::SpaceKey
    )
}

impl fmt::Debug for CompareView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompareView")
            .field("of", &self.of)
            .field("sides", &self.sides)
            .finish_non_exhaustive()
    }
}
