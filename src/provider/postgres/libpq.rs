//! The same address for a child program that speaks through libpq (`pg_dump`, `psql`).
//!
//! Everything goes through the child's environment
//! (<https://www.postgresql.org/docs/current/libpq-envars.html>): what stands in its arguments can
//! be read by every process on the machine.

use tokio::process::Command;

use crate::provider::postgres::url::{DatabaseUrl, Host};

/// Variables of libpq that would redirect the child to another server or another login, or make it
/// refuse the one that it is given.
const FOREIGN: [&str; 11] = [
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGHOSTADDR",
    "PGPASSFILE",
    "PGOPTIONS",
    "PGREQUIRESSL",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGSSLNEGOTIATION",
    "PGCHANNELBINDING",
    "PGREQUIREPEER",
];

/// Names and values for the child's environment. Holds the password: never print it.
pub fn environment(url: &DatabaseUrl) -> Vec<(&'static str, String)> {
    let host = match &url.host {
        Host::Tcp(host) => host.clone(),
        Host::Unix(folder) => folder.to_string_lossy().into_owned(),
    };
    let mut out = vec![
        ("PGHOST", host),
        ("PGPORT", url.port.to_string()),
        ("PGUSER", url.user.clone()),
        ("PGDATABASE", url.database.clone()),
        ("PGSSLMODE", url.sslmode.word().to_owned()),
        // Some libpq versions fail at a pooler that answers the question for GSSAPI wrongly.
        ("PGGSSENCMODE", "disable".to_owned()),
        ("PGCLIENTENCODING", "UTF8".to_owned()),
        ("PGAPPNAME", "matriz".to_owned()),
    ];
    if let Some(password) = url.password() {
        out.push(("PGPASSWORD", password.to_owned()));
    }
    for (variable, param) in [
        ("PGSSLROOTCERT", "sslrootcert"),
        ("PGOPTIONS", "options"),
        ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ] {
        if let Some(value) = url.param(param) {
            out.push((variable, value.to_owned()));
        }
    }
    out
}

/// Gives the child this address and takes away whatever the caller's environment says otherwise.
pub fn configure(command: &mut Command, url: &DatabaseUrl) {
    for name in FOREIGN {
        command.env_remove(name);
    }
    command.env_remove("PGPASSWORD");
    command.envs(environment(url));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_travels_in_the_environment_only() {
        let url = DatabaseUrl::parse("postgres://u:example-pass@h:7/d?sslmode=require").unwrap();
        let mut command = Command::new("pg_dump");
        configure(&mut command, &url);
        assert_eq!(command.as_std().get_args().count(), 0);
        let variables = environment(&url);
        assert!(variables.contains(&("PGPASSWORD", "example-pass".into())));
        assert!(variables.contains(&("PGSSLMODE", "require".into())));
        assert!(variables.contains(&("PGPORT", "7".into())));
    }
}
