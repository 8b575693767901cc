//! The serving process: the API on a loopback port, Postgres as its child, both until nobody uses
//! them any more or it's told to stop.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::filelock::FileLock;
use crate::provider::postgres::server::{RunAs, Server, ServerOptions, free_port, live};
use crate::provider::postgres::tools::Postgres;
use crate::sandbox::api::{ApiOptions, ApiState, router};
use crate::sandbox::atlassian::{self, Site};
use crate::sandbox::auth;
use crate::sandbox::database::{Databases, HBA};
use crate::sandbox::idle::{Idle, Seen, now_ms, touched_ms};
use crate::sandbox::paths::Paths;
use crate::sandbox::ports::Kept;
use crate::sandbox::process::Process;
use crate::sandbox::start::Failure;
use crate::sandbox::{engine, storage, supervise};
use crate::workspace::Workspace;

/// How long the databases wait for another process if this one is killed.
const ORPHAN: Duration = Duration::from_secs(30);

/// Serves the workspace's sandbox; returns when it has stopped. Refuses if another process does.
pub async fn serve(root: &Path) -> Result<()> {
    let paths = Paths::of(root)?;
    // Others take the lock for a moment to see whether it's held.
    let lock = paths.lock();
    let lock = FileLock::take(
        &lock,
        Duration::from_secs(2),
        "serving this workspace's sandbox",
    );
    let _lock = lock.await?;
    let _ = std::fs::remove_file(paths.process());
    let outcome = run(&paths).await;
    let _ = std::fs::remove_file(paths.process());
    if let Err(error) = &outcome {
        eprintln!("{}", error.chain());
        let failure = Failure {
            message: error.message.clone(),
            hint: error.hint.clone(),
        };
        paths.write(&paths.failure(), &failure)?;
    }
    outcome
}

async fn run(paths: &Paths) -> Result<()> {
    let stop = CancellationToken::new();
    let run_as = RunAs::choose()?;
    // A server that outlived its supervisor holds the port that is ours.
    let left = live(&paths.data(run_as)?);
    let mut kept = Kept::load(paths, left.map(|server| server.port))?;
    let postgres = engine::choose(paths).await?;
    let (server, options) = start_server(paths, &postgres, &mut kept, run_as).await?;
    let databases = Databases::open(server.superuser("postgres"), kept.database_port).await?;
    let api = ApiState::open(
        &paths.dir,
        Arc::new(databases.clone()),
        ApiOptions::read(&paths.dir)?,
    )
    .await?;
    let site = Site::open(&paths.dir, api.clone()).await?;
    let listener = listen(paths, &mut kept).await?;
    tokio::spawn(stop_on_signal(stop.clone())?);
    let pid = std::process::id();
    let app = Router::new()
        .route(
            "/_sandbox/alive",
            get(move || async move { format!("matriz sandbox {pid}") }),
        )
        .merge(atlassian::router(site))
        .merge(auth::router(api.clone()))
        .merge(storage::router(api.clone()))
        .merge(router(api.clone()));
    let process = Process {
        pid,
        started: now_ms() / 1000,
        api_port: kept.api_port,
        database_port: kept.database_port,
        engine: postgres.label(),
        run_as: run_as.label(),
    };
    paths.write(&paths.process(), &process)?;
    eprintln!(
        "Serving with Postgres {} on port {}",
        postgres.label(),
        kept.api_port
    );

    let minutes = Workspace::find(Some(&paths.root), &paths.root)?
        .settings()?
        .providers
        .sandbox
        .idle_minutes;
    let limit = Duration::from_secs(u64::from(minutes) * 60);
    let limit = from_environment("MATRIZ_SANDBOX_IDLE_MS", limit);
    let idle = Idle::new(limit, now_ms());
    let watching = tokio::spawn(stop_when_idle(
        idle,
        paths.clone(),
        api.clone(),
        databases,
        stop.clone(),
    ));
    let serving = tokio::spawn(serve_http(listener, app, stop.clone()));
    let supervised = supervise::run(postgres, options, server, stop.clone()).await;
    api.close();
    stop.cancel();
    watching.abort();
    serving.abort();
    supervised
}

/// A time, or another that is set where somebody tests it.
fn from_environment(variable: &str, usual: Duration) -> Duration {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .map_or(usual, Duration::from_millis)
}

async fn start_server(
    paths: &Paths,
    postgres: &Postgres,
    kept: &mut Kept,
    run_as: RunAs,
) -> Result<(Server, ServerOptions)> {
    let mut options = ServerOptions {
        data: paths.data(run_as)?,
        log: paths.postgres_log(),
        port: kept.database_port,
        password: kept.password.clone(),
        durable: true,
        outlives: Some(from_environment("MATRIZ_SANDBOX_ORPHAN_MS", ORPHAN)),
        hba: vec![HBA.to_owned()],
        run_as,
    };
    for _ in 0..5 {
        match Server::start(postgres, &options).await {
            Ok(server) => return Ok((server, options)),
            // Taken between our looking and the server's binding.
            Err(error) if error.message.starts_with("Port ") => {
                kept.database_port = free_port()?;
                kept.changed = true;
                kept.save(paths)?;
                options.port = kept.database_port;
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::new(
        Kind::Conflict,
        "Every port that Postgres tried was taken.",
    ))
}

async fn listen(paths: &Paths, kept: &mut Kept) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, kept.api_port)).await {
        Ok(listener) => Ok(listener),
        Err(_) => {
            kept.api_port = free_port()?;
            kept.changed = true;
            kept.save(paths)?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, kept.api_port))
                .await
                .context(Kind::Network, || {
                    format!("Cannot listen on port {}", kept.api_port)
                })
        }
    }
}

async fn serve_http(listener: TcpListener, app: Router, stop: CancellationToken) {
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.clone().cancelled_owned());
    if let Err(error) = served.await {
        eprintln!("The sandbox's API ended: {error}");
        stop.cancel();
    }
}

fn stop_on_signal(stop: CancellationToken) -> Result<impl Future<Output = ()>> {
    let failed = || "Cannot wait for signals".to_owned();
    let mut terminate = signal(SignalKind::terminate()).context(Kind::Internal, failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(Kind::Internal, failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        eprintln!("Stopping, as asked");
        stop.cancel();
    })
}

async fn stop_when_idle(
    mut idle: Idle,
    paths: Paths,
    api: ApiState,
    databases: Databases,
    stop: CancellationToken,
) {
    let interval = idle.interval();
    loop {
        tokio::time::sleep(interval).await;
        // Postgres may be between two starts; that counts as use.
        let clients = databases.clients().await.unwrap_or(1);
        let seen = Seen {
            api_ms: api.last_used_ms(),
            kept_alive_ms: touched_ms(&paths.keep_alive()),
            busy: clients > 0 || api.busy(),
        };
        if idle.is_over(seen, now_ms()) {
            eprintln!("Stopping: nobody used it");
            return stop.cancel();
        }
    }
}
