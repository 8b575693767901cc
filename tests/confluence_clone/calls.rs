//! How many calls a page takes: as many as the API needs, and the same for the last as for the
//! first.

use std::time::Instant;

use matriz::domain::report_confluence::{CONFLUENCE, SpaceChanges};
use matriz::sandbox::atlassian::AtlassianOptions;
use serde::Deserialize;

use crate::rig::{Rig, clone_stages};

/// Calls for a space of so many pages, each of which names an issue if `changes`.
async fn calls(rig: &Rig, key: &str, pages: usize, changes: bool) -> u64 {
    let (space, _) = rig.wiki.space(key).await;
    for n in 0..pages {
        let body = match changes {
            true => "<p>Ver PROJ-1.</p>",
            false => "<p>Nada.</p>",
        };
        rig.wiki
            .page(&space, None, &format!("Página {n}"), body)
            .await;
    }
    let source = rig.instance(&key.to_lowercase(), Some(key));
    let target = rig.instance(&format!("of-{}", key.to_lowercase()), None);
    let stages = || clone_stages(&rig.world, &source, &target);
    let id = rig.submit(&target, &stages());
    assert_eq!(rig.until_done(id, stages).await, 0);
    let parts = rig.registry.report_parts(id).unwrap();
    let part = parts.iter().find(|part| part.name == CONFLUENCE).unwrap();
    let report = SpaceChanges::deserialize(&part.data).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    report.calls
}

#[tokio::test]
async fn each_page_takes_as_many_calls_as_the_api_needs() {
    let rig = Rig::start().await;
    let few = calls(&rig, "FEW", 4, false).await;
    let more = calls(&rig, "MORE", 24, false).await;
    let changed = calls(&rig, "CHANGED", 24, true).await;
    println!("4 pages: {few} calls, 24: {more}, 24 that change: {changed}");
    // its restrictions, the page, its marker and what is attached; then it with labels and
    // properties, and both kinds of comments
    assert_eq!(more - few, 20 * 7);
    // and its new body
    assert_eq!(changed - more, 24);
    rig.stop().await;
}

/// For measurements. `MATRIZ_SCALE` says how many pages; with `MATRIZ_LIMITS` the site has limits of
/// requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; it measures"]
async fn a_large_space() {
    let pages: usize = std::env::var("MATRIZ_SCALE").map_or(1000, |text| text.parse().unwrap());
    // the limits begin when the pages are there
    let rig = Rig::start().await;
    let (space, _) = rig.wiki.space("LARGE").await;
    for n in 0..pages {
        let body = format!("<p>Ver PROJ-{n}.</p>");
        rig.wiki
            .page(&space, None, &format!("Página {n}"), &body)
            .await;
    }
    let rig = match std::env::var_os("MATRIZ_LIMITS") {
        Some(_) => rig.again(AtlassianOptions::default()).await,
        None => rig,
    };
    let source = rig.instance("large", Some("LARGE"));
    let target = rig.instance("copy", None);
    let stages = || clone_stages(&rig.world, &source, &target);
    let id = rig.submit(&target, &stages());
    let begun = Instant::now();
    assert_eq!(rig.until_done(id, stages).await, 0);
    println!("{pages} pages in {:?}", begun.elapsed());
    let parts = rig.registry.report_parts(id).unwrap();
    let part = parts.iter().find(|part| part.name == CONFLUENCE).unwrap();
    println!("{}", part.lines()[..10].join("\n"));
    rig.stop().await;
}
