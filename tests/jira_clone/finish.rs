//! Both passes: everything that is in the source is in the clone, and points into it.

use std::collections::{BTreeMap, BTreeSet};

use matriz::domain::job::{JobId, JobState};
use matriz::domain::reference::{Leftover, Reason};
use matriz::domain::report_jira::JiraChanges;
use serde_json::{Map, Value, json};

use crate::copy;
use crate::jira::Jira;
use crate::look::issues;
use crate::place::{Place, What};
use crate::source;

/// The source's keys and the clone's.
struct Keys(BTreeMap<String, String>);

impl Keys {
    fn of(&self, key: &str) -> String {
        let own = self.0.get(key).map_or(key, String::as_str);
        own.to_owned()
    }

    /// The text as the clone is to have it: the longest keys first, so that none is in another.
    fn in_text(&self, text: &str) -> String {
        let mut keys: Vec<_> = self.0.iter().collect();
        keys.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
        let mut text = text
            .replace("PROJ-1000", "\u{1}")
            .replace("APROJ-1", "\u{2}");
        for (n, (key, _)) in keys.iter().enumerate() {
            text = text.replace(key.as_str(), &format!("<{n}>"));
        }
        for (n, (_, own)) in keys.iter().enumerate() {
            text = text.replace(&format!("<{n}>"), own);
        }
        text.replace('\u{1}', "PROJ-1000")
            .replace('\u{2}', "APROJ-1")
    }
}

/// Holds everything that both passes made against the source.
pub async fn check(place: &Place, id: JobId) {
    let jira = &place.jira;
    copy::check(place, id).await;
    let keys = Keys(place.pairs(id, "issue-key").into_iter().collect());
    let sprints: BTreeMap<String, String> = place.pairs(id, "sprint").into_iter().collect();
    let media: BTreeMap<String, String> = place.pairs(id, "media").into_iter().collect();
    let comments = place.pairs(id, "comment");
    assert_eq!(comments.len(), 5);
    let from = issues(jira, "PROJ").await;
    let to = issues(jira, "CLONE1").await;
    for (source, target) in &keys.0 {
        let (a, b) = (&from[source], &to[target]);
        for field in ["status", "resolution"] {
            assert_eq!(b[field]["name"], a[field]["name"], "{source} {field}");
        }
        for field in [
            "summary",
            "description",
            "environment",
            "customfield_10041",
            "customfield_10042",
            "customfield_10045",
        ] {
            let mut wanted = keys.in_text(&a[field].to_string());
            for (old, new) in &media {
                wanted = wanted.replace(old, new);
            }
            assert_eq!(b[field].to_string(), wanted, "{source} {field}");
        }
        links(&keys, a, b, source);
        let told = |fields: &Map<String, Value>, of: &dyn Fn(&str) -> String| -> Vec<_> {
            let all = fields["customfield_10020"].as_array();
            let all = all.into_iter().flatten();
            all.map(|s| (of(&s["id"].to_string()), s["state"].to_string()))
                .collect()
        };
        let wanted = told(a, &|id| sprints[id].clone());
        assert_eq!(told(b, &str::to_owned), wanted, "{source}");
        said(jira, &keys, &comments, (source, target)).await;
    }
    let project = jira.get("project/CLONE1").await;
    for list in ["components", "versions"] {
        for part in project[list].as_array().unwrap() {
            let words = part["description"].as_str().unwrap();
            assert!(
                words.contains("CLONE1-") && !words.contains("PROJ"),
                "{part}"
            );
        }
    }
    order(jira, &keys).await;
    board(place, id).await;
    report(place, id);
}

fn links(keys: &Keys, a: &Map<String, Value>, b: &Map<String, Value>, source: &str) {
    let seen = |fields: &Map<String, Value>, of: &dyn Fn(&str) -> String| {
        let all = fields["issuelinks"].as_array().unwrap();
        let each = all.iter().map(|link| {
            let side = ["inwardIssue", "outwardIssue"]
                .into_iter()
                .find(|side| link[*side].is_object())
                .unwrap();
            let other = of(link[side]["key"].as_str().unwrap());
            (link["type"]["name"].to_string(), side, other)
        });
        let mut each: Vec<_> = each.collect();
        each.sort();
        each
    };
    assert_eq!(
        seen(b, &str::to_owned),
        seen(a, &|key| keys.of(key)),
        "{source}"
    );
}

/// Comments, worklogs, watchers and remote links.
async fn said(
    jira: &Jira,
    keys: &Keys,
    comments: &[(String, String)],
    (source, target): (&str, &str),
) {
    let all = |issue: &str, what: &str| {
        let path = format!("issue/{issue}/{what}");
        async move { jira.get(&path).await }
    };
    let (a, b) = (all(source, "comment").await, all(target, "comment").await);
    let (a, b) = (
        a["comments"].as_array().unwrap(),
        b["comments"].as_array().unwrap(),
    );
    assert_eq!(b.len(), a.len(), "{source}");
    for (a, b) in a.iter().zip(b) {
        let content = b["body"]["content"].as_array().unwrap();
        assert!(
            content[0].to_string().contains("Sandbox Owner, 20"),
            "{}",
            content[0]
        );
        let rest = json!(content[1..]).to_string();
        let mut wanted = keys.in_text(&a["body"]["content"].to_string());
        for (old, new) in comments {
            wanted = wanted.replace(&format!("CommentId={old}"), &format!("CommentId={new}"));
        }
        assert_eq!(rest, wanted);
    }
    let (a, b) = (all(source, "worklog").await, all(target, "worklog").await);
    let spent = |all: &Value| -> Vec<_> {
        let all = all["worklogs"].as_array().unwrap();
        all.iter()
            .map(|w| (w["started"].to_string(), w["timeSpentSeconds"].to_string()))
            .collect()
    };
    assert_eq!(spent(&b), spent(&a), "{source}");
    let logged = |all: &Value| all["worklogs"].as_array().unwrap().clone();
    for (before, worklog) in logged(&a).iter().zip(logged(&b)) {
        let words = worklog["comment"].to_string();
        if before["comment"].is_object() {
            let rest = json!(worklog["comment"]["content"].as_array().unwrap()[1..]).to_string();
            let mut wanted = keys.in_text(&before["comment"]["content"].to_string());
            for (old, new) in comments {
                wanted = wanted.replace(&format!("CommentId={old}"), &format!("CommentId={new}"));
            }
            assert_eq!(rest, wanted);
        }
        assert!(words.contains("Sandbox Owner, 2026-03-"), "{words}");
        assert!(!words.contains("PROJ-"), "{words}");
    }
    let (a, b) = (all(source, "watchers").await, all(target, "watchers").await);
    let names = |all: &Value| -> BTreeSet<String> {
        let all = all["watchers"].as_array().unwrap();
        all.iter().map(|w| w["accountId"].to_string()).collect()
    };
    assert_eq!(names(&b), names(&a), "{source}");
    let (a, b) = (
        all(source, "remotelink").await,
        all(target, "remotelink").await,
    );
    let objects = |all: &Value| -> Vec<String> {
        let all = all.as_array().unwrap();
        all.iter()
            .map(|l| format!("{} {}", l["relationship"], l["object"]))
            .collect()
    };
    let wanted: Vec<_> = objects(&a).iter().map(|text| keys.in_text(text)).collect();
    assert_eq!(objects(&b), wanted, "{source}");
}

/// Everything is where it is in the source.
async fn order(jira: &Jira, keys: &Keys) {
    let ranked = |project: &str| {
        let jql = format!("project = {project} ORDER BY Rank ASC");
        async move {
            let body = json!({ "jql": jql, "fields": ["summary"], "maxResults": 100 });
            let found = jira.post(200, "search/jql", body).await;
            let all = found["issues"].as_array().unwrap();
            all.iter()
                .map(|i| i["key"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    let wanted: Vec<_> = ranked("PROJ")
        .await
        .iter()
        .map(|key| keys.of(key))
        .collect();
    assert_eq!(ranked("CLONE1").await, wanted);
}

async fn board(place: &Place, id: JobId) {
    let jira = &place.jira;
    let boards = jira
        .agile(200, "GET", "board?projectKeyOrId=CLONE1", None)
        .await;
    assert_eq!(boards["values"].as_array().unwrap().len(), 1);
    for (source, target) in place.pairs(id, "sprint") {
        let sprint = |id: String| {
            let path = format!("sprint/{id}");
            async move { jira.agile(200, "GET", &path, None).await }
        };
        let (a, b) = (sprint(source).await, sprint(target).await);
        for field in ["state", "goal", "startDate", "endDate"] {
            assert_eq!(b[field], a[field]);
        }
    }
    for (_, filter) in place.pairs(id, "filter") {
        let filter = jira.get(&format!("filter/{filter}")).await;
        assert_eq!(filter["jql"], "project = CLONE1 ORDER BY Rank ASC");
    }
}

fn report(place: &Place, id: JobId) {
    let parts = place.registry.report_parts(id).unwrap();
    let part = parts.iter().find(|part| part.name == "jira").unwrap();
    let changes: JiraChanges = serde_json::from_value(part.data.clone()).unwrap();
    assert_eq!(changes.lacking, [], "{changes:?}");
    // ten texts name an issue that there isn't, and nothing else is left
    assert_eq!(changes.left.len(), 10, "{changes:?}");
    let unresolved = |left: &Leftover| left.reason == Reason::Unresolved;
    assert!(changes.left.iter().all(unresolved), "{changes:?}");
    for count in &changes.counts {
        assert_eq!(count.source, count.target, "{count:?}");
    }
    assert!(
        changes
            .counts
            .iter()
            .any(|c| c.kind == "issues" && c.target == 14)
    );
    println!("{}", part.lines().join("\n"));
}

#[tokio::test]
async fn a_clone_has_everything_and_points_into_itself() {
    let place = Place::start().await;
    source::make(&place).await;
    let before = issues(&place.jira, "PROJ").await;
    let id = place.do_it(What::Whole).await;
    check(&place, id).await;
    // the source is as it was, but for what nobody can see in it
    assert_eq!(issues(&place.jira, "PROJ").await, before);
}

#[tokio::test]
async fn a_team_managed_clone_is_finished_too() {
    let place = Place::start().await;
    source::make_with(&place, "gh-simplified-agility-scrum").await;
    let id = place.do_it(What::Whole).await;
    let from = issues(&place.jira, "PROJ").await;
    let to = issues(&place.jira, "CLONE1").await;
    for (source, target) in place.pairs(id, "issue-key") {
        assert_eq!(
            to[&target]["status"]["name"],
            from[&source]["status"]["name"]
        );
    }
}

#[tokio::test]
async fn faults_of_every_sort_leave_no_gap_and_nothing_twice() {
    let place = Place::start().await;
    source::make(&place).await;
    for order in [
        "POST /rest/api/3/issue/bulk drop=after times=1",
        "POST /rest/api/3/issue/{issueIdOrKey}/comment drop=after times=2",
        "POST /rest/api/3/issue/{issueIdOrKey}/worklog drop=after times=3",
        "POST /rest/api/3/issue/{issueIdOrKey}/worklog status=429 retry-after=0 times=1",
        "POST /rest/api/3/issueLink drop=after times=2",
        "POST /rest/api/3/issueLink status=500 times=1",
        "POST /rest/api/3/issue/{issueIdOrKey}/transitions drop=after times=2",
        "POST /rest/api/3/bulk/issues/transition drop=after times=1",
        "POST /rest/api/3/issue/{issueIdOrKey}/remotelink truncate times=1",
        "POST /rest/agile/1.0/sprint/{sprintId} drop=after times=1",
        "PUT /rest/agile/1.0/issue/rank status=503 times=1",
        "PUT /rest/api/3/issue/{issueIdOrKey} drop=before times=1",
    ] {
        place.jira.sandbox.order(order).await;
    }
    let id = place.do_it(What::Whole).await;
    check(&place, id).await;
}

#[tokio::test]
async fn a_finish_that_fails_anywhere_goes_on_where_it_was() {
    let place = Place::start().await;
    source::make(&place).await;
    let id = place.submit(What::Whole);
    let mut first = true;
    for order in [
        "POST /rest/api/3/issue/{issueIdOrKey}/worklog status=403",
        "GET /rest/api/3/issue/{issueIdOrKey}/remotelink status=403",
        "PUT /rest/api/3/issue/{issueIdOrKey} status=403",
        "POST /rest/agile/1.0/sprint/{sprintId} status=403",
        "PUT /rest/agile/1.0/issue/rank status=403",
        "GET /rest/api/3/issue/{issueIdOrKey}/transitions status=403",
        "DELETE /rest/api/3/issue/{issueIdOrKey}/watchers status=403",
    ] {
        place.jira.sandbox.faults().clear().await.unwrap();
        place.jira.sandbox.order(order).await;
        let state = match first {
            true => place.run(id, What::Whole).await,
            false => place.resume(id, What::Whole).await,
        };
        first = false;
        assert_eq!(state, JobState::Failed, "{order}");
    }
    place.jira.sandbox.faults().clear().await.unwrap();
    assert_eq!(place.resume(id, What::Whole).await, JobState::Done);
    check(&place, id).await;
}

#[tokio::test]
async fn what_the_account_may_not_do_is_done_in_another_way_or_told() {
    let place = Place::start().await;
    source::make(&place).await;
    for order in [
        "POST /rest/api/3/bulk/issues/transition status=403",
        "POST /rest/api/3/issue/{issueIdOrKey}/comment status=400 times=1",
        "POST /rest/api/3/issueLink status=404 times=1",
    ] {
        place.jira.sandbox.order(order).await;
    }
    let id = place.do_it(What::Whole).await;
    let from = issues(&place.jira, "PROJ").await;
    let to = issues(&place.jira, "CLONE1").await;
    for (source, target) in place.pairs(id, "issue-key") {
        assert_eq!(
            to[&target]["status"]["name"],
            from[&source]["status"]["name"]
        );
    }
    let parts = place.registry.report_parts(id).unwrap();
    let part = parts.into_iter().find(|part| part.name == "jira").unwrap();
    let changes: JiraChanges = serde_json::from_value(part.data).unwrap();
    let told: Vec<_> = changes
        .lacking
        .iter()
        .map(|lack| lack.what.as_str())
        .collect();
    // one comment, and one link from both its ends or from the one that's ours
    let of = |word: &str| told.iter().filter(|what| what.contains(word)).count();
    assert_eq!(of("comments"), 1, "{told:?}");
    assert!((1..=2).contains(&of("link to")), "{told:?}");
    assert_eq!(told.len(), of("comments") + of("link to"), "{told:?}");
}
