//! A worker that dies (SIGKILL) right before or right after an upload, and answers that get lost.
//! Another goes on, and in the end nothing is missing and little was sent twice.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use matriz::domain::job::{JobId, JobState};
use matriz::job::engine;
use matriz::job::signals::Signals;
use matriz::registry::Registry;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::place::{Place, TARGET, What, stages, world};
use crate::whole;

const ROOT: &str = "MATRIZ_TEST_ROOT";
const JOB: &str = "MATRIZ_TEST_JOB";
const FILES: &str = "MATRIZ_TEST_FILES";
/// Uploads between two deaths.
const EVERY: u32 = 6;

/// Stands between the worker and the target's Storage.
struct Gate {
    url: String,
    served: tokio::task::JoinHandle<()>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The worker; 0 while there is none.
    worker: AtomicI32,
    uploads: AtomicU32,
    /// The worker died of this gate.
    deaths: AtomicU32,
}

impl Gate {
    async fn open(sandbox: &str) -> Gate {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let (sandbox, kept) = (sandbox.to_owned(), seen.clone());
        let app = Router::new().fallback(move |request: Request| {
            pass(request, sandbox.clone(), client.clone(), kept.clone())
        });
        let served = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Gate { url, served, seen }
    }
}

async fn pass(
    request: Request,
    sandbox: String,
    client: reqwest::Client,
    seen: Arc<Seen>,
) -> Response {
    let is_upload = [Method::POST, Method::PATCH].contains(request.method());
    let number = match is_upload {
        true => seen.uploads.fetch_add(1, Ordering::SeqCst) + 1,
        false => 1,
    };
    let dies = number % EVERY == 0;
    if dies && number % (2 * EVERY) == 0 {
        return death(&seen);
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return death(&Seen::default());
    };
    let path = parts.uri.path_and_query().unwrap();
    let mut sent = client
        .request(parts.method, format!("{sandbox}{path}"))
        .body(body);
    for (name, value) in &parts.headers {
        if !["content-length", "transfer-encoding", "host"].contains(&name.as_str()) {
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
        .body(Body::from(answer.bytes().await.unwrap_or_default()))
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

/// The most memory that this process had, in kB.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.and_then(|n| n.trim().parse().ok()).unwrap_or(0)
}

/// What a worker process does; nothing where no test started it.
#[test]
#[ignore = "a worker of the tests, not a test"]
fn worker_process() {
    let (Ok(root), Ok(id)) = (std::env::var(ROOT), std::env::var(JOB)) else {
        return;
    };
    let what = match std::env::var_os(FILES) {
        Some(_) => What::Files,
        None => What::Whole,
    };
    let root = PathBuf::from(root);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let before = most_memory();
    let ended = runtime.block_on(async {
        let registry = Registry::open(&root.join(".matriz"))?;
        let world = world(&root);
        let make = |_: &_| Ok(stages(&world, what));
        engine::run(&registry, id.parse().unwrap(), make, Signals::of_process()).await
    });
    match ended {
        Ok(JobState::Done) => {
            println!("\nGROWN {}", most_memory().saturating_sub(before));
            std::process::exit(0)
        }
        Ok(state) => {
            let registry = Registry::open(&root.join(".matriz")).unwrap();
            let view = registry.job_view(id.parse().unwrap()).unwrap();
            panic!("the job ended as {state:?}: {:?}", view.error)
        }
        Err(error) => panic!("{error}"),
    }
}

/// A worker for the job.
pub fn worker(place: &Place, id: JobId, what: What) -> Command {
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
    if what == What::Files {
        command.env(FILES, "1");
    }
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_die_at_uploads_leave_no_gap_and_send_little_twice() {
    let Some(place) = Place::start().await else {
        return;
    };
    whole::fill(&place).await;
    let gate = Gate::open(&place.sandbox.url).await;
    place.reach(TARGET, &gate.url);
    let id = place.submit(What::Whole);
    let mut rounds = 0;
    loop {
        rounds += 1;
        assert!(rounds < 40, "it never ends");
        let worker = worker(&place, id, What::Whole)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = i32::try_from(worker.id()).unwrap();
        gate.seen.worker.store(pid, Ordering::SeqCst);
        let output = tokio::task::spawn_blocking(move || worker.wait_with_output().unwrap());
        let output = output.await.unwrap();
        if output.status.success() {
            break;
        }
        use std::os::unix::process::ExitStatusExt;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.signal(), Some(9), "{text}");
        engine::prepare_resume(&place.registry, id).unwrap();
    }
    let deaths = gate.seen.deaths.load(Ordering::SeqCst);
    assert!(deaths >= 5, "{deaths} deaths");
    let uploads = gate.seen.uploads.load(Ordering::SeqCst);
    // 31 files at one go and 8 calls for the long one; the four that were on their way at a death
    // go again, the long one from where it was
    let most = 31 + 8 + deaths * 4;
    println!("{deaths} deaths, {uploads} uploads");
    assert!(uploads <= most, "{uploads} uploads with {deaths} deaths");
    gate.served.abort();
    place.reach(TARGET, &place.sandbox.url);
    whole::check(&place).await;
    assert_eq!(place.report(id).files, 32);
    place.stop().await;
}
