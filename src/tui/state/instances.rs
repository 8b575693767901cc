//! The list of instances: rows, filter, order, selection.

use std::cmp::Ordering;

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::Input;

use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;

use super::notice::Notice;

#[derive(Default)]
pub struct Instances {
    /// All of them, in the order of the list.
    pub rows: Vec<InstanceView>,
    /// Positions in `rows` of those that the filter lets through, in the order shown.
    pub shown: Vec<usize>,
    /// Position in `shown`.
    pub selected: usize,
    pub offset: usize,
    pub filter: Input,
    /// The filter has the keyboard.
    pub typing: bool,
    /// The registry was read at least once.
    pub loaded: bool,
    pub error: Option<Notice>,
    /// A read is under way; the second says that one more is due after it.
    pub reading: (bool, bool),
    matcher: SkimMatcherV2,
    /// The pattern that `shown` was made with.
    matched: String,
}

impl Instances {
    /// Takes new rows and keeps the selection on the same instance.
    pub fn replace(&mut self, mut rows: Vec<InstanceView>) {
        rows.sort_by(|a, b| order(a.name.as_str(), b.name.as_str()));
        let name = self.selected().map(|i| i.name.clone());
        self.rows = rows;
        self.loaded = true;
        self.error = None;
        self.matched.clear();
        self.apply_filter();
        if let Some(name) = name {
            self.select(&name);
        }
    }

    /// Puts the selection on an instance, where the filter shows it.
    pub fn select(&mut self, name: &InstanceName) -> bool {
        let found = self
            .shown
            .iter()
            .position(|i| self.rows.get(*i).is_some_and(|r| r.name == *name));
        if let Some(position) = found {
            self.selected = position;
        }
        found.is_some()
    }

    pub fn selected(&self) -> Option<&InstanceView> {
        self.rows.get(*self.shown.get(self.selected)?)
    }

    pub fn current(&self) -> Option<&InstanceView> {
        self.rows.iter().find(|r| r.current)
    }

    pub fn find(&self, name: &str) -> Option<&InstanceView> {
        self.rows.iter().find(|r| r.name.as_str() == name)
    }

    pub fn filtered(&self) -> bool {
        !self.filter.value().is_empty()
    }

    /// Moves by rows; stops at the ends.
    pub fn move_by(&mut self, by: isize) {
        let last = self.shown.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }

    /// Applies what the filter says. Names that hold the pattern come first, then those that only
    /// hold its letters in order; a longer pattern is looked for in what the shorter one left.
    pub fn apply_filter(&mut self) {
        let pattern = self.filter.value().trim().to_lowercase();
        if pattern.is_empty() {
            let name = self.selected().map(|i| i.name.clone());
            self.shown = (0..self.rows.len()).collect();
            self.matched.clear();
            if let Some(name) = name {
                self.select(&name);
            }
        } else {
            let narrower = !self.matched.is_empty() && pattern.starts_with(&self.matched);
            let mut hits: Vec<(i64, usize)> = Vec::new();
            let mut consider = |i: usize| {
                if let Some(score) = self
                    .rows
                    .get(i)
                    .and_then(|row| score(&self.matcher, row, &pattern))
                {
                    hits.push((score, i));
                }
            };
            if narrower {
                self.shown.iter().copied().for_each(&mut consider);
            } else {
                (0..self.rows.len()).for_each(&mut consider);
            }
            hits.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            self.shown = hits.into_iter().map(|(_, i)| i).collect();
            if pattern != self.matched {
                self.selected = 0;
            }
            self.matched = pattern;
        }
        self.selected = self.selected.min(self.shown.len().saturating_sub(1));
    }

    /// Which characters of a name the filter found, for the rows on the screen.
    pub fn hits(&self, name: &str) -> Vec<usize> {
        if self.matched.is_empty() {
            return Vec::new();
        }
        if let Some(at) = name.find(&self.matched) {
            // names are ASCII, so bytes are characters
            return (at..at + self.matched.len()).collect();
        }
        self.matcher
            .fuzzy_indices(name, &self.matched)
            .map(|(_, hits)| hits)
            .unwrap_or_default()
    }
}

/// Substring before letters in order, in the name before the labels.
fn score(matcher: &SkimMatcherV2, row: &InstanceView, pattern: &str) -> Option<i64> {
    const SUBSTRING: i64 = 1_000_000;
    const LABEL: i64 = -1_000_000;
    let name = row.name.as_str();
    if let Some(at) = name.find(pattern) {
        return Some(SUBSTRING - at as i64 * 100 - name.len() as i64);
    }
    if let Some(score) = matcher.fuzzy_match(name, pattern) {
        return Some(score);
    }
    row.labels
        .iter()
        .any(|label| label.to_lowercase().contains(pattern))
        .then_some(LABEL)
}

/// `default` first, the others by name, with numbers as numbers. It never depends on what changes
/// while one looks: no row moves under the cursor.
pub fn order(a: &str, b: &str) -> Ordering {
    let original = |name: &str| name != "default";
    original(a)
        .cmp(&original(b))
        .then_with(|| natural(a, b))
        .then_with(|| a.cmp(b))
}

fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (m, rest_a) = number(a);
                let (n, rest_b) = number(b);
                // longer without leading zeros is larger; equal lengths compare as text
                let by = m.len().cmp(&n.len()).then_with(|| m.cmp(n));
                if by != Ordering::Equal {
                    return by;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[1..], &b[1..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

/// The digits at the front without leading zeros, and what follows.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(|c| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|c| **c == b'0').count();
    (&digits[zeros..], rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Instances {
        let mut list = Instances::default();
        list.replace(
            names
                .iter()
                .map(|n| InstanceView::unknown(InstanceName::parse(n).unwrap()))
                .collect(),
        );
        list
    }

    fn names(list: &Instances) -> Vec<&str> {
        list.shown
            .iter()
            .map(|i| list.rows[*i].name.as_str())
            .collect()
    }

    #[test]
    fn the_order_is_that_of_a_person() {
        let list = list(&["clone-10", "zeta", "clone-2", "default", "clone-02", "a"]);
        assert_eq!(
            names(&list),
            ["default", "a", "clone-02", "clone-2", "clone-10", "zeta"]
        );
    }

    #[test]
    fn the_selection_stays_on_its_instance() {
        let mut list = list(&["default", "clone-1", "clone-2"]);
        list.select(&InstanceName::parse("clone-2").unwrap());
        let more = ["default", "clone-0", "clone-1", "clone-2"];
        list.replace(
            more.iter()
                .map(|n| InstanceView::unknown(InstanceName::parse(n).unwrap()))
                .collect(),
        );
        assert_eq!(list.selected().unwrap().name.as_str(), "clone-2");
    }

    #[test]
    fn whole_parts_come_before_scattered_letters() {
        let mut list = list(&["salt-demo", "staging", "demo", "d-e-m-o"]);
        list.filter = Input::new("demo".into());
        list.apply_filter();
        assert_eq!(names(&list), ["demo", "salt-demo", "d-e-m-o"]);
        assert_eq!(list.hits("salt-demo"), [5, 6, 7, 8]);
        list.filter = Input::new("demox".into());
        list.apply_filter();
        assert!(list.selected().is_none());
        list.filter = Input::new(String::new());
        list.apply_filter();
        assert_eq!(list.shown.len(), 4);
    }

    #[test]
    fn narrowing_finds_the_same_as_starting_over() {
        let many: Vec<String> = (0..300).map(|i| format!("clone-demo-{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut typed = list(&many);
        for pattern in ["c", "cd", "cd1", "cd12"] {
            typed.filter = Input::new(pattern.into());
            typed.apply_filter();
        }
        let mut fresh = list(&many);
        fresh.filter = Input::new("cd12".into());
        fresh.apply_filter();
        assert_eq!(names(&typed), names(&fresh));
        assert!(!fresh.shown.is_empty());
    }
}
