//! A Confluence on a loopback port, and a plain client that keeps what was said.
#![allow(dead_code)] // each test program uses its own part of this

use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use matriz::sandbox::api::ApiOptions;
use matriz::sandbox::atlassian::{AtlassianOptions, OWNER, User};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::api::memory::Memory;
use crate::api::{Sandbox, quick};

pub const V1: &str = "/wiki/rest/api";
pub const V2: &str = "/wiki/api/v2";

pub struct Wiki {
    pub sandbox: Sandbox,
    client: reqwest::Client,
    exchanges: Mutex<Vec<Value>>,
}

pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
    pub text: String,
}

/// With role-based access, and without limits.
pub fn options() -> AtlassianOptions {
    AtlassianOptions {
        space_roles: true,
        ..AtlassianOptions::default().unlimited()
    }
}

impl Wiki {
    pub async fn start(dir: &Path) -> Wiki {
        Wiki::with(dir, options()).await
    }

    pub async fn with(dir: &Path, atlassian: AtlassianOptions) -> Wiki {
        let options = ApiOptions {
            atlassian,
            ..quick()
        };
        let sandbox = Sandbox::start(dir, Arc::new(Memory::default()), options).await;
        // Another test of this program may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Wiki {
            sandbox,
            client,
            exchanges: Mutex::default(),
        }
    }

    pub fn exchanges(&self) -> Vec<Value> {
        self.exchanges.lock().unwrap().clone()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.done(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.done(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.done(Method::PUT, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Value {
        self.done(Method::DELETE, path, Value::Null).await
    }

    /// What must succeed.
    pub async fn done(&self, method: Method, path: &str, body: Value) -> Value {
        let answered = self.call(method.clone(), path, body).await;
        assert!(answered.status < 300, "{method} {path}: {}", answered.text);
        answered.json
    }

    /// What must be refused: with which status.
    pub async fn refused(&self, method: Method, path: &str, body: Value) -> (u16, String) {
        let answered = self.call(method.clone(), path, body).await;
        assert!(answered.status >= 400, "{method} {path}: {}", answered.text);
        (answered.status, answered.text)
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Answered {
        self.call_as(OWNER, method, path, body).await
    }

    pub async fn call_as(&self, user: User, method: Method, path: &str, body: Value) -> Answered {
        let mut request = self.request(user, &method, path);
        if !body.is_null() {
            request = request.json(&body);
        }
        let sent = json!({ "body": body, "headers": [] });
        self.finish(&method, path, request, sent).await
    }

    /// Uploads one file as a form.
    pub async fn upload(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        name: &str,
        content: &[u8],
    ) -> Answered {
        let mut form = Vec::new();
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"minorEdit\"\r\n\r\ntrue\r\n--edge\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/plain\r\n\r\n"
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n--edge--\r\n");
        let mut request = self
            .request(OWNER, &method, path)
            .header("content-type", "multipart/form-data; boundary=edge")
            .body(form);
        if let Some(token) = token {
            request = request.header("x-atlassian-token", token);
        }
        let sent = json!({ "body": null, "headers": [], "form": ["file", "minorEdit"] });
        self.finish(&method, path, request, sent).await
    }

    fn request(&self, user: User, method: &Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.sandbox.url)
        };
        let login = format!("{}:{}", user.email, self.sandbox.site.token());
        self.client
            .request(method.clone(), url)
            .header("authorization", format!("Basic {}", STANDARD.encode(login)))
    }

    async fn finish(
        &self,
        method: &Method,
        path: &str,
        request: reqwest::RequestBuilder,
        mut exchange: Value,
    ) -> Answered {
        let response = request.send().await.unwrap();
        let url = response.url().clone();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let query: Vec<Value> = url.query_pairs().map(|(n, v)| json!([n, v])).collect();
        exchange["method"] = method.as_str().into();
        exchange["path"] = url.path().into();
        exchange["query"] = query.into();
        exchange["status"] = status.into();
        exchange["answer"] = answer.clone();
        let headers_list = exchange["headers"].as_array_mut().unwrap();
        headers_list.push(json!(["authorization", "Basic x"]));
        if !path.starts_with("http") {
            self.exchanges.lock().unwrap().push(exchange);
        }
        Answered {
            status,
            headers,
            json: answer,
            text,
        }
    }

    /// A new space; its id and its homepage's.
    pub async fn space(&self, key: &str) -> (String, String) {
        let space = json!({ "key": key, "name": format!("Space {key}") });
        let space = self.post(&format!("{V2}/spaces"), space).await;
        (id(&space), space["homepageId"].as_str().unwrap().to_owned())
    }

    /// A new page below the homepage or below `parent`; its id.
    pub async fn page(&self, space: &str, parent: Option<&str>, title: &str, body: &str) -> String {
        let mut page = new_page(space, title, body);
        if let Some(parent) = parent {
            page["parentId"] = parent.into();
        }
        id(&self.post(&format!("{V2}/pages"), page).await)
    }

    /// The titles of what stands below a page, in order.
    pub async fn below(&self, page: &str) -> Vec<String> {
        let children = self
            .get(&format!("{V2}/pages/{page}/direct-children?limit=250"))
            .await;
        titles(&children)
    }
}

pub fn new_page(space: &str, title: &str, body: &str) -> Value {
    json!({
        "spaceId": space, "status": "current", "title": title,
        "body": { "representation": "storage", "value": body },
    })
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

pub fn titles(list: &Value) -> Vec<String> {
    let results = list["results"].as_array().unwrap().iter();
    results
        .map(|r| r["title"].as_str().unwrap().to_owned())
        .collect()
}
