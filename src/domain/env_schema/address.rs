//! Addresses: read far enough to say what is wrong with one, and what project it names.

const DATABASE_SCHEMES: [&str; 2] = ["postgres", "postgresql"];

/// The parts of `scheme://user:password@host:port/path?query`. A password may hold an `@`, because
/// that's how people paste one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub scheme: &'a str,
    pub user: &'a str,
    /// Without the brackets of an IPv6 address.
    pub host: &'a str,
    pub port: Option<u16>,
    /// What follows the first `/`, without the query.
    pub path: &'a str,
}

/// Reads an address; the error is one sentence without the value.
pub(super) fn read(value: &str) -> Result<Address<'_>, String> {
    if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("It holds blanks or line ends, which no address does.".into());
    }
    let Some((scheme, rest)) = value.split_once("://") else {
        return Err(
            "It isn't an address: it has no scheme such as https:// before the host.".into(),
        );
    };
    let mut letters = scheme.chars();
    let named = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !named {
        return Err("It isn't an address: what stands before :// is no scheme.".into());
    }
    let (login, place) = split_login(scheme, rest);
    let end = place.find(['/', '?', '#']).unwrap_or(place.len());
    let (authority, tail) = place.split_at(end);
    let (host, port) = split_port(authority)?;
    if !is_host(host) {
        return Err(match host.is_empty() {
            true => "It names no host.".into(),
            false => "What stands where the host should be isn't one.".to_owned(),
        });
    }
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    Ok(Address {
        scheme,
        user: login.split_once(':').map_or(login, |(user, _)| user),
        host,
        port,
        path: path.strip_prefix('/').unwrap_or(path),
    })
}

/// The login ends at the last `@` before the path. A database's path holds none, so that there a
/// password may have a slash in it.
fn split_login<'a>(scheme: &str, rest: &'a str) -> (&'a str, &'a str) {
    let ends: &[char] = match DATABASE_SCHEMES.contains(&scheme) {
        true => &['?', '#'],
        false => &['/', '?', '#'],
    };
    let end = rest.find(ends).unwrap_or(rest.len());
    let head = rest.get(..end).unwrap_or(rest);
    match head.rfind('@') {
        None => ("", rest),
        Some(at) => (
            rest.get(..at).unwrap_or_default(),
            rest.get(at + 1..).unwrap_or_default(),
        ),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), String> {
    let wrong = || "Its port isn't a number from 1 to 65535.".to_owned();
    if let Some(inner) = authority.strip_prefix('[') {
        let Some((host, rest)) = inner.split_once(']') else {
            return Err("Its host opens a bracket and never closes it.".into());
        };
        return match rest.strip_prefix(':') {
            None if rest.is_empty() => Ok((host, None)),
            Some(port) => number(port).map(|p| (host, Some(p))).ok_or_else(wrong),
            None => Err(wrong()),
        };
    }
    match authority.rsplit_once(':') {
        None => Ok((authority, None)),
        Some((host, port)) => number(port).map(|p| (host, Some(p))).ok_or_else(wrong),
    }
}

fn number(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|b| b.is_ascii_digit());
    port.parse().ok().filter(|p| digits && *p > 0)
}

/// A name, an IPv4 or an IPv6 address.
pub(super) fn is_host(host: &str) -> bool {
    if host.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        })
}

/// `schemes`: which are allowed; none names all.
pub(super) fn check(value: &str, schemes: &[&str]) -> Result<(), String> {
    let address = read(value)?;
    let allowed = schemes.is_empty()
        || schemes
            .iter()
            .any(|s| address.scheme.eq_ignore_ascii_case(s));
    match allowed {
        true => Ok(()),
        false => Err(format!(
            "It should begin with {}://.",
            schemes.join(":// or ")
        )),
    }
}

pub(super) fn check_database(value: &str) -> Result<(), String> {
    if value.contains("[YOUR-PASSWORD]") {
        return Err("It still says [YOUR-PASSWORD]: put the database's password there.".into());
    }
    let address = read(value)?;
    if !is_postgres(&address) {
        return Err("It should begin with postgresql:// or postgres://.".into());
    }
    match address.user.is_empty() {
        true => Err("It names no user: postgresql://USER:PASSWORD@HOST:PORT/DATABASE.".into()),
        false => Ok(()),
    }
}

pub(super) fn is_postgres(address: &Address<'_>) -> bool {
    DATABASE_SCHEMES.contains(&address.scheme)
}

pub(super) fn check_site(value: &str) -> Result<(), String> {
    if value.contains("://") {
        return check(value, &["http", "https"]);
    }
    let (host, _) = split_port(value.trim_end_matches('/'))?;
    match is_host(host) {
        true => Ok(()),
        false => Err("It isn't a site: its host, for example example.atlassian.net.".into()),
    }
}
