//! Faults to order, and what the client makes of them: nothing is created twice, nothing harmful
//! is repeated, and a pause that was asked for is kept.

mod api;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::memory::Memory;
use api::{Sandbox, new_project, patient, quick, ready};
use matriz::error::Kind;
use matriz::provider::http::{Backoff, Http, HttpOptions};
use matriz::provider::supabase::{Supabase, WaitFor};
use matriz::sandbox::api::ApiOptions;
use tokio_util::sync::CancellationToken;

async fn sandbox(dir: &tempfile::TempDir) -> (Sandbox, Arc<Memory>) {
    let databases = Arc::new(Memory::default());
    (
        Sandbox::start(dir.path(), databases.clone(), quick()).await,
        databases,
    )
}

#[tokio::test]
async fn however_a_creation_is_disturbed_there_is_one_project() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    let client = sandbox.client();
    let disturbances = [
        "POST /v1/projects drop=after times=1",
        "POST /v1/projects drop=before times=1",
        "POST /v1/projects truncate times=1",
        "POST /v1/projects status=500 times=1",
        "POST /v1/projects status=503 times=2",
        "POST /v1/projects status=429 retry-after=0 times=1",
    ];
    for (n, fault) in disturbances.iter().enumerate() {
        sandbox.order(fault).await;
        let name = format!("clone-{n}");
        let project = client
            .create_project(&new_project(&name))
            .await
            .expect(fault);
        let named = client.projects_named("sandbox", &name).await.unwrap();
        assert_eq!(named.len(), 1, "{fault}");
        assert_eq!(named[0].reference, project.reference, "{fault}");
        assert!(
            sandbox.faults().list().await.unwrap().is_empty(),
            "{fault} was not used up"
        );
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_project_of_the_same_name_that_was_there_before_is_not_taken_for_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    let client = sandbox.client();
    let old = ready(&client, "same").await;
    sandbox.order("POST /v1/projects drop=before times=1").await;
    let new = client.create_project(&new_project("same")).await.unwrap();
    assert_ne!(new.reference, old);
    assert_eq!(client.projects().await.unwrap().len(), 2);
    sandbox.stop().await;
}

#[tokio::test]
async fn reading_is_repeated_until_it_works_or_the_tries_are_used_up() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    let client = sandbox.client();
    for fault in [
        "status=500",
        "status=503",
        "drop=before",
        "drop=after",
        "truncate",
        "status=429 retry-after=0",
    ] {
        sandbox
            .order(&format!("GET /v1/organizations {fault} times=3"))
            .await;
        client.organizations().await.expect(fault);
    }
    sandbox.order("GET /v1/organizations status=503").await;
    let error = client.organizations().await.unwrap_err();
    assert_eq!(error.kind, Kind::Provider);
    assert!(error.message.contains("503"), "{}", error.message);
    sandbox.faults().clear().await.unwrap();
    client.organizations().await.unwrap();
    sandbox.stop().await;
}

#[tokio::test]
async fn a_query_that_may_have_run_is_not_run_again() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    let client = sandbox.client();
    let reference = ready(&client, "one").await;
    sandbox
        .order("POST /v1/projects/{ref}/database/query drop=before times=1")
        .await;
    let sql = "select current_setting('server_version')";
    let error = client.query(&reference, sql, &[], false).await.unwrap_err();
    assert_eq!(error.kind, Kind::Network, "{}", error.message);
    sandbox
        .order("POST /v1/projects/{ref}/database/query drop=before times=1")
        .await;
    client.query(&reference, sql, &[], true).await.unwrap();
    sandbox.stop().await;
}

#[tokio::test]
async fn pausing_and_deleting_survive_a_lost_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, databases) = sandbox(&dir).await;
    let client = sandbox.client();
    let reference = ready(&client, "one").await;
    sandbox
        .order("POST /v1/projects/{ref}/pause drop=after times=1")
        .await;
    client.pause_project(&reference).await.unwrap();
    client
        .wait_until_paused(&reference, Duration::from_secs(30))
        .await
        .unwrap();
    sandbox
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
    assert!(databases.names().is_empty());
    sandbox.stop().await;
}

#[tokio::test]
async fn ordered_fates_are_recognised_as_failures() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    let client = sandbox.client();
    sandbox.order("* init-failed times=1").await;
    let failed = client
        .create_project(&new_project("one"))
        .await
        .unwrap()
        .reference;
    let error = client
        .wait_until_healthy(&failed, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap_err();
    assert!(
        error.message.contains("creation failed"),
        "{}",
        error.message
    );

    let reference = ready(&client, "two").await;
    sandbox.order("* pause-fails times=1").await;
    client.pause_project(&reference).await.unwrap();
    let error = client
        .wait_until_paused(&reference, Duration::from_secs(30))
        .await
        .unwrap_err();
    assert!(
        error.message.contains("pausing failed"),
        "{}",
        error.message
    );
    client.pause_project(&reference).await.unwrap();
    client
        .wait_until_paused(&reference, Duration::from_secs(30))
        .await
        .unwrap();

    sandbox.order("* restore-fails times=1").await;
    client.restore_project(&reference).await.unwrap();
    let error = client
        .wait_until_healthy(&reference, &patient(WaitFor::Restore), |_| {})
        .await
        .unwrap_err();
    assert!(error.message.contains("paused again"), "{}", error.message);
    sandbox.stop().await;
}

#[tokio::test]
async fn the_limit_is_told_and_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let options = ApiOptions {
        requests_per_minute: 2,
        ..quick()
    };
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), options).await;
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
    let client = Supabase::new(&sandbox.url, &sandbox.token, http).unwrap();
    client.organizations().await.unwrap();
    client.organizations().await.unwrap();
    let error = client.organizations().await.unwrap_err();
    assert!(error.message.contains("429"), "{}", error.message);
    assert!(error.hint.as_deref().unwrap_or_default().contains("minute"));
    client
        .projects()
        .await
        .expect("another operation has its own limit");
    let lines = pauses.lock().unwrap().clone();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains(&sandbox.token)));
    sandbox.stop().await;
}

#[tokio::test]
async fn retry_after_is_obeyed_and_cancelling_ends_the_pause() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    sandbox
        .order("GET /v1/organizations status=503 retry-after=1 times=1")
        .await;
    let started = Instant::now();
    sandbox.client().organizations().await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));

    sandbox
        .order("GET /v1/organizations status=503 retry-after=60 times=1")
        .await;
    let cancel = CancellationToken::new();
    let client = sandbox.client().with_cancel(cancel.clone());
    let call = tokio::spawn(async move { client.organizations().await });
    while !sandbox.faults().list().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    cancel.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind, Kind::Cancelled);
    assert!(started.elapsed() < Duration::from_secs(1));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout_and_a_missing_server_a_network_failure() {
    let dir = tempfile::tempdir().unwrap();
    let (sandbox, _) = sandbox(&dir).await;
    sandbox.order("GET /v1/organizations delay=60000").await;
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
    let client = sandbox.client_with(http.clone());
    assert_eq!(
        client.organizations().await.unwrap_err().kind,
        Kind::Timeout
    );
    let url = sandbox.url.clone();
    let token = sandbox.token.clone();
    sandbox.stop().await;
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
    let dir = tempfile::tempdir().unwrap();
    let (first, databases) = sandbox(&dir).await;
    first.order("GET /v1/organizations status=500").await;
    first.stop().await;
    let second = Sandbox::start(dir.path(), databases, quick()).await;
    let faults = second.faults().list().await.unwrap();
    assert_eq!(faults.len(), 1);
    second.faults().remove(faults[0].id).await.unwrap();
    assert_eq!(
        second.faults().remove(faults[0].id).await.unwrap_err().kind,
        Kind::NotFound
    );
    second.client().organizations().await.unwrap();
    second.stop().await;
}
