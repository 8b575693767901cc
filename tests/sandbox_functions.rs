//! Edge functions in the sandbox, through the real client: deployed, read back, replaced, deleted,
//! and what is refused.

mod api;

use api::{Small, quick, ready, refused};
use bytes::Bytes;
use matriz::provider::supabase::{Deployment, FunctionFile, ProjectRef, Supabase};
use reqwest::Method;
use serde_json::{Value, json};

fn file(path: &str, bytes: &[u8]) -> FunctionFile {
    FunctionFile {
        path: path.into(),
        bytes: Bytes::copy_from_slice(bytes),
    }
}

fn deployment<'a>(slug: &'a str, files: &'a [FunctionFile]) -> Deployment<'a> {
    Deployment {
        slug,
        name: "Aviso",
        verify_jwt: false,
        entrypoint: "source/index.ts",
        import_map: Some("source/deno.json"),
        files,
    }
}

fn some_files() -> Vec<FunctionFile> {
    vec![
        file(
            "source/index.ts",
            "// olá\nDeno.serve(() => new Response())\n".as_bytes(),
        ),
        file("source/deno.json", b"{}"),
        file("source/ícone.bin", &[0, 255, 13, 10, 45, 45]),
        file("source/vazio.txt", b""),
    ]
}

async fn asked(
    small: &Small,
    method: Method,
    path: &str,
    form: reqwest::multipart::Form,
) -> (u16, Value) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = http
        .request(method, format!("{}{path}", small.url))
        .bearer_auth(&small.token);
    let answer = call.multipart(form).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

#[tokio::test]
async fn a_function_comes_back_byte_by_byte_also_after_a_restart() {
    let small = Small::start().await;
    let project = ready(&small.client, "one").await;
    let files = some_files();
    let client = &small.client;
    let made = client
        .deploy_function(&project, &deployment("aviso-1", &files))
        .await
        .unwrap();
    assert_eq!(
        (made.version, made.name.as_str(), made.verify_jwt),
        (1, "Aviso", Some(false))
    );
    let small = small.restart(quick()).await;
    let client = &small.client;
    let listed = client.functions(&project).await.unwrap();
    assert_eq!(listed.len(), 1);
    let body = client.function_body(&project, "aviso-1").await.unwrap();
    let mut sorted = files.clone();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(body.files, sorted);
    assert_eq!(body.entrypoint.as_deref(), Some("source/index.ts"));
    let named = |path: &Option<String>| body.named(path.as_deref().unwrap()).map(str::to_owned);
    assert_eq!(
        named(&listed[0].entrypoint_path).as_deref(),
        Some("source/index.ts")
    );
    assert_eq!(
        named(&listed[0].import_map_path).as_deref(),
        Some("source/deno.json")
    );

    // another version takes its place, under the same id
    let fewer = &files[..2];
    let again = client
        .deploy_function(&project, &deployment("aviso-1", fewer))
        .await
        .unwrap();
    assert_eq!((again.version, &again.id), (2, &made.id));
    let now = client.function_body(&project, "aviso-1").await.unwrap();
    assert_eq!(now.files.len(), 2);
    assert_ne!(now.digest(), body.digest());
    assert_eq!(
        kept(&small, &project),
        1,
        "the old version's files are gone"
    );

    client.delete_function(&project, "aviso-1").await.unwrap();
    client
        .delete_function(&project, "aviso-1")
        .await
        .expect("gone already");
    assert!(client.functions(&project).await.unwrap().is_empty());
    assert_eq!(kept(&small, &project), 0);
    small.stop().await;
}

/// How many files the sandbox keeps for a project's functions.
fn kept(small: &Small, project: &ProjectRef) -> usize {
    let folder = small.dir.path().join("functions").join(project.as_str());
    std::fs::read_dir(folder).map_or(0, |entries| entries.count())
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let small = Small::start().await;
    let project = ready(&small.client, "one").await;
    let client = &small.client;
    let files = some_files();
    let lost = Deployment {
        entrypoint: "source/main.ts",
        ..deployment("aviso", &files)
    };
    refused(
        client.deploy_function(&project, &lost).await,
        "does not exist - source/main.ts",
    );
    let outside = [file("source/index.ts", b""), file("../secret", b"")];
    let outside = Deployment {
        import_map: None,
        ..deployment("aviso", &outside)
    };
    refused(
        client.deploy_function(&project, &outside).await,
        "outside of the function",
    );
    let quoted = [file("a\"b.ts", b"")];
    refused(
        client
            .deploy_function(&project, &deployment("aviso", &quoted))
            .await,
        "can't be sent",
    );
    refused(
        client
            .deploy_function(&project, &deployment("1 a", &files))
            .await,
        "slug must match",
    );
    refused(
        client.function_body(&project, "nada").await,
        "Function not found",
    );
    refused(
        client.function_body(&project, "../secrets").await,
        "not a function's slug",
    );

    let path = format!("/v1/projects/{project}/functions/deploy?slug=aviso");
    let form = || reqwest::multipart::Form::new();
    let part = |name| reqwest::multipart::Part::text("").file_name(name);
    for (form, words) in [
        (
            form().part("file", part("a.ts")),
            "metadata should not be empty",
        ),
        (form().text("metadata", "{}"), "entrypoint_path"),
        (form().text("colour", "red"), "colour should not exist"),
    ] {
        let (status, said) = asked(&small, Method::POST, &path, form).await;
        assert_eq!(status, 400);
        assert!(said["message"].as_str().unwrap().contains(words), "{said}");
    }
    assert!(client.functions(&project).await.unwrap().is_empty());
    assert_eq!(kept(&small, &project), 0);
    small.stop().await;
}

#[tokio::test]
async fn a_function_is_changed_and_goes_with_its_project() {
    let small = Small::start().await;
    let client = &small.client;
    let project = ready(client, "one").await;
    let files = some_files();
    client
        .deploy_function(&project, &deployment("aviso", &files))
        .await
        .unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v1/projects/{project}/functions/aviso", small.url);
    let call = http
        .patch(format!("{url}?verify_jwt=true"))
        .bearer_auth(&small.token);
    let changed: Value = call
        .json(&json!({ "name": "Outro" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (
            &changed["name"],
            &changed["verify_jwt"],
            &changed["version"]
        ),
        (&json!("Outro"), &json!(true), &json!(2))
    );
    // a bundle is neither made nor taken
    let bundle = http
        .get(format!("{url}/body"))
        .bearer_auth(&small.token)
        .send()
        .await
        .unwrap();
    assert_eq!(bundle.status(), 400);
    gone_with_the_project(&small, client, &project).await;
    small.stop().await;
}

async fn gone_with_the_project(small: &Small, client: &Supabase, project: &ProjectRef) {
    let minute = std::time::Duration::from_secs(60);
    client.delete_project(project, minute).await.unwrap();
    client.wait_until_gone(project, minute).await.unwrap();
    assert!(
        !small
            .dir
            .path()
            .join("functions")
            .join(project.as_str())
            .exists()
    );
}
