//! TLS for a child program that can't speak it.
//!
//! The fetched Postgres tools are built without OpenSSL. A [`Tunnel`] gives such a child a Unix
//! socket, speaks TLS with the real server in its place (with the same settings and checks as every
//! other connection, see [`tls`]), and carries the bytes both ways. How TLS begins is described at
//! <https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL>.
//!
//! The child sees no TLS, so it logs in with plain SCRAM, without channel binding ([`offer`]).

mod offer;

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use nix::unistd::Uid;
use postgres_protocol::message::frontend;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::connect::ConnectOptions;
use crate::provider::postgres::url::{DatabaseUrl, Host, SslMode};
use crate::provider::postgres::{explain, tls};

/// The longest path of a socket that every system takes (unix(7), `sun_path`).
const LONGEST: usize = 100;

/// A socket of this user alone that leads to a server over TLS. Dropped, it is gone, and so is
/// every connection through it.
pub struct Tunnel {
    inside: DatabaseUrl,
    far: Arc<Far>,
    task: JoinHandle<()>,
    /// Removed after the task is told to end.
    _folder: Folder,
}

impl Tunnel {
    /// Opens the near end. The server is called once for each connection that the child makes.
    pub fn open(url: &DatabaseUrl) -> Result<Self> {
        let Host::Tcp(host) = &url.host else {
            return Err(Error::internal(format!(
                "{} is a socket, which needs no TLS.",
                url.place()
            )));
        };
        let far = Arc::new(Far {
            host: host.clone(),
            tls: tls::connector(url)?,
            url: url.clone(),
            failure: Mutex::new(None),
        });
        let folder = Folder::make(url.port)?;
        let mut inside = DatabaseUrl::unix(&folder.0, url.port, &url.user, &url.database)
            .with_sslmode(SslMode::Disable);
        if let Some(password) = url.password() {
            inside = inside.with_password(password);
        }
        inside.params = url.params.clone();
        inside.params.retain(|(key, _)| !key.starts_with("ssl"));
        let path = socket_path(&folder.0, url.port);
        let failed = || format!("Cannot listen at {}", path.display());
        let listener = UnixListener::bind(&path).context(Kind::Io, failed)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).context(Kind::Io, failed)?;
        Ok(Tunnel {
            inside,
            task: tokio::spawn(listen(listener, far.clone())),
            far,
            _folder: folder,
        })
    }

    /// Where the child connects to: a socket, without TLS, with the same login.
    pub fn url(&self) -> &DatabaseUrl {
        &self.inside
    }

    /// Why the server could not be reached, or why the way to it broke: the first time that
    /// happened. It is told once. The child itself only saw its connection end.
    pub fn failure(&self) -> Option<Error> {
        self.far.lock().take()
    }

    /// What the child said, with the server's place in the place of the socket.
    pub fn translate(&self, said: &str) -> String {
        let socket = format!("on socket \"{}\"", self.inside.place());
        said.replace(&socket, &format!("at {}", self.far.url.place()))
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The real server.
struct Far {
    host: String,
    tls: MakeRustlsConnect,
    url: DatabaseUrl,
    failure: Mutex<Option<Error>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Far {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Error>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, error: Error) {
        self.lock().get_or_insert(error);
    }

    /// A connection to the server that is ready for the child's first message.
    async fn reach(&self) -> Result<Box<dyn Stream>> {
        let patience = ConnectOptions::default().connect_timeout;
        let reached = tokio::time::timeout(patience, self.call()).await;
        reached
            .unwrap_or_else(|_| Err(explain::reaching(io::ErrorKind::TimedOut.into(), &self.url)))
    }

    async fn call(&self) -> Result<Box<dyn Stream>> {
        let reaching = |error| explain::reaching(error, &self.url);
        let mut stream = TcpStream::connect((self.host.as_str(), self.url.port))
            .await
            .map_err(reaching)?;
        watch_network(&stream).map_err(reaching)?;
        let mut question = BytesMut::new();
        frontend::ssl_request(&mut question);
        stream.write_all(&question).await.map_err(reaching)?;
        // One byte and no more: what an attacker adds to the answer must not count as the server's
        // word later.
        let answer = stream.read_u8().await.map_err(reaching)?;
        if answer != b'S' {
            return match self.url.sslmode {
                SslMode::Disable | SslMode::Prefer => Ok(Box::new(stream)),
                _ => Err(explain::without_tls(&self.url)),
            };
        }
        let failed = |error| explain::handshake(error, &self.url);
        let mut maker = self.tls.clone();
        let connect = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut maker, &self.host)
            .map_err(|error| failed(io::Error::other(error)))?;
        Ok(Box::new(connect.connect(stream).await.map_err(failed)?))
    }
}

/// As [`ConnectOptions`] says: a dead network must not hold the child forever.
fn watch_network(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(ConnectOptions::default().user_timeout))?;
    socket.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(Duration::from_secs(30))
            .with_interval(Duration::from_secs(10))
            .with_retries(3),
    )
}

/// Takes the child's connections. Aborted, it drops the set and with it all of them.
async fn listen(listener: UnixListener, far: Arc<Far>) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((child, _)) if is_ours(&child) => {
                    open.spawn(serve(child, far.clone()));
                }
                Ok(_) => {}
                Err(error) => {
                    far.note(Error::new(Kind::Io, "Cannot take a local connection.").source(error));
                    // Out of files, it may be: the next try must not come at once.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = open.join_next() => {}
        }
    }
}

/// The folder lets nobody else in; root may still come, and has no business here.
fn is_ours(child: &UnixStream) -> bool {
    child
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == Uid::effective().as_raw())
}

/// A failure is noted before the child's connection ends, so who waits for the child finds it.
async fn serve(mut child: UnixStream, far: Arc<Far>) {
    let server = match far.reach().await {
        Ok(server) => server,
        Err(error) => return far.note(error),
    };
    if let Err(error) = carry(&mut child, server).await {
        let message = format!(
            "The connection to the database at {} broke.",
            far.url.place()
        );
        far.note(
            Error::new(Kind::Network, message)
                .hint("Check the network and the server, then run it again.")
                .source(error),
        );
    }
}

/// Carries bytes both ways until one side ends. An error is the server's side's: the child tells
/// about its own.
async fn carry(child: &mut UnixStream, server: Box<dyn Stream>) -> io::Result<()> {
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let (mut from_child, mut to_child) = child.split();
    let up = async {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from_child.read(&mut buffer).await {
            to_server
                .write_all(buffer.get(..length).unwrap_or_default())
                .await?;
            to_server.flush().await?;
        }
        to_server.shutdown().await
    };
    let down = async {
        let mut buffer = offer::read(&mut from_server).await?;
        let mut length = buffer.len();
        buffer.resize(buffer.len().max(64 * 1024), 0);
        while length > 0 {
            let bytes = buffer.get(..length).unwrap_or_default();
            if to_child.write_all(bytes).await.is_err() {
                break;
            }
            length = from_server.read(&mut buffer).await?;
        }
        Ok(())
    };
    let ended = tokio::select! {
        ended = up => ended,
        ended = down => ended,
    };
    match ended {
        // Not every server says goodbye in TLS; Postgres' own messages tell where they end.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        ended => ended,
    }
}

fn socket_path(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// A folder that only this user can enter; removed with what is in it.
struct Folder(PathBuf);

impl Folder {
    /// In the user's runtime folder, or among the temporary files: the first place that can be
    /// written and whose path is short enough.
    fn make(port: u16) -> Result<Self> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let bases = runtime
            .into_iter()
            .chain([std::env::temp_dir(), "/tmp".into()])
            .filter(|base| base.is_absolute());
        let mut last = None;
        for base in bases {
            let folder = base.join(format!("mz-tls-{:08x}", rand::random::<u32>()));
            if socket_path(&folder, port).as_os_str().len() > LONGEST {
                continue;
            }
            // It fails if something stands there, so the folder is ours and new.
            match fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => return Ok(Folder(folder)),
                Err(error) => last = Some(error),
            }
        }
        let mut error = Error::new(Kind::Io, "There is no folder for a local database socket.")
            .hint("Set TMPDIR to a short path that you can write to, such as /tmp.");
        if let Some(cause) = last {
            error = error.source(cause);
        }
        Err(error)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
