//! The whole clone: what names the source names the copy, everything that stands beside the pages
//! is there once, and the report says so.

use matriz::domain::name::InstanceName;
use matriz::domain::report_confluence::{CONFLUENCE, SpaceChanges};
use serde::Deserialize;

use crate::first_pass::space;
use crate::fixture::{contents, fill};
use crate::rig::{Rig, clone_stages};
use crate::snapshot::{Names, snapshot};
use crate::wiki::V2;

fn report(rig: &Rig, job: i64) -> SpaceChanges {
    let parts = rig.registry.report_parts(job).unwrap();
    let part = parts.iter().find(|part| part.name == CONFLUENCE).unwrap();
    println!("{}", part.lines().join("\n"));
    SpaceChanges::deserialize(&part.data).unwrap()
}

#[tokio::test]
async fn a_copy_is_whole_and_names_nothing_of_its_source_however_it_is_disturbed() {
    let rig = Rig::start().await;
    let made = fill(&rig.wiki, "DOC").await;
    let source = rig.instance("default", Some("DOC"));
    let names = Names {
        key: "DOC",
        issue: "PROJ-1",
    };
    let wanted = snapshot(&rig.wiki, &made.space, &made.home, &names).await;
    let disturbances: [&[&str]; 9] = [
        &[],
        &["PUT /wiki/api/v2/pages/{id} drop=after times=3"],
        &[
            "PUT /wiki/api/v2/blogposts/{id} drop=after times=1",
            "POST /wiki/rest/api/content/{id}/label drop=after times=2",
            "PUT /wiki/rest/api/content/{id}/restriction drop=after times=1",
        ],
        &["POST /wiki/api/v2/footer-comments drop=after times=4"],
        &[
            "POST /wiki/api/v2/footer-comments drop=after times=4",
            "GET /wiki/api/v2/footer-comments/{id}/children status=403 times=2",
        ],
        &["POST /wiki/api/v2/inline-comments drop=after times=3"],
        &["PUT /wiki/api/v2/inline-comments/{id} drop=after times=1"],
        &[
            "POST /wiki/api/v2/footer-comments status=500 times=2",
            "POST /wiki/api/v2/inline-comments truncate times=1",
            "POST /wiki/api/v2/pages status=429 retry-after=0 times=2",
        ],
        // everything was written, and the step runs again
        &["GET /wiki/api/v2/folders/{id}/direct-children status=403 times=1"],
    ];
    for (n, faults) in disturbances.iter().enumerate() {
        let target = rig.instance(&format!("clone-{n}"), None);
        for fault in *faults {
            rig.wiki.sandbox.order(fault).await;
        }
        let id = rig.submit(&target, &clone_stages(&rig.world, &source, &target));
        rig.until_done(id, || clone_stages(&rig.world, &source, &target))
            .await;
        if n < 8 {
            let left = rig.wiki.sandbox.faults().list().await.unwrap();
            assert!(left.is_empty(), "{faults:?} were not used up: {left:?}");
        }
        rig.wiki.sandbox.faults().clear().await.unwrap();
        let (space, home) = space(&rig, &target).await;
        let key = rig.key(&target).unwrap();
        let names = Names {
            key: &key,
            issue: "CLO-7",
        };
        let copied = snapshot(&rig.wiki, &space, &home, &names).await;
        for (old, new) in wanted.iter().zip(&copied) {
            assert_eq!(new, old, "{faults:?}");
        }
        assert_eq!(copied.len(), wanted.len(), "{faults:?}");
        let report = report(&rig, id);
        assert!(report.is_whole(), "{faults:?}: {report:#?}");
        assert_eq!(report.left, [], "{faults:?}");
        assert!(report.followed >= 7 && report.broken.is_empty());
    }
    who_said_it(&rig, &source, "CLONE0").await;
    rig.stop().await;
}

async fn who_said_it(rig: &Rig, source: &InstanceName, key: &str) {
    assert_eq!(rig.key(source).as_deref(), Some("DOC"));
    let found = rig.wiki.get(&format!("{V2}/spaces?keys={key}")).await;
    let space = found["results"][0]["id"].as_str().unwrap();
    let pages = contents(&rig.wiki, space).await;
    let (_, id) = &pages["Detalhe"];
    let path = format!("{V2}/pages/{id}/footer-comments?body-format=storage");
    let comments = rig.wiki.get(&path).await;
    let body = comments["results"][0]["body"]["storage"]["value"]
        .as_str()
        .unwrap();
    assert!(
        body.starts_with("<p><strong>Sandbox QA</strong>, 2"),
        "{body}"
    );
    assert!(body.ends_with(" UTC:</p><p>Falta CLO-7?</p>"), "{body}");
}

#[tokio::test]
async fn what_leads_nowhere_and_what_cannot_be_carried_is_told() {
    let rig = Rig::start().await;
    let (space, _) = rig.wiki.space("DOC").await;
    let body = "<p><ac:link><ri:page ri:content-title=\"Sumiu\"/></ac:link> PROJ-12 e PROJ-1\
        <ac:image><ri:attachment ri:filename=\"nada.png\"/></ac:image></p>";
    rig.wiki.page(&space, None, "Guia de PROJ-1", body).await;
    let link = "<p><ac:link><ri:page ri:content-title=\"Guia de PROJ-1\"/></ac:link></p>";
    rig.wiki.page(&space, None, "Outra", link).await;
    let folder = serde_json::json!({ "spaceId": space, "title": "Pasta de PROJ-1" });
    rig.wiki.post(&format!("{V2}/folders"), folder).await;
    let words = serde_json::json!({ "name": "Espaço de PROJ-1",
        "description": { "plain": { "value": "Tudo de PROJ-1.", "representation": "plain" } } });
    rig.wiki.put("/wiki/rest/api/space/DOC", words).await;
    let source = rig.instance("default", Some("DOC"));
    let target = rig.instance("clone-1", None);
    let id = rig.submit(&target, &clone_stages(&rig.world, &source, &target));
    assert_eq!(
        rig.until_done(id, || clone_stages(&rig.world, &source, &target))
            .await,
        0
    );
    let report = report(&rig, id);
    assert!(report.is_whole(), "{report:#?}");
    let broken: Vec<&str> = report.broken.iter().map(|b| b.to.as_str()).collect();
    assert_eq!(broken, ["\"Sumiu\"", "attachment \"nada.png\""]);
    let left: Vec<&str> = report.left.iter().map(|l| l.place.as_str()).collect();
    // an issue that there isn't, and a name that no call changes
    let folder = "title of the folder \"Pasta de PROJ-1\"";
    assert_eq!(left, ["page \"Guia de CLO-7\"", folder]);
    let key = rig.key(&target).unwrap();
    let path = format!("{V2}/spaces?keys={key}&description-format=plain");
    let found = rig.wiki.get(&path).await;
    let copy = &found["results"][0];
    assert_eq!(copy["name"], "Espaço de CLO-7 (clone-1)");
    assert_eq!(copy["description"]["plain"]["value"], "Tudo de CLO-7.");
    let pages = contents(&rig.wiki, found["results"][0]["id"].as_str().unwrap()).await;
    let (_, other) = &pages["Outra"];
    let other = rig
        .wiki
        .get(&format!("{V2}/pages/{other}?body-format=storage"))
        .await;
    let body = other["body"]["storage"]["value"].as_str().unwrap();
    assert_eq!(body, link.replace("PROJ-1", "CLO-7"));
    assert!(pages.contains_key("Guia de CLO-7"), "{pages:?}");
    rig.stop().await;
}
