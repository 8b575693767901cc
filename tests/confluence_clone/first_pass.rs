//! The first pass: everything is created once, in its place, however it's disturbed.

use matriz::domain::job::JobState;
use matriz::domain::name::InstanceName;
use matriz::job::step::Stage;

use matriz::sandbox::atlassian::USERS;
use reqwest::Method;
use serde_json::Value;

use crate::fixture::{attached, contents, fill, shape};
use crate::rig::{Rig, stage};
use crate::wiki::V2;

fn stages(rig: &Rig, source: &InstanceName, target: &InstanceName) -> Vec<Stage> {
    vec![
        stage(rig.space_step(target, Some(source))),
        stage(rig.pages_step(source, target)),
    ]
}

/// The target's space and its homepage.
pub async fn space(rig: &Rig, name: &InstanceName) -> (String, String) {
    let key = rig.key(name).unwrap();
    let found = rig.wiki.get(&format!("{V2}/spaces?keys={key}")).await;
    let space = &found["results"][0];
    let text = |name: &str| space[name].as_str().unwrap().to_owned();
    (text("id"), text("homepageId"))
}

#[tokio::test]
async fn everything_is_created_once_in_its_place_however_it_is_disturbed() {
    let rig = Rig::start().await;
    let made = fill(&rig.wiki, "DOC").await;
    let source = rig.instance("default", Some("DOC"));
    let wanted = shape(&rig.wiki, &made.space, &made.home).await;
    let files = attached(&rig.wiki, &made.space).await;
    assert!(
        wanted.len() > 17 && files.len() == 4,
        "{wanted:#?} {files:#?}"
    );
    let adoption_fails = "GET /wiki/api/v2/pages/{id}/properties status=403 times=4";
    let disturbances: [&[&str]; 10] = [
        &[],
        &["POST /wiki/api/v2/pages drop=after times=4"],
        &["POST /wiki/api/v2/pages drop=after times=4", adoption_fails],
        &["POST /wiki/api/v2/pages drop=before times=2"],
        &["POST /wiki/api/v2/pages status=500 times=2"],
        &["POST /wiki/api/v2/pages status=429 retry-after=0 times=4"],
        &[
            "POST /wiki/api/v2/folders drop=after times=2",
            "GET /wiki/api/v2/folders/{id}/properties status=403 times=1",
        ],
        &[
            "POST /wiki/api/v2/blogposts drop=after times=2",
            "GET /wiki/api/v2/blogposts/{id}/properties status=403 times=1",
        ],
        &[
            "POST /wiki/api/v2/pages/{id}/properties drop=after times=3",
            "PUT /wiki/api/v2/pages/{id} drop=after times=1",
        ],
        &[
            "PUT /wiki/rest/api/content/{id}/child/attachment drop=after times=2",
            "GET /wiki/rest/api/content/{id}/child/attachment/{attachment}/download truncate times=2",
        ],
    ];
    for (n, faults) in disturbances.iter().enumerate() {
        let target = rig.instance(&format!("clone-{n}"), None);
        for fault in *faults {
            rig.wiki.sandbox.order(fault).await;
        }
        let id = rig.submit(&target, &stages(&rig, &source, &target));
        rig.until_done(id, || stages(&rig, &source, &target)).await;
        let left = rig.wiki.sandbox.faults().list().await.unwrap();
        assert!(left.is_empty(), "{faults:?} were not used up: {left:?}");
        let (space, home) = space(&rig, &target).await;
        assert_eq!(shape(&rig.wiki, &space, &home).await, wanted, "{faults:?}");
        assert_eq!(attached(&rig.wiki, &space).await, files, "{faults:?}");
        for (title, (kind, id)) in contents(&rig.wiki, &space).await {
            let path = format!("{V2}/{kind}/{id}/properties?key=matriz-clone");
            let marks = rig.wiki.get(&path).await;
            let mark = &marks["results"][0]["value"];
            let old = made
                .pages
                .get(&title)
                .or(made.posts.get(&title))
                .unwrap_or(&made.home);
            assert_eq!(mark["src"], **old, "{faults:?}: {title}");
            assert_eq!(mark["instance"], target.as_str());
            // what isn't for everybody never is, until it gets its own restrictions
            let path = format!("{V2}/{kind}/{id}");
            let seen = rig
                .wiki
                .call_as(USERS[2], Method::GET, &path, Value::Null)
                .await;
            let expected = if title == "Secreta" { 404 } else { 200 };
            assert_eq!(seen.status, expected, "{faults:?}: {title}");
        }
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_space_that_was_there_before_is_emptied_on_cancel_and_stays() {
    let rig = Rig::start().await;
    fill(&rig.wiki, "DOC").await;
    let (own, home) = rig.wiki.space("OWN").await;
    let source = rig.instance("default", Some("DOC"));
    let target = rig.instance("clone-1", Some("OWN"));
    let stages = || {
        let mut all = stages(&rig, &source, &target);
        all.push(stage(crate::rig::Fails));
        all
    };
    let id = rig.submit(&target, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Failed);
    assert!(contents(&rig.wiki, &own).await.len() > 10);
    assert_eq!(
        rig.take_back(id, stages).await,
        JobState::Cancelled,
        "{}",
        rig.why(id)
    );
    let left: Vec<String> = contents(&rig.wiki, &own)
        .await
        .into_values()
        .map(|c| c.1)
        .collect();
    assert_eq!(left, [home]);
    assert_eq!(rig.key(&target).as_deref(), Some("OWN"));
    rig.stop().await;
}
