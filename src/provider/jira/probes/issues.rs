//! Issues: how they are found, and what of them is copied.

use super::{ATTACHMENT, COMMENTED, IS_ISSUE_KEY, IS_MOMENT, ISSUE, PROJECT, Probe, WORKED, text};
use crate::provider::jira::issues::Fetch;
use crate::provider::jira::search::Jql;
use crate::provider::probe::Kind::{Flag, Id, List, Object, Text, Whole};
use crate::provider::probe::{Facts, Nothing, done, first, may, must};

/// What of an issue says which are worth looking at.
const FIELDS: [&str; 4] = ["summary", "attachment", "comment", "worklog"];

/// All issues of the project, in the order of their creation.
fn query(facts: &Facts) -> Result<String, Nothing> {
    Ok(format!(
        "project = \"{}\" ORDER BY created ASC",
        facts.get(PROJECT)?
    ))
}

/// The first issue whose field holds something.
fn first_with(
    answer: &serde_json::Value,
    filled: fn(&serde_json::Value) -> bool,
) -> Option<String> {
    let issues = answer.get("issues")?.as_array()?;
    let found = issues
        .iter()
        .find(|i| i.get("fields").is_some_and(filled))?;
    text(found, "/key")
}

pub fn probes() -> Vec<Probe> {
    [found(), whole(), beside()].into_iter().flatten().collect()
}

fn found() -> Vec<Probe> {
    vec![
        Probe::new(
            "search",
            "finds all issues of a project, page by page, by a token and without a total",
            |jira, facts| {
                Box::pin(async {
                    let search = Jql {
                        jql: query(facts)?,
                        fields: FIELDS.map(str::to_owned).into(),
                        properties: vec!["matriz".to_owned()],
                        page: 50,
                        ..Jql::default()
                    };
                    first(jira.search(&search)).await
                })
            },
            &[
                must("issues", List),
                must("issues[].id", Text),
                must("issues[].key", IS_ISSUE_KEY),
                must("issues[].fields.summary", Text),
                may("issues[].properties", Object),
                may("nextPageToken", Text),
                may("isLast", Flag),
            ],
        )
        .learns(ISSUE, |answer| text(answer, "/issues/0/key"))
        .learns(ATTACHMENT, |answer| {
            first_with(answer, |f| f.pointer("/attachment/0").is_some())
        })
        .learns(COMMENTED, |answer| {
            first_with(answer, |f| f.pointer("/comment/comments/0").is_some())
        })
        .learns(WORKED, |answer| {
            first_with(answer, |f| f.pointer("/worklog/worklogs/0").is_some())
        }),
        Probe::new(
            "search.count",
            "says beforehand how much there is to copy",
            |jira, facts| {
                Box::pin(async {
                    let jql = format!("project = \"{}\"", facts.get(PROJECT)?);
                    done(jira.count_issues(&jql).await)
                })
            },
            &[must("count", Whole)],
        ),
        Probe::new(
            "search.parse",
            "a rewritten query has to be one that Jira understands",
            |jira, facts| Box::pin(async { done(jira.parse_jql(&[query(facts)?]).await) }),
            &[
                must("queries", List),
                must("queries[].query", Text),
                may("queries[].structure", Object),
                may("queries[].errors", List),
            ],
        ),
    ]
}

fn whole() -> Vec<Probe> {
    vec![
        Probe::new(
            "issues.fetch",
            "many issues at once, with all their fields",
            |jira, facts| {
                Box::pin(async {
                    let fetch = Fetch {
                        fields: vec!["*all".to_owned()],
                        properties: Vec::new(),
                    };
                    done(
                        jira.fetch_issues(&[facts.get(ISSUE)?.to_owned()], &fetch)
                            .await,
                    )
                })
            },
            &[
                must("issues", List),
                must("issues[].id", Text),
                must("issues[].key", IS_ISSUE_KEY),
                must("issues[].fields.summary", Text),
                must("issues[].fields.issuetype.id", Text),
                must("issues[].fields.issuetype.name", Text),
                must("issues[].fields.status.id", Text),
                must("issues[].fields.status.name", Text),
                must("issues[].fields.project.key", Text),
                must("issues[].fields.created", IS_MOMENT),
                may("issues[].fields.description", Object),
                may("issues[].fields.reporter.accountId", Text),
                may("issues[].fields.assignee.accountId", Text),
                may("issues[].fields.priority.id", Text),
                may("issues[].fields.parent.key", IS_ISSUE_KEY),
                must("issues[].fields.labels", List),
                must("issues[].fields.components", List),
                must("issues[].fields.fixVersions", List),
                must("issues[].fields.issuelinks", List),
                must("issues[].fields.attachment", List),
                must("issues[].fields.comment.comments", List),
                must("issues[].fields.comment.total", Whole),
                must("issues[].fields.worklog.worklogs", List),
                may("issueErrors", List),
            ],
        ),
        Probe::new(
            "issue",
            "one issue, after an answer that left open what it became",
            |jira, facts| {
                Box::pin(async {
                    let fetch = Fetch {
                        fields: vec!["summary".to_owned()],
                        properties: vec!["matriz".to_owned()],
                    };
                    done(jira.find_issue(facts.get(ISSUE)?, &fetch).await)
                })
            },
            &[
                must("id", Text),
                must("key", IS_ISSUE_KEY),
                must("fields.summary", Text),
                may("properties", Object),
            ],
        ),
        Probe::new(
            "issue.with_attachment",
            "files are copied by name and size, and named in texts by their medium",
            |jira, facts| {
                Box::pin(async {
                    let fetch = Fetch {
                        fields: vec!["attachment".to_owned()],
                        properties: Vec::new(),
                    };
                    done(jira.find_issue(facts.get(ATTACHMENT)?, &fetch).await)
                })
            },
            &[
                must("fields.attachment", List),
                must("fields.attachment[].id", Text),
                must("fields.attachment[].filename", Text),
                must("fields.attachment[].size", Whole),
                must("fields.attachment[].created", IS_MOMENT),
                may("fields.attachment[].mimeType", Text),
                may("fields.attachment[].author.accountId", Text),
            ],
        )
        .learns(FILE, |answer| text(answer, "/fields/attachment/0/id")),
        Probe::new(
            "attachment",
            "a file without its content",
            |jira, facts| Box::pin(async { done(jira.find_attachment(facts.get(FILE)?).await) }),
            &[
                must("id", Id),
                must("filename", Text),
                must("size", Whole),
                may("mimeType", Text),
            ],
        ),
        Probe::new(
            "attachment.medium",
            "the content is given by a redirection whose path names the medium",
            |jira, facts| {
                Box::pin(async {
                    match jira.media_id(facts.get(FILE)?).await {
                        Ok(None) => Err(crate::error::Error::not_found(
                            "The answer names no medium: texts can't name the file.",
                        )
                        .into()),
                        other => done(other),
                    }
                })
            },
            &[],
        )
        .status(303)
        .or(302),
    ]
}

/// The id of an attachment.
const FILE: &str = "file on an issue";

fn beside() -> Vec<Probe> {
    vec![
        Probe::new(
            "issue.comments",
            "are copied with their author and date in front",
            |jira, facts| Box::pin(async { first(jira.comments(facts.get(COMMENTED)?)).await }),
            &[
                must("comments", List),
                must("comments[].id", Text),
                must("comments[].body", Object),
                must("comments[].created", IS_MOMENT),
                must("comments[].author.accountId", Text),
                may("comments[].author.displayName", Text),
                may("comments[].properties", List),
                must("total", Whole),
                must("startAt", Whole),
            ],
        ),
        Probe::new(
            "issue.worklogs",
            "are copied with their author",
            |jira, facts| Box::pin(async { first(jira.worklogs(facts.get(WORKED)?)).await }),
            &[
                must("worklogs", List),
                must("worklogs[].id", Text),
                must("worklogs[].started", IS_MOMENT),
                must("worklogs[].timeSpentSeconds", Whole),
                may("worklogs[].comment", Object),
                must("total", Whole),
            ],
        ),
        Probe::new(
            "issue.watchers",
            "watch the copy, too",
            |jira, facts| Box::pin(async { done(jira.watchers(facts.get(ISSUE)?).await) }),
            &[
                must("watchCount", Whole),
                must("watchers", List),
                must("watchers[].accountId", Text),
            ],
        ),
        Probe::new(
            "issue.transitions",
            "a status is reached on a way of transitions",
            |jira, facts| Box::pin(async { done(jira.transitions(facts.get(ISSUE)?).await) }),
            &[
                must("transitions", List),
                must("transitions[].id", Text),
                must("transitions[].name", Text),
                must("transitions[].to.id", Text),
                must("transitions[].to.name", Text),
                may("transitions[].hasScreen", Flag),
                may("transitions[].isGlobal", Flag),
                may("transitions[].fields", Object),
            ],
        ),
        Probe::new(
            "issue.remote_links",
            "links to pages are rewritten",
            |jira, facts| Box::pin(async { done(jira.remote_links(facts.get(ISSUE)?).await) }),
            &[
                must("", List),
                must("[].id", Whole),
                must("[].object", Object),
                must("[].object.url", Text),
                may("[].globalId", Text),
                may("[].application", Object),
            ],
        ),
    ]
}
