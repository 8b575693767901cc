//! The sandbox's API through the real client: states, refusals, restarts.

mod api;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use api::memory::Memory;
use api::{Sandbox, new_project, patient, quick, ready};
use matriz::domain::secret::Secret;
use matriz::error::Kind;
use matriz::provider::supabase::{ApiKeys, NewProject, ProjectStatus, Service, Supabase, WaitFor};
use matriz::sandbox::api::ApiOptions;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_project_lives_through_all_its_states() {
    let dir = tempfile::tempdir().unwrap();
    let databases = Arc::new(Memory::default());
    let sandbox = Sandbox::start(dir.path(), databases.clone(), quick()).await;
    let client = sandbox.client();

    let created = client.create_project(&new_project("one")).await.unwrap();
    assert_eq!(created.status, ProjectStatus::ComingUp);
    let reference = created.reference;
    let mut seen = Vec::new();
    client
        .wait_until_healthy(&reference, &patient(WaitFor::Creation), |p| {
            seen.push(p.status.clone())
        })
        .await
        .unwrap();
    assert_eq!(seen.first(), Some(&ProjectStatus::ComingUp));
    assert_eq!(seen.last(), Some(&ProjectStatus::ActiveHealthy));
    let project = client.project(&reference).await.unwrap();
    assert_eq!(project.database.unwrap().version, "17.6");

    client.pause_project(&reference).await.unwrap();
    client.wait_until_paused(&reference, MINUTE).await.unwrap();
    let health = client.health(&reference, &[Service::Db]).await.unwrap();
    assert_ne!(
        health[0].status,
        matriz::provider::supabase::ServiceStatus::Healthy
    );
    client.restore_project(&reference).await.unwrap();
    client
        .wait_until_healthy(&reference, &patient(WaitFor::Restore), |_| {})
        .await
        .unwrap();

    assert!(client.delete_project(&reference, MINUTE).await.unwrap());
    client.wait_until_gone(&reference, MINUTE).await.unwrap();
    assert!(databases.names().is_empty());
    assert!(
        !client.delete_project(&reference, MINUTE).await.unwrap(),
        "gone already"
    );
    assert!(client.find_project(&reference).await.unwrap().is_none());
    assert_eq!(
        client.project(&reference).await.unwrap_err().kind,
        Kind::NotFound
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_project_that_is_coming_up_cannot_be_deleted_yet() {
    let dir = tempfile::tempdir().unwrap();
    let options = ApiOptions {
        coming_up_ms: 300,
        ..quick()
    };
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), options).await;
    let client = sandbox.client();
    let reference = client
        .create_project(&new_project("one"))
        .await
        .unwrap()
        .reference;

    let error = client
        .delete_project(&reference, Duration::ZERO)
        .await
        .unwrap_err();
    assert!(
        error.message.contains("Project not ready for deletion"),
        "{}",
        error.message
    );
    assert!(
        client.delete_project(&reference, MINUTE).await.unwrap(),
        "with patience it works"
    );
    client.wait_until_gone(&reference, MINUTE).await.unwrap();
    sandbox.stop().await;
}

#[tokio::test]
async fn what_was_under_way_goes_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let databases = Arc::new(Memory::default());
    let slow = ApiOptions {
        coming_up_ms: 60_000,
        ..quick()
    };
    let sandbox = Sandbox::start(dir.path(), databases.clone(), slow).await;
    let token = sandbox.token.clone();
    let reference = sandbox
        .client()
        .create_project(&new_project("one"))
        .await
        .unwrap()
        .reference;
    assert!(sandbox.state.busy());
    sandbox.stop().await;

    let sandbox = Sandbox::start(dir.path(), databases.clone(), quick()).await;
    assert_eq!(sandbox.token, token);
    let client = sandbox.client();
    client
        .wait_until_healthy(&reference, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap();
    assert_eq!(databases.names(), [reference.to_string()]);
    let state = std::fs::read_to_string(dir.path().join("state.json")).unwrap();
    assert!(
        !state.contains("example-password"),
        "the password is kept only until it was used"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_creation_that_fails_for_a_moment_is_tried_again_and_one_that_goes_on_failing_ends() {
    let dir = tempfile::tempdir().unwrap();
    let databases = Arc::new(Memory::default());
    let sandbox = Sandbox::start(dir.path(), databases.clone(), quick()).await;
    let client = sandbox.client();
    databases.failing.store(1, Ordering::SeqCst);
    ready(&client, "first").await;

    databases.failing.store(u32::MAX, Ordering::SeqCst);
    let second = client
        .create_project(&new_project("second"))
        .await
        .unwrap()
        .reference;
    let error = client
        .wait_until_healthy(&second, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap_err();
    assert!(
        error.message.contains("creation failed"),
        "{}",
        error.message
    );
    assert!(client.delete_project(&second, MINUTE).await.unwrap());
    sandbox.stop().await;
}

#[tokio::test]
async fn the_organizations_plans_are_held() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let client = sandbox.client();
    let within = |organization: &str, name: &str| NewProject {
        organization: organization.into(),
        ..new_project(name)
    };
    let first = client
        .create_project(&within("sandbox-free", "a"))
        .await
        .unwrap()
        .reference;
    client
        .create_project(&within("sandbox-free", "b"))
        .await
        .unwrap();
    let error = client
        .create_project(&within("sandbox-free", "c"))
        .await
        .unwrap_err();
    assert!(
        error.message.contains("free project limits"),
        "{}",
        error.message
    );
    client
        .wait_until_healthy(&first, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap();
    client.pause_project(&first).await.unwrap();
    client.wait_until_paused(&first, MINUTE).await.unwrap();
    client
        .create_project(&within("sandbox-free", "c"))
        .await
        .unwrap();
    let error = client.restore_project(&first).await.unwrap_err();
    assert!(
        error.message.contains("free project limits"),
        "{}",
        error.message
    );

    let paid = client
        .create_project(&within("sandbox-pro", "d"))
        .await
        .unwrap()
        .reference;
    client
        .wait_until_healthy(&paid, &patient(WaitFor::Creation), |_| {})
        .await
        .unwrap();
    let error = client.pause_project(&paid).await.unwrap_err();
    assert!(
        error.message.contains("cannot be paused"),
        "{}",
        error.message
    );
    assert!(
        !client
            .organization("sandbox-pro")
            .await
            .unwrap()
            .can_pause()
    );
    assert!(client.organization("sandbox").await.unwrap().can_pause());
    sandbox.stop().await;
}

#[tokio::test]
async fn keys_are_masked_until_revealed_and_name_the_project() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let client = sandbox.client();
    let reference = ready(&client, "one").await;
    let masked = client.api_keys(&reference, false).await.unwrap();
    let secret = masked
        .iter()
        .find(|k| k.key_type == Some(matriz::provider::supabase::KeyType::Secret))
        .unwrap();
    assert!(secret.value().is_none());
    let keys = client.api_keys(&reference, true).await.unwrap();
    assert!(keys.iter().all(|k| k.value().is_some()));
    let picked = ApiKeys::pick(&keys);
    let (public, service) = (picked.public.unwrap(), picked.service.unwrap());
    for (token, role) in [(&public, "anon"), (&service, "service_role")] {
        use base64::Engine;
        let payload = token.reveal().split('.').nth(1).unwrap();
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["ref"], reference.as_str());
        assert_eq!(payload["role"], role);
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn secrets_come_back_as_digests() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let client = sandbox.client();
    let reference = ready(&client, "one").await;
    let secrets = [("MAIL_KEY".to_owned(), Secret::new("example-secret"))];
    client.set_secrets(&reference, &secrets).await.unwrap();
    let listed = client.secrets(&reference).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].digest.len(), 64);
    assert!(
        !std::fs::read_to_string(dir.path().join("state.json"))
            .unwrap()
            .contains("example-secret")
    );
    let own = [("SUPABASE_URL".to_owned(), Secret::new("x"))];
    assert!(client.set_secrets(&reference, &own).await.is_err());
    client
        .delete_secrets(&reference, &["MAIL_KEY".into()])
        .await
        .unwrap();
    assert!(client.secrets(&reference).await.unwrap().is_empty());
    sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_never_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let token = "sbp_00000000000000000000000000000000example1";
    let client = Supabase::new(&sandbox.url, token, sandbox.http(None)).unwrap();
    let error = client.projects().await.unwrap_err();
    assert!(error.message.contains("401"), "{}", error.message);
    assert!(
        error
            .hint
            .as_deref()
            .unwrap_or_default()
            .contains("SUPABASE_ACCESS_TOKEN")
    );
    assert!(!format!("{error:?}").contains("example1"));
    sandbox.stop().await;
}

#[tokio::test]
async fn wrong_creations_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let client = sandbox.client();
    let wrong_region = NewProject {
        region: "moon-1".into(),
        ..new_project("x")
    };
    let wrong_organization = NewProject {
        organization: "nobody".into(),
        ..new_project("x")
    };
    let wrong_size = NewProject {
        size: Some("huge".into()),
        ..new_project("x")
    };
    for new in [wrong_region, wrong_organization, wrong_size] {
        assert!(client.create_project(&new).await.is_err(), "{new:?}");
    }
    let answer = raw(
        &sandbox,
        "POST",
        "/v1/projects",
        r#"{"name":"x","organization_slug":"sandbox","db_pass":"p","colour":"red"}"#,
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("colour"), "{answer}");
    let answer = raw(&sandbox, "GET", "/v1/nothing", "").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(client.projects().await.unwrap().is_empty());
    sandbox.stop().await;
}

/// One request as text, so that it can be as wrong as it likes.
async fn raw(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = sandbox.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        sandbox.token,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
