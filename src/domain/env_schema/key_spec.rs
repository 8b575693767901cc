//! One key of the schema, and which instances need it.

use serde::Deserialize;

use super::key_type::KeyType;
use crate::domain::config::AtlassianKind;
use crate::domain::strategy::{ProviderKind, Strategy};

/// What the schema says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpec {
    /// A name, or a pattern with one `*`.
    pub name: String,
    /// Where it stands in a list.
    pub group: String,
    pub kind: KeyType,
    /// One sentence; empty where nobody wrote one.
    pub help: String,
    /// Where to get the value.
    pub from: Option<String>,
    pub example: Option<String>,
    /// Every instance needs it.
    pub required: bool,
    /// An instance needs it that meets one of these.
    pub required_when: Vec<Need>,
    /// `matriz init` writes it.
    pub init: bool,
}

/// A condition: what is given has to hold, an empty list leaves it open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Need {
    pub strategy: Vec<Strategy>,
    pub supabase: Vec<ProviderKind>,
    pub atlassian: Vec<AtlassianKind>,
}

/// What an instance is, as far as its keys depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    pub strategy: Strategy,
    pub supabase: ProviderKind,
    pub atlassian: AtlassianKind,
}

impl KeySpec {
    pub fn is_pattern(&self) -> bool {
        self.name.contains('*')
    }

    /// Whether this is the key, or a pattern that fits it. The `*` stands for at least one character.
    pub fn fits(&self, key: &str) -> bool {
        match self.name.split_once('*') {
            None => self.name == key,
            Some((before, after)) => {
                key.len() > before.len() + after.len()
                    && key.starts_with(before)
                    && key.ends_with(after)
            }
        }
    }

    /// `init` and `link` write it. In the sandbox that is true of all that a project and a site have.
    pub fn is_made(&self, wanted: &Wanted) -> bool {
        let sandbox = match self.group.as_str() {
            "Supabase" => wanted.supabase == ProviderKind::Sandbox,
            "Atlassian" => wanted.atlassian == AtlassianKind::Sandbox,
            _ => false,
        };
        self.init || sandbox
    }

    pub fn is_required(&self, wanted: &Wanted) -> bool {
        !self.is_pattern()
            && (self.required || self.required_when.iter().any(|need| need.holds(wanted)))
    }
}

impl Need {
    fn holds(&self, wanted: &Wanted) -> bool {
        fn allows<T: PartialEq>(list: &[T], value: &T) -> bool {
            list.is_empty() || list.contains(value)
        }
        allows(&self.strategy, &wanted.strategy)
            && allows(&self.supabase, &wanted.supabase)
            && allows(&self.atlassian, &wanted.atlassian)
    }
}
