//! `clone --map-users`: a file of who is who, looked up before anything is made, and kept for a
//! refresh.

use std::fs;

use futures_util::TryStreamExt;
use matriz::provider::jira::{Issue, Jql};
use matriz::sandbox::atlassian::USERS;
use serde_json::json;

use crate::outside::block_on;
use crate::place::Place;

impl Place {
    fn assigned(&self, key: &str, account: &str) -> usize {
        let search = Jql {
            jql: format!("project = \"{key}\""),
            fields: vec!["assignee".into()],
            ..Jql::default()
        };
        let issues: Vec<_> = block_on(async {
            let found = self.jira().await.search(&search);
            found.try_collect().await.expect("issues")
        });
        let assigned = |i: &&Issue| i.text("/assignee/accountId") == account;
        issues.iter().filter(assigned).count()
    }
}

#[test]
fn people_are_mapped_by_a_file() {
    let Some(place) = Place::whole().map(Place::initialised) else {
        return;
    };
    let file = place.path("users.txt");
    let named = file.display().to_string();
    let clone = [
        "clone",
        "default",
        "clone-1",
        "--only",
        "jira",
        "--map-users",
        &named,
    ];
    let with = |text: &str, more: &[&str]| {
        fs::write(&file, text).unwrap();
        place.matriz(&[&clone[..], more].concat())
    };
    let jobs = place.json(&["jobs", "list"]);
    for yes in ["--yes", "--dry-run"] {
        with("# who is who\nno pair\n", &[yes]).refused(1, &["users.txt, line 2", "there is no ="]);
        with("owner@sandbox.example = 712020:nobody\n", &[yes])
            .refused(1, &["line 1", "no account 712020:nobody"]);
        with("\nnobody@example.com = qa@sandbox.example\n", &[yes]).refused(
            1,
            &["line 2", "shows nobody with the address nobody@example.com"],
        );
    }
    let database = [
        "clone",
        "default",
        "rows",
        "--only",
        "database",
        "--map-users",
        &named,
        "--yes",
    ];
    fs::write(&file, "owner@sandbox.example = qa@sandbox.example\n").unwrap();
    place.matriz(&database).refused(2, &["--map-users"]);
    assert_eq!(place.json(&["jobs", "list"]), jobs);
    assert!(!place.has("clone-1") && !place.has("rows"));

    let people = "owner@sandbox.example = qa@sandbox.example\n";
    let plan = with(people, &["--dry-run", "--json"])
        .ok()
        .last()
        .to_string();
    assert!(
        plan.contains("1 account to others of the target's site"),
        "{plan}"
    );
    let [owner, qa] = [0, 1].map(|n: usize| USERS[n].account_id);
    block_on(async {
        let jira = place.jira().await;
        for issue in place.walk("default").await.issues.iter().take(3) {
            let fields = json!({ "assignee": { "accountId": owner } });
            jira.edit_issue(&issue.id, fields, false).await.unwrap();
        }
    });
    let (of_owner, of_qa) = (
        place.assigned("DEFAULT", owner),
        place.assigned("DEFAULT", qa),
    );
    assert_eq!((of_owner, of_qa), (3, 0));
    // what is written down with the job counts, also where another worker goes on
    fs::write(&file, people).unwrap();
    let said = place.with(
        &[&clone[..], &["--yes", "--json"]].concat(),
        &[("MATRIZ_CRASH_AT", "jira.project:after")],
    );
    assert_eq!(said.last()["state"], "interrupted", "{said:?}");
    fs::remove_file(&file).unwrap();
    place.matriz(&["jobs", "resume"]).ok();
    assert_eq!(place.assigned("CLONE1", owner), 0);
    assert_eq!(place.assigned("CLONE1", qa), of_owner + of_qa);
    assert_eq!(place.assigned("DEFAULT", owner), of_owner);

    // a refresh knows it from the clone, which has a board alone
    let refresh = ["refresh", "clone-1", "--yes", "--confirm", "clone-1"];
    let plan = place.json(&["refresh", "clone-1", "--dry-run"]).to_string();
    assert!(plan.contains("1 account to others"), "{plan}");
    place.matriz(&refresh).ok();
    assert_eq!(place.assigned("CLONE1", owner), 0);
    assert_eq!(place.assigned("CLONE1", qa), of_owner + of_qa);
    place
        .matriz(&[&refresh[..], &["--only", "database"]].concat())
        .refused(3, &["don't both have a database"]);
}
