//! Keys that an instance needs and lacks.

use super::code::I701;
use super::finding::{Finding, Place};
use super::own::Own;

/// Missing, and of another type than they have to be.
const CODES: [&str; 2] = ["E301", "E302"];

pub(super) fn judge(all: &[Own], found: &mut Vec<Finding>) {
    // before it's set up, an instance lacks everything
    for own in all.iter().filter(|own| own.project.is_some()) {
        let wrong = own.facts.schema.iter();
        let wrong: Vec<_> = wrong
            .filter(|f| f.error && CODES.contains(&f.code))
            .collect();
        if wrong.is_empty() {
            continue;
        }
        let keys: Vec<&str> = wrong.iter().map(|f| f.key.as_str()).collect();
        let what = match keys.as_slice() {
            [one] => format!(
                "{}'s {one} is missing or isn't what it has to be.",
                own.name()
            ),
            many => format!(
                "{} keys of {} are missing or aren't what they have to be: {}.",
                many.len(),
                own.name(),
                many.join(", ")
            ),
        };
        let places = wrong.iter().map(|f| {
            Place::file(own.facts.path(".env"))
                .line(f.line)
                .key(f.key.clone())
        });
        found.push(Finding::new(I701, what).of([own.name()]).at(places));
    }
}
