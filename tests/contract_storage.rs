//! The client and the sandbox against Supabase's own description of its Storage API.
//!
//! The description is not part of this repository: `MATRIZ_SPECS` names the folder that holds
//! `trimmed/supabase-storage.json`.

mod api;
mod contract;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use api::{Sandbox, quick, ready};
use contract::storage::Storage;
use matriz::provider::http::{Http, Request};
use matriz::provider::supabase::ApiKeys;
use matriz::provider::supabase::storage::{NewBucket, StorageClient, Unwatched, Upload};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

fn document() -> Option<Storage> {
    let Some(folder) = std::env::var_os("MATRIZ_SPECS").map(PathBuf::from) else {
        println!("SKIP contract: MATRIZ_SPECS does not name the folder of the API descriptions");
        assert!(
            std::env::var_os("MATRIZ_REQUIRE_ALL").is_none(),
            "MATRIZ_REQUIRE_ALL is set, and the contract test was skipped"
        );
        return None;
    };
    Some(Storage::read(&folder))
}

/// What the client does, and what else the sandbox serves.
const EXERCISED: [&str; 16] = [
    "GET /bucket/",
    "POST /bucket/",
    "GET /bucket/{bucketId}",
    "PUT /bucket/{bucketId}",
    "DELETE /bucket/{bucketId}",
    "POST /bucket/{bucketId}/empty",
    "POST /object/list/{bucketName}",
    "POST /object/{bucketName}/{*}",
    "PUT /object/{bucketName}/{*}",
    "GET /object/{bucketName}/{*}",
    "GET /object/authenticated/{bucketName}/{*}",
    "GET /object/info/{bucketName}/{*}",
    "DELETE /object/{bucketName}",
    "POST /object/copy",
    "POST /object/move",
    "POST /object/sign/{bucketName}/{*}",
];

#[tokio::test]
async fn every_request_and_every_answer_is_as_described() {
    let Some(document) = document() else { return };
    let Some(databases) = api::postgres::databases().await else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let capture = dir.path().join("capture.jsonl");
    let sandbox = Sandbox::start(&dir.path().join("sandbox"), databases.shared(), quick()).await;
    let project = ready(&sandbox.client(), "contract").await;
    let keys = sandbox.client().api_keys(&project, true).await.unwrap();
    let key = ApiKeys::pick(&keys).service.unwrap().reveal().to_owned();
    let url = format!("{}/projects/{project}", sandbox.url);
    let http = sandbox.http(Some(&capture));
    let client = StorageClient::new(&url, &key, http.clone()).unwrap();
    by_client(&client, dir.path()).await;
    by_hand(&http, &format!("{url}/storage/v1"), &key).await;
    sandbox.stop().await;
    databases.stop().await;

    let mut operations = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in std::fs::read_to_string(&capture).unwrap().lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let (operation, deviations) = document.check(&exchange);
        operations.extend(operation);
        wrong.extend(deviations);
    }
    assert!(
        wrong.is_empty(),
        "{} deviations:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!(
        "contract: {} operations, all as described",
        operations.len()
    );
    for wanted in EXERCISED {
        assert!(operations.contains(wanted), "{wanted} was not exercised");
    }
}

/// A contract test that finds nothing would be worth nothing: each of these is a deviation.
#[test]
fn deviations_are_found() {
    let Some(document) = document() else { return };
    let good = json!({
        "method": "POST",
        "path": "/projects/abcdefghijklmnopqrst/storage/v1/object/docs/a/b.txt",
        "query": [],
        "headers": [["authorization", "Bearer x"], ["x-upsert", "true"]],
        "body": { "content_type": "text/plain", "bytes": 1 },
        "status": 200,
        "answer_headers": {},
        "answer": { "Key": "docs/a/b.txt", "Id": "1" },
    });
    assert_eq!(document.check(&good).1, [""; 0]);
    for (place, value) in [
        ("/method", json!("PATCH")),
        ("/path", json!("/projects/a/storage/v1/things/a")),
        ("/query", json!([["colour", "red"]])),
        (
            "/headers",
            json!([["authorization", "Bearer x"], ["x-own", "1"]]),
        ),
        ("/status", json!(201)),
        ("/answer", json!({ "Id": "1" })),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value.clone();
        assert!(
            !document.check(&bad).1.is_empty(),
            "{place} = {value} was not found"
        );
    }
}

async fn by_client(client: &StorageClient, dir: &Path) {
    let new = NewBucket {
        id: "docs".into(),
        public: true,
        file_size_limit: Some(50_000_000),
        allowed_mime_types: Some(vec!["text/plain".into()]),
    };
    assert!(client.create_bucket(&new).await.unwrap());
    assert!(!client.create_bucket(&new).await.unwrap());
    client.update_bucket(&new).await.unwrap();
    assert_eq!(
        client.bucket("docs").await.unwrap().unwrap().settings(),
        new
    );
    assert_eq!(client.bucket("none").await.unwrap(), None);
    assert_eq!(client.buckets().await.unwrap().len(), 1);
    let path = dir.join("file");
    std::fs::write(&path, "um").unwrap();
    let noted = json!({ "by": "ana" });
    for name in [
        "a/b ç.txt".replace('ç', "c"),
        "c.txt".into(),
        "d/e/f.txt".into(),
    ] {
        let upload = Upload {
            bucket: "docs",
            name: &name,
            path: &path,
            bytes: 2,
            content_type: "text/plain",
            cache_control: Some("max-age=5"),
            user_metadata: Some(&noted),
        };
        client.upload(&upload, &Unwatched).await.unwrap();
    }
    let mut found = Vec::new();
    let mut walk = client.walk("docs");
    while let Some(page) = walk.next().await.unwrap() {
        found.extend(page.into_iter().map(|file| (file.name, file.bytes)));
    }
    let all = ["c.txt", "a/b c.txt", "d/e/f.txt"].map(|name| (name.to_owned(), 2));
    assert_eq!(found, all);
    let (one, other) = (
        client
            .download("docs", "c.txt", &dir.join("down"), 100)
            .await
            .unwrap(),
        client.digest("docs", "c.txt", 100).await.unwrap(),
    );
    assert_eq!(one, other);
    assert_eq!(one.cache_control.as_deref(), Some("max-age=5"));
    assert_eq!(std::fs::read(dir.join("down")).unwrap(), b"um");
    assert_eq!(
        client.digest("docs", "none", 9).await.unwrap_err().status(),
        Some(404)
    );
    client
        .remove("docs", &["c.txt".into(), "none".into()])
        .await
        .unwrap();
    assert!(
        !client.delete_bucket("docs").await.unwrap(),
        "it isn't empty"
    );
}

async fn by_hand(http: &Http, base: &str, key: &str) {
    let send = async |method: Method, path: &str, body: Option<Value>| {
        let mut request = Request::new("Supabase Storage", "ask", method, format!("{base}{path}"));
        request.bearer = Some(key.to_owned());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        http.send(&request.accept(400), &CancellationToken::new())
            .await
            .unwrap()
    };
    let way = |to: &str| {
        Some(json!({ "bucketId": "docs", "sourceKey": "d/e/f.txt", "destinationKey": to }))
    };
    send(Method::POST, "/object/copy", way("copy.txt")).await;
    send(Method::POST, "/object/move", way("moved/f.txt")).await;
    send(Method::GET, "/object/info/docs/moved/f.txt", None).await;
    send(Method::GET, "/object/docs/moved/f.txt", None).await;
    let expires = Some(json!({ "expiresIn": 60 }));
    send(Method::POST, "/object/sign/docs/moved/f.txt", expires).await;
    let put = Request::new(
        "Supabase Storage",
        "put",
        Method::PUT,
        format!("{base}/object/docs/copy.txt"),
    );
    let mut put = put.raw("text/plain", "two");
    put.bearer = Some(key.to_owned());
    http.send(&put, &CancellationToken::new()).await.unwrap();
    send(Method::DELETE, "/object/docs/copy.txt", None).await;
    send(Method::POST, "/bucket/docs/empty", None).await;
    send(Method::DELETE, "/bucket/docs", None).await;
}
