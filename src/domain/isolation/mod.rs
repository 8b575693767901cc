//! Whether the instances keep apart what their strategies say: pure rules over what was read.
//!
//! `schema` shares project and database, but neither schema nor role; `hybrid` shares site and
//! account, but neither project nor space; `complete` shares nothing. All else is a [`Finding`]: what,
//! where, why it matters, what to do, and a [`Fix`] where the program can do it. Whoever reads the
//! files makes the [`Facts`]; [`judge`] does the rest and touches nothing.
//!
//! No finding and no fix ever shows a value that is secret.

mod code;
mod database;
mod drift;
mod facts;
mod files;
mod finding;
mod fix;
mod foreign;
mod hits;
mod leaks;
mod missing;
mod needles;
mod own;
mod projects;
mod secrets;
mod sites;
mod token;
mod written;

pub use code::{CODES, Code};
pub use database::DatabasePlace;
pub use facts::{Facts, FileFact, FileKind, GitFacts, InstanceFacts, Text};
pub use finding::{Finding, Place, Severity, Tally};
pub use fix::Fix;
pub use hits::{Area, Hit, Named};
pub use needles::Needles;
pub use secrets::is_telling;

use own::Own;

/// Everything that is wrong, errors first, then by instance and code.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    // what can't be read can't be compared: it's told as that
    let whole = facts.instances.iter().filter(|i| i.is_configured());
    let all: Vec<Own> = whole.map(Own::of).collect();
    let mut found = Vec::new();
    projects::judge(&all, &mut found);
    sites::judge(&all, &mut found);
    secrets::judge(facts, &all, &mut found);
    foreign::judge(facts, &all, &mut found);
    files::judge(facts, &mut found);
    leaks::judge(facts, &mut found);
    drift::judge(facts, &all, &mut found);
    missing::judge(&all, &mut found);
    found.sort_by(|a, b| {
        (a.severity, &a.instances, a.code, &a.places).cmp(&(
            b.severity,
            &b.instances,
            b.code,
            &b.places,
        ))
    });
    found
}
