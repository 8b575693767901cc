//! Faults to order, and what the client makes of them: nothing is created twice, nothing harmful
//! is repeated, and a pause that was asked for is kept.

mod api;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::{Small, created, healthy, new_project, quick, ready, refused};
use matriz::error::Kind;
use matriz::provider::http::{Backoff, Http, HttpOptions};
use matriz::provider::supabase::{Supabase, WaitFor};
use matriz::sandbox::api::ApiOptions;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn however_a_creation_is_disturbed_there_is_one_project() {
    let small = Small::start().await;
    let client = &small.client;
    let disturbances = [
        "POST /v1/projects drop=after times=1",
        "POST /v1/projects drop=before times=1",
        "POST /v1/projects truncate times=1",
        "POST /v1/projects status=500 times=1",
        "POST /v1/projects status=503 times=2",
        "POST /v1/projects status=429 retry-after=0 times=1",
    ];
    for (n, fault) in disturbances.iter().enumerate() {
        small.order(fault).await;
        let name = format!("clone-{n}");
        let project = client
            .create_project(&new_project(&name))
            .await
            .expect(fault);
        let named = client.projects_named("sandbox", &name).await.unwrap();
        assert_eq!(named.len(), 1, "{fault}");
        assert_eq!(named[0].reference, project.reference, "{fault}");
        assert!(
            small.faults().list().await.unwrap().is_empty(),
            "{fault} was not used up"
        );
    }
    small.stop().await;
}

#[tokio::test]
async fn a_project_of_the_same_name_that_was_there_before_is_not_taken_for_the_new_one() {
    let small = Small::start().await;
    let client = &small.client;
    let old = ready(client, "same").await;
    small.order("POST /v1/projects drop=before times=1").await;
    let new = client.create_project(&new_project("same")).await.unwrap();
    assert_ne!(new.reference, old);
    assert_eq!(client.projects().await.unwrap().len(), 2);
    small.stop().await;
}

#[tokio::test]
async fn reading_is_repeated_until_it_works_or_the_tries_are_used_up() {
    let small = Small::start().await;
    let client = &small.client;
    for fault in [
        "status=500",
        "status=503",
        "drop=before",
        "drop=after",
        "truncate",
        "status=429 retry-after=0",
    ] {
        small
            .order(&format!("GET /v1/organizations {fault} times=3"))
            .await;
        client.organizations().await.expect(fault);
    }
    small.order("GET /v1/organizations status=503").await;
    let error = client.organizations().await.unwrap_err();
    assert_eq!(error.kind, Kind::Provider);
    assert!(error.message.contains("503"), "{}", error.message);
    small.faults().clear().await.unwrap();
    client.organizations().await.unwrap();
    small.stop().await;
}

#[tokio::test]
async fn a_query_that_may_have_run_is_not_run_again() {
    let small = Small::start().await;
    let client = &small.client;
    let reference = ready(client, "one").await;
    small
        .order("POST /v1/projects/{ref}/database/query drop=before times=1")
        .await;
    let sql = "select current_setting('server_version')";
    let error = client.query(&reference, sql, &[], false).await.unwrap_err();
    assert_eq!(error.kind, Kind::Network, "{}", error.message);
    small
        .order("POST /v1/projects/{ref}/database/query drop=before times=1")
        .await;
    client.query(&reference, sql, &[], true).await.unwrap();
    small.stop().await;
}

#[tokio::test]
async fn pausing_and_deleting_survive_a_lost_answer() {
    let small = Small::start().await;
    let client = &small.client;
    let reference = ready(client, "one").await;
    small
        .order("POST /v1/projects/{ref}/pause drop=after times=1")
        .await;
    client.pause_project(&reference).await.unwrap();
    client
        .wait_until_paused(&reference, Duration::from_secs(30))
        .await
        .unwrap();
    small
        .order("DELETE /v1/projects/{ref} drop=after times=1")
        .await;
    client
        .delete_project(&reference, Duration::from_secs(30))
        .await
        .unwrap();
    client
        .wait_until_gone(&reference, Duration::from_secs(30))
        .await
        .unwrap();
    assert!(small.databases.names().is_empty());
    small.stop().await;
}

#[tokio::test]
async fn ordered_fates_are_recognised_as_failures() {
    let small = Small::start().await;
    let client = &small.client;
    small.order("* init-failed times=1").await;
    let failed = created(client, new_project("one")).await;
    refused(
        healthy(client, &failed, WaitFor::Creation).await,
        "creation failed",
    );

    let reference = ready(client, "two").await;
    small.order("* pause-fails times=1").await;
    client.pause_project(&reference).await.unwrap();
    refused(
        client
            .wait_until_paused(&reference, Duration::from_secs(30))
            .await,
        "pausing failed",
    );
    client.pause_project(&reference).await.unwrap();
    client
        .wait_until_paused(&reference, Duration::from_secs(30))
        .await
        .unwrap();

    small.order("* restore-fails times=1").await;
    client.restore_project(&reference).await.unwrap();
    refused(
        healthy(client, &reference, WaitFor::Restore).await,
        "paused again",
    );
    small.stop().await;
}

#[tokio::test]
async fn the_limit_is_told_and_waited_for() {
    let options = ApiOptions {
        requests_per_minute: 2,
        ..quick()
    };
    let small = Small::with(options).await;
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let seen = pauses.clone();
    let http = Http::new(HttpOptions {
        backoff: Backoff {
            patience: Duration::from_secs(5),
            ..Backoff::default()
        },
        observer: Some(Arc::new(move |e| seen.lock().unwrap().push(e.to_string()))),
        ..HttpOptions::default()
    })
    .unwrap();
    let client = Supabase::new(&small.url, &small.token, http).unwrap();
    client.organizations().await.unwrap();
    client.organizations().await.unwrap();
    let error = refused(client.organizations().await, "429");
    assert!(error.hint.as_deref().unwrap_or_default().contains("minute"));
    client
        .projects()
        .await
        .expect("another operation has its own limit");
    let lines = pauses.lock().unwrap().clone();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains(&small.token)));
    small.stop().await;
}

#[tokio::test]
async fn retry_after_is_obeyed_and_cancelling_ends_the_pause() {
    let small = Small::start().await;
    small
        .order("GET /v1/organizations status=503 retry-after=1 times=1")
        .await;
    let started = Instant::now();
    small.client().organizations().await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));

    small
        .order("GET /v1/organizations status=503 retry-after=60 times=1")
        .await;
    let cancel = CancellationToken::new();
    let client = small.client().with_cancel(cancel.clone());
    let call = tokio::spawn(async move { client.organizations().await });
    while !small.faults().list().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    cancel.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind, Kind::Cancelled);
    assert!(started.elapsed() < Duration::from_secs(1));
    small.stop().await;
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout_and_a_missing_server_a_network_failure() {
    let small = Small::start().await;
    small.order("GET /v1/organizations delay=60000").await;
    let http = Http::new(HttpOptions {
        timeout: Duration::from_millis(100),
        backoff: Backoff {
            tries: 2,
            base: Duration::from_millis(1),
            ..Backoff::default()
        },
        ..HttpOptions::default()
    })
    .unwrap();
    let client = small.client_with(http.clone());
    assert_eq!(
        client.organizations().await.unwrap_err().kind,
        Kind::Timeout
    );
    let url = small.url.clone();
    let token = small.token.clone();
    small.stop().await;
    let error = Supabase::new(&url, &token, http)
        .unwrap()
        .organizations()
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Network);
    assert!(
        error
            .hint
            .as_deref()
            .unwrap_or_default()
            .contains("sandbox start"),
        "{error:?}"
    );
}

#[tokio::test]
async fn faults_survive_a_restart_and_can_be_taken_back() {
    let small = Small::start().await;
    small.order("GET /v1/organizations status=500").await;
    let small = small.restart(quick()).await;
    let faults = small.faults().list().await.unwrap();
    assert_eq!(faults.len(), 1);
    small.faults().remove(faults[0].id).await.unwrap();
    let again = small.faults().remove(faults[0].id).await;
    assert_eq!(again.unwrap_err().kind, Kind::NotFound);
    small.client.organizations().await.unwrap();
    small.stop().await;
}
