//! The client and the sandbox against Supabase's own description of its Management API.
//!
//! Every operation of the client runs against the sandbox; each request and each answer is
//! validated. The description is not part of this repository: `MATRIZ_SPECS` names the folder
//! that holds `trimmed/supabase-management.json`.

mod api;
mod contract;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{Sandbox, new_project, patient, quick, ready};
use contract::auth::Auth;
use contract::check::check;
use contract::document::Document;
use matriz::domain::secret::Secret;
use matriz::provider::http::{Http, Request};
use matriz::provider::supabase::{
    ApiKeys, Auth as Users, Deployment, FunctionFile, NewMigration, NewUser, Outcome, ProjectRef,
    Service, Setting, Supabase, WaitFor,
};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

/// Operations outside the document, and why they are there.
const OUTSIDE: [(&str, &str); 2] = [
    (
        "/_sandbox/",
        "orders faults at the sandbox itself; the real service has nothing like it",
    ),
    (
        "/body",
        "a function's files: the description says JSON, official programs ask for a form",
    ),
];

fn documents() -> Option<(Document, Auth)> {
    let Some(folder) = std::env::var_os("MATRIZ_SPECS").map(PathBuf::from) else {
        println!("SKIP contract: MATRIZ_SPECS does not name the folder of the API descriptions");
        assert!(
            std::env::var_os("MATRIZ_REQUIRE_ALL").is_none(),
            "MATRIZ_REQUIRE_ALL is set, and the contract test was skipped"
        );
        return None;
    };
    let management = Document::read(&folder.join("trimmed/supabase-management.json"));
    Some((management, Auth::read(&folder)))
}

#[tokio::test]
async fn every_request_and_every_answer_is_as_described() {
    let Some((document, auth)) = documents() else {
        return;
    };
    let Some(databases) = api::postgres::databases().await else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let capture = dir.path().join("capture.jsonl");
    let sandbox = Sandbox::start(&dir.path().join("sandbox"), databases.shared(), quick()).await;
    let client = sandbox.client_with(sandbox.http(Some(&capture)));
    exercise(&client, &sandbox, &sandbox.http(Some(&capture))).await;
    sandbox.stop().await;
    databases.stop().await;

    let operations = validate(&document, &auth, &capture);
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
    let Some((document, _)) = documents() else {
        return;
    };
    let good = json!({
        "method": "PATCH",
        "path": "/v1/projects/abcdefghijklmnopqrst",
        "query": [],
        "headers": [["authorization", "Bearer x"]],
        "body": { "name": "a" },
        "status": 200,
        "answer_headers": { "x-ratelimit-limit": "1", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "1" },
        "answer": { "id": 1, "ref": "abcdefghijklmnopqrst", "name": "a" },
    });
    assert!(check(&document, &good).wrong.is_empty());
    let deviations = [
        ("/method", json!("PUT")),
        ("/path", json!("/v1/projects/SHORT")),
        ("/query", json!([["colour", "red"]])),
        ("/headers", json!([])),
        (
            "/headers",
            json!([["authorization", "Bearer x"], ["x-own", "1"]]),
        ),
        ("/body", Value::Null),
        ("/body", json!({ "name": "" })),
        ("/body", json!({ "name": "a", "colour": "red" })),
        ("/status", json!(201)),
        ("/answer_headers", json!({})),
        (
            "/answer",
            json!({ "id": "1", "ref": "abcdefghijklmnopqrst", "name": "a" }),
        ),
        ("/answer", json!({ "id": 1, "name": "a" })),
    ];
    for (place, value) in deviations {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value.clone();
        let wrong = check(&document, &bad).wrong;
        assert!(!wrong.is_empty(), "{place} = {value} was not found");
    }
}

/// Validates all exchanges of a file, and returns the operations among them.
fn validate(document: &Document, auth: &Auth, capture: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(capture).unwrap();
    let mut operations = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let path = exchange["path"].as_str().unwrap();
        let outside = |place: &str| path.starts_with(place) || path.ends_with(place);
        if OUTSIDE.iter().any(|(place, _)| outside(place)) {
            continue;
        }
        let (operation, deviations) = match Auth::has(path) {
            true => auth.check(&exchange),
            false => {
                let verdict = check(document, &exchange);
                (verdict.operation, verdict.wrong)
            }
        };
        operations.extend(operation);
        wrong.extend(deviations);
    }
    assert!(
        wrong.is_empty(),
        "{} deviations:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    operations
}

/// What the client can do, and what Supabase's own command line asks besides.
const EXERCISED: [&str; 48] = [
    "GET /v1/organizations",
    "GET /v1/organizations/{slug}",
    "GET /v1/projects/available-regions",
    "GET /v1/projects",
    "POST /v1/projects",
    "GET /v1/projects/{ref}",
    "PATCH /v1/projects/{ref}",
    "DELETE /v1/projects/{ref}",
    "POST /v1/projects/{ref}/pause",
    "POST /v1/projects/{ref}/restore",
    "GET /v1/projects/{ref}/health",
    "GET /v1/projects/{ref}/api-keys",
    "POST /v1/projects/{ref}/database/query",
    "GET /v1/projects/{ref}/database/migrations",
    "POST /v1/projects/{ref}/database/migrations",
    "PUT /v1/projects/{ref}/database/migrations",
    "PATCH /v1/projects/{ref}/database/password",
    "POST /v1/projects/{ref}/cli/login-role",
    "GET /v1/projects/{ref}/secrets",
    "POST /v1/projects/{ref}/secrets",
    "DELETE /v1/projects/{ref}/secrets",
    "GET /v1/projects/{ref}/config/database/pooler",
    "GET /v1/projects/{ref}/config/database/postgres",
    "PUT /v1/projects/{ref}/config/database/postgres",
    "GET /v1/projects/{ref}/postgrest",
    "PATCH /v1/projects/{ref}/postgrest",
    "GET /v1/organizations/{slug}/projects",
    "GET /v1/profile",
    "GET /v1/projects/{ref}/restore",
    "GET /v1/projects/{ref}/api-keys/legacy",
    "PUT /v1/projects/{ref}/api-keys/legacy",
    "POST /v1/projects/{ref}/database/query/read-only",
    "GET /v1/projects/{ref}/database/migrations/{version}",
    "GET /v1/projects/{ref}/config/auth",
    "PATCH /v1/projects/{ref}/config/auth",
    "GET /v1/projects/{ref}/functions",
    "POST /v1/projects/{ref}/functions/deploy",
    "GET /v1/projects/{ref}/functions/{function_slug}",
    "PATCH /v1/projects/{ref}/functions/{function_slug}",
    "DELETE /v1/projects/{ref}/functions/{function_slug}",
    // of a project's own Auth API
    "GET /health",
    "GET /settings",
    "POST /token",
    "GET /user",
    "GET /admin/users",
    "GET /admin/users/{userId}",
    "PUT /admin/users/{userId}",
    "DELETE /admin/users/{userId}",
];

async fn exercise(client: &Supabase, sandbox: &Sandbox, http: &Http) {
    let organizations = client.organizations().await.unwrap();
    client.organization(&organizations[0].slug).await.unwrap();
    assert!(!client.regions("sandbox").await.unwrap().is_empty());
    let project = ready(client, "contract").await;
    client.rename_project(&project, "contract-2").await.unwrap();
    assert_eq!(
        client
            .projects_named("sandbox", "contract-2")
            .await
            .unwrap()
            .len(),
        1
    );
    client.health(&project, &Service::ALL).await.unwrap();
    for reveal in [false, true] {
        client.api_keys(&project, reveal).await.unwrap();
    }
    secrets(client, &project).await;
    functions(client, &project, sandbox, http).await;
    sign_in(client, &project, sandbox, http).await;
    database(client, &project).await;
    others(client, &project, sandbox, http).await;
    states(client, &project, sandbox).await;
}

async fn secrets(client: &Supabase, project: &ProjectRef) {
    let secrets = [("MAIL_KEY".to_owned(), Secret::new("example-value"))];
    client.set_secrets(project, &secrets).await.unwrap();
    client.secrets(project).await.unwrap();
    client
        .delete_secrets(project, &["MAIL_KEY".into()])
        .await
        .unwrap();
}

async fn functions(client: &Supabase, project: &ProjectRef, sandbox: &Sandbox, http: &Http) {
    let files = ["a/index.ts", "a/deno.json"].map(|path| FunctionFile {
        path: path.into(),
        bytes: "{}".into(),
    });
    let new = Deployment {
        slug: "a",
        name: "A",
        verify_jwt: true,
        entrypoint: "a/index.ts",
        import_map: Some("a/deno.json"),
        files: &files,
    };
    client.deploy_function(project, &new).await.unwrap();
    let body = client.function_body(project, "a").await.unwrap();
    assert_eq!(body.files.len(), 2);
    assert_eq!(client.functions(project).await.unwrap().len(), 1);
    let at = format!("{}/v1/projects/{project}/functions/a", sandbox.url);
    for request in [
        Request::new("Supabase", "try", Method::GET, &at),
        Request::new("Supabase", "try", Method::PATCH, &at)
            .query("verify_jwt", "false")
            .json(json!({ "name": "B" })),
    ] {
        let mut request = request;
        request.bearer = Some(sandbox.token.clone());
        http.send(&request, &CancellationToken::new())
            .await
            .unwrap();
    }
    client.delete_function(project, "a").await.unwrap();
}

async fn sign_in(client: &Supabase, project: &ProjectRef, sandbox: &Sandbox, http: &Http) {
    let config = client.auth_config(project).await.unwrap();
    assert!(config.len() > 200, "{} settings", config.len());
    let change = json!({ "jwt_exp": 600, "smtp_pass": "example-value", "smtp_host": null });
    let change = change.as_object().unwrap();
    let taken = client.set_auth_config(project, change).await.unwrap();
    assert_eq!(taken, Setting::Taken);
    let wrong = Map::from_iter([("jwt_exp".to_owned(), json!(-1))]);
    let refused = client.set_auth_config(project, &wrong).await.unwrap();
    assert!(matches!(refused, Setting::Refused(_)), "{refused:?}");

    let keys = ApiKeys::pick(&client.api_keys(project, true).await.unwrap());
    let (public, service) = (keys.public.unwrap(), keys.service.unwrap());
    let url = format!("{}/projects/{project}", sandbox.url);
    let auth = Users::new(&url, service.reveal(), http.clone()).unwrap();
    let user = NewUser {
        id: Some("6f2b1d0e-8f3a-4c55-9d1e-2a7b3c4d5e6f".into()),
        email: "ana@example.com".into(),
        password: Some(Secret::new("example-password")),
        password_hash: None,
        user_metadata: Map::new(),
        app_metadata: Map::new(),
    };
    assert_eq!(auth.create_user(&user).await.unwrap(), Outcome::Made);
    assert_eq!(auth.create_user(&user).await.unwrap(), Outcome::There);
    assert_eq!(auth.count().await.unwrap(), Some(1));

    let ask = |method: Method, path: &str, token: &str| {
        let mut request = Request::new("Auth", "try", method, format!("{url}/auth/v1{path}"))
            .header("apikey", public.reveal());
        request.bearer = Some(token.to_owned());
        request
    };
    let send = async |request: Request| {
        let sent = http.send(&request, &CancellationToken::new()).await;
        sent.unwrap().json::<Value>().unwrap()
    };
    send(ask(Method::GET, "/health", public.reveal())).await;
    send(ask(Method::GET, "/settings", public.reveal())).await;
    let token = |grant: &str, body: Value| {
        ask(Method::POST, "/token", public.reveal())
            .query("grant_type", grant)
            .json(body)
    };
    let password = json!({ "email": "ana@example.com", "password": "example-password" });
    let session = send(token("password", password)).await;
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let session = send(token("refresh_token", refresh)).await;
    let own = session["access_token"].as_str().unwrap();
    send(ask(Method::GET, "/user", own)).await;
    let at = format!("/admin/users/{}", session["user"]["id"].as_str().unwrap());
    let admin = service.reveal();
    send(ask(Method::GET, &at, admin)).await;
    send(ask(Method::PUT, &at, admin).json(json!({ "role": "authenticated" }))).await;
    let wrong = ask(Method::GET, "/user", "example-token").accept(403);
    send(wrong).await;
    send(ask(Method::DELETE, &at, admin)).await;
}

async fn database(client: &Supabase, project: &ProjectRef) {
    assert!(client.migrations(project).await.unwrap().is_empty());
    let create = NewMigration {
        name: "notes".into(),
        sql: "create table notes (id int primary key, text text); -- the first".into(),
        key: "contract-1".into(),
    };
    client.apply_migration(project, &create).await.unwrap();
    client
        .apply_migration(project, &create)
        .await
        .expect("the same key is applied once");
    let recorded = NewMigration {
        name: "by hand".into(),
        sql: "drop table notes".into(),
        key: "contract-2".into(),
    };
    client.record_migration(project, &recorded).await.unwrap();
    let migrations = client.migrations(project).await.unwrap();
    assert_eq!(migrations.len(), 2, "{migrations:?}");

    let insert = "insert into notes values ($1::int, $2) returning id, text";
    let rows = client
        .query(project, insert, &[json!(1), json!("olá")], false)
        .await
        .unwrap();
    assert_eq!(rows, [json!({ "id": 1, "text": "olá" })]);
    let rows = client
        .query(project, "select count(*)::int as n from notes", &[], true)
        .await
        .unwrap();
    assert_eq!(rows, [json!({ "n": 1 })]);
    let error = client
        .query(project, "select * from nothing", &[], true)
        .await
        .unwrap_err();
    assert!(error.message.contains("nothing"), "{}", error.message);
    assert!(
        client
            .query(project, "delete from notes", &[], true)
            .await
            .is_err(),
        "read only"
    );

    assert_eq!(client.pooler_config(project).await.unwrap().len(), 1);
    client.postgres_config(project).await.unwrap();
    let settings = Map::from_iter([("statement_timeout".to_owned(), json!("90s"))]);
    let all = client
        .set_postgres_config(project, &settings)
        .await
        .unwrap();
    assert_eq!(all["statement_timeout"], "90s");
    for _ in 0..2 {
        client.serve_schema(project, "clone_1").await.unwrap();
    }
    assert!(client.data_api(project).await.unwrap().serves("clone_1"));
    client
        .stop_serving_schema(project, "clone_1")
        .await
        .unwrap();
    client
        .set_database_password(project, &Secret::new("example-password-2"))
        .await
        .unwrap();
    for read_only in [true, false] {
        client.login_role(project, read_only).await.unwrap();
    }
}

/// Operations that the sandbox serves and Matriz does not call.
async fn others(client: &Supabase, project: &ProjectRef, sandbox: &Sandbox, http: &Http) {
    let version = client.migrations(project).await.unwrap()[0].version.clone();
    let below = format!("/v1/projects/{project}");
    let ask = |method: Method, path: String| {
        let mut request = Request::new("Supabase", "try", method, format!("{}{path}", sandbox.url));
        request.bearer = Some(sandbox.token.clone());
        request
    };
    let statuses = "ACTIVE_HEALTHY,INACTIVE";
    let requests = [
        ask(Method::GET, "/v1/profile".into()),
        ask(Method::GET, "/v1/organizations/sandbox/projects".into())
            .query("limit", "10")
            .query("statuses", statuses),
        ask(Method::GET, format!("{below}/restore")),
        ask(Method::GET, format!("{below}/api-keys/legacy")),
        ask(Method::PUT, format!("{below}/api-keys/legacy")).query("enabled", "true"),
        ask(Method::POST, format!("{below}/database/query/read-only"))
            .json(json!({ "query": "select 1 as one" })),
        ask(
            Method::GET,
            format!("{below}/database/migrations/{version}"),
        ),
    ];
    for request in requests {
        http.send(&request, &CancellationToken::new())
            .await
            .unwrap();
    }
}

async fn states(client: &Supabase, project: &ProjectRef, sandbox: &Sandbox) {
    let minute = Duration::from_secs(60);
    client.pause_project(project).await.unwrap();
    client.wait_until_paused(project, minute).await.unwrap();
    client.restore_project(project).await.unwrap();
    client
        .wait_until_healthy(project, &patient(WaitFor::Restore), |_| {})
        .await
        .unwrap();
    let rows = client
        .query(project, "select text from notes", &[], true)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1, "the rows are still there after a pause");

    sandbox
        .order("GET /v1/projects status=429 retry-after=0 times=1")
        .await;
    client.projects().await.unwrap();
    let second = client
        .create_project(&new_project("second"))
        .await
        .unwrap()
        .reference;
    client.delete_project(&second, minute).await.unwrap();
    client.delete_project(project, minute).await.unwrap();
    client.wait_until_gone(project, minute).await.unwrap();
    client.wait_until_gone(&second, minute).await.unwrap();
    assert!(client.find_project(project).await.unwrap().is_none());
}
