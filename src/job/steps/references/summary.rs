//! The line that stays when a clone is over.

use crate::domain::human;
use crate::domain::report::ReportPart;
use crate::domain::report_confluence::{self, SpaceChanges};
use crate::domain::report_jira::{self, JiraChanges};
use crate::domain::report_storage::{STORAGE, StorageChanges};
use crate::error::Result;
use crate::job::step::StepContext;

/// Adds how many issues, pages and files were copied to what the database's steps said.
pub fn with_issues_and_pages(ctx: &StepContext) -> Result<()> {
    let said = ctx.registry().job(ctx.job())?.summary.unwrap_or_default();
    let words = words(&ctx.registry().report_parts(ctx.job())?);
    match words.is_empty() || said.contains(&words) {
        true => Ok(()),
        false => ctx.summary(&inserted(&said, &words)),
    }
}

/// `65 issues, 41 pages, 8 files`; empty where nothing was copied.
fn words(parts: &[ReportPart]) -> String {
    let data = |name: &str| parts.iter().find(|p| p.name == name).map(|p| &p.data);
    let issues = data(report_jira::JIRA)
        .and_then(|data| serde_json::from_value::<JiraChanges>(data.clone()).ok())
        .and_then(|all| Some(all.counts.iter().find(|c| c.kind == "issues")?.target))
        .map(|n| format!("{n} {}", human::plural(n, "issue", "issues")));
    let pages = data(report_confluence::CONFLUENCE)
        .and_then(|data| serde_json::from_value::<SpaceChanges>(data.clone()).ok())
        .and_then(|all| Some(all.counts.iter().find(|c| c.what == "pages")?.target))
        .map(|n| format!("{n} {}", human::plural(n, "page", "pages")));
    let files = data(STORAGE)
        .and_then(|data| serde_json::from_value::<StorageChanges>(data.clone()).ok())
        .and_then(|all| all.words());
    let all: Vec<String> = issues.into_iter().chain(pages).chain(files).collect();
    all.join(", ")
}

/// Behind what was copied, before what was rewritten.
fn inserted(said: &str, words: &str) -> String {
    match said.split_once("; ") {
        Some((copied, rest)) => format!("{copied}; {words}; {rest}"),
        None if said.is_empty() => words.to_owned(),
        None => format!("{said}; {words}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn issues_and_pages_stand_between_rows_and_rewrites() {
        let part = |name: &str, data| ReportPart {
            name: name.into(),
            data,
        };
        let counts =
            |kind: &str, named: &str, n: u64| json!([{kind: named, "source": n, "target": n}]);
        let mut jira = serde_json::to_value(JiraChanges::default()).unwrap();
        jira["counts"] = counts("kind", "issues", 65);
        let mut space = serde_json::to_value(SpaceChanges::default()).unwrap();
        space["counts"] = counts("what", "pages", 1);
        let parts = [
            part(report_jira::JIRA, jira),
            part(report_confluence::CONFLUENCE, space),
        ];
        assert_eq!(words(&parts), "65 issues, 1 page");
        assert_eq!(words(&[]), "");
        assert_eq!(
            inserted("3 tables; 4 values rewritten", "w"),
            "3 tables; w; 4 values rewritten"
        );
        assert_eq!(inserted("3 tables", "w"), "3 tables; w");
        assert_eq!(inserted("", "w"), "w");
    }
}
