//! A worker that dies (SIGKILL) right before or right after a call that creates something. Another
//! goes on, and in the end nothing is missing and nothing is there twice.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use matriz::domain::job::{JobId, JobState};
use matriz::job::engine;
use matriz::job::signals::Signals;
use matriz::registry::Registry;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::finish;
use crate::place::{Place, What, stages, world};
use crate::source;

const ROOT: &str = "MATRIZ_TEST_ROOT";
const JOB: &str = "MATRIZ_TEST_JOB";
/// Calls that create between two deaths; no divisor of anything else here.
const EVERY: u32 = 6;

/// Stands between the worker and the sandbox.
struct Gate {
    url: String,
    served: tokio::task::JoinHandle<()>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The worker; 0 while there is none.
    worker: AtomicI32,
    /// Calls that created something.
    creating: AtomicU32,
    /// The worker died of this gate.
    deaths: AtomicU32,
}

impl Gate {
    async fn open(sandbox: &str) -> Gate {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let (sandbox, kept) = (sandbox.to_owned(), seen.clone());
        let app = Router::new().fallback(move |request: Request| {
            pass(request, sandbox.clone(), client.clone(), kept.clone())
        });
        let served = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Gate { url, served, seen }
    }
}

/// Creating calls that a resumed worker doesn't make again.
fn creates(request: &Request) -> bool {
    let path = request.uri().path();
    let reads = ["/search/", "/bulkfetch", "/remotelink", "/watchers"];
    let idempotent = path.contains("/sprint/") && path.ends_with("/issue");
    request.method() == "POST" && !reads.iter().any(|r| path.contains(r)) && !idempotent
}

async fn pass(
    request: Request,
    sandbox: String,
    client: reqwest::Client,
    seen: Arc<Seen>,
) -> Response {
    let number = match creates(&request) {
        true => seen.creating.fetch_add(1, Ordering::SeqCst) + 1,
        false => 1,
    };
    let dies = number % EVERY == 0;
    if dies && number % (2 * EVERY) == 0 {
        return death(&seen);
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path_and_query().unwrap();
    let mut sent = client
        .request(parts.method, format!("{sandbox}{path}"))
        .body(body);
    for (name, value) in &parts.headers {
        if !["content-length", "transfer-encoding"].contains(&name.as_str()) {
            sent = sent.header(name, value);
        }
    }
    let answer = sent.send().await.unwrap();
    if dies {
        return death(&seen);
    }
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !["content-length", "transfer-encoding"].contains(&name.as_str()) {
            response = response.header(name, value);
        }
    }
    response
        .body(Body::from(answer.bytes().await.unwrap()))
        .unwrap()
}

fn death(seen: &Seen) -> Response {
    let worker = seen.worker.swap(0, Ordering::SeqCst);
    if worker > 0 {
        kill(Pid::from_raw(worker), Signal::SIGKILL).unwrap();
        seen.deaths.fetch_add(1, Ordering::SeqCst);
    }
    Response::builder()
        .status(StatusCode::BAD_GATEWAY)
        .body(Body::empty())
        .unwrap()
}

/// What a worker process does; nothing where no test started it.
#[test]
#[ignore = "a worker of the tests, not a test"]
fn worker_process() {
    let (Ok(root), Ok(id)) = (std::env::var(ROOT), std::env::var(JOB)) else {
        return;
    };
    let root = PathBuf::from(root);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async {
        let registry = Registry::open(&root.join(".matriz"))?;
        let world = world(&root);
        let make = |_: &_| Ok(stages(&world, What::Whole));
        engine::run(&registry, id.parse().unwrap(), make, Signals::of_process()).await
    });
    match ended {
        Ok(JobState::Done) => {
            println!("{}", most_memory());
            std::process::exit(0)
        }
        Ok(state) => panic!("the job ended as {state:?}"),
        Err(error) => panic!("{error}"),
    }
}

/// The most memory that this process had.
pub fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or_default().to_owned()
}

/// A worker for the job, whose output is the test's.
pub fn worker(place: &Place, id: JobId) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "kills::worker_process",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(ROOT, place.workspace.root())
        .env(JOB, id.to_string())
        .stdin(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_die_at_calls_leave_no_gap_and_nothing_twice() {
    let place = Place::start().await;
    source::make(&place).await;
    let gate = Gate::open(&place.jira.sandbox.url).await;
    place.reach(&gate.url);
    let id = place.submit(What::Whole);
    let mut rounds = 0;
    loop {
        rounds += 1;
        assert!(rounds < 60, "it never ends");
        let mut worker = worker(&place, id)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        gate.seen
            .worker
            .store(i32::try_from(worker.id()).unwrap(), Ordering::SeqCst);
        let output = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            std::io::Read::read_to_string(worker.stderr.as_mut().unwrap(), &mut text).unwrap();
            (worker.wait().unwrap(), text)
        });
        let (status, text) = output.await.unwrap();
        if status.success() {
            break;
        }
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(status.signal(), Some(9), "{text}");
        engine::prepare_resume(&place.registry, id).unwrap();
    }
    let deaths = gate.seen.deaths.load(Ordering::SeqCst);
    assert!(deaths >= 8, "{deaths} deaths");
    gate.served.abort();
    place.reach(&place.jira.sandbox.url);
    finish::check(&place, id).await;
}
