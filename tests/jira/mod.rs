//! A client of the sandbox's Jira that records what it sends and gets.
#![allow(dead_code)] // each test program uses its own part of this

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use matriz::sandbox::atlassian::OWNER;
use reqwest::{Client, Method};
use serde_json::{Map, Value, json};

use crate::api::memory::Memory;
use crate::api::{Sandbox, quick};

/// A request that was answered.
pub struct Told {
    pub status: u16,
    pub headers: Map<String, Value>,
    pub body: Value,
}

pub struct Jira {
    pub sandbox: Sandbox,
    client: Client,
    /// What was sent and got, as the contract's checks read it.
    pub recorded: Mutex<Vec<Value>>,
}

impl Jira {
    pub async fn start(dir: &std::path::Path) -> Jira {
        Jira::with(dir, quick()).await
    }

    pub async fn with(dir: &std::path::Path, options: matriz::sandbox::api::ApiOptions) -> Jira {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::start(dir, Arc::new(Memory::default()), options).await;
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Jira {
            sandbox,
            client,
            recorded: Mutex::new(Vec::new()),
        }
    }

    fn basic(&self) -> String {
        let pair = format!("{}:{}", OWNER.email, self.sandbox.site.token());
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// Sends a request; `path` may have a query. `None` where the connection was cut.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Option<Told> {
        let bytes = body.as_ref().map(|body| body.to_string().into_bytes());
        self.send_bytes(
            method,
            path,
            body.unwrap_or_default(),
            bytes,
            &[("content-type", "application/json")],
        )
        .await
    }

    /// `shown` is how the body is recorded.
    pub async fn send_bytes(
        &self,
        method: &str,
        path: &str,
        shown: Value,
        bytes: Option<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> Option<Told> {
        let url = reqwest::Url::parse(&format!("{}{path}", self.sandbox.url)).unwrap();
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let recorded_path = url.path().to_owned();
        let mut request = self
            .client
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url)
            .header("authorization", self.basic());
        let mut sent = vec![("authorization".to_owned(), "Basic x".to_owned())];
        if let Some(bytes) = bytes {
            request = request.body(bytes);
            for (name, value) in headers {
                request = request.header(*name, *value);
                sent.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let mut answer_headers = Map::new();
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            answer_headers.insert(name.to_string(), json!(value));
        }
        let bytes = response.bytes().await.ok()?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        self.recorded.lock().unwrap().push(json!({
            "method": method, "path": recorded_path, "query": query, "headers": sent, "body": shown,
            "status": status, "answer_headers": answer_headers, "answer": body,
        }));
        Some(Told {
            status,
            headers: answer_headers,
            body,
        })
    }

    /// Sends and expects a status.
    pub async fn is(&self, status: u16, method: &str, path: &str, body: Option<Value>) -> Value {
        let told = self
            .send(method, path, body.clone())
            .await
            .expect("an answer");
        assert_eq!(
            told.status, status,
            "{method} {path} {body:?}: {}",
            told.body
        );
        told.body
    }

    pub async fn get(&self, path: &str) -> Value {
        self.is(200, "GET", &format!("/rest/api/3/{path}"), None)
            .await
    }

    pub async fn post(&self, status: u16, path: &str, body: Value) -> Value {
        self.is(status, "POST", &format!("/rest/api/3/{path}"), Some(body))
            .await
    }

    pub async fn put(&self, status: u16, path: &str, body: Value) -> Value {
        self.is(status, "PUT", &format!("/rest/api/3/{path}"), Some(body))
            .await
    }

    pub async fn delete(&self, status: u16, path: &str) -> Value {
        self.is(status, "DELETE", &format!("/rest/api/3/{path}"), None)
            .await
    }

    pub async fn agile(&self, status: u16, method: &str, path: &str, body: Option<Value>) -> Value {
        self.is(status, method, &format!("/rest/agile/1.0/{path}"), body)
            .await
    }

    pub async fn project(&self, key: &str, template: &str) -> Value {
        self.post(201, "project", new_project(key, template)).await
    }

    /// The key of a new issue.
    pub async fn issue(&self, project: &str, kind: &str, summary: &str, more: Value) -> String {
        let made = self
            .post(
                201,
                "issue",
                json!({ "fields": fields(project, kind, summary, more) }),
            )
            .await;
        made["key"].as_str().unwrap().to_owned()
    }

    pub async fn upload(
        &self,
        issue: &str,
        name: &str,
        content: &str,
        token: Option<&str>,
    ) -> Told {
        let body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/plain\r\n\r\n{content}\r\n--edge--\r\n"
        );
        let mut headers = vec![("content-type", "multipart/form-data; boundary=edge")];
        headers.extend(token.map(|token| ("x-atlassian-token", token)));
        let path = format!("/rest/api/3/issue/{issue}/attachments");
        self.send_bytes(
            "POST",
            &path,
            json!({ "file": content, "file.filename": name }),
            Some(body.into_bytes()),
            &headers,
        )
        .await
        .unwrap()
    }
}

pub fn new_project(key: &str, template: &str) -> Value {
    json!({
        "key": key, "name": format!("Project {key}"), "leadAccountId": OWNER.account_id,
        "projectTypeKey": "software", "description": "A project of a test",
        "projectTemplateKey": format!("com.pyxis.greenhopper.jira:{template}"),
    })
}

pub fn fields(project: &str, kind: &str, summary: &str, more: Value) -> Value {
    let mut fields = json!({
        "project": { "key": project }, "issuetype": { "name": kind }, "summary": summary,
    });
    let target = fields.as_object_mut().unwrap();
    target.extend(more.as_object().cloned().unwrap_or_default());
    fields
}

/// A document with one paragraph.
pub fn paragraph(text: &str) -> Value {
    json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": text }] }
    ] })
}
