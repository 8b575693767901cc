//! People in pages and restrictions are who they are on the clone's site.

use matriz::domain::job::JobState;
use matriz::sandbox::atlassian::USERS;
use serde_json::json;

use crate::fixture::contents;
use crate::rig::{Rig, clone_stages};
use crate::wiki::{V1, V2, Wiki, options};

#[tokio::test]
async fn people_become_who_they_are_on_the_other_site() {
    let rig = Rig::start().await;
    let [owner, qa, developer, product] = [0, 1, 2, 4].map(|n: usize| USERS[n].account_id);
    let (space, _) = rig.wiki.space("DOC").await;
    let body = format!(
        "<p><ac:link><ri:user ri:account-id=\"{qa}\" /></ac:link> e \
         <ac:link><ri:user ri:account-id=\"{developer}\" /></ac:link></p>"
    );
    let page = rig.wiki.page(&space, None, "Quem", &body).await;
    let comment = json!({ "pageId": page, "body": { "representation": "storage", "value": body } });
    rig.wiki
        .post(&format!("{V2}/footer-comments"), comment)
        .await;
    let known = |id: &str| json!({ "type": "known", "accountId": id });
    let restriction = json!({ "results": [{ "operation": "read",
        "restrictions": { "user": [known(owner), known(qa), known(developer)] } }] });
    rig.wiki
        .put(&format!("{V1}/content/{page}/restriction"), restriction)
        .await;

    let dir = tempfile::tempdir().unwrap();
    let other = Wiki::with(dir.path(), options()).await;
    let source = rig.instance("default", Some("DOC"));
    let target = rig.instance("clone-1", None);
    let dir = rig.world.instance(&target).unwrap();
    dir.edit_atlassian_config(|config| config.site = Some(other.sandbox.url.clone()))
        .unwrap();
    dir.edit_env(|env| env.set("ATLASSIAN_API_TOKEN", other.sandbox.site.token()))
        .unwrap();

    let stages = || clone_stages(&rig.world, &source, &target);
    let args = json!({ "users": [{ "from": qa, "to": product, "line": 1 }] });
    let id = rig.submit_with(&target, &stages(), args);
    assert_eq!(rig.run(id, stages).await, JobState::Done, "{}", rig.why(id));

    let key = rig.key(&target).unwrap();
    let found = other.get(&format!("{V2}/spaces?keys={key}")).await;
    let space = found["results"][0]["id"].as_str().unwrap();
    let (_, copy) = &contents(&other, space).await["Quem"];
    let shown = other
        .get(&format!("{V2}/pages/{copy}?body-format=storage"))
        .await;
    let comments = other
        .get(&format!(
            "{V2}/pages/{copy}/footer-comments?body-format=storage"
        ))
        .await;
    for text in [
        shown["body"]["storage"]["value"].as_str().unwrap(),
        comments["results"][0]["body"]["storage"]["value"]
            .as_str()
            .unwrap(),
    ] {
        assert!(
            text.contains(product) && text.contains(developer) && !text.contains(qa),
            "{text}"
        );
    }
    let expand = "expand=restrictions.user,restrictions.group";
    let restrictions = other
        .get(&format!("{V1}/content/{copy}/restriction?{expand}"))
        .await;
    let read = &restrictions["results"][0];
    assert_eq!(read["operation"], "read");
    let users = read["restrictions"]["user"]["results"].as_array().unwrap();
    let mut users: Vec<&str> = users
        .iter()
        .map(|u| u["accountId"].as_str().unwrap())
        .collect();
    users.sort_unstable();
    assert_eq!(users, [owner, developer, product]);
    other.sandbox.stop().await;
    rig.stop().await;
}
