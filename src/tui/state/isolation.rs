//! Whether the instances keep apart, as it was last found.

use crate::domain::isolation::{Finding, Tally};
use crate::domain::name::InstanceName;

use super::notice::{Load, Notice};

#[derive(Debug, Default)]
pub struct Isolation {
    /// All findings, errors first.
    pub found: Load<Vec<Finding>>,
    /// A look is under way, and another is due after it.
    pub reading: (bool, bool),
}

impl Isolation {
    /// The findings that concern this instance, or all.
    pub fn of(&self, name: Option<&InstanceName>) -> Vec<&Finding> {
        let all = self.found.ready().into_iter().flatten();
        let concerns = |f: &&Finding| name.is_none_or(|name| f.concerns(name.as_str()));
        all.filter(concerns).collect()
    }

    pub fn tally(&self, name: &InstanceName) -> Tally {
        Tally::of(self.of(Some(name)))
    }
}

/// The findings in a list, the selected one explained below.
#[derive(Debug, Default)]
pub struct IsolationList {
    /// Only what concerns this one.
    pub only: Option<InstanceName>,
    /// Whom `only` goes back to.
    pub instance: Option<InstanceName>,
    pub selected: usize,
    /// First line shown of the explanation.
    pub scroll: usize,
    /// What is being mended.
    pub mending: Option<Finding>,
    /// How the last one ended.
    pub said: Option<std::result::Result<String, Notice>>,
}

impl IsolationList {
    pub fn step(&mut self, by: isize, rows: usize) {
        let last = rows.saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
        self.scroll = 0;
    }
}
