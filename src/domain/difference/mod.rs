//! How two instances differ, part by part. What is expected to differ, because it says which
//! instance it is, is marked as the instance's own; what is left is what matters.

mod identity;
mod layout;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::Serialize;

pub use identity::Identity;
pub use layout::text;

/// A part of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Env,
    Config,
    Components,
    Schema,
    Counts,
}

impl Part {
    pub const ALL: [Part; 5] = [
        Part::Env,
        Part::Config,
        Part::Components,
        Part::Schema,
        Part::Counts,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Part::Env => "Environment",
            Part::Config => "Configuration",
            Part::Components => "Components",
            Part::Schema => "Database schema",
            Part::Counts => "Rows, issues, pages",
        }
    }
}

/// What one of the two has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Missing,
    Value(String),
    /// A secret's fingerprint under the workspace's key; never the secret.
    Fingerprint(String),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub name: String,
    pub left: Side,
    pub right: Side,
    /// It says which instance it is, so it has to differ.
    pub own: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    pub part: Part,
    /// How many are the same in both.
    pub equal: usize,
    pub rows: Vec<Row>,
    /// What couldn't be compared, and why; a sentence each.
    pub missing: Vec<String>,
}

impl Section {
    pub fn new(part: Part) -> Self {
        Section {
            part,
            equal: 0,
            rows: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// The differences that matter.
    pub fn unexpected(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.own)
    }

    pub fn own(&self) -> usize {
        self.rows.iter().filter(|row| row.own).count()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub left: String,
    pub right: String,
    pub sections: Vec<Section>,
}

impl Comparison {
    /// Something differs that isn't an instance's own.
    pub fn differs(&self) -> bool {
        self.sections
            .iter()
            .any(|s| s.unexpected().next().is_some())
    }

    /// All that was asked for could be compared.
    pub fn complete(&self) -> bool {
        self.sections.iter().all(|s| s.missing.is_empty())
    }
}

/// One value of an instance, on its way to be compared.
#[derive(Clone)]
pub struct Item {
    pub name: String,
    /// What is compared, whole.
    pub value: String,
    pub shown: Side,
    pub own: Own,
}

/// Whether a value is known to say which instance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Own {
    #[default]
    No,
    /// Each has one, and another.
    Yes,
    /// And one of the two may have none.
    OrNone,
}

/// Adds what differs between two lists, in the order of the left one, then of the right one.
pub fn compare(section: &mut Section, sides: [(&[Item], &Identity); 2]) {
    let [(left, left_is), (right, right_is)] = sides;
    let find = |list: &'_ [Item], name: &str| list.iter().position(|item| item.name == name);
    let mut seen = HashSet::new();
    for item in left {
        seen.insert(item.name.as_str());
        let Some(other) = find(right, &item.name).and_then(|at| right.get(at)) else {
            section.rows.push(alone(item, true));
            continue;
        };
        if item.value == other.value {
            section.equal += 1;
            continue;
        }
        // an own value that is empty on one side is missing there
        let both = !item.value.is_empty() && !other.value.is_empty();
        let known = match item.own {
            Own::No => false,
            Own::Yes => both,
            Own::OrNone => true,
        };
        let own = known || left_is.general(&item.value) == right_is.general(&other.value);
        section.rows.push(Row {
            name: item.name.clone(),
            left: item.shown.clone(),
            right: other.shown.clone(),
            own,
        });
    }
    let more = right
        .iter()
        .filter(|item| !seen.contains(item.name.as_str()));
    section.rows.extend(more.map(|item| alone(item, false)));
}

fn alone(item: &Item, left: bool) -> Row {
    let (there, missing) = (item.shown.clone(), Side::Missing);
    let (left, right) = if left {
        (there, missing)
    } else {
        (missing, there)
    };
    Row {
        name: item.name.clone(),
        left,
        right,
        own: item.own == Own::OrNone,
    }
}
