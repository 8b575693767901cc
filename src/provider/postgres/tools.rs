//! One folder of Postgres programs: what is in it, probed and never assumed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// A program that Matriz may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    Initdb,
    Postgres,
    PgDump,
    PgRestore,
    Psql,
}

impl Tool {
    pub const ALL: [Tool; 5] = [
        Tool::Initdb,
        Tool::Postgres,
        Tool::PgDump,
        Tool::PgRestore,
        Tool::Psql,
    ];

    pub fn program(self) -> &'static str {
        match self {
            Tool::Initdb => "initdb",
            Tool::Postgres => "postgres",
            Tool::PgDump => "pg_dump",
            Tool::PgRestore => "pg_restore",
            Tool::Psql => "psql",
        }
    }
}

/// Where a folder was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Named in the configuration.
    Configured,
    /// Installed on the machine.
    Machine,
    /// Fetched into the user's cache folder.
    Fetched,
}

impl Origin {
    pub fn word(self) -> &'static str {
        match self {
            Origin::Configured => "configured",
            Origin::Machine => "native",
            Origin::Fetched => "fetched",
        }
    }
}

/// Such as 15.18: the major version decides what fits with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl Version {
    /// Reads what `postgres --version` prints: `postgres (PostgreSQL) 15.18 (Debian 15.18-0)`.
    pub fn parse(text: &str) -> Option<Self> {
        let after = text.split_once("(PostgreSQL)")?.1.trim_start();
        let number: String = after
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let mut parts = number.split('.');
        let major = parts.next()?.parse().ok()?;
        // A beta has no minor number: 19beta1.
        let minor = parts.next().and_then(|p| p.parse().ok()).unwrap_or(0);
        Some(Version { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A bin folder with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postgres {
    pub bin: PathBuf,
    pub version: Version,
    pub origin: Origin,
    pub tools: BTreeSet<Tool>,
    /// Names of the extensions that `CREATE EXTENSION` would find.
    pub extensions: BTreeSet<String>,
    /// Whether the client tools can speak TLS; the fetched ones can't.
    pub tls: bool,
}

/// A `pg_dump`, and what must be known to start it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgDump {
    pub path: PathBuf,
    /// Whether it can speak TLS by itself.
    pub tls: bool,
}

impl From<PathBuf> for PgDump {
    /// One that can speak TLS, as every packaged one can.
    fn from(path: PathBuf) -> Self {
        PgDump { path, tls: true }
    }
}

impl Postgres {
    /// Its `pg_dump`, if it has one ([`Postgres::has`]).
    pub fn pg_dump(&self) -> PgDump {
        PgDump {
            path: self.path(Tool::PgDump),
            tls: self.tls,
        }
    }

    /// Looks at a bin folder; `None` if it holds no Postgres program that runs.
    pub async fn probe(bin: &Path, origin: Origin) -> Option<Self> {
        let tools: BTreeSet<Tool> = Tool::ALL
            .into_iter()
            .filter(|tool| is_program(&bin.join(tool.program())))
            .collect();
        // The server's own word counts most: folders of mixed versions exist.
        let asked = [Tool::Postgres, Tool::PgDump, Tool::Psql]
            .into_iter()
            .find(|tool| tools.contains(tool))?;
        let version = Version::parse(&run(&bin.join(asked.program()), "--version").await?)?;
        let pg_config = bin.join("pg_config");
        let share = match run(&pg_config, "--sharedir").await {
            Some(text) => vec![PathBuf::from(text.trim())],
            None => share_guesses(bin, version),
        };
        let extensions = share
            .iter()
            .map(|share| share.join("extension"))
            .find(|folder| folder.is_dir())
            .map(|folder| control_files(&folder))
            .unwrap_or_default();
        let tls = match run(&pg_config, "--configure").await {
            Some(flags) => flags.contains("openssl"),
            // Every packaged Postgres has it.
            None => origin != Origin::Fetched,
        };
        Some(Postgres {
            bin: bin.to_owned(),
            version,
            origin,
            tools,
            extensions,
            tls,
        })
    }

    pub fn has(&self, tool: Tool) -> bool {
        self.tools.contains(&tool)
    }

    pub fn has_vector(&self) -> bool {
        self.extensions.contains("vector")
    }

    /// Whether it can make and run a server.
    pub fn can_serve(&self) -> bool {
        self.has(Tool::Initdb) && self.has(Tool::Postgres)
    }

    pub fn path(&self, tool: Tool) -> PathBuf {
        self.bin.join(tool.program())
    }

    /// `native 15.18`: for a person.
    pub fn label(&self) -> String {
        format!("{} {}", self.origin.word(), self.version)
    }
}

async fn run(program: &Path, argument: &str) -> Option<String> {
    let mut command = Command::new(program);
    command
        .arg(argument)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(10), command.output())
        .await
        .ok()?
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn share_guesses(bin: &Path, version: Version) -> Vec<PathBuf> {
    let Some(home) = bin.parent() else {
        return Vec::new();
    };
    let major = version.major;
    vec![
        home.join("share/postgresql"),
        home.join(format!("share/postgresql@{major}")),
        home.join("share"),
        PathBuf::from(format!("/usr/share/postgresql/{major}")),
    ]
}

fn control_files(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return BTreeSet::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_suffix(".control").map(str::to_owned)
        })
        .collect()
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        for (text, says) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)",
                "15.18",
            ),
            ("pg_dump (PostgreSQL) 18.6\n", "18.6"),
            ("psql (PostgreSQL) 19beta1", "19.0"),
        ] {
            assert_eq!(Version::parse(text).unwrap().to_string(), says);
        }
        assert_eq!(Version::parse("psql 15"), None);
    }

    #[tokio::test]
    async fn an_empty_folder_holds_no_postgres() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Postgres::probe(folder.path(), Origin::Machine).await, None);
    }
}
