//! The sandbox's Storage over HTTP: buckets, files, what is refused, who may, and that all of it is
//! there after a restart.

#[path = "../api/mod.rs"]
mod api;
mod resumable;

use std::path::Path;
use std::sync::Arc;

use crate::resumable::{go_on, resumable};
use api::{Sandbox, quick, ready};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use matriz::provider::supabase::{ApiKeys, ProjectRef};
use matriz::sandbox::database::Databases;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// A project's Storage, as other programs reach it.
struct Files {
    base: String,
    service: String,
    anon: String,
    http: reqwest::Client,
}

impl Files {
    async fn of(sandbox: &Sandbox, project: &ProjectRef) -> Files {
        let keys = sandbox.client().api_keys(project, true).await.unwrap();
        let keys = ApiKeys::pick(&keys);
        Files {
            base: format!("{}/projects/{project}/storage/v1", sandbox.url),
            service: keys.service.unwrap().reveal().to_owned(),
            anon: keys.public.unwrap().reveal().to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// With nobody's key.
    fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(&self.service)
    }

    async fn put(&self, path: &str, kind: &str, bytes: impl Into<reqwest::Body>) -> Response {
        let asked = self.ask(Method::POST, &format!("/object/{path}"));
        let sent = asked.header("content-type", kind).body(bytes);
        sent.send().await.unwrap()
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path).json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let answer = self.ask(Method::GET, path).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.unwrap().to_vec()
    }

    async fn bucket(&self, body: Value) {
        self.json(Method::POST, "/bucket", body).await;
    }
}

/// The status of the answer, and the one that its body says.
async fn refusal(asked: RequestBuilder) -> (u16, String) {
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    for field in ["statusCode", "error", "message", "code"] {
        assert!(body[field].is_string(), "{field} of {body}");
    }
    (status, body["statusCode"].as_str().unwrap().to_owned())
}

fn says(status: u16, said: &str) -> (u16, String) {
    (status, said.to_owned())
}

/// Every test of this file, on one database server and one sandbox.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storage() {
    let Some(databases) = api::postgres::databases().await else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let start = || start(dir.path(), databases.shared());
    let sandbox = start().await;
    let project = ready(&sandbox.client(), "files").await;
    let files = Files::of(&sandbox, &project).await;
    buckets(&files).await;
    objects(&files).await;
    names(&files).await;
    forms(&files).await;
    limits(&files).await;
    keys(&files).await;
    policies(&sandbox, &project, &files).await;
    signed(&files).await;
    faults(&sandbox, &project, &files).await;
    let upload = resumable(&files).await;
    private_on_disk(dir.path());

    sandbox.stop().await;
    let sandbox = start().await;
    let files = Files::of(&sandbox, &project).await;
    assert_eq!(files.get("/object/docs/a/b/one.txt").await, b"um");
    go_on(&files, &upload).await;

    let folder = dir.path().join(format!("storage/{project}"));
    assert!(folder.is_dir());
    let patience = std::time::Duration::from_secs(20);
    sandbox
        .client()
        .delete_project(&project, patience)
        .await
        .unwrap();
    for _ in 0..200 {
        if !folder.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(!folder.exists(), "a project's files go with it");
    let gone = refusal(files.ask(Method::GET, "/bucket")).await;
    assert_eq!(gone, says(404, "404"));
    sandbox.stop().await;
    databases.stop().await;
}

async fn start(dir: &Path, databases: Arc<Databases>) -> Sandbox {
    Sandbox::start(dir, databases, quick()).await
}

async fn buckets(files: &Files) {
    files
        .bucket(json!({ "name": "docs", "id": "docs", "public": true }))
        .await;
    files
        .bucket(json!({ "name": "small", "file_size_limit": "1KB",
            "allowed_mime_types": ["image/*", "text/plain"] }))
        .await;
    let all = files.json(Method::GET, "/bucket", json!({})).await;
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["id"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["docs", "small"]);
    assert_eq!(all[1]["file_size_limit"], 1000);
    let again = files
        .ask(Method::POST, "/bucket")
        .json(&json!({ "name": "docs" }));
    assert_eq!(refusal(again).await, says(400, "409"));
    let wrong = files
        .ask(Method::POST, "/bucket")
        .json(&json!({ "name": "a/b" }));
    assert_eq!(refusal(wrong).await, says(400, "400"));
    let none = files.ask(Method::GET, "/bucket/nothing");
    assert_eq!(refusal(none).await, says(400, "404"));

    files.bucket(json!({ "name": "brief" })).await;
    files.put("brief/x", "text/plain", "x").await;
    let full = files.ask(Method::DELETE, "/bucket/brief");
    assert_eq!(refusal(full).await, says(400, "409"));
    files
        .json(Method::POST, "/bucket/brief/empty", json!({}))
        .await;
    let change = json!({ "public": true, "file_size_limit": null });
    files.json(Method::PUT, "/bucket/brief", change).await;
    let shown = files.json(Method::GET, "/bucket/brief", json!({})).await;
    assert_eq!(
        (&shown["public"], &shown["file_size_limit"]),
        (&json!(true), &Value::Null)
    );
    files.json(Method::DELETE, "/bucket/brief", json!({})).await;
    let gone = files.ask(Method::DELETE, "/bucket/brief");
    assert_eq!(refusal(gone).await, says(400, "404"));
}

async fn objects(files: &Files) {
    let stored = files
        .ask(Method::POST, "/object/docs/a/b/one.txt")
        .header("content-type", "text/plain;charset=UTF-8")
        .header("cache-control", "max-age=60")
        .header("x-metadata", STANDARD.encode(r#"{"by":"ana"}"#))
        .body("one");
    let stored: Value = stored.send().await.unwrap().json().await.unwrap();
    assert_eq!(stored["Key"], "docs/a/b/one.txt");
    let info = files
        .json(Method::GET, "/object/info/docs/a/b/one.txt", json!({}))
        .await;
    assert_eq!(info["metadata"], json!({ "by": "ana" }));
    assert_eq!(
        (&info["size"], &info["cache_control"]),
        (&json!(3), &json!("max-age=60"))
    );
    // MD5 of "one"
    assert_eq!(info["etag"], "\"f97c5d29941bfb1b2fdab0874906ab82\"");

    let twice = files
        .ask(Method::POST, "/object/docs/a/b/one.txt")
        .body("two");
    assert_eq!(refusal(twice).await, says(400, "409"));
    let over = files
        .ask(Method::POST, "/object/docs/a/b/one.txt")
        .header("x-upsert", "true");
    let over: Value = over.body("um").send().await.unwrap().json().await.unwrap();
    assert_eq!(over["Id"], stored["Id"], "it keeps its id");
    assert_eq!(
        files.get("/object/authenticated/docs/a/b/one.txt").await,
        b"um"
    );
    let put = files.ask(Method::PUT, "/object/docs/new.txt").body("x");
    assert_eq!(refusal(put).await, says(400, "404"));

    // ranges, and unchanged files
    files.put("docs/digits", "text/plain", "0123456789").await;
    let part = files
        .ask(Method::GET, "/object/docs/digits")
        .header("range", "bytes=2-4");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 2-4/10");
    let tag = part.headers()["etag"].clone();
    assert_eq!(part.text().await.unwrap(), "234");
    let beyond = files
        .ask(Method::GET, "/object/docs/digits")
        .header("range", "bytes=10-");
    assert_eq!(refusal(beyond).await, says(416, "416"));
    let same = files
        .ask(Method::GET, "/object/docs/digits")
        .header("if-none-match", tag);
    assert_eq!(same.send().await.unwrap().status(), 304);
    let head = files
        .ask(Method::HEAD, "/object/docs/digits")
        .send()
        .await
        .unwrap();
    assert_eq!(head.headers()["content-length"], "10");
    let empty = files.put("docs/empty", "text/plain", "").await;
    assert!(empty.status().is_success());
    assert_eq!(files.get("/object/docs/empty").await, b"");

    let list = async |body: Value| -> Vec<String> {
        let rows = files.json(Method::POST, "/object/list/docs", body).await;
        let rows = rows.as_array().unwrap().clone();
        rows.iter()
            .map(|row| match row["id"].is_null() {
                true => format!("{}/", row["name"].as_str().unwrap()),
                false => row["name"].as_str().unwrap().to_owned(),
            })
            .collect()
    };
    assert_eq!(
        list(json!({ "prefix": "" })).await,
        ["a/", "digits", "empty"]
    );
    assert_eq!(list(json!({ "prefix": "a" })).await, ["b/"]);
    assert_eq!(list(json!({ "prefix": "a/b/" })).await, ["one.txt"]);
    let sorted = json!({ "prefix": "", "limit": 1, "offset": 1,
        "sortBy": { "column": "name", "order": "desc" } });
    assert_eq!(list(sorted).await, ["digits"]);
    let by_time = json!({ "prefix": "", "sortBy": { "column": "created_at", "order": "asc" } });
    assert_eq!(list(by_time).await, ["digits", "empty", "a/"]);
    assert_eq!(
        list(json!({ "prefix": "", "search": "di" })).await,
        ["digits"]
    );

    let way = json!({ "bucketId": "docs", "sourceKey": "digits", "destinationKey": "c/digits" });
    files.json(Method::POST, "/object/copy", way.clone()).await;
    let again = files.ask(Method::POST, "/object/copy").json(&way);
    assert_eq!(refusal(again).await, says(400, "409"));
    let away = json!({ "bucketId": "docs", "sourceKey": "digits", "destinationBucket": "small",
        "destinationKey": "moved" });
    files.json(Method::POST, "/object/move", away).await;
    assert_eq!(files.get("/object/small/moved").await, b"0123456789");
    assert_eq!(files.get("/object/docs/c/digits").await, b"0123456789");
    let moved = files.ask(Method::GET, "/object/docs/digits");
    assert_eq!(refusal(moved).await, says(400, "404"));

    let gone = json!({ "prefixes": ["c/digits", "empty", "never"] });
    let gone = files.json(Method::DELETE, "/object/docs", gone).await;
    assert_eq!(gone.as_array().unwrap().len(), 2);
    let none = files.ask(Method::DELETE, "/object/docs/c/digits");
    assert_eq!(refusal(none).await, says(400, "404"));
    files
        .json(Method::DELETE, "/object/small/moved", json!({}))
        .await;
}

async fn names(files: &Files) {
    for name in [
        "a%20b/it's%20(1).txt",
        "a//b",
        "x;y=z,$&+!.txt",
        "what%3F.txt",
    ] {
        let stored = files
            .put(&format!("docs/{name}"), "text/plain", name.to_owned())
            .await;
        assert!(stored.status().is_success(), "{name}");
        assert_eq!(
            files.get(&format!("/object/docs/{name}")).await,
            name.as_bytes()
        );
        files
            .json(Method::DELETE, &format!("/object/docs/{name}"), json!({}))
            .await;
    }
    for name in ["%C3%A7.txt", "a%0Ab", "a%23b"] {
        let asked = files.ask(Method::POST, &format!("/object/docs/{name}"));
        assert_eq!(refusal(asked.body("x")).await, says(400, "400"), "{name}");
    }
    // clients resolve `..` before they ask: this is what one sends that doesn't
    let raw = async |method: &str, path: &str, body: &str| {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let rest = files.base.strip_prefix("http://").unwrap();
        let (host, base) = rest.split_once('/').unwrap();
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let request = format!(
            "{method} /{base}{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            files.service,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    for name in ["../../../../../escape", "..", "%2e%2e/x"] {
        let path = format!("/object/docs/{name}");
        let stored = raw("POST", &path, "up").await;
        assert!(stored.starts_with("HTTP/1.1 200"), "{name}: {stored}");
        assert!(raw("GET", &path, "").await.ends_with("up"), "{name}");
        assert!(
            raw("DELETE", &path, "").await.starts_with("HTTP/1.1 200"),
            "{name}"
        );
    }
}

async fn forms(files: &Files) {
    let file = reqwest::multipart::Part::bytes(b"a,b\n".to_vec())
        .file_name("blob")
        .mime_str("text/csv")
        .unwrap();
    let form = reqwest::multipart::Form::new()
        .text("cacheControl", "7")
        .text("metadata", r#"{"n":1}"#)
        .part("", file);
    let sent = files
        .ask(Method::POST, "/object/docs/table.csv")
        .multipart(form);
    assert!(sent.send().await.unwrap().status().is_success());
    let answer = files
        .ask(Method::GET, "/object/docs/table.csv")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv");
    assert_eq!(answer.headers()["cache-control"], "max-age=7");
    assert_eq!(answer.text().await.unwrap(), "a,b\n");
    let info = files
        .json(Method::GET, "/object/info/docs/table.csv", json!({}))
        .await;
    assert_eq!(info["metadata"], json!({ "n": 1 }));
    files
        .json(Method::DELETE, "/object/docs/table.csv", json!({}))
        .await;
}

async fn limits(files: &Files) {
    let asked = |kind: &str, bytes: usize| {
        let asked = files.ask(Method::POST, "/object/small/x");
        asked
            .header("content-type", kind.to_owned())
            .body(vec![b'x'; bytes])
    };
    assert_eq!(refusal(asked("text/plain", 1001)).await, says(400, "413"));
    assert_eq!(refusal(asked("text/csv", 1)).await, says(400, "415"));
    let none = files.ask(Method::POST, "/object/nothing/x").body("x");
    assert_eq!(refusal(none).await, says(400, "404"));
    assert!(
        asked("image/png", 1000)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
    files
        .json(Method::DELETE, "/object/small/x", json!({}))
        .await;
}

async fn keys(files: &Files) {
    let none = files.bare(Method::GET, "/bucket");
    assert_eq!(refusal(none).await, says(401, "401"));
    let wrong = files
        .bare(Method::GET, "/bucket")
        .bearer_auth("example-wrong");
    assert_eq!(refusal(wrong).await, says(400, "403"));
    let by_header = files
        .bare(Method::GET, "/bucket")
        .header("apikey", &files.service);
    assert!(by_header.send().await.unwrap().status().is_success());

    let public = files
        .bare(Method::GET, "/object/public/docs/a/b/one.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(public.text().await.unwrap(), "um");
    let saved = files
        .bare(Method::GET, "/object/public/docs/a/b/one.txt?download=")
        .send()
        .await
        .unwrap();
    assert_eq!(
        saved.headers()["content-disposition"],
        "attachment; filename=\"one.txt\""
    );
    let old = files.bare(Method::GET, "/object/public/docs/a/b/one.txt");
    let old = old.bearer_auth("example-wrong").send().await.unwrap();
    assert_eq!(old.text().await.unwrap(), "um");
    let private = files.bare(Method::GET, "/object/public/small/x");
    assert_eq!(refusal(private).await, says(400, "404"));
}

/// What row level security lets others do, which is nothing until a policy says so.
async fn policies(sandbox: &Sandbox, project: &ProjectRef, files: &Files) {
    let anon = |method, path: &str| files.bare(method, path).bearer_auth(&files.anon);
    let all: Value = anon(Method::GET, "/bucket")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(all, json!([]));
    let write = || anon(Method::POST, "/object/docs/inbox/a.txt").body("x");
    assert_eq!(refusal(write()).await, says(400, "403"));
    let read = || anon(Method::GET, "/object/docs/a/b/one.txt");
    assert_eq!(refusal(read()).await, says(400, "404"));
    let policy = "create policy inbox on storage.objects for insert to anon
        with check (bucket_id = 'docs' and (storage.foldername(name))[1] = 'inbox');
        create policy looking on storage.objects for select to anon
        using (bucket_id = 'docs')";
    sandbox
        .client()
        .query(project, policy, &[], false)
        .await
        .unwrap();
    assert!(write().send().await.unwrap().status().is_success());
    assert!(read().send().await.unwrap().status().is_success());
    let outside = anon(Method::POST, "/object/docs/other/a.txt").body("x");
    assert_eq!(refusal(outside).await, says(400, "403"));
    let removed = anon(Method::DELETE, "/object/docs/inbox/a.txt");
    assert_eq!(refusal(removed).await, says(400, "404"));
    files
        .json(Method::DELETE, "/object/docs/inbox/a.txt", json!({}))
        .await;
}

async fn signed(files: &Files) {
    files
        .put(
            "small/secret file.txt",
            "text/plain",
            "só para quem tem o endereço",
        )
        .await;
    let wanted = json!({ "expiresIn": 60 });
    let answer = files
        .json(Method::POST, "/object/sign/small/secret file.txt", wanted)
        .await;
    let address = answer["signedURL"].as_str().unwrap();
    let read = files.bare(Method::GET, address).send().await.unwrap();
    assert_eq!(read.text().await.unwrap(), "só para quem tem o endereço");
    let (_, token) = address.split_once("token=").unwrap();
    for path in [
        format!("/object/sign/docs/a/b/one.txt?token={token}"),
        format!("/object/sign/small/secret file.txt?token={token}x"),
        "/object/sign/small/secret file.txt".to_owned(),
    ] {
        assert_eq!(
            refusal(files.bare(Method::GET, &path)).await,
            says(400, "400"),
            "{path}"
        );
    }
}

async fn faults(sandbox: &Sandbox, project: &ProjectRef, files: &Files) {
    let pattern = "/projects/{ref}/storage/v1/object/{bucket}/{*name}";
    sandbox
        .order(&format!(
            "POST {pattern} status=503 times=1 project={project}"
        ))
        .await;
    let asked = files.ask(Method::POST, "/object/docs/fault").body("x");
    assert_eq!(refusal(asked).await, says(503, "503"));
    sandbox
        .order(&format!("POST {pattern} drop=after times=1"))
        .await;
    let lost = files
        .ask(Method::POST, "/object/docs/fault")
        .body("x")
        .send()
        .await;
    assert!(lost.is_err());
    assert_eq!(
        files.get("/object/docs/fault").await,
        b"x",
        "it was done all the same"
    );
    sandbox
        .order(&format!("GET {pattern} truncate times=1"))
        .await;
    let cut = files
        .ask(Method::GET, "/object/docs/a/b/one.txt")
        .send()
        .await
        .unwrap();
    assert!(cut.bytes().await.is_err());
}

fn private_on_disk(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mut folders = vec![dir.join("storage")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(
            std::fs::metadata(&folder).unwrap().permissions().mode() & 0o077,
            0
        );
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o077,
                0
            );
        }
    }
    // four objects, and an upload with what was said of it: nothing replaced or removed is left
    assert_eq!(files, 5, "files left on the disk");
}
