//! The sandbox's API through the real client: states, refusals, restarts.

mod api;

use std::sync::atomic::Ordering;
use std::time::Duration;

use api::{Sandbox, Small, created, healthy, new_project, patient, quick, ready, refused};
use matriz::domain::secret::Secret;
use matriz::error::Kind;
use matriz::provider::supabase::{ApiKeys, NewProject, ProjectStatus, Service, Supabase, WaitFor};
use matriz::sandbox::api::ApiOptions;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_project_lives_through_all_its_states() {
    let small = Small::start().await;
    let client = &small.client;

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
    healthy(client, &reference, WaitFor::Restore).await.unwrap();

    assert!(client.delete_project(&reference, MINUTE).await.unwrap());
    client.wait_until_gone(&reference, MINUTE).await.unwrap();
    assert!(small.databases.names().is_empty());
    assert!(
        !client.delete_project(&reference, MINUTE).await.unwrap(),
        "gone already"
    );
    assert!(client.find_project(&reference).await.unwrap().is_none());
    assert_eq!(
        client.project(&reference).await.unwrap_err().kind,
        Kind::NotFound
    );
    small.stop().await;
}

#[tokio::test]
async fn a_project_that_is_coming_up_cannot_be_deleted_yet() {
    let options = ApiOptions {
        coming_up_ms: 300,
        ..quick()
    };
    let small = Small::with(options).await;
    let client = &small.client;
    let reference = created(client, new_project("one")).await;

    refused(
        client.delete_project(&reference, Duration::ZERO).await,
        "Project not ready for deletion",
    );
    assert!(
        client.delete_project(&reference, MINUTE).await.unwrap(),
        "with patience it works"
    );
    client.wait_until_gone(&reference, MINUTE).await.unwrap();
    small.stop().await;
}

#[tokio::test]
async fn what_was_under_way_goes_on_after_a_restart() {
    let slow = ApiOptions {
        coming_up_ms: 60_000,
        ..quick()
    };
    let small = Small::with(slow).await;
    let token = small.token.clone();
    let reference = created(&small.client, new_project("one")).await;
    assert!(small.state.busy());

    let small = small.restart(quick()).await;
    assert_eq!(small.token, token);
    healthy(&small.client, &reference, WaitFor::Creation)
        .await
        .unwrap();
    assert_eq!(small.databases.names(), [reference.to_string()]);
    let state = std::fs::read_to_string(small.dir.path().join("state.json")).unwrap();
    assert!(
        !state.contains("example-password"),
        "the password is kept only until it was used"
    );
    small.stop().await;
}

#[tokio::test]
async fn a_creation_that_fails_for_a_moment_is_tried_again_and_one_that_goes_on_failing_ends() {
    let small = Small::start().await;
    let client = &small.client;
    small.databases.failing.store(1, Ordering::SeqCst);
    ready(client, "first").await;

    small.databases.failing.store(u32::MAX, Ordering::SeqCst);
    let second = created(client, new_project("second")).await;
    refused(
        healthy(client, &second, WaitFor::Creation).await,
        "creation failed",
    );
    assert!(client.delete_project(&second, MINUTE).await.unwrap());
    small.stop().await;
}

#[tokio::test]
async fn the_organizations_plans_are_held() {
    let small = Small::start().await;
    let client = &small.client;
    let within = |organization: &str, name: &str| NewProject {
        organization: organization.into(),
        ..new_project(name)
    };
    let first = created(client, within("sandbox-free", "a")).await;
    created(client, within("sandbox-free", "b")).await;
    refused(
        client.create_project(&within("sandbox-free", "c")).await,
        "free project limits",
    );
    healthy(client, &first, WaitFor::Creation).await.unwrap();
    client.pause_project(&first).await.unwrap();
    client.wait_until_paused(&first, MINUTE).await.unwrap();
    created(client, within("sandbox-free", "c")).await;
    refused(client.restore_project(&first).await, "free project limits");

    let paid = created(client, within("sandbox-pro", "d")).await;
    healthy(client, &paid, WaitFor::Creation).await.unwrap();
    refused(client.pause_project(&paid).await, "cannot be paused");
    assert!(
        !client
            .organization("sandbox-pro")
            .await
            .unwrap()
            .can_pause()
    );
    assert!(client.organization("sandbox").await.unwrap().can_pause());
    small.stop().await;
}

#[tokio::test]
async fn keys_are_masked_until_revealed_and_name_the_project() {
    let small = Small::start().await;
    let client = &small.client;
    let reference = ready(client, "one").await;
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
    small.stop().await;
}

#[tokio::test]
async fn secrets_come_back_as_digests() {
    let small = Small::start().await;
    let client = &small.client;
    let reference = ready(client, "one").await;
    let secrets = [("MAIL_KEY".to_owned(), Secret::new("example-secret"))];
    client.set_secrets(&reference, &secrets).await.unwrap();
    let listed = client.secrets(&reference).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].digest.len(), 64);
    assert!(
        !std::fs::read_to_string(small.dir.path().join("state.json"))
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
    small.stop().await;
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_never_repeated() {
    let small = Small::start().await;
    let token = "sbp_00000000000000000000000000000000example1";
    let client = Supabase::new(&small.url, token, small.http(None)).unwrap();
    let error = refused(client.projects().await, "401");
    assert!(
        error
            .hint
            .as_deref()
            .unwrap_or_default()
            .contains("SUPABASE_ACCESS_TOKEN")
    );
    assert!(!format!("{error:?}").contains("example1"));
    small.stop().await;
}

#[tokio::test]
async fn wrong_creations_are_refused() {
    let small = Small::start().await;
    let client = &small.client;
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
        &small,
        "POST",
        "/v1/projects",
        r#"{"name":"x","organization_slug":"sandbox","db_pass":"p","colour":"red"}"#,
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("colour"), "{answer}");
    let answer = raw(&small, "GET", "/v1/nothing", "").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(client.projects().await.unwrap().is_empty());
    small.stop().await;
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
