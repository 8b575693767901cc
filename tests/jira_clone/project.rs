//! The project: made once, taken back, deleted.

use matriz::domain::job::JobState;
use serde_json::json;

use crate::place::{Place, What};

/// A source with components and versions.
async fn source(place: &Place, template: &str) {
    let jira = &place.jira;
    jira.project("PROJ", template).await;
    for component in ["API", "Interface"] {
        jira.post(
            201,
            "component",
            json!({ "project": "PROJ", "name": component, "description": "Made by a test" }),
        )
        .await;
    }
    let project = jira.get("project/PROJ").await;
    let id: i64 = project["id"].as_str().unwrap().parse().unwrap();
    for (version, released) in [("1.0", true), ("1.1", false)] {
        jira.post(
            201,
            "version",
            json!({ "projectId": id, "name": version, "released": released, "releaseDate": "2026-03-31" }),
        )
        .await;
    }
    place.set_key("default", "PROJ");
}

async fn projects(place: &Place) -> Vec<String> {
    let found = place
        .jira
        .get("project/search?status=live&status=deleted")
        .await;
    let all = found["values"].as_array().unwrap();
    let mut keys: Vec<_> = all
        .iter()
        .map(|p| p["key"].as_str().unwrap().to_owned())
        .collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_plain_project_is_made_and_deleted() {
    let place = Place::start().await;
    let id = place.do_it(What::Plain).await;
    assert_eq!(place.key("clone-1").as_deref(), Some("CLONE1"));
    let owner = place.jira.get("project/CLONE1/properties/matriz").await;
    assert_eq!(owner["value"], json!({ "instance": "clone-1", "job": id }));
    // it's there already: nothing is made a second time
    place.do_it(What::Plain).await;
    assert_eq!(projects(&place).await, ["CLONE1"]);
    place.do_it(What::Delete).await;
    assert!(projects(&place).await.is_empty());
    // the key is free at once
    place.jira.project("CLONE1", "gh-simplified-basic").await;
}

#[tokio::test]
async fn a_project_is_like_its_source() {
    for template in [
        "gh-simplified-scrum-classic",
        "gh-simplified-agility-kanban",
    ] {
        let place = Place::start().await;
        source(&place, template).await;
        let id = place.do_it(What::Like).await;
        let from = place.jira.get("project/PROJ").await;
        let to = place.jira.get("project/CLONE1").await;
        assert_eq!(to["style"], from["style"]);
        assert_eq!(to["name"], "Project PROJ (clone-1)");
        for list in ["components", "versions"] {
            let names = |project: &serde_json::Value| -> Vec<_> {
                let all = project[list].as_array().unwrap();
                all.iter()
                    .map(|one| (one["name"].clone(), one["released"].clone()))
                    .collect()
            };
            assert_eq!(names(&to), names(&from));
            assert_eq!(names(&to).len(), 2);
        }
        assert_eq!(
            place.pairs(id, "project"),
            [("PROJ".into(), "CLONE1".into())]
        );
        for (kind, path) in [("component", "component"), ("version", "version")] {
            let pairs = place.pairs(id, kind);
            assert_eq!(pairs.len(), 2);
            for (source, target) in pairs {
                let name = |id: String| {
                    let jira = &place.jira;
                    async move { jira.get(&format!("{path}/{id}")).await["name"].clone() }
                };
                assert_eq!(name(source).await, name(target).await);
            }
        }
    }
}

#[tokio::test]
async fn answers_that_get_lost_make_nothing_twice() {
    let place = Place::start().await;
    source(&place, "gh-simplified-scrum-classic").await;
    for call in ["project", "component", "version"] {
        let order = format!("POST /rest/api/3/{call} drop=after times=1");
        place.jira.sandbox.order(&order).await;
    }
    place.do_it(What::Like).await;
    assert_eq!(projects(&place).await, ["CLONE1", "PROJ"]);
    let made = place.jira.get("project/CLONE1").await;
    assert_eq!(made["components"].as_array().unwrap().len(), 2);
    assert_eq!(made["versions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_an_earlier_try_made_is_taken() {
    let place = Place::start().await;
    source(&place, "gh-simplified-scrum-classic").await;
    // the project is made, and then nothing works any more
    let orders = [
        "POST /rest/api/3/project drop=after times=1",
        "GET /rest/api/3/project/{projectIdOrKey}/properties/{propertyKey} status=403",
    ];
    for order in orders {
        place.jira.sandbox.order(order).await;
    }
    let id = place.submit(What::Like);
    assert_eq!(place.run(id, What::Like).await, JobState::Failed);
    assert_eq!(place.key("clone-1"), None);
    place.jira.sandbox.faults().clear().await.unwrap();
    assert_eq!(place.resume(id, What::Like).await, JobState::Done);
    assert_eq!(projects(&place).await, ["CLONE1", "PROJ"]);
    assert_eq!(place.key("clone-1").as_deref(), Some("CLONE1"));
}

#[tokio::test]
async fn cancelling_takes_back_what_was_made_and_nothing_else() {
    let place = Place::start().await;
    source(&place, "gh-simplified-scrum-classic").await;
    // the key is taken by somebody else: another is found
    place.jira.project("CLONE1", "gh-simplified-basic").await;
    let order = "POST /rest/api/3/version status=400";
    place.jira.sandbox.order(order).await;
    let id = place.submit(What::Like);
    assert_eq!(place.run(id, What::Like).await, JobState::Failed);
    assert_eq!(projects(&place).await, ["CLONE1", "CLONE12", "PROJ"]);
    assert_eq!(place.cancel(id, What::Like).await, JobState::Cancelled);
    assert_eq!(projects(&place).await, ["CLONE1", "PROJ"]);
    assert_eq!(place.key("clone-1"), None);
}

#[tokio::test]
async fn a_project_that_was_there_is_kept_if_its_empty() {
    let place = Place::start().await;
    source(&place, "gh-simplified-scrum-classic").await;
    place
        .jira
        .project("MINE", "gh-simplified-scrum-classic")
        .await;
    place.set_key("clone-1", "MINE");
    place.jira.issue("MINE", "Task", "Mine", json!({})).await;
    let id = place.submit(What::Like);
    assert_eq!(place.run(id, What::Like).await, JobState::Failed);
    let error = place.view(id).error.unwrap();
    assert!(
        format!("{error:?}").contains("has issues already"),
        "{error:?}"
    );
    place.jira.delete(204, "issue/MINE-1").await;
    assert_eq!(place.resume(id, What::Like).await, JobState::Done);
    assert_eq!(place.key("clone-1").as_deref(), Some("MINE"));
    assert_eq!(projects(&place).await, ["MINE", "PROJ"]);
}
