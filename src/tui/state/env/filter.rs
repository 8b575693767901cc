//! Finding keys.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::view::Key;

/// Lets keys through whose name has the pattern's letters in order, or whose group or visible value
/// holds it.
pub(super) struct Filter {
    pattern: String,
    matcher: SkimMatcherV2,
}

impl Filter {
    pub(super) fn new(pattern: &str) -> Filter {
        Filter {
            pattern: pattern.to_lowercase(),
            matcher: SkimMatcherV2::default().ignore_case(),
        }
    }

    pub(super) fn lets(&self, group: &str, key: &mut Key) -> bool {
        let name = key.name.to_ascii_lowercase();
        if let Some(at) = name.find(&self.pattern) {
            let first = name.get(..at).unwrap_or_default().chars().count();
            key.hits = (first..first + self.pattern.chars().count()).collect();
            return true;
        }
        let visible = key.value.as_deref().unwrap_or_default();
        if visible.to_lowercase().contains(&self.pattern)
            || group.to_lowercase().contains(&self.pattern)
        {
            return true;
        }
        match self.matcher.fuzzy_indices(&key.name, &self.pattern) {
            Some((_, hits)) => {
                key.hits = hits;
                true
            }
            None => false,
        }
    }
}
