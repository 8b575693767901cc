//! The first pass: every issue once, with its fields, parents and attachments.

use std::collections::{BTreeMap, BTreeSet};

use matriz::domain::job::{JobId, JobState};
use serde_json::Value;

use crate::look::{issues, names};
use crate::place::{Place, What};
use crate::source;

/// Holds the clone against its source.
pub async fn check(place: &Place, id: JobId) {
    let jira = &place.jira;
    let from = issues(jira, "PROJ").await;
    let to = issues(jira, "CLONE1").await;
    assert_eq!(from.len(), 14);
    assert_eq!(to.len(), 14);
    let keys: BTreeMap<String, String> = place.pairs(id, "issue-key").into_iter().collect();
    assert_eq!(keys.len(), 14);
    assert_eq!(keys.values().collect::<BTreeSet<_>>(), to.keys().collect());
    for (source, target) in &keys {
        let (a, b) = (&from[source], &to[target]);
        assert_eq!(b["marker"]["src"], source.as_str());
        assert_eq!(b["marker"]["left"], Value::Null, "{source}");
        let same = |pointer: &str| {
            let (field, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
            let at = |fields: &serde_json::Map<String, Value>| {
                let value = fields.get(field).cloned().unwrap_or_default();
                match rest {
                    "" => value,
                    rest => value
                        .pointer(&format!("/{rest}"))
                        .cloned()
                        .unwrap_or_default(),
                }
            };
            assert_eq!(at(b), at(a), "{source} {pointer}");
        };
        for pointer in [
            "labels",
            "duedate",
            "priority/id",
            "assignee/accountId",
            "reporter/accountId",
            "timetracking/originalEstimate",
            "customfield_10016",
            "issuetype/name",
            "customfield_10040/value",
            "customfield_10044",
        ] {
            same(pointer);
        }
        for list in [
            "components",
            "versions",
            "fixVersions",
            "attachment",
            "customfield_10021",
            "customfield_10043",
        ] {
            assert_eq!(names(&b[list]), names(&a[list]), "{source} {list}");
        }
        let parent = a["parent"]["key"].as_str();
        let parent = parent.map(|key| keys[key].as_str());
        assert_eq!(b["parent"]["key"].as_str(), parent, "{source}");
    }
    files(place, id).await;
}

/// Every attachment is there with its content, and every medium is known.
async fn files(place: &Place, id: JobId) {
    let pairs = place.pairs(id, "attachment");
    assert_eq!(pairs.len(), 4);
    assert_eq!(place.pairs(id, "media").len(), 4);
    for (source, target) in pairs {
        let content = |id: String| async move {
            let path = format!("/rest/api/3/attachment/content/{id}?redirect=false");
            place.jira.is(200, "GET", &path, None).await
        };
        assert_eq!(content(target).await, content(source).await);
    }
}

#[tokio::test]
async fn every_issue_is_copied_once_with_its_fields() {
    let place = Place::start().await;
    source::make(&place).await;
    let id = place.do_it(What::Copy).await;
    check(&place, id).await;
    // sprints and boards have their own names
    let sprints = place.pairs(id, "sprint");
    assert_eq!(sprints.len(), 3);
    let path = format!("sprint/{}", sprints[0].1);
    let sprint = place.jira.agile(200, "GET", &path, None).await;
    assert_eq!(sprint["name"], "CLONE1 Sprint 1");
    assert_eq!(place.pairs(id, "board").len(), 1);
    assert_eq!(place.pairs(id, "filter").len(), 1);
    // a second worker finds everything there
    let before = issues(&place.jira, "CLONE1").await;
    let again = place.submit(What::Copy);
    assert_eq!(place.run(again, What::Copy).await, JobState::Failed);
    assert_eq!(issues(&place.jira, "CLONE1").await, before);
}

#[tokio::test]
async fn a_team_managed_project_is_copied_too() {
    let place = Place::start().await;
    source::make_with(&place, "gh-simplified-agility-scrum").await;
    let id = place.do_it(What::Copy).await;
    assert_eq!(place.pairs(id, "issue").len(), 14);
    let to = issues(&place.jira, "CLONE1").await;
    let types = |of: &BTreeMap<String, serde_json::Map<String, Value>>| {
        let mut all: Vec<String> = of
            .values()
            .map(|f| f["issuetype"]["name"].to_string())
            .collect();
        all.sort();
        all
    };
    assert_eq!(types(&to), types(&issues(&place.jira, "PROJ").await));
    assert_eq!(place.pairs(id, "sprint").len(), 3);
}

#[tokio::test]
async fn answers_that_get_lost_leave_neither_a_gap_nor_a_second_copy() {
    let place = Place::start().await;
    source::make(&place).await;
    for order in [
        "POST /rest/api/3/issue/bulk drop=after times=2",
        "POST /rest/api/3/issue/{issueIdOrKey}/attachments drop=after times=2",
        "POST /rest/agile/1.0/sprint drop=after times=1",
        "POST /rest/agile/1.0/board drop=after times=1",
        "POST /rest/api/3/filter drop=after times=1",
        "POST /rest/api/3/search/jql status=429 retry-after=0 times=1",
        "POST /rest/api/3/issue/bulkfetch status=500 times=1",
    ] {
        place.jira.sandbox.order(order).await;
    }
    let id = place.do_it(What::Copy).await;
    check(&place, id).await;
    assert_eq!(place.pairs(id, "sprint").len(), 3);
    let boards = place
        .jira
        .agile(200, "GET", "board?projectKeyOrId=CLONE1", None)
        .await;
    assert_eq!(boards["values"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_that_fails_anywhere_goes_on_where_it_was() {
    let place = Place::start().await;
    source::make(&place).await;
    let id = place.submit(What::Copy);
    let mut orders = vec![
        "POST /rest/api/3/issue/bulk drop=after times=5",
        "POST /rest/api/3/issue/{issueIdOrKey}/attachments drop=after times=1",
        "GET /rest/api/3/attachment/content/{id} status=403",
        "POST /rest/agile/1.0/sprint status=403",
    ]
    .into_iter();
    place.jira.sandbox.order(orders.next().unwrap()).await;
    place
        .jira
        .sandbox
        .order("POST /rest/api/3/search/jql status=403")
        .await;
    assert_eq!(place.run(id, What::Copy).await, JobState::Failed);
    for order in orders {
        place.jira.sandbox.faults().clear().await.unwrap();
        place.jira.sandbox.order(order).await;
        if order.contains("drop=after") {
            place
                .jira
                .sandbox
                .order("GET /rest/api/3/issue/{issueIdOrKey} status=403")
                .await;
        }
        assert_eq!(
            place.resume(id, What::Copy).await,
            JobState::Failed,
            "{order}"
        );
    }
    place.jira.sandbox.faults().clear().await.unwrap();
    assert_eq!(place.resume(id, What::Copy).await, JobState::Done);
    check(&place, id).await;
    assert_eq!(place.pairs(id, "sprint").len(), 3);
}

#[tokio::test]
async fn cancelling_empties_a_project_that_was_there() {
    let place = Place::start().await;
    source::make(&place).await;
    place
        .jira
        .project("MINE", "gh-simplified-scrum-classic")
        .await;
    place.set_key("clone-1", "MINE");
    let order = "POST /rest/agile/1.0/sprint status=403";
    place.jira.sandbox.order(order).await;
    let id = place.submit(What::Copy);
    assert_eq!(place.run(id, What::Copy).await, JobState::Failed);
    assert_eq!(issues(&place.jira, "MINE").await.len(), 14);
    assert_eq!(place.cancel(id, What::Copy).await, JobState::Cancelled);
    assert!(issues(&place.jira, "MINE").await.is_empty());
    assert_eq!(place.key("clone-1").as_deref(), Some("MINE"));
}
