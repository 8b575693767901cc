//! A private Postgres server: its cluster made, started, watched and stopped. It's our child, or
//! one that outlived an earlier supervisor.
//!
//! It listens on a Unix socket in a folder of ours and on a loopback port. Its superuser is
//! [`SUPERUSER`]; every login needs a password (SCRAM), except where `hba` says otherwise.

mod adopt;
mod child;
mod folder;
mod guard;
mod port;
mod run_as;
mod settings;
mod socket;

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::Instant;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::tools::{Postgres, Tool};
use crate::provider::postgres::url::{DatabaseUrl, SslMode};

pub use child::Ended;
pub use folder::{Live, SUPERUSER, clear_stale, live, major as data_major};
pub use port::{free_port, is_free};
pub use run_as::RunAs;

/// What a server is started with.
#[derive(Clone)]
pub struct ServerOptions {
    /// The data folder; made if it isn't there. Its parent must be there.
    pub data: PathBuf,
    /// Where the server writes its log (appended, 0600).
    pub log: PathBuf,
    /// The loopback port.
    pub port: u16,
    /// The superuser's password.
    pub password: String,
    /// Whether what is committed must survive a power cut. Tests don't need that.
    pub durable: bool,
    /// For how long it goes on when its supervisor is killed, for the next [`Server::start`] to
    /// take it over; in whole seconds. `None`: it ends with its supervisor, where the system can.
    pub outlives: Option<Duration>,
    /// Lines for the top of `pg_hba.conf`.
    pub hba: Vec<String>,
    pub run_as: RunAs,
}

/// After its server was killed, a process of it may live on for a moment, and holds the memory
/// that a new server of the same folder refuses to share.
const STILL_ENDING: Duration = Duration::from_secs(10);

/// A running server. Dropped without [`Server::stop`], it is told to stop at once.
pub struct Server {
    child: child::Running,
    _guard: Option<guard::Guard>,
    superuser: DatabaseUrl,
    port: u16,
    temporary: Option<PathBuf>,
}

impl Server {
    /// Makes the cluster if needed, starts the server and waits until it takes connections.
    pub async fn start(postgres: &Postgres, options: &ServerOptions) -> Result<Self> {
        let data = &options.data;
        folder::prepare(
            postgres,
            data,
            &options.password,
            options.durable,
            options.run_as,
        )
        .await?;
        let sockets = socket::folder_for(data)?;
        options.run_as.give(&sockets)?;
        let superuser = DatabaseUrl::unix(&sockets, options.port, SUPERUSER, "postgres")
            .with_password(&options.password)
            .with_sslmode(SslMode::Disable);
        let command = command(postgres, options, &sockets)?;
        // said first: an earlier supervisor's guard then leaves the server alone
        let claim = options.outlives.map(|_| guard::Claim::on(data));
        let claim = claim.transpose()?;
        let adopted = match claim {
            Some(_) => adopt::adopt(&command, options, &superuser).await,
            None => None,
        };
        let mut server = match adopted {
            Some(child) => Server {
                child,
                _guard: None,
                superuser,
                port: options.port,
                temporary: None,
            },
            None => Self::start_new(postgres, options, &sockets, superuser).await?,
        };
        if let (Some(claim), Some(patience)) = (&claim, options.outlives) {
            let guard = guard::Guard::over(claim, data, server.pid(), patience)?;
            server._guard = Some(guard);
        }
        Ok(server)
    }

    async fn start_new(
        postgres: &Postgres,
        options: &ServerOptions,
        sockets: &Path,
        superuser: DatabaseUrl,
    ) -> Result<Self> {
        let data = &options.data;
        folder::clear_stale(data).await?;
        settings::write_hba(data, &options.hba, options.run_as)?;
        let deadline = Instant::now() + STILL_ENDING;
        loop {
            let from = fs::metadata(&options.log).map_or(0, |meta| meta.len());
            let command = command(postgres, options, sockets)?;
            let server = Server {
                child: child::Running::start(command).await?,
                _guard: None,
                superuser: superuser.clone(),
                port: options.port,
                temporary: None,
            };
            let error = match server.wait_ready(options, from).await {
                Ok(()) => return Ok(server),
                Err(error) => error,
            };
            let waits = said_since(&options.log, from).contains("is still in use");
            if !waits || !server.child.has_ended() || Instant::now() >= deadline {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A server for tests: a new cluster in a temporary folder, on a free port, not durable. The
    /// folder is removed when the server is stopped or dropped.
    pub async fn temporary(postgres: &Postgres) -> Result<Self> {
        let mut last = None;
        for _ in 0..5 {
            let home = std::env::temp_dir().join(format!("mz-{:08x}", rand::random::<u32>()));
            match Self::start_temporary(postgres, &home).await {
                Ok(server) => return Ok(server),
                // Another process may take the port between our looking and its binding.
                Err(error) => {
                    let _ = fs::remove_dir_all(&home);
                    let again = error.kind == Kind::Conflict;
                    last = Some(error);
                    if !again {
                        break;
                    }
                }
            }
        }
        Err(last.unwrap_or_else(|| Error::internal("No temporary server was started.")))
    }

    async fn start_temporary(postgres: &Postgres, home: &Path) -> Result<Self> {
        let failed = || format!("Cannot make the folder {}", home.display());
        fs::create_dir(home).context(Kind::Io, failed)?;
        let run_as = RunAs::choose()?;
        run_as.give(home)?;
        let options = ServerOptions {
            data: home.join("data"),
            log: home.join("log"),
            port: free_port()?,
            password: "example-superuser".to_owned(),
            durable: false,
            outlives: None,
            hba: Vec::new(),
            run_as,
        };
        let mut server = Self::start(postgres, &options).await?;
        server.temporary = Some(home.to_owned());
        Ok(server)
    }

    /// The superuser's address over the socket, with its password.
    pub fn superuser(&self, database: &str) -> DatabaseUrl {
        self.superuser.clone().with_database(database)
    }

    /// The same over the loopback port.
    pub fn superuser_tcp(&self, database: &str) -> DatabaseUrl {
        DatabaseUrl::tcp("127.0.0.1", self.port, SUPERUSER, database)
            .with_password(self.superuser.password().unwrap_or_default())
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.child.pid
    }

    /// Waits until the server ends, by itself or because it was stopped.
    pub async fn ended(&self) -> Ended {
        self.child.ended().await
    }

    /// Stops it: connections are cut, what is committed is kept. Waits until it has ended. On a
    /// busy disk that may take a minute, as every changed file is written out.
    pub async fn stop(self) -> Result<()> {
        for (signal, patience) in [(Signal::SIGINT, 120), (Signal::SIGQUIT, 10)] {
            self.child.signal(signal);
            let patience = Duration::from_secs(patience);
            if tokio::time::timeout(patience, self.child.ended())
                .await
                .is_ok()
            {
                return Ok(());
            }
        }
        self.child.signal(Signal::SIGKILL);
        Err(Error::new(
            Kind::Timeout,
            "The Postgres server didn't stop in time, so it was ended by force.",
        )
        .hint("Nothing is lost: it recovers when it starts again."))
    }

    async fn wait_ready(&self, options: &ServerOptions, log_from: u64) -> Result<()> {
        // Recovery after a crash can take a while; a server that works on it stays alive.
        let deadline = Instant::now() + Duration::from_secs(120);
        let quick = ConnectOptions {
            connect_timeout: Duration::from_secs(5),
            ..ConnectOptions::named("matriz start")
        };
        loop {
            let error = match connect(&self.superuser, &quick).await {
                Ok(connection) => {
                    connection.close().await;
                    return Ok(());
                }
                Err(error) => error,
            };
            if self.child.has_ended() {
                return Err(why_it_ended(&options.log, log_from, options.port));
            }
            if Instant::now() >= deadline || error.message.contains("refused the login") {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGQUIT ends it within milliseconds; the next start recovers.
        self.child.signal(Signal::SIGQUIT);
        if let Some(home) = self.temporary.take() {
            let deadline = std::time::Instant::now() + Duration::from_secs(5);
            while !self.child.has_ended() && std::time::Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(2));
            }
            let _ = fs::remove_dir_all(home);
        }
    }
}

fn command(postgres: &Postgres, options: &ServerOptions, sockets: &Path) -> Result<Command> {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&options.log)
        .context(Kind::Io, || {
            format!("Cannot write {}", options.log.display())
        })?;
    let mut command = Command::new(postgres.path(Tool::Postgres));
    command.arg("-D").arg(&options.data);
    for (name, value) in settings::of(options, sockets, postgres.version.major) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env_remove("PGDATA")
        .current_dir(&options.data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    let at_our_death = match (options.outlives, options.durable) {
        (Some(_), _) => None,
        (None, true) => Some(Signal::SIGINT as i32),
        (None, false) => Some(Signal::SIGQUIT as i32),
    };
    options.run_as.prepare(&mut command, at_our_death);
    Ok(command)
}

/// What the server wrote into its log from a position on.
fn said_since(log: &Path, from: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(0);
    String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
}

fn why_it_ended(log: &Path, from: u64, port: u16) -> Error {
    let text = said_since(log, from);
    if text.contains("Address already in use") {
        return Error::new(
            Kind::Conflict,
            format!("Port {port} is taken by another program."),
        );
    }
    let line = text
        .lines()
        // that one is the farewell of an earlier server's process
        .filter(|line| !line.contains("unexpected postmaster exit"))
        .find(|line| line.contains("FATAL") || line.contains("PANIC"));
    let line = line
        .or_else(|| text.lines().next_back())
        .unwrap_or("it gave no reason");
    Error::new(
        Kind::Database,
        format!("The Postgres server ended while starting: {line}"),
    )
    .hint(format!("Its log is {}.", log.display()))
}
