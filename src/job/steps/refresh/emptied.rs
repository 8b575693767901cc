//! Which parts of the target are empty because of the job, in its journal: what a person has to know
//! when the job is cancelled.

use crate::error::Result;
use crate::job::step::StepContext;

const PROVIDER: &str = "refresh";
const KIND: &str = "emptied";

/// Something of this part (`database`, `issues`, `pages`) is gone, and doesn't come back.
pub fn note(ctx: &StepContext, part: &str) -> Result<()> {
    ctx.record(PROVIDER, &[(KIND, part, part)])
}

/// All such parts.
pub fn parts(ctx: &StepContext) -> Result<Vec<String>> {
    let journal = ctx.journal()?.into_iter();
    let ours = journal.filter(|entry| entry.provider == PROVIDER && entry.kind == KIND);
    Ok(ours.map(|entry| entry.source_id).collect())
}

/// `database, issues and pages`.
pub fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_listed_as_people_do() {
        let parts = ["database", "issues", "pages"].map(str::to_owned);
        assert_eq!(listed(&parts), "database, issues and pages");
        assert_eq!(listed(&parts[1..]), "issues and pages");
        assert_eq!(listed(&parts[..1]), "database");
        assert_eq!(listed(&[]), "");
    }
}
