//! Every operation, asked once: the desk holds each request against the documents.

use futures_util::{StreamExt, TryStreamExt};
use matriz::provider::jira::*;
use serde_json::{Value, json};

use super::*;

/// Every operation that isn't exercised above.
#[tokio::test]
async fn every_operation_asks_as_described() {
    let desk = Desk::start(answer).await;
    let jira = Jira::new(desk.site());
    exercise_project(&jira).await;
    exercise_issues(&jira).await;
    exercise_boards(&jira).await;
    let operations = desk.finish().await;
    if !operations.is_empty() {
        assert!(operations.len() >= 45, "{} operations", operations.len());
    }
}

fn answer(asked: &Asked) -> Reply {
    let project = json!({"id": "10000", "key": "PROJ", "name": "A project", "style": "classic",
        "simplified": false, "projectTypeKey": "software"});
    let one = |item: Value| json!({"startAt": 0, "maxResults": 50, "total": 1, "isLast": true, "values": [item]});
    let kind = json!({"id": "1", "name": "Epic", "subtask": false, "hierarchyLevel": 1});
    let status =
        json!({"id": "3", "name": "Done", "statusCategory": {"key": "done", "name": "Done"}});
    let comment = json!({"id": "20", "body": {"type": "doc", "version": 1, "content": []},
        "author": {"accountId": "a-1", "displayName": "A person", "active": true}});
    let worklog =
        json!({"id": "30", "timeSpentSeconds": 60, "started": "2026-01-31T09:30:00.000+0000"});
    let sprint = json!({"id": 4, "name": "Sprint 1", "state": "future", "originBoardId": 8});
    let filter = json!({"id": "6", "name": "A filter", "jql": "project = PROJ", "description": ""});
    let version =
        json!({"id": "11", "name": "1.0", "archived": false, "released": true, "overdue": false});
    match asked.call().as_str() {
        "POST /rest/api/3/project" => Reply::Json(
            201,
            json!({"id": 10000, "key": "PROJ", "self": "http://localhost/p"}),
        ),
        "GET /rest/api/3/project/GONE" | "GET /rest/api/3/user" => Reply::Json(404, json!({})),
        "GET /rest/api/3/project/search" => ok(one(project)),
        "GET /rest/api/3/project/PROJ" | "POST /rest/api/3/project/PROJ/restore" => ok(project),
        "GET /rest/api/3/projectvalidate/key" => {
            ok(json!({"errorMessages": [], "errors": {"projectKey": "is taken"}}))
        }
        "GET /rest/api/3/projectvalidate/validProjectKey" => ok(json!("PROJ2")),
        "GET /rest/api/3/projectvalidate/validProjectName" => ok(json!("A project 2")),
        "GET /rest/api/3/project/PROJ/properties/matriz"
        | "GET /rest/agile/1.0/sprint/4/properties/matriz" => {
            ok(json!({"key": "matriz", "value": {"instance": "clone-1"}}))
        }
        "GET /rest/api/3/issuetype" | "GET /rest/api/3/issuetype/project" => ok(json!([kind])),
        "GET /rest/api/3/project/PROJ/statuses" => ok(json!([{"id": "1", "name": "Epic",
            "subtask": false, "self": "http://localhost/s", "statuses": [status]}])),
        "GET /rest/api/3/field" => ok(
            json!([{"id": "customfield_1", "name": "Points", "custom": true,
            "schema": {"type": "number", "custom": "com.example:float", "customId": 1}}]),
        ),
        "GET /rest/api/3/field/customfield_1/context" => ok(one(json!({"id": "1", "name": "All",
            "description": "", "isGlobalContext": true, "isAnyIssueType": true}))),
        "GET /rest/api/3/field/customfield_1/context/1/option" => {
            ok(one(json!({"id": "1", "value": "High", "disabled": false})))
        }
        "GET /rest/api/3/issue/createmeta/PROJ/issuetypes" => {
            ok(json!({"startAt": 0, "maxResults": 200, "total": 1, "issueTypes": [kind]}))
        }
        "GET /rest/api/3/issue/createmeta/PROJ/issuetypes/1" => {
            ok(json!({"startAt": 0, "maxResults": 200,
            "total": 1, "fields": [{"fieldId": "summary", "key": "summary", "name": "Summary", "required": true,
            "hasDefaultValue": false, "operations": ["set"], "schema": {"type": "string", "system": "summary"}}]}))
        }
        "GET /rest/api/3/resolution/search" | "GET /rest/api/3/priority/search" => {
            ok(one(named("1", "Done")))
        }
        "GET /rest/api/3/project/PROJ/component" => ok(one(named("1", "API"))),
        "POST /rest/api/3/component" => Reply::Json(201, named("1", "API")),
        "GET /rest/api/3/project/PROJ/version" => ok(one(version)),
        "POST /rest/api/3/version" => Reply::Json(201, version),
        "PUT /rest/api/3/version/11" => ok(version),
        "GET /rest/api/3/filter/search" => ok(one(json!({"id": "6", "name": "A filter",
            "jql": "project = PROJ", "self": "http://localhost/f"}))),
        "POST /rest/api/3/filter" | "GET /rest/api/3/filter/6" | "PUT /rest/api/3/filter/6" => {
            ok(filter)
        }
        "GET /rest/api/3/user/bulk" => ok(one(user("a-1"))),
        "GET /rest/api/3/user/assignable/search" => ok(json!([user("a-1")])),
        "POST /rest/api/3/search/approximate-count" => ok(json!({"count": 7})),
        "POST /rest/api/3/jql/parse" => ok(json!({"queries": [{"query": "x", "errors": ["No."]}]})),
        "POST /rest/api/3/issue/bulkfetch" => ok(json!({
            "issues": [{"id": "10001", "key": "PROJ-1", "fields": {"summary": "One"}}],
            "issueErrors": [{"id": "10002", "errorMessage": "Too large"}]})),
        "GET /rest/api/3/issue/PROJ-1" => ok(json!({"id": "10001", "key": "PROJ-1", "fields": {}})),
        "GET /rest/api/3/issue/PROJ-1/transitions" => ok(json!({"transitions": [{"id": "31",
            "name": "Done", "to": status, "hasScreen": true, "fields": {"resolution": {"required": true,
            "hasDefaultValue": false, "key": "resolution", "name": "Resolution", "operations": ["set"],
            "schema": {"type": "resolution", "system": "resolution"}}}}]})),
        "GET /rest/api/3/issue/PROJ-1/comment" => {
            ok(json!({"startAt": 0, "maxResults": 100, "total": 1, "comments": [comment]}))
        }
        "POST /rest/api/3/issue/PROJ-1/comment" => Reply::Json(201, comment),
        "PUT /rest/api/3/issue/PROJ-1/comment/20" => ok(comment),
        "GET /rest/api/3/issue/PROJ-1/worklog" => {
            ok(json!({"startAt": 0, "maxResults": 1000, "total": 1, "worklogs": [worklog]}))
        }
        "POST /rest/api/3/issue/PROJ-1/worklog" => Reply::Json(201, worklog),
        "PUT /rest/api/3/issue/PROJ-1/worklog/30" => ok(worklog),
        "GET /rest/api/3/attachment/7" => ok(json!({"id": 7, "filename": "a.png", "size": 3})),
        "GET /rest/api/3/issueLinkType" => {
            ok(json!({"issueLinkTypes": [{"id": "1", "name": "Blocks",
            "inward": "is blocked by", "outward": "blocks"}]}))
        }
        "POST /rest/api/3/issueLink" => Reply::Full {
            status: 201,
            headers: vec![],
            body: vec![],
        },
        // the document describes one link where a list comes
        "GET /rest/api/3/issue/PROJ-1/watchers" => ok(json!({"isWatching": true, "watchCount": 1,
            "watchers": [{"accountId": "a-1", "displayName": "A person", "active": true}]})),
        "GET /rest/agile/1.0/board/8/configuration" => {
            ok(json!({"id": 8, "name": "A board", "filter": {"id": "6"}}))
        }
        "POST /rest/agile/1.0/board" => {
            Reply::Json(201, json!({"id": 8, "name": "A board", "type": "kanban"}))
        }
        "GET /rest/agile/1.0/board/8/issue" => {
            ok(json!({"startAt": 0, "maxResults": 100, "total": 1,
            "issues": [{"id": "10001", "key": "PROJ-1", "fields": {}}]}))
        }
        "GET /rest/agile/1.0/board/8/sprint" => ok(one(sprint)),
        "POST /rest/agile/1.0/sprint" => Reply::Json(201, sprint),
        "GET /rest/agile/1.0/sprint/4" | "POST /rest/agile/1.0/sprint/4" => ok(sprint),
        "PUT /rest/agile/1.0/issue/rank" if asked.nth == 1 => Reply::Json(
            207,
            json!({"entries": [
            {"issueId": 10001, "issueKey": "PROJ-1", "status": 200},
            {"issueId": 10002, "issueKey": "PROJ-2", "status": 503, "errors": ["Locked."]}]}),
        ),
        call if call.starts_with("PUT ") && call.contains("/properties/") => ok(json!({})),
        call if call.starts_with("DELETE ") || call.ends_with("/transitions") => nothing(),
        "POST /rest/agile/1.0/sprint/4/issue" | "PUT /rest/agile/1.0/issue/rank" => nothing(),
        other => panic!("{other}"),
    }
}

async fn exercise_project(jira: &Jira) {
    let mut new = NewProject {
        key: "PROJ".into(),
        name: "A project".into(),
        description: "".into(),
        lead: "a-1".into(),
        type_key: "software".into(),
        shape: ProjectShape::Template(
            "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic".into(),
        ),
    };
    assert_eq!(jira.create_project(&new).await.unwrap(), "10000");
    new.shape = ProjectShape::Schemes(vec![
        ("issueTypeScheme".into(), 1),
        ("workflowScheme".into(), 2),
    ]);
    jira.create_project(&new).await.unwrap();
    assert_eq!(jira.project("PROJ").await.unwrap().name, "A project");
    assert!(jira.find_project("GONE").await.unwrap().is_none());
    assert!(jira.find_user("a-9").await.unwrap().is_none());
    let search = ProjectSearch {
        keys: vec!["PROJ".into()],
        status: vec!["live".into(), "deleted".into()],
        property_query: Some("[matriz].instance=\"clone-1\"".into()),
        properties: vec!["matriz".into()],
    };
    assert_eq!(
        jira.projects(&search)
            .try_collect::<Vec<_>>()
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(jira.check_project_key("PROJ").await.unwrap(), ["is taken"]);
    assert_eq!(jira.free_project_key("PROJ").await.unwrap(), "PROJ2");
    assert_eq!(
        jira.free_project_name("A project").await.unwrap(),
        "A project 2"
    );
    let owner = Owner::Project("PROJ");
    jira.set_property(owner, "matriz", &json!({"instance": "clone-1"}))
        .await
        .unwrap();
    assert_eq!(
        jira.property(owner, "matriz").await.unwrap().unwrap()["instance"],
        "clone-1"
    );
    assert!(jira.delete_property(owner, "matriz").await.unwrap());
    assert_eq!(jira.issue_types().await.unwrap()[0].hierarchy_level, 1);
    jira.project_issue_types("10000").await.unwrap();
    assert_eq!(
        jira.project_statuses("PROJ").await.unwrap()[0].statuses[0].name,
        "Done"
    );
    assert_eq!(
        jira.fields().await.unwrap()[0]
            .schema
            .as_ref()
            .unwrap()
            .kind,
        "number"
    );
    assert_eq!(jira.field_contexts("customfield_1").count().await, 1);
    let options: Vec<FieldOption> = jira
        .field_options("customfield_1", "1")
        .try_collect()
        .await
        .unwrap();
    assert_eq!(options[0].value, "High");
    let types: Vec<CreateIssueType> = jira.create_issue_types("PROJ").try_collect().await.unwrap();
    assert_eq!(types[0].name, "Epic");
    let screen: Vec<CreateField> = jira.create_fields("PROJ", "1").try_collect().await.unwrap();
    assert!(screen[0].required);
    assert_eq!(jira.resolutions().count().await, 1);
    assert_eq!(jira.components("PROJ").count().await, 1);
    let component = NewComponent {
        project: "PROJ".into(),
        name: "API".into(),
        ..NewComponent::default()
    };
    jira.create_component(&component).await.unwrap();
    assert!(jira.delete_component("1").await.unwrap());
    let versions: Vec<Version> = jira.versions("PROJ").try_collect().await.unwrap();
    assert_eq!(versions[0].other["overdue"], false);
    let new = Version {
        name: "1.0".into(),
        project_id: Some(10000),
        ..Version::default()
    };
    let made = jira.create_version(&new).await.unwrap();
    jira.update_version(&made).await.unwrap();
    assert_eq!(
        jira.users(&["a-1".into(), "a-2".into()])
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(jira.assignable_users("PROJ").count().await, 1);
    assert!(jira.trash_project("PROJ").await.unwrap());
    jira.restore_project("PROJ").await.unwrap();
}

async fn exercise_issues(jira: &Jira) {
    assert_eq!(jira.count_issues("project = PROJ").await.unwrap(), 7);
    assert_eq!(
        jira.parse_jql(&["x".into()]).await.unwrap()[0].errors,
        ["No."]
    );
    let fetch = Fetch {
        fields: vec!["*all".into()],
        properties: vec!["matriz.clone".into()],
    };
    let ids: Vec<String> = (0..150).map(|n| n.to_string()).collect();
    let fetched = jira.fetch_issues(&ids, &fetch).await.unwrap();
    assert_eq!(
        (fetched.issues.len(), fetched.failed[0].1.as_str()),
        (2, "Too large")
    );
    assert_eq!(
        jira.find_issue("PROJ-1", &fetch).await.unwrap().unwrap().id,
        "10001"
    );
    let transitions = jira.transitions("PROJ-1").await.unwrap();
    assert_eq!(
        transitions[0].required_fields().collect::<Vec<_>>(),
        ["resolution"]
    );
    let wish = TransitionRequest {
        id: "31".into(),
        fields: fields(json!({"resolution": {"name": "Done"}})),
    };
    jira.transition("PROJ-1", &wish).await.unwrap();
    let text = json!({"type": "doc", "version": 1, "content": []});
    let property = Property {
        key: "matriz.clone".into(),
        value: json!({"src": 1}),
    };
    let new = NewComment {
        body: text.clone(),
        visibility: None,
        properties: vec![property.clone()],
    };
    let comment = jira.add_comment("PROJ-1", &new).await.unwrap();
    assert_eq!(jira.comments("PROJ-1").count().await, 1);
    jira.edit_comment("PROJ-1", &comment.id, &text)
        .await
        .unwrap();
    assert!(jira.delete_comment("PROJ-1", &comment.id).await.unwrap());
    jira.set_property(Owner::Comment("20"), "matriz", &json!(1))
        .await
        .unwrap();
    let new = NewWorklog {
        comment: text.clone(),
        started: "2026-01-31T09:30:00.000+0000".into(),
        time_spent_seconds: 60,
        visibility: None,
        properties: vec![property],
    };
    let worklog = jira.add_worklog("PROJ-1", &new).await.unwrap();
    assert_eq!(jira.worklogs("PROJ-1").count().await, 1);
    jira.edit_worklog("PROJ-1", &worklog.id, &text)
        .await
        .unwrap();
    let owner = Owner::Worklog {
        issue: "PROJ-1",
        worklog: "30",
    };
    jira.set_property(owner, "matriz", &json!(1)).await.unwrap();
    assert_eq!(jira.find_attachment("7").await.unwrap().unwrap().id, "7");
    assert!(jira.delete_attachment("7").await.unwrap());
    assert_eq!(jira.link_types().await.unwrap()[0].outward, "blocks");
    let link = NewLink {
        type_name: "Blocks".into(),
        inward: "PROJ-1".into(),
        outward: "PROJ-2".into(),
    };
    jira.create_link(&link).await.unwrap();
    assert!(jira.delete_link("5").await.unwrap());
    assert_eq!(
        jira.watchers("PROJ-1").await.unwrap().watchers[0].account_id,
        "a-1"
    );
    assert!(jira.remove_watcher("PROJ-1", "a-1").await.unwrap());
    assert!(jira.delete_issue("PROJ-1").await.unwrap());
}

async fn exercise_boards(jira: &Jira) {
    let filter = NewFilter {
        name: "A filter".into(),
        description: "".into(),
        jql: "project = PROJ".into(),
        share: vec![],
    };
    let filter = jira.create_filter(&filter).await.unwrap();
    assert_eq!(jira.filters("A filter").count().await, 1);
    jira.filter("6").await.unwrap();
    jira.set_filter_jql(&filter, "project = COPY")
        .await
        .unwrap();
    let new = NewBoard {
        name: "A board".into(),
        kind: BoardKind::Kanban,
        filter_id: 6,
        project: "PROJ".into(),
    };
    assert_eq!(jira.create_board(&new).await.unwrap().id, 8);
    let configuration = jira.board_configuration(8).await.unwrap();
    assert_eq!(configuration.filter_id(), Some("6"));
    assert_eq!(jira.board_issues(8, "status").count().await, 1);
    let new = NewSprint {
        name: "Sprint 1".into(),
        origin_board_id: 8,
        ..NewSprint::default()
    };
    let sprint = jira.create_sprint(&new).await.unwrap();
    assert_eq!(sprint.state, SprintState::Future);
    assert_eq!(jira.sprints(8).count().await, 1);
    let owner = Owner::Sprint(4);
    jira.set_property(owner, "matriz", &json!({"src": 1}))
        .await
        .unwrap();
    assert!(jira.property(owner, "matriz").await.unwrap().is_some());
    jira.set_property(Owner::Board(8), "matriz", &json!(1))
        .await
        .unwrap();
    let issues: Vec<String> = (1..=51).map(|n| format!("PROJ-{n}")).collect();
    jira.move_to_sprint(4, &issues).await.unwrap();
    jira.set_sprint_state(4, SprintState::Active).await.unwrap();
    jira.sprint(4).await.unwrap();
    let after = Rank::After("PROJ-9".into());
    let left = jira.rank(&issues[..2], &after).await.unwrap();
    assert_eq!(left, [("PROJ-2".to_owned(), "Locked.".to_owned())]);
    let before = Rank::Before("PROJ-9".into());
    assert!(jira.rank(&issues[..2], &before).await.unwrap().is_empty());
    assert_eq!(
        jira.rank(&issues, &before).await.unwrap_err().cause,
        Cause::Setup
    );
    assert!(jira.delete_sprint(4).await.unwrap());
    assert!(jira.delete_board(8).await.unwrap());
}
