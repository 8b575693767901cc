//! What the HTTP client keeps to itself, and what it refuses.

mod api;

use std::sync::Arc;

use api::memory::Memory;
use api::{Sandbox, new_project, quick};
use matriz::domain::secret::Secret;
use matriz::error::Kind;
use matriz::provider::http::{Cause, Http, HttpOptions, Request};
use matriz::provider::supabase::Supabase;
use reqwest::Method;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_recording_has_every_exchange_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(&dir.path().join("s"), Arc::new(Memory::default()), quick()).await;
    let file = dir.path().join("capture.jsonl");
    let client = sandbox.client_with(sandbox.http(Some(&file)));
    let project = client
        .create_project(&new_project("one"))
        .await
        .unwrap()
        .reference;
    let keys = client.api_keys(&project, true).await.unwrap();
    client
        .set_secrets(
            &project,
            &[("MAIL_KEY".into(), Secret::new("example-value"))],
        )
        .await
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains(project.as_str()));
    let mut secrets = vec![
        sandbox.token.clone(),
        "example-password".into(),
        "example-value".into(),
    ];
    secrets.extend(
        keys.iter()
            .filter_map(|k| k.value())
            .map(|v| v.reveal().to_owned()),
    );
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} was recorded");
    }
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    sandbox.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(dir.path(), Arc::new(Memory::default()), quick()).await;
    let http = Http::new(HttpOptions {
        longest_body: 20,
        ..HttpOptions::default()
    })
    .unwrap();
    let error = sandbox.client_with(http).organizations().await.unwrap_err();
    assert!(
        error.message.contains("more than 20 bytes"),
        "{}",
        error.message
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn a_token_never_leaves_this_machine_unencrypted() {
    let http = Http::new(HttpOptions::default()).unwrap();
    let client = Supabase::new("http://api.example.com", "example-token", http).unwrap();
    let error = client.organizations().await.unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(
        error.message.contains("without encryption"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let answer =
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    // not recorded: this server is no provider
    let options = HttpOptions {
        capture: None,
        ..HttpOptions::default()
    };
    let http = Http::new(options).unwrap();
    let request = Request::new(
        "Supabase",
        "try",
        Method::GET,
        format!("http://{address}/x"),
    );
    let failure = http
        .send(&request, &CancellationToken::new())
        .await
        .err()
        .unwrap();
    assert_eq!(failure.cause, Cause::Status(302));
    let sent = served.await.unwrap().to_lowercase();
    assert!(
        sent.contains("user-agent: matriz/") && sent.contains("x-request-id: "),
        "{sent}"
    );
}
