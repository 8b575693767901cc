//! Connecting to a database.
//!
//! A [`Connection`] is a tokio-postgres client whose socket is driven by a task of its own. A dead
//! network is noticed by TCP keepalives and, while data is on its way, by the TCP user timeout.

use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::poll_fn;
use futures_util::ready;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::pace::Pace;
use crate::provider::postgres::url::{DatabaseUrl, Host, SslMode, TRANSACTION_POOLER_PORT};
use crate::provider::postgres::{explain, tls};

/// How many notices are kept for [`Connection::take_notices`].
const NOTICES_KEPT: usize = 200;

/// Gets a notice as it comes.
pub type OnNotice = Arc<dyn Fn(&Notice) + Send + Sync>;

/// How to connect. The defaults fit a job that must notice a dead network within a minute.
#[derive(Clone)]
pub struct ConnectOptions {
    /// What the server shows in `pg_stat_activity`.
    pub application_name: String,
    /// For the whole connection: name, socket, TLS and login.
    pub connect_timeout: Duration,
    /// How long sent data may stay unacknowledged before the connection counts as dead.
    pub user_timeout: Duration,
    /// Settings made right after the login (`("statement_timeout", "0")`). Sent as statements, as
    /// poolers drop settings that stand in the login message.
    pub settings: Vec<(String, String)>,
    /// Gets every notice as it comes, beside their being kept.
    pub on_notice: Option<OnNotice>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        ConnectOptions {
            application_name: "matriz".to_owned(),
            connect_timeout: Duration::from_secs(15),
            user_timeout: Duration::from_secs(30),
            settings: Vec::new(),
            on_notice: None,
        }
    }
}

impl ConnectOptions {
    pub fn named(application_name: &str) -> Self {
        ConnectOptions {
            application_name: application_name.to_owned(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Something a server said on the side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`, in the server's language.
    pub severity: String,
    pub message: String,
    pub detail: Option<String>,
}

/// A live connection; use it as a [`tokio_postgres::Client`].
pub struct Connection {
    client: Client,
    cancel: Cancel,
    place: String,
    server_version: String,
    notices: Arc<Mutex<VecDeque<Notice>>>,
    pace: Arc<Pace>,
    task: JoinHandle<()>,
}

impl Connection {
    /// What cancels the running statement, from any task.
    pub fn cancel_handle(&self) -> Cancel {
        self.cancel.clone()
    }

    /// `host:port` or the socket's path.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// As the server says it: `15.18 (Debian 15.18-0+deb12u1)`.
    pub fn server_version(&self) -> &str {
        &self.server_version
    }

    /// The server's major version, such as 15; 0 if it didn't tell.
    pub fn server_major(&self) -> u32 {
        let digits = self.server_version.split(|c: char| !c.is_ascii_digit());
        digits
            .into_iter()
            .next()
            .and_then(|major| major.parse().ok())
            .unwrap_or(0)
    }

    /// The last notices (at most 200), oldest first; they are then forgotten.
    pub fn take_notices(&self) -> Vec<Notice> {
        let mut kept = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        kept.drain(..).collect()
    }

    /// What decides when this connection reads.
    pub fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    /// Says goodbye to the server and waits until the socket is closed.
    pub async fn close(self) {
        drop(self.client);
        // The goodbye is short; a dead network must not hold the caller.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.task).await;
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.place)
    }
}

/// Cancels what a connection is doing, over a connection of its own with the same TLS.
#[derive(Clone)]
pub struct Cancel {
    token: CancelToken,
    tls: MakeRustlsConnect,
    place: String,
}

impl Cancel {
    /// Asks the server to cancel the running statement. Whether one was running isn't told.
    pub async fn cancel(&self) -> Result<()> {
        let asked = self.token.cancel_query(self.tls.clone());
        match tokio::time::timeout(Duration::from_secs(10), asked).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::new(
                Kind::Network,
                format!("Cannot cancel the statement at {}.", self.place),
            )
            .source(error)),
            Err(_) => Err(Error::new(
                Kind::Timeout,
                format!("The server at {} didn't take the cancel.", self.place),
            )),
        }
    }
}

/// Connects, logs in and makes the settings.
pub async fn connect(url: &DatabaseUrl, options: &ConnectOptions) -> Result<Connection> {
    refuse_transaction_pooler(url)?;
    let tls = tls::connector(url)?;
    let wanted = client_config(url, options);
    let connecting = wanted.connect(tls.clone());
    let (client, mut socket) = match tokio::time::timeout(options.connect_timeout, connecting).await
    {
        Ok(Ok(pair)) => pair,
        Ok(Err(error)) => return Err(explain::connecting(error, url)),
        Err(_) => {
            return Err(Error::new(
                Kind::Timeout,
                format!(
                    "The database at {} didn't answer within {} s.",
                    url.place(),
                    options.connect_timeout.as_secs()
                ),
            )
            .hint("Check the host, your network and any firewall."));
        }
    };
    let server_version = socket
        .parameter("server_version")
        .unwrap_or_default()
        .to_owned();
    let notices = Arc::new(Mutex::new(VecDeque::new()));
    let kept = notices.clone();
    let on_notice = options.on_notice.clone();
    let pace = Arc::new(Pace::default());
    let paced = pace.clone();
    let task = tokio::spawn(async move {
        // An error here reaches the caller through the statement that it breaks.
        while let Some(Ok(message)) = poll_fn(|cx| {
            ready!(paced.poll_read(cx));
            socket.poll_message(cx)
        })
        .await
        {
            if let AsyncMessage::Notice(notice) = message {
                let notice = Notice {
                    severity: notice.severity().to_owned(),
                    message: notice.message().to_owned(),
                    detail: notice.detail().map(str::to_owned),
                };
                if let Some(listener) = &on_notice {
                    listener(&notice);
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == NOTICES_KEPT {
                    kept.pop_front();
                }
                kept.push_back(notice);
            }
        }
    });
    let cancel = Cancel {
        token: client.cancel_token(),
        tls,
        place: url.place(),
    };
    let connection = Connection {
        client,
        cancel,
        place: url.place(),
        server_version,
        notices,
        pace,
        task,
    };
    apply_settings(&connection, &options.settings).await?;
    Ok(connection)
}

async fn apply_settings(connection: &Connection, settings: &[(String, String)]) -> Result<()> {
    if settings.is_empty() {
        return Ok(());
    }
    let (names, values): (Vec<&str>, Vec<&str>) = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .unzip();
    connection
        .execute(
            "SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS s(name, value)",
            &[&names, &values],
        )
        .await
        .map_err(|error| explain::statement(error, "Cannot set up the connection"))?;
    Ok(())
}

fn refuse_transaction_pooler(url: &DatabaseUrl) -> Result<()> {
    if url.port != TRANSACTION_POOLER_PORT || matches!(url.host, Host::Unix(_)) {
        return Ok(());
    }
    Err(Error::refused(format!(
        "{} is a pooler in transaction mode, which can't hold a snapshot or a setting for longer than one transaction.",
        url.place()
    ))
    .hint("Use the session pooler: the same host with port 5432."))
}

fn client_config(url: &DatabaseUrl, options: &ConnectOptions) -> Config {
    let mut out = Config::new();
    match &url.host {
        Host::Tcp(host) => out.host(host),
        Host::Unix(folder) => out.host_path(folder),
    };
    out.port(url.port)
        .user(&url.user)
        .dbname(&url.database)
        .application_name(&options.application_name)
        .connect_timeout(options.connect_timeout)
        .tcp_user_timeout(options.user_timeout)
        .keepalives(true)
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3)
        .ssl_mode(match (&url.host, url.sslmode) {
            // A socket's other end is this machine: libpq never uses TLS there either.
            (Host::Unix(_), _) | (_, SslMode::Disable) => config::SslMode::Disable,
            (_, SslMode::Prefer) => config::SslMode::Prefer,
            (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => {
                config::SslMode::Require
            }
        });
    if let Some(password) = url.password() {
        out.password(password);
    }
    if let Some(flags) = url.param("options") {
        out.options(flags);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_transaction_pooler_is_refused_before_connecting() {
        let url = DatabaseUrl::parse("postgres://u:example-pass@h.invalid:6543/d").unwrap();
        let error = connect(&url, &ConnectOptions::default()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        assert!(error.hint.unwrap().contains("5432"));
    }

    #[tokio::test]
    async fn an_empty_port_says_where_and_what_to_do() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let url = DatabaseUrl::tcp("127.0.0.1", port, "u", "d").with_password("example-pass");
        let error = connect(&url, &ConnectOptions::default()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Network);
        assert_eq!(
            error.message,
            format!("Nothing answers at 127.0.0.1:{port}.")
        );
        assert!(error.hint.is_some());
        assert!(!error.chain().contains("example-pass"));
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_given_up() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = DatabaseUrl::tcp("127.0.0.1", port, "u", "d");
        let options = ConnectOptions {
            connect_timeout: Duration::from_millis(50),
            ..ConnectOptions::default()
        };
        let error = connect(&url, &options).await.unwrap_err();
        assert_eq!(error.kind, Kind::Timeout);
    }
}
