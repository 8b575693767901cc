//! The groups of tools that the Supabase server offers.

use crate::error::{Error, Result};

/// What is offered unless asked otherwise: tables and their contents, and the documentation.
pub const DEFAULT_FEATURES: [&str; 2] = ["database", "docs"];

/// All that a server for one project has; `account` goes with no project.
const KNOWN: [&str; 7] = [
    "branching",
    "database",
    "debugging",
    "development",
    "docs",
    "functions",
    "storage",
];

/// The names of a list with commas, checked; the default ones for an empty list.
///
/// # Errors
/// `Usage` for a name that the server doesn't know, or that isn't for one project.
pub fn features(list: &[String]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in list
        .iter()
        .map(|name| name.trim())
        .filter(|n| !n.is_empty())
    {
        if name == "account" {
            return Err(Error::usage(
                "The feature \"account\" reaches every project of the account; an instance's server is for one project.",
            )
            .hint("Leave it out."));
        }
        if !KNOWN.contains(&name) {
            let shown = name.escape_debug();
            return Err(Error::usage(format!("There is no feature \"{shown}\"."))
                .hint(format!("There are: {}.", KNOWN.join(", "))));
        }
        if !names.iter().any(|there| there == name) {
            names.push(name.to_owned());
        }
    }
    match names.is_empty() {
        true => Ok(DEFAULT_FEATURES.map(str::to_owned).to_vec()),
        false => Ok(names),
    }
}
