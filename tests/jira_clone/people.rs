//! Who of the source's people is who on the clone's site: looked up before the job, used by it.

use matriz::domain::job::JobState;
use matriz::domain::user_map::UserPair;
use matriz::error::{Error, Kind};
use matriz::job::users::look_up;
use matriz::sandbox::atlassian::USERS;
use serde_json::{Value, json};

use crate::jira::Jira;
use crate::look::issues;
use crate::place::{Place, What, name};
use crate::source;

fn pair(from: &str, to: &str) -> UserPair {
    UserPair {
        from: from.into(),
        to: to.into(),
        line: 3,
    }
}

/// Accounts, sorted.
async fn watched(jira: &Jira, key: &str) -> Vec<String> {
    let shown = jira.get(&format!("issue/{key}/watchers")).await;
    let all = shown["watchers"].as_array().unwrap().iter();
    let mut all: Vec<String> = all
        .map(|w| w["accountId"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn people_become_who_they_are_on_the_other_site() {
    let place = Place::start().await;
    source::make(&place).await;
    let [qa, developer, designer, product, support] =
        [1, 2, 3, 4, 5].map(|n: usize| USERS[n].account_id);
    let mention = json!({ "type": "doc", "version": 1, "content": [{ "type": "paragraph",
        "content": [
            { "type": "mention", "attrs": { "id": qa, "text": "@Sandbox QA" } },
            { "type": "mention", "attrs": { "id": support, "text": "@Sandbox Support" } } ] }] });
    place
        .jira
        .post(201, "issue/PROJ-4/comment", json!({ "body": mention }))
        .await;
    let boards = place
        .jira
        .agile(200, "GET", "board?projectKeyOrId=PROJ", None)
        .await;
    let configuration = format!("board/{}/configuration", boards["values"][0]["id"]);
    let configuration = place.jira.agile(200, "GET", &configuration, None).await;
    let filter = format!("filter/{}", configuration["filter"]["id"].as_str().unwrap());
    let mut shown = place.jira.get(&filter).await;
    shown["jql"] = json!(format!(
        "project = PROJ AND assignee != \"{qa}\" ORDER BY Rank ASC"
    ));
    let body = json!({ "name": shown["name"], "jql": shown["jql"] });
    place.jira.put(200, &filter, body).await;

    let dir = tempfile::tempdir().unwrap();
    let other = Jira::start(dir.path()).await;
    place.move_clone_to(&other);
    let users = json!([
        pair(qa, product),
        pair(developer, support),
        pair(designer, product)
    ]);
    let id = place.submit_with(What::Whole, json!({ "users": users }));
    let state = place.run(id, What::Whole).await;
    assert_eq!(state, JobState::Done, "{:?}", place.view(id).error);

    let keys: std::collections::BTreeMap<_, _> = place.pairs(id, "issue-key").into_iter().collect();
    let to = issues(&other, "CLONE1").await;
    let from = issues(&place.jira, "PROJ").await;
    let with = |field: &str, account: &str| {
        let has = |value: &Value| value.to_string().contains(account);
        from.iter()
            .find(|(_, i)| has(&i[field]))
            .map(|(key, _)| &to[&keys[key]])
    };
    let assigned = with("assignee", qa).expect("an assigned issue");
    assert_eq!(assigned["assignee"]["accountId"], product);
    let picked = with("customfield_10043", developer).expect("an issue with people");
    assert_eq!(picked["customfield_10043"][0]["accountId"], support);

    let mut designers = 0;
    for (source, target) in &keys {
        let old = watched(&place.jira, source).await;
        let new = watched(&other, target).await;
        assert!(!new.contains(&designer.to_owned()), "{target}: {new:?}");
        if old.contains(&designer.to_owned()) {
            designers += 1;
            assert!(new.contains(&product.to_owned()), "{target}: {new:?}");
        }
    }
    assert!(designers >= 2);

    let said = other
        .get(&format!("issue/{}/comment", keys["PROJ-4"]))
        .await
        .to_string();
    assert!(said.contains(&format!("\"id\":\"{product}\"")), "{said}");
    assert!(
        said.contains(&format!("\"id\":\"{support}\"")),
        "who isn't mapped stays: {said}"
    );
    assert!(!said.contains(&format!("\"id\":\"{qa}\"")), "{said}");
    let filters = other
        .get("filter/search?expand=jql&filterName=CLONE1")
        .await;
    let jql = filters["values"][0]["jql"].as_str().unwrap().to_owned();
    assert!(
        jql.contains(product) && jql.contains("CLONE1") && !jql.contains(qa),
        "{jql}"
    );
}

#[tokio::test]
async fn people_are_looked_up_before_anything_is_made() {
    let place = Place::start().await;
    let dir = tempfile::tempdir().unwrap();
    let other = Jira::start(dir.path()).await;
    place.move_clone_to(&other);
    let world = place.world();
    let (source, target) = (name("default"), name("clone-1"));
    let ask =
        async |from: &str, to: &str| look_up(&world, &source, &target, &[pair(from, to)]).await;
    let found = ask(USERS[1].email, &USERS[4].email.to_uppercase())
        .await
        .unwrap();
    let expected = [pair(USERS[1].account_id, USERS[4].account_id)];
    assert_eq!(found, expected);
    // somebody who has left the source's site may still be named in it
    assert!(ask("712020:gone", USERS[1].account_id).await.is_ok());
    let wrong = |answer: Result<Vec<UserPair>, Error>, words: &str| {
        let error = answer.unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
        assert!(error.message.contains(words), "{}", error.message);
        assert!(error.message.contains("line 3"), "{}", error.message);
    };
    wrong(
        ask(USERS[1].account_id, "712020:nobody").await,
        "no account 712020:nobody",
    );
    wrong(
        ask(USERS[1].account_id, "nobody@example.com").await,
        &other.sandbox.url,
    );
    wrong(
        ask("nobody@example.com", USERS[1].account_id).await,
        &place.jira.sandbox.url,
    );
    // an address and an id of one person, who can't become two
    let pairs = [
        pair(USERS[1].email, USERS[2].account_id),
        pair(USERS[1].account_id, USERS[3].account_id),
    ];
    let error = look_up(&world, &source, &target, &pairs).await.unwrap_err();
    assert_eq!(error.kind, Kind::Parse, "{}", error.message);
}
