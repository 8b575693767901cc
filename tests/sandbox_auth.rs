//! The stand-in for Supabase Auth, over HTTP and on real databases: people sign up, sign in, refresh,
//! change their password and are looked after; the project's settings and keys count.

mod api;

use api::{Sandbox, quick, ready};
use matriz::provider::supabase::{ApiKeys, ProjectRef};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

struct Auth {
    http: reqwest::Client,
    sandbox: Sandbox,
    project: ProjectRef,
    public: String,
    service: String,
}

/// An answer's status, error code and body.
struct Said {
    status: u16,
    body: Value,
    total: Option<String>,
}

impl Said {
    #[track_caller]
    fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }

    #[track_caller]
    fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["error_code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.body["code"], status);
        self.body
    }
}

impl Auth {
    async fn new(sandbox: Sandbox) -> Auth {
        let client = sandbox.client();
        let project = ready(&client, "auth").await;
        let keys = ApiKeys::pick(&client.api_keys(&project, true).await.unwrap());
        Auth {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            public: keys.public.unwrap().reveal().to_owned(),
            service: keys.service.unwrap().reveal().to_owned(),
            sandbox,
            project,
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        bearer: Option<&str>,
        body: Value,
    ) -> Said {
        let url = format!(
            "{}/projects/{}/auth/v1{path}",
            self.sandbox.url, self.project
        );
        let mut call = self.http.request(method, url);
        if let Some(key) = key {
            call = call.header("apikey", key);
        }
        if let Some(token) = bearer {
            call = call.bearer_auth(token);
        }
        if !body.is_null() {
            call = call.json(&body);
        }
        let answer = call.send().await.unwrap();
        let header = answer.headers().get("x-total-count");
        let total = header.map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        Said {
            status,
            total,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    /// As a program in a browser asks.
    async fn public(&self, method: Method, path: &str, body: Value) -> Said {
        let key = Some(self.public.as_str());
        self.send(method, path, key, None, body).await
    }

    /// As somebody who is signed in.
    async fn user(&self, method: Method, path: &str, token: &str, body: Value) -> Said {
        let key = Some(self.public.as_str());
        self.send(method, path, key, Some(token), body).await
    }

    async fn admin(&self, method: Method, path: &str, body: Value) -> Said {
        let key = Some(self.service.as_str());
        self.send(method, path, key, key, body).await
    }

    async fn sign_in(&self, email: &str, password: &str) -> Said {
        let body = json!({ "email": email, "password": password });
        let path = "/token?grant_type=password";
        self.public(Method::POST, path, body).await
    }

    async fn refresh(&self, token: &Value) -> Said {
        let path = "/token?grant_type=refresh_token";
        let body = json!({ "refresh_token": token });
        self.public(Method::POST, path, body).await
    }

    async fn configure(&self, change: Value) {
        let url = format!(
            "{}/v1/projects/{}/config/auth",
            self.sandbox.url, self.project
        );
        let call = self.http.patch(url).bearer_auth(&self.sandbox.token);
        let answer = call.json(&change).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }

    async fn number(&self, sql: &str) -> i64 {
        let client = self.sandbox.client();
        let rows = client.query(&self.project, sql, &[], true).await.unwrap();
        rows[0]["n"].as_i64().unwrap()
    }
}

const ANA: &str = "ana.prado@example.com";
const PASSWORD: &str = "example-senha-1";

#[tokio::test]
async fn people_sign_up_sign_in_and_are_looked_after() {
    let Some(databases) = api::postgres::databases().await else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(&dir.path().join("sandbox"), databases.shared(), quick()).await;
    let auth = Auth::new(sandbox).await;
    keys_count(&auth).await;
    signing_up(&auth).await;
    refreshing(&auth).await;
    own_account(&auth).await;
    looking_after(&auth).await;
    settings_count(&auth).await;
    faults(&auth).await;
    auth.sandbox.stop().await;
    databases.stop().await;
}

async fn keys_count(auth: &Auth) {
    let none = auth
        .send(Method::GET, "/health", None, None, Value::Null)
        .await;
    assert_eq!(
        (none.status, &none.body["message"]),
        (401, &json!("No API key found in request"))
    );
    let wrong = auth
        .send(
            Method::GET,
            "/health",
            Some("example-key"),
            None,
            Value::Null,
        )
        .await;
    assert_eq!(
        (wrong.status, &wrong.body["message"]),
        (401, &json!("Invalid API key"))
    );
    let health = auth.public(Method::GET, "/health", Value::Null).await.ok();
    assert_eq!(health["name"], "GoTrue");
    let users = "/admin/users";
    auth.public(Method::GET, users, Value::Null)
        .await
        .refused(401, "no_authorization");
    let public = auth.public.clone();
    auth.user(Method::GET, users, &public, Value::Null)
        .await
        .refused(403, "not_admin");
    auth.user(Method::GET, users, "example-token", Value::Null)
        .await
        .refused(403, "bad_jwt");
    // the new keys stand for tokens
    let keys = auth
        .sandbox
        .client()
        .api_keys(&auth.project, true)
        .await
        .unwrap();
    for key in keys {
        let value = key.api_key.unwrap().reveal().to_owned();
        let said = auth
            .send(Method::GET, users, Some(&value), None, Value::Null)
            .await;
        match value.split('_').nth(1) {
            Some("secret") => drop(said.ok()),
            Some("publishable") => drop(said.refused(403, "not_admin")),
            _ => drop(said.refused(401, "no_authorization")),
        }
    }
}

async fn signing_up(auth: &Auth) {
    let body = json!({ "email": "Ana.Prado@example.com", "password": PASSWORD, "data": { "name": "Ana Prado" } });
    let waiting = auth
        .public(Method::POST, "/signup", body.clone())
        .await
        .ok();
    assert_eq!(waiting["email"], ANA);
    assert!(waiting.get("access_token").is_none(), "{waiting}");
    auth.sign_in(ANA, PASSWORD)
        .await
        .refused(400, "email_not_confirmed");
    // nobody learns who has an account
    let again = auth.public(Method::POST, "/signup", body).await.ok();
    assert_ne!(again["id"], waiting["id"]);
    let id = waiting["id"].as_str().unwrap();
    let path = format!("/admin/users/{id}");
    let confirmed = auth
        .admin(Method::PUT, &path, json!({ "email_confirm": true }))
        .await
        .ok();
    assert!(confirmed["confirmed_at"].is_string());

    auth.sign_in(ANA, "example-senha-2")
        .await
        .refused(400, "invalid_credentials");
    auth.sign_in("nobody@example.com", PASSWORD)
        .await
        .refused(400, "invalid_credentials");
    let session = auth.sign_in("ANA.prado@example.com", PASSWORD).await.ok();
    assert_eq!(session["user"]["id"], waiting["id"]);
    assert_eq!(session["user"]["user_metadata"]["name"], "Ana Prado");
    assert_eq!(
        session["user"]["identities"][0]["identity_data"]["name"],
        "Ana Prado"
    );
    assert_eq!(session["expires_in"], 3600);
    let token = session["access_token"].as_str().unwrap();
    let me = auth
        .user(Method::GET, "/user", token, Value::Null)
        .await
        .ok();
    assert_eq!(me["id"], waiting["id"]);
    // a user is no administrator, and a key is no user
    auth.user(Method::GET, "/admin/users", token, Value::Null)
        .await
        .refused(403, "not_admin");
    let public = auth.public.clone();
    auth.user(Method::GET, "/user", &public, Value::Null)
        .await
        .refused(403, "bad_jwt");
    // the rows are as Supabase Auth writes them
    let rows =
        "select count(*)::int as n from auth.users u join auth.identities i on i.user_id = u.id
        where u.encrypted_password like '$2a$10$%' and u.aud = 'authenticated'
        and i.provider_id = u.id::text and i.email = u.email and u.confirmation_token = ''
        and u.raw_app_meta_data = '{\"provider\": \"email\", \"providers\": [\"email\"]}'";
    assert_eq!(auth.number(rows).await, 1);
}

async fn refreshing(auth: &Auth) {
    let first = auth.sign_in(ANA, PASSWORD).await.ok();
    let second = auth.refresh(&first["refresh_token"]).await.ok();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    // the answer may have been lost: the successor is given again as long as nobody used it
    let again = auth.refresh(&first["refresh_token"]).await.ok();
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    let third = auth.refresh(&second["refresh_token"]).await.ok();
    auth.configure(json!({ "security_refresh_token_reuse_interval": 0 }))
        .await;
    auth.refresh(&first["refresh_token"])
        .await
        .refused(400, "refresh_token_already_used");
    // it was taken for stolen: the session is closed
    auth.refresh(&third["refresh_token"])
        .await
        .refused(400, "refresh_token_already_used");
    auth.refresh(&json!("example-token"))
        .await
        .refused(400, "refresh_token_not_found");
    auth.configure(json!({ "refresh_token_rotation_enabled": false }))
        .await;
    let still = auth.sign_in(ANA, PASSWORD).await.ok();
    let same = auth.refresh(&still["refresh_token"]).await.ok();
    assert_eq!(same["refresh_token"], still["refresh_token"]);
    auth.configure(json!({ "refresh_token_rotation_enabled": true }))
        .await;
}

async fn own_account(auth: &Auth) {
    let one = auth.sign_in(ANA, PASSWORD).await.ok();
    let two = auth.sign_in(ANA, PASSWORD).await.ok();
    let (one, two) = (
        one["access_token"].as_str().unwrap(),
        two["access_token"].as_str().unwrap(),
    );
    let weak = auth
        .user(Method::PUT, "/user", one, json!({ "password": "short" }))
        .await
        .refused(422, "weak_password");
    assert_eq!(weak["weak_password"]["reasons"], json!(["length"]));
    auth.user(Method::PUT, "/user", one, json!({ "password": PASSWORD }))
        .await
        .refused(422, "same_password");
    let body = json!({ "password": "example-senha-3", "data": { "name": null, "team": { "none": null } } });
    let changed = auth.user(Method::PUT, "/user", one, body).await.ok();
    assert!(changed["user_metadata"].get("name").is_none());
    assert_eq!(changed["user_metadata"]["team"], json!({ "none": null }));
    // a new password ends the other sessions
    auth.user(Method::GET, "/user", two, Value::Null)
        .await
        .refused(403, "session_not_found");
    auth.sign_in(ANA, PASSWORD)
        .await
        .refused(400, "invalid_credentials");
    auth.sign_in(ANA, "example-senha-3").await.ok();
    let out = auth
        .user(Method::POST, "/logout?scope=local", one, Value::Null)
        .await;
    assert_eq!(out.status, 204);
    auth.user(Method::GET, "/user", one, Value::Null)
        .await
        .refused(403, "session_not_found");
    assert_eq!(
        auth.number("select count(*)::int as n from auth.sessions")
            .await,
        1
    );
}

async fn looking_after(auth: &Auth) {
    let hash = bcrypt::hash("example-senha-9", 4).unwrap();
    let id = "6f2b1d0e-8f3a-4c55-9d1e-2a7b3c4d5e6f";
    let body = json!({
        "id": id, "email": "bruno.lima@example.com", "password_hash": hash,
        "email_confirm": true, "user_metadata": { "name": "Bruno Lima" }, "app_metadata": { "team": "frota" },
    });
    let made = auth
        .admin(Method::POST, "/admin/users", body.clone())
        .await
        .ok();
    assert_eq!(
        (&made["id"], &made["app_metadata"]["team"]),
        (&json!(id), &json!("frota"))
    );
    assert_eq!(made["app_metadata"]["providers"], json!(["email"]));
    auth.admin(Method::POST, "/admin/users", body)
        .await
        .refused(422, "email_exists");
    auth.sign_in("bruno.lima@example.com", "example-senha-9")
        .await
        .ok();

    let listed = auth
        .admin(Method::GET, "/admin/users?page=2&per_page=1", Value::Null)
        .await;
    assert_eq!(listed.total.as_deref(), Some("2"));
    assert_eq!(listed.ok()["users"][0]["email"], ANA);
    let path = format!("/admin/users/{id}");
    auth.admin(Method::PUT, &path, json!({ "email": ANA }))
        .await
        .refused(422, "email_exists");
    auth.admin(Method::PUT, &path, json!({ "ban_duration": "24h" }))
        .await
        .ok();
    auth.sign_in("bruno.lima@example.com", "example-senha-9")
        .await
        .refused(400, "user_banned");
    let body = json!({ "ban_duration": "none", "email": "bruno@example.com", "password": "example-senha-8" });
    let changed = auth.admin(Method::PUT, &path, body).await.ok();
    assert_eq!(changed["identities"][0]["email"], "bruno@example.com");
    auth.sign_in("bruno@example.com", "example-senha-8")
        .await
        .ok();
    auth.admin(Method::DELETE, &path, Value::Null).await.ok();
    for method in [Method::GET, Method::DELETE] {
        auth.admin(method, &path, Value::Null)
            .await
            .refused(404, "user_not_found");
    }
    auth.admin(Method::GET, "/admin/users/example", Value::Null)
        .await
        .refused(404, "validation_failed");
    assert_eq!(
        auth.number("select count(*)::int as n from auth.identities")
            .await,
        1
    );
}

async fn settings_count(auth: &Auth) {
    let shown = auth
        .public(Method::GET, "/settings", Value::Null)
        .await
        .ok();
    assert_eq!(
        (&shown["disable_signup"], &shown["external"]["email"]),
        (&json!(false), &json!(true))
    );
    let carla = |password: &str| json!({ "email": "carla.reis@example.com", "password": password });
    auth.public(Method::POST, "/signup", json!({}))
        .await
        .refused(422, "anonymous_provider_disabled");
    auth.configure(json!({
        "mailer_autoconfirm": true, "password_min_length": 12, "jwt_exp": 60,
        "external_anonymous_users_enabled": true, "smtp_pass": "example-smtp-password",
    }))
    .await;
    auth.public(Method::POST, "/signup", carla("example-sen"))
        .await
        .refused(422, "weak_password");
    let session = auth
        .public(Method::POST, "/signup", carla("example-senha"))
        .await
        .ok();
    assert_eq!(session["expires_in"], 60);
    auth.public(Method::POST, "/signup", carla("example-senha"))
        .await
        .refused(422, "user_already_exists");
    let nobody = auth.public(Method::POST, "/signup", json!({})).await.ok();
    assert_eq!(nobody["user"]["is_anonymous"], true);
    auth.configure(json!({ "disable_signup": true })).await;
    auth.public(Method::POST, "/signup", carla("example-senha"))
        .await
        .refused(422, "signup_disabled");
    // what is secret among the settings doesn't come back
    let url = format!(
        "{}/v1/projects/{}/config/auth",
        auth.sandbox.url, auth.project
    );
    let answer = auth
        .http
        .get(url)
        .bearer_auth(&auth.sandbox.token)
        .send()
        .await
        .unwrap();
    let config: Value = answer.json().await.unwrap();
    assert_eq!(config["smtp_pass"].as_str().map(str::len), Some(64));
    assert_eq!(config["password_min_length"], 12);
}

async fn faults(auth: &Auth) {
    auth.sandbox
        .order("POST /projects/{ref}/auth/v1/token status=503 times=1")
        .await;
    auth.sign_in(ANA, "example-senha-3")
        .await
        .refused(503, "unexpected_failure");
    auth.sign_in(ANA, "example-senha-3").await.ok();
}
