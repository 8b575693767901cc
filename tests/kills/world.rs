//! A sandbox to kill, and the owners of projects who remember what they were answered.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use matriz::provider::http::{Backoff, Body, Http, HttpOptions, Request};
use matriz::sandbox::{self, FetchConsent, Launch};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Quick changes of state, and no limit of requests.
const OPTIONS: &str = r#"{"coming_up_ms": 20, "pausing_ms": 20, "restoring_ms": 20,
    "going_down_ms": 20, "services_ms": 0, "requests_per_minute": 0}"#;

/// A workspace whose sandbox is the real program; it's stopped whatever happens.
pub struct Place {
    pub root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Place {
        let (folder, root) = crate::support::workspace();
        let dir = root.join(".matriz/sandbox");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("options.json"), OPTIONS).unwrap();
        Place {
            root,
            _folder: folder,
        }
    }

    /// Starts the sandbox where it doesn't run.
    pub async fn caller(&self) -> Caller {
        let words = ["sandbox", "serve", "--root"].map(OsString::from);
        let launch = Launch {
            program: PathBuf::from(env!("CARGO_BIN_EXE_matriz")),
            arguments: words
                .into_iter()
                .chain([self.root.clone().into()])
                .collect(),
        };
        let endpoints = sandbox::ensure_with(&self.root, FetchConsent::No, |_| (), &launch)
            .await
            .unwrap_or_else(|error| panic!("{} {:?}", error.chain(), error.hint));
        let once = Backoff {
            tries: 1,
            ..Backoff::default()
        };
        let options = HttpOptions {
            backoff: once,
            ..HttpOptions::default()
        };
        Caller {
            url: endpoints.api_url,
            token: endpoints.token,
            http: Http::new(options).unwrap(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let root = self.root.clone();
        let stopping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let _ = runtime.block_on(sandbox::stop(&root));
        });
        let _ = stopping.join();
    }
}

/// Asks once, and says what came of it.
#[derive(Clone)]
pub struct Caller {
    url: String,
    token: String,
    http: Http,
}

/// Why there is no good answer.
#[derive(Debug)]
pub enum No {
    /// Refused: nothing has changed.
    Refused,
    /// The process is gone: it may have been done or not.
    Unknown,
}

/// Projects by their references: name and status.
pub type Projects = BTreeMap<String, (String, String)>;

impl Caller {
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, No> {
        let url = format!("{}/v1/projects{path}", self.url);
        let mut request = Request::new("Supabase", "try", method, url);
        request.bearer = Some(self.token.clone());
        request.body = body.map(Body::Json);
        match self.http.send(&request, &CancellationToken::new()).await {
            Ok(answer) => Ok(answer.json().unwrap_or(Value::Null)),
            Err(failure) => match failure.status() {
                Some(400..=499) => Err(No::Refused),
                // Postgres dies with its supervisor: a query then fails before the connection does
                Some(_) if path.ends_with("/query") => Err(No::Unknown),
                Some(status) => panic!("{path}: {status}: {}", failure.message),
                None => Err(No::Unknown),
            },
        }
    }

    pub async fn create(&self, name: &str) -> Result<String, No> {
        let body = json!({
            "name": name, "organization_slug": "sandbox",
            "db_pass": "example-password", "region": "sa-east-1",
        });
        let project = self.call(Method::POST, "", Some(body)).await?;
        Ok(project["ref"].as_str().unwrap().to_owned())
    }

    pub async fn query(&self, reference: &str, sql: &str) -> Result<Value, No> {
        let path = format!("/{reference}/database/query");
        self.call(Method::POST, &path, Some(json!({ "query": sql })))
            .await
    }

    pub async fn names(&self, reference: &str, sql: &str) -> Vec<String> {
        let rows = self.query(reference, sql).await.unwrap();
        let rows = rows.as_array().unwrap().iter();
        let mut names: Vec<String> = rows
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    pub async fn projects(&self) -> Result<Projects, No> {
        let listed = self.call(Method::GET, "", None).await?;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let listed = listed.as_array().unwrap().iter();
        Ok(listed
            .map(|p| (text(&p["ref"]), (text(&p["name"]), text(&p["status"]))))
            .collect())
    }

    /// All projects, once none is between two states.
    pub async fn settled(&self) -> Projects {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let projects = self.projects().await.unwrap();
            let still = |status: &str| ["ACTIVE_HEALTHY", "INACTIVE"].contains(&status);
            if projects.values().all(|(_, status)| still(status)) {
                return projects;
            }
            assert!(Instant::now() < deadline, "not settled: {projects:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What may have become of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Active,
    Paused,
    Gone,
}

#[derive(Debug)]
struct Mine {
    may_be: BTreeSet<Fate>,
    /// The highest number whose writing was answered.
    written: i64,
}

/// Changes its own projects, and knows for each what it may be.
pub struct Owner {
    number: usize,
    projects: BTreeMap<String, Mine>,
    /// The next project's number, and the next row's.
    next: i64,
    answered: usize,
}

impl Owner {
    pub fn new(number: usize) -> Owner {
        Owner {
            number,
            projects: BTreeMap::new(),
            next: 1,
            answered: 0,
        }
    }

    /// Goes on until the sandbox doesn't answer any more.
    pub async fn work(mut self, caller: Caller) -> Owner {
        loop {
            let references: Vec<String> = self.projects.keys().cloned().collect();
            let outcome = match rand::random_range(0..6) {
                _ if references.is_empty() => self.create(&caller).await,
                0 if references.len() < 4 => self.create(&caller).await,
                0..=3 => {
                    let at = rand::random_range(0..references.len());
                    self.change(&caller, &references[at]).await
                }
                _ => {
                    let at = rand::random_range(0..references.len());
                    self.write(&caller, &references[at]).await
                }
            };
            match outcome {
                Ok(()) => self.answered += 1,
                Err(No::Refused) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(No::Unknown) => return self,
            }
        }
    }

    fn prefix(&self) -> String {
        format!("owner-{}-", self.number)
    }

    async fn create(&mut self, caller: &Caller) -> Result<(), No> {
        self.next += 1;
        let name = format!("{}{}", self.prefix(), self.next);
        let reference = caller.create(&name).await?;
        self.projects.insert(reference, Mine::new());
        Ok(())
    }

    async fn change(&mut self, caller: &Caller, reference: &str) -> Result<(), No> {
        let (method, rest, fate) = match rand::random_range(0..4) {
            0 => (Method::DELETE, "", Fate::Gone),
            1 => (Method::POST, "/restore", Fate::Active),
            _ => (Method::POST, "/pause", Fate::Paused),
        };
        let outcome = caller
            .call(method, &format!("/{reference}{rest}"), None)
            .await;
        let mine = self.projects.get_mut(reference).unwrap();
        match outcome {
            Ok(_) => mine.may_be = BTreeSet::from([fate]),
            Err(No::Unknown) => {
                mine.may_be.insert(fate);
            }
            Err(No::Refused) => {}
        }
        outcome.map(|_| ())
    }

    async fn write(&mut self, caller: &Caller, reference: &str) -> Result<(), No> {
        self.next += 1;
        let number = self.next;
        let sql = format!(
            "create table if not exists kept (n bigint); insert into kept values ({number})"
        );
        caller.query(reference, &sql).await?;
        self.projects.get_mut(reference).unwrap().written = number;
        Ok(())
    }

    /// Compares what there is with what was answered; returns how many calls were.
    pub async fn check(&mut self, projects: &Projects, caller: &Caller) -> usize {
        for (reference, (name, _)) in projects {
            // created, but the answer was lost
            if name.starts_with(&self.prefix()) && !self.projects.contains_key(reference) {
                self.projects.insert(reference.clone(), Mine::new());
            }
        }
        for (reference, mine) in &mut self.projects {
            let fate = match projects.get(reference).map(|(_, status)| status.as_str()) {
                Some("INACTIVE") => Fate::Paused,
                Some(_) => Fate::Active,
                None => Fate::Gone,
            };
            let may_be = &mine.may_be;
            assert!(
                may_be.contains(&fate),
                "{reference} is {fate:?}, not {may_be:?}"
            );
            mine.may_be = BTreeSet::from([fate]);
            if fate == Fate::Active && mine.written > 0 {
                let sql = format!("select 1 from kept where n = {}", mine.written);
                let rows = caller.query(reference, &sql).await.unwrap();
                assert_eq!(rows.as_array().unwrap().len(), 1, "{reference} lost a row");
            }
        }
        self.projects
            .retain(|_, mine| !mine.may_be.contains(&Fate::Gone));
        std::mem::take(&mut self.answered)
    }
}

impl Mine {
    fn new() -> Mine {
        Mine {
            may_be: BTreeSet::from([Fate::Active]),
            written: 0,
        }
    }
}
