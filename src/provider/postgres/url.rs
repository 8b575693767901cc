//! A database's address: `postgres://user:password@host:port/database?sslmode=require`.
//!
//! The form is libpq's connection URI
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>) with one
//! host. It is read a little more kindly than libpq does: the password may hold an unescaped `@`,
//! `:` or `/`, because that is how people paste one.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::percent::{decode, encode};

/// The port that Postgres listens on by default.
pub const DEFAULT_PORT: u16 = 5432;
/// The port of Supabase's pooler in transaction mode, which cannot hold a session.
pub const TRANSACTION_POOLER_PORT: u16 = 6543;

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name or an IP address (an IPv6 address without its brackets).
    Tcp(String),
    /// The folder that holds the server's socket `.s.PGSQL.PORT`.
    Unix(PathBuf),
}

/// How much TLS a connection asks for; the words are libpq's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SslMode {
    Disable,
    /// TLS if the server offers it, without checking who the server is.
    #[default]
    Prefer,
    /// TLS or nothing, without checking who the server is.
    Require,
    /// The certificate must come from a trusted authority.
    VerifyCa,
    /// The certificate must also name this host.
    VerifyFull,
}

impl SslMode {
    pub fn word(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        Ok(match word {
            "disable" => SslMode::Disable,
            // Trying without TLS first would only save a round trip.
            "allow" | "prefer" => SslMode::Prefer,
            "require" => SslMode::Require,
            "verify-ca" => SslMode::VerifyCa,
            "verify-full" => SslMode::VerifyFull,
            other => {
                return Err(bad(format!("has an unknown sslmode, {other}."))
                    .hint("Use disable, prefer, require, verify-ca or verify-full."));
            }
        })
    }
}

/// A database's address. `Display` and `Debug` never show the password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DatabaseUrl {
    pub host: Host,
    pub port: u16,
    pub user: String,
    password: Option<String>,
    pub database: String,
    pub sslmode: SslMode,
    /// The other query parameters, decoded, in their order.
    pub params: Vec<(String, String)>,
}

impl DatabaseUrl {
    pub fn tcp(host: &str, port: u16, user: &str, database: &str) -> Self {
        Self::at(Host::Tcp(host.to_owned()), port, user, database)
    }

    pub fn unix(folder: &Path, port: u16, user: &str, database: &str) -> Self {
        Self::at(Host::Unix(folder.to_owned()), port, user, database)
    }

    fn at(host: Host, port: u16, user: &str, database: &str) -> Self {
        DatabaseUrl {
            host,
            port,
            user: user.to_owned(),
            password: None,
            database: database.to_owned(),
            sslmode: SslMode::default(),
            params: Vec::new(),
        }
    }

    pub fn parse(text: &str) -> Result<Self> {
        text.parse()
    }

    /// The password; ask for it only where it is sent.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    #[must_use]
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    #[must_use]
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    #[must_use]
    pub fn with_sslmode(mut self, sslmode: SslMode) -> Self {
        self.sslmode = sslmode;
        self
    }

    /// Whether a connection asks the server for TLS. A socket never does: its other end is this
    /// machine.
    pub fn wants_tls(&self) -> bool {
        matches!(self.host, Host::Tcp(_)) && self.sslmode != SslMode::Disable
    }

    /// Whether the server is on this machine, as far as the address tells.
    pub fn is_local(&self) -> bool {
        match &self.host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                let address = name.trim_start_matches('[').trim_end_matches(']');
                name == "localhost"
                    || address
                        .parse::<IpAddr>()
                        .is_ok_and(|address| address.is_loopback())
            }
        }
    }

    /// The value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `host:port`, or the socket's path: what an error may name.
    pub fn place(&self) -> String {
        match &self.host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]:{}", self.port),
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Unix(folder) => folder
                .join(format!(".s.PGSQL.{}", self.port))
                .display()
                .to_string(),
        }
    }

    /// The whole address with its password: for a `.env` file, never for a log.
    pub fn reveal(&self) -> String {
        let password = self.password.as_deref().map(encode);
        self.render(password.as_deref())
    }

    fn render(&self, password: Option<&str>) -> String {
        let mut out = format!("postgresql://{}", encode(&self.user));
        if let Some(password) = password {
            out.push(':');
            out.push_str(password);
        }
        out.push('@');
        match &self.host {
            Host::Tcp(host) if host.contains(':') => out.push_str(&format!("[{host}]")),
            Host::Tcp(host) => out.push_str(&encode(host)),
            // libpq reads a host that begins with an encoded slash as a socket's folder.
            Host::Unix(folder) => out.push_str(&encode(&folder.to_string_lossy())),
        }
        out.push_str(&format!(":{}/{}", self.port, encode(&self.database)));
        let mut separator = '?';
        let mut param = |key: &str, value: &str| {
            out.push(separator);
            separator = '&';
            out.push_str(&format!("{}={}", encode(key), encode(value)));
        };
        if self.sslmode != SslMode::default() {
            param("sslmode", self.sslmode.word());
        }
        for (key, value) in &self.params {
            param(key, value);
        }
        out
    }

    fn set_host(&mut self, host: String) {
        self.host = if host.starts_with('/') {
            Host::Unix(PathBuf::from(host))
        } else {
            Host::Tcp(host)
        };
    }

    fn set_param(&mut self, key: String, value: String) -> Result<()> {
        match key.as_str() {
            "host" => self.set_host(value),
            "port" => self.port = port(&value)?,
            "user" => self.user = value,
            "password" => self.password = Some(value),
            "dbname" => self.database = value,
            "sslmode" => self.sslmode = SslMode::parse(&value)?,
            // JDBC's word, which libpq accepts too.
            "ssl" if value == "true" => self.sslmode = SslMode::Require,
            _ => self.params.push((key, value)),
        }
        Ok(())
    }
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let rest = text
            .strip_prefix("postgresql://")
            .or_else(|| text.strip_prefix("postgres://"))
            .ok_or_else(|| {
                bad("doesn't begin with postgresql:// or postgres://.")
                    .hint("It looks like postgresql://USER:PASSWORD@HOST:5432/DATABASE.")
            })?;
        let (login, rest) = split_login(rest);
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (place, database) = rest.split_once('/').unwrap_or((rest, ""));

        let mut url = DatabaseUrl::tcp("", DEFAULT_PORT, "", &part(database, "database")?);
        if let Some(login) = login {
            let (user, password) = match login.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (login, None),
            };
            url.user = part(user, "user")?;
            url.password = password.map(|text| part(text, "password")).transpose()?;
        }
        let (host, digits) = split_port(place)?;
        url.set_host(part(host, "host")?);
        if let Some(digits) = digits {
            url.port = port(digits)?;
        }
        for pair in query.unwrap_or("").split('&').filter(|p| !p.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            url.set_param(part(key, "parameter")?, part(value, "parameter")?)?;
        }
        if url.host == Host::Tcp(String::new()) {
            return Err(bad("names no host."));
        }
        if url.user.is_empty() {
            return Err(bad("names no user."));
        }
        if url.database.is_empty() {
            url.database = url.user.clone();
        }
        Ok(url)
    }
}

/// The part before the `@` that ends the login, and what follows it. An `@` in a query parameter
/// doesn't count; an `@`, `/` or `?` in the password does not end it.
fn split_login(rest: &str) -> (Option<&str>, &str) {
    let head = rest.split('?').next().unwrap_or(rest);
    let end = head.rfind('@').or_else(|| {
        // A `?` before the first `@`: it belongs to the password, if there is one.
        (head.contains(':') && !head.contains('/'))
            .then(|| rest.rfind('@'))
            .flatten()
    });
    match end {
        Some(at) => (rest.get(..at), rest.get(at + 1..).unwrap_or("")),
        None => (None, rest),
    }
}

fn split_port(place: &str) -> Result<(&str, Option<&str>)> {
    if place.contains(',') {
        return Err(bad("names more than one host.").hint("Name the one to connect to."));
    }
    if let Some(inner) = place.strip_prefix('[') {
        let (host, rest) = inner
            .split_once(']')
            .ok_or_else(|| bad("has a [ without its ]."))?;
        return match rest.strip_prefix(':') {
            Some(digits) => Ok((host, Some(digits))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(bad("has text between the host and the port.")),
        };
    }
    Ok(match place.split_once(':') {
        Some((host, digits)) => (host, Some(digits)),
        None => (place, None),
    })
}

fn port(digits: &str) -> Result<u16> {
    match digits.parse::<u16>() {
        Ok(0) | Err(_) if !digits.is_empty() => {
            // What stands there may be the end of a password, so it isn't repeated.
            Err(bad("has a port that isn't a number from 1 to 65535.")
                .hint("A special character in the password must be written as %XX."))
        }
        Ok(port) => Ok(port),
        Err(_) => Ok(DEFAULT_PORT),
    }
}

fn part(text: &str, what: &str) -> Result<String> {
    decode(text).ok_or_else(|| {
        bad(format!("has a % in its {what} that isn't an escape."))
            .hint("Write a percent sign as %25.")
    })
}

fn bad(what: impl fmt::Display) -> Error {
    Error::new(Kind::Parse, format!("The database address {what}"))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(self.password.as_ref().map(|_| "***")))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
