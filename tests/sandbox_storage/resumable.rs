//! Uploads in pieces (TUS 1.0), which go on after a break.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{Files, refusal, says};

fn tus(asked: RequestBuilder) -> RequestBuilder {
    asked.header("tus-resumable", "1.0.0")
}

fn described(pairs: &[(&str, &str)]) -> String {
    let all: Vec<String> = pairs
        .iter()
        .map(|(n, v)| format!("{n} {}", STANDARD.encode(v)))
        .collect();
    all.join(",")
}

const LONG: usize = 15 * 1024 * 1024;

fn long() -> Vec<u8> {
    (0..LONG).map(|n| (n * 7 / 5) as u8).collect()
}

/// Sends the first part of a long file; where the rest goes.
pub async fn resumable(files: &Files) -> String {
    let create = |name: &str, length: usize| {
        tus(files.ask(Method::POST, "/upload/resumable"))
            .header("upload-length", length)
            .header(
                "upload-metadata",
                described(&[
                    ("bucketName", "docs"),
                    ("objectName", name),
                    ("contentType", "video/mp4"),
                    ("cacheControl", "3600"),
                    ("metadata", r#"{"n":2}"#),
                ]),
            )
    };
    assert_eq!(refusal(create("a/b/one.txt", 3)).await, says(409, "409"));
    assert_eq!(refusal(create("ç", 3)).await, says(400, "400"));
    let none = files
        .ask(Method::POST, "/upload/resumable")
        .header("upload-length", 1);
    assert_eq!(refusal(none).await, says(412, "412"));

    let made = create("film.mp4", LONG).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let place = made.headers()["location"].to_str().unwrap().to_owned();
    let path = place.strip_prefix(&files.base).unwrap().to_owned();
    let patch = |offset: usize, bytes: &[u8]| {
        tus(files.ask(Method::PATCH, &path))
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
            .body(bytes.to_vec())
    };
    let bytes = long();
    let first = patch(0, &bytes[..6 << 20]).send().await.unwrap();
    assert_eq!(
        (
            first.status().as_u16(),
            first.headers()["upload-offset"].to_str().unwrap()
        ),
        (204, "6291456")
    );
    assert_eq!(refusal(patch(0, &bytes[..10])).await, says(409, "409"));
    let unfinished = files.ask(Method::GET, "/object/docs/film.mp4");
    assert_eq!(refusal(unfinished).await, says(400, "404"));

    // an upload that is given up
    let other = create("other", 10).send().await.unwrap();
    let other = other.headers()["location"]
        .to_str()
        .unwrap()
        .strip_prefix(&files.base)
        .unwrap()
        .to_owned();
    let end = tus(files.ask(Method::DELETE, &other)).send().await.unwrap();
    assert_eq!(end.status(), 204);
    assert_eq!(
        tus(files.ask(Method::HEAD, &other))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    path
}

/// After a restart.
pub async fn go_on(files: &Files, path: &str) {
    let head = async || {
        let answer = tus(files.ask(Method::HEAD, path)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.headers()["upload-offset"]
            .to_str()
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    let at = head().await;
    assert_eq!(at, 6 << 20);
    let bytes = long();
    let rest = tus(files.ask(Method::PATCH, path))
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", at)
        .body(bytes[at..].to_vec());
    assert_eq!(rest.send().await.unwrap().status(), 204);
    assert_eq!(head().await, LONG, "a finished upload is still known");
    let got = files.get("/object/docs/film.mp4").await;
    assert_eq!(Sha256::digest(&got), Sha256::digest(&bytes));
    let info = files
        .json(Method::GET, "/object/info/docs/film.mp4", json!({}))
        .await;
    assert_eq!(info["content_type"], "video/mp4");
    assert_eq!(info["cache_control"], "max-age=3600");
    assert_eq!(info["metadata"], json!({ "n": 2 }));
    assert!(info["etag"].as_str().unwrap().ends_with("-3\""), "{info}");
}
