//! A clone on another site: nothing has the source's ids there.

use matriz::domain::report_jira::JiraChanges;
use serde_json::json;

use crate::jira::Jira;
use crate::look::{issues, names};
use crate::place::{Place, What};
use crate::source;

#[tokio::test]
async fn a_clone_on_another_site_is_matched_by_names() {
    let place = Place::start().await;
    source::make(&place).await;
    let dir = tempfile::tempdir().unwrap();
    let other = Jira::start(dir.path()).await;
    // numbers differ from the source's
    other.project("MINE", "gh-simplified-basic").await;
    for n in 0..3 {
        other
            .issue("MINE", "Task", &format!("Mine {n}"), json!({}))
            .await;
    }
    // a list of issues that is asked of this very site
    let here = place.jira.sandbox.site.cloud_id().to_owned();
    let there = other.sandbox.site.cloud_id().to_owned();
    assert_ne!(here, there);
    let source = json!({ "id": "d8b75300-dfda-4519-b6cd-e49abbd50401",
        "parameters": { "cloudId": here, "jql": "project = PROJ" },
        "views": [{ "type": "table" }] });
    let card = json!({ "type": "doc", "version": 1, "content": [
        { "type": "blockCard", "attrs": { "datasource": source } }] });
    let body = json!({ "fields": { "description": card } });
    let all = issues(&place.jira, "PROJ").await;
    let first = all.keys().next().unwrap();
    place.jira.put(204, &format!("issue/{first}"), body).await;
    place.move_clone_to(&other);
    let id = place.do_it(What::Whole).await;
    let from = issues(&place.jira, "PROJ").await;
    let to = issues(&other, "CLONE1").await;
    assert_eq!(to.len(), 14);
    let keys: std::collections::BTreeMap<_, _> = place.pairs(id, "issue-key").into_iter().collect();
    for (source, target) in &keys {
        let (a, b) = (&from[source], &to[target]);
        for field in ["status", "resolution", "priority", "issuetype"] {
            assert_eq!(b[field]["name"], a[field]["name"], "{source} {field}");
        }
        for list in [
            "components",
            "fixVersions",
            "attachment",
            "customfield_10043",
        ] {
            assert_eq!(names(&b[list]), names(&a[list]), "{source} {list}");
        }
        assert_eq!(b["assignee"]["accountId"], a["assignee"]["accountId"]);
        let parent = a["parent"]["key"].as_str().map(|key| keys[key].as_str());
        assert_eq!(b["parent"]["key"].as_str(), parent);
    }
    let asked = &to[&keys[first]]["description"]["content"][0]["attrs"]["datasource"];
    let expected = json!({ "cloudId": there, "jql": "project = CLONE1" });
    assert_eq!(asked["parameters"], expected, "{asked}");
    assert_eq!(issues(&other, "MINE").await.len(), 3);
    // links to what isn't on this site are told
    let parts = place.registry.report_parts(id).unwrap();
    let part = parts.into_iter().find(|part| part.name == "jira").unwrap();
    let changes: JiraChanges = serde_json::from_value(part.data).unwrap();
    let told: Vec<_> = changes
        .lacking
        .iter()
        .map(|lack| lack.why.as_str())
        .collect();
    assert_eq!(told, ["1 to issues that aren't on this site"; 2]);
}
