//! The space: one whatever happens, gone when it's taken back.

use matriz::domain::job::JobState;

use crate::rig::{Fails, Rig, stage};
use crate::wiki::V2;

async fn keys(rig: &Rig) -> Vec<String> {
    let spaces = rig.wiki.get(&format!("{V2}/spaces?limit=250")).await;
    let all = spaces["results"].as_array().unwrap().iter();
    all.map(|s| s["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn however_its_creation_is_disturbed_there_is_one_space() {
    let faults = [
        "POST /wiki/api/v2/spaces drop=after times=1",
        "POST /wiki/api/v2/spaces drop=before times=1",
        "POST /wiki/api/v2/spaces truncate times=1",
        "POST /wiki/api/v2/spaces status=500 times=1",
        "POST /wiki/api/v2/spaces status=429 retry-after=0 times=1",
        "POST /wiki/api/v2/spaces drop=after times=9",
        "POST /wiki/api/v2/spaces/{id}/properties drop=after times=1",
        "POST /wiki/api/v2/spaces/{id}/properties status=500 times=2",
        "GET /wiki/api/v2/spaces status=403 times=2",
    ];
    let rig = Rig::start().await;
    rig.wiki.space("DOC").await;
    let source = rig.instance("default", Some("DOC"));
    for (n, fault) in faults.iter().enumerate() {
        let target = rig.instance(&format!("clone-{n}"), None);
        let stages = || vec![stage(rig.space_step(&target, Some(&source)))];
        rig.wiki.sandbox.order(fault).await;
        let id = rig.submit(&target, &stages());
        rig.until_done(id, stages).await;
        rig.wiki.sandbox.faults().clear().await.unwrap();
        assert_eq!(rig.key(&target), Some(format!("CLONE{n}")), "{fault}");
        assert_eq!(keys(&rig).await.len(), n + 2, "{fault}");
        let pair = rig.registry.journal_find(id, "confluence", "space", "DOC");
        let pair = pair.unwrap().unwrap();
        assert_eq!(pair.target_id, Some(format!("CLONE{n}")), "{fault}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_key_that_is_taken_is_left_alone_and_another_made() {
    let rig = Rig::start().await;
    rig.wiki.space("CLONE1").await;
    let target = rig.instance("clone-1", None);
    let stages = || vec![stage(rig.space_step(&target, None))];
    let id = rig.submit(&target, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Done);
    assert_eq!(rig.key(&target).as_deref(), Some("CLONE12"));
    assert_eq!(keys(&rig).await, ["CLONE1", "CLONE12"]);

    let other = rig.instance("other", None);
    let stages = || {
        let mut step = rig.space_step(&other, None);
        step.wanted = Some("CLONE1".into());
        vec![stage(step)]
    };
    let id = rig.submit(&other, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Failed);
    assert!(rig.why(id).contains("CLONE1 is taken"), "{}", rig.why(id));
    assert_eq!(rig.key(&other), None);
    rig.stop().await;
}

#[tokio::test]
async fn what_the_job_made_is_taken_back_and_nothing_else() {
    let rig = Rig::start().await;
    rig.wiki.space("DOC").await;
    let source = rig.instance("default", Some("DOC"));
    let target = rig.instance("clone-1", None);
    let stages = || vec![stage(rig.space_step(&target, Some(&source))), stage(Fails)];
    let id = rig.submit(&target, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Failed);
    assert_eq!(keys(&rig).await, ["DOC", "CLONE1"]);
    assert_eq!(rig.take_back(id, stages).await, JobState::Cancelled);
    assert_eq!(keys(&rig).await, ["DOC"]);
    assert_eq!(rig.key(&target), None);

    // asked for, and the answer never came
    let other = rig.instance("other", None);
    let stages = || vec![stage(rig.space_step(&other, None))];
    for fault in [
        "POST /wiki/api/v2/spaces drop=after",
        "GET /wiki/api/v2/spaces/{id}/properties status=403",
    ] {
        rig.wiki.sandbox.order(fault).await;
    }
    let id = rig.submit(&other, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Failed);
    rig.wiki.sandbox.faults().clear().await.unwrap();
    assert_eq!(keys(&rig).await, ["DOC", "OTHER"]);
    assert_eq!(rig.take_back(id, stages).await, JobState::Cancelled);
    assert_eq!(keys(&rig).await, ["DOC"]);
    rig.stop().await;
}

#[tokio::test]
async fn a_space_that_was_there_is_kept_where_it_is_empty() {
    let rig = Rig::start().await;
    rig.wiki.space("DOC").await;
    let (own, _) = rig.wiki.space("OWN").await;
    let source = rig.instance("default", Some("DOC"));
    let target = rig.instance("clone-1", Some("OWN"));
    let stages = || vec![stage(rig.space_step(&target, Some(&source)))];
    let id = rig.submit(&target, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Done);
    let pair = rig.registry.journal_find(id, "confluence", "space", "DOC");
    assert_eq!(pair.unwrap().unwrap().target_id.as_deref(), Some("OWN"));

    rig.wiki.page(&own, None, "Mine", "<p>x</p>").await;
    let id = rig.submit(&target, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Failed);
    assert!(rig.why(id).contains("isn't empty"), "{}", rig.why(id));
    assert_eq!(rig.take_back(id, stages).await, JobState::Cancelled);
    assert_eq!(keys(&rig).await, ["DOC", "OWN"]);
    assert_eq!(rig.key(&target).as_deref(), Some("OWN"));
    rig.stop().await;
}

#[tokio::test]
async fn deleting_follows_the_task_and_spares_what_others_use() {
    let rig = Rig::start().await;
    rig.wiki.space("DOC").await;
    let first = rig.instance("first", Some("DOC"));
    let second = rig.instance("second", Some("DOC"));
    let stages = || vec![stage(rig.delete_step(&first))];
    let id = rig.submit(&first, &stages());
    assert_eq!(rig.run(id, stages).await, JobState::Failed);
    assert!(
        rig.why(id).contains("also used by second"),
        "{}",
        rig.why(id)
    );
    let dir = rig.world.instance(&second).unwrap();
    dir.edit_atlassian_config(|config| {
        config.confluence_space_key = None;
    })
    .unwrap();
    rig.wiki
        .sandbox
        .order("DELETE /wiki/rest/api/space/{spaceKey} drop=after times=1")
        .await;
    engine_again(&rig, id, stages).await;
    assert_eq!(keys(&rig).await, [""; 0]);
    rig.stop().await;
}

async fn engine_again(rig: &Rig, id: i64, stages: impl Fn() -> Vec<matriz::job::step::Stage>) {
    matriz::job::engine::prepare_resume(&rig.registry, id).unwrap();
    rig.until_done(id, stages).await;
}
