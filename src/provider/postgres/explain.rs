//! Postgres errors in plain words: what failed, where, and what to do next.

use std::error::Error as _;
use std::io;

use rustls::CertificateError;
use tokio_postgres::error::{DbError, SqlState};

use crate::error::{Error, Kind};
use crate::provider::postgres::url::{DatabaseUrl, Host};

/// Why a connection to `url` could not be made.
pub fn connecting(error: tokio_postgres::Error, url: &DatabaseUrl) -> Error {
    let place = url.place();
    if let Some(db) = error.as_db_error() {
        let (what, hint) = refusal(db, url);
        let out = Error::new(Kind::Database, format!("The database at {place} {what}.")).hint(hint);
        return out.source(error);
    }
    let text = causes(&error);
    let io = error
        .source()
        .and_then(|cause| cause.downcast_ref::<io::Error>());
    let (what, hint) = match io.and_then(|io| distrust(io, url)) {
        Some(distrust) => distrust,
        None => obstacle(&text, io.map(io::Error::kind), url),
    };
    Error::new(Kind::Network, format!("{what}."))
        .hint(hint)
        .source(error)
}

/// Why the server's port could not be reached.
pub fn reaching(error: io::Error, url: &DatabaseUrl) -> Error {
    let (what, hint) = obstacle(&error.to_string(), Some(error.kind()), url);
    Error::new(Kind::Network, format!("{what}."))
        .hint(hint)
        .source(error)
}

/// Why TLS with the server could not be begun.
pub fn handshake(error: io::Error, url: &DatabaseUrl) -> Error {
    let (what, hint) = distrust(&error, url).unwrap_or_else(|| tls_failed(&error.to_string(), url));
    Error::new(Kind::Network, format!("{what}."))
        .hint(hint)
        .source(error)
}

/// The server has no TLS, and the address demands it.
pub fn without_tls(url: &DatabaseUrl) -> Error {
    let (what, hint) = no_tls(url);
    Error::new(Kind::Network, format!("{what}.")).hint(hint)
}

fn no_tls(url: &DatabaseUrl) -> (String, String) {
    (
        format!("The database at {} doesn't offer TLS", url.place()),
        "Use sslmode=prefer, or sslmode=disable on your own machine.".to_owned(),
    )
}

fn tls_failed(text: &str, url: &DatabaseUrl) -> (String, String) {
    (
        format!("TLS with the database at {} failed: {text}", url.place()),
        "Check sslmode and sslrootcert in the database's address.".to_owned(),
    )
}

/// What is wrong with the server's certificate, if that is why TLS failed.
fn distrust(error: &io::Error, url: &DatabaseUrl) -> Option<(String, String)> {
    let Some(rustls::Error::InvalidCertificate(reason)) = error.get_ref()?.downcast_ref() else {
        return None;
    };
    let (what, hint) = match reason {
        CertificateError::UnknownIssuer => (
            "comes from an authority that isn't trusted here",
            "Name the right authority's certificate with sslrootcert=FILE in the database's address.",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "is made out to another name",
            "Use a host name that stands in the certificate, or sslmode=verify-ca.",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "has expired",
            "Ask whoever runs the server for a new one. Check this machine's clock too.",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("isn't valid yet", "Check this machine's clock.")
        }
        _ => return None,
    };
    let what = format!("The certificate of the database at {} {what}", url.place());
    Some((what, hint.to_owned()))
}

fn obstacle(text: &str, io: Option<io::ErrorKind>, url: &DatabaseUrl) -> (String, String) {
    let place = url.place();
    match io {
        _ if text.contains("password missing") => (
            format!("The database at {place} asks for a password, and none is set"),
            "Set the password in the instance's .env.".to_owned(),
        ),
        _ if text.contains("server does not support TLS") => no_tls(url),
        _ if text.contains("TLS handshake") => tls_failed(text, url),
        Some(io::ErrorKind::ConnectionRefused) => (
            format!("Nothing answers at {place}"),
            "Check that the database runs and that host and port are right. A paused project must be resumed first.".to_owned(),
        ),
        Some(io::ErrorKind::NotFound) if matches!(url.host, Host::Unix(_)) => (
            format!("There is no database socket at {place}"),
            "Check that the database server runs.".to_owned(),
        ),
        Some(io::ErrorKind::TimedOut) => (
            format!("The database at {place} didn't answer in time"),
            reachable(url),
        ),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::AddrNotAvailable) => {
            (format!("There is no way to {place} from here"), reachable(url))
        }
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted) => (
            format!("The database at {place} closed the connection"),
            "It may be starting, stopping or out of connections. Try again in a minute.".to_owned(),
        ),
        _ if text.contains("lookup address") || text.contains("resolve any addresses") => {
            (format!("The name in {place} can't be found"), reachable(url))
        }
        _ => (
            format!("Cannot connect to the database at {place}: {text}"),
            reachable(url),
        ),
    }
}

/// What a server's refusal means: the rest of a sentence, and a hint.
fn refusal(db: &DbError, url: &DatabaseUrl) -> (String, String) {
    let code = db.code();
    let message = db.message();
    let user = &url.user;
    let database = &url.database;
    let too_many = message.contains("EMAXCONNSESSION")
        || message.contains("MaxClientsInSessionMode")
        || message.contains("max clients reached");
    if too_many || *code == SqlState::TOO_MANY_CONNECTIONS {
        return (
            "has no connection left".to_owned(),
            "Close other programs that use it, or raise the pool size in the project's settings."
                .to_owned(),
        );
    }
    if *code == SqlState::INVALID_PASSWORD || message.contains("authentication failed") {
        return (
            format!("refused the login of {user}"),
            "Check the password. After a reset it takes some minutes to reach the pooler."
                .to_owned(),
        );
    }
    if message.contains("Tenant or user not found") {
        return (
            format!("doesn't know {user}"),
            "Check the project's reference in the user name and the pooler's host: each region has its own.".to_owned(),
        );
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        return (
            format!("has no database called {database}"),
            "Check the last part of the database's address.".to_owned(),
        );
    }
    if *code == SqlState::CANNOT_CONNECT_NOW {
        return (
            "is starting or stopping".to_owned(),
            "Try again in a minute.".to_owned(),
        );
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE
        || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
    {
        return (
            format!("doesn't let {user} in: {message}"),
            "Check the user and what it may do.".to_owned(),
        );
    }
    if message.contains("not currently accepting connections") {
        return (
            format!("accepts no connections to {database}"),
            "The project may be paused. Resume it first.".to_owned(),
        );
    }
    (
        format!("refused the connection: {message} ({})", code.code()),
        "Check the database's address.".to_owned(),
    )
}

fn reachable(url: &DatabaseUrl) -> String {
    match &url.host {
        // Such a name has an IPv6 address only, unless the project pays for another.
        Host::Tcp(host) if host.starts_with("db.") && host.ends_with(".supabase.co") => {
            "This host is reached over IPv6 only. Use the session pooler's address (port 5432), which the project's Connect page shows."
                .to_owned()
        }
        Host::Tcp(_) => "Check the host, your network and any firewall.".to_owned(),
        Host::Unix(_) => "Check that the database server runs.".to_owned(),
    }
}

/// Why a statement failed, for work described by `doing` ("Cannot create the table a.b").
///
/// The server's own message is kept, with its SQLSTATE and its detail, unless that is a whole row.
pub fn statement(error: tokio_postgres::Error, doing: &str) -> Error {
    if let Some(db) = error.as_db_error() {
        let mut text = format!("{doing}: {} ({})", db.message(), db.code().code());
        // A whole row may hold what nobody should read in a log.
        let detail = db.detail().filter(|text| !text.starts_with("Failing row"));
        if let Some(detail) = detail {
            text.push_str(&format!(". {detail}"));
        }
        let mut out = Error::new(Kind::Database, text);
        // "Check free disk space", says the server, and not whose.
        let theirs = db.hint().filter(|_| *db.code() != SqlState::DISK_FULL);
        out.hint = theirs.map(str::to_owned).or_else(|| known_hint(db.code()));
        if [SqlState::QUERY_CANCELED, SqlState::LOCK_NOT_AVAILABLE].contains(db.code()) {
            out.kind = Kind::Timeout;
        }
        return out.source(error);
    }
    if error.is_closed() || io_cause(&error) {
        return Error::new(
            Kind::Network,
            format!("{doing}: the connection to the database broke"),
        )
        .hint("Check the network and the server, then run it again.")
        .source(error);
    }
    Error::new(Kind::Database, format!("{doing}: {}", causes(&error))).source(error)
}

fn known_hint(code: &SqlState) -> Option<String> {
    let text = if *code == SqlState::DISK_FULL {
        "The database's disk is full. Make room, then run it again."
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        "The database is read-only, as it is when its disk quota is reached."
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "The login may not do this. Use the project's postgres user."
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        "Another session holds a lock for long. Wait until it's done (a migration, say), then run it again."
    } else if *code == SqlState::ADMIN_SHUTDOWN || *code == SqlState::CRASH_SHUTDOWN {
        "The server ended the connection. Run it again."
    } else {
        return None;
    };
    Some(text.to_owned())
}

fn io_cause(error: &tokio_postgres::Error) -> bool {
    error
        .source()
        .is_some_and(|cause| cause.downcast_ref::<io::Error>().is_some())
}

fn causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
