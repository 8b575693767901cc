//! Running `pg_dump` under the snapshot.

use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::copy::toc::{self, Toc};
use crate::provider::postgres::libpq;
use crate::provider::postgres::tools::PgDump;
use crate::provider::postgres::tunnel::Tunnel;
use crate::provider::postgres::url::DatabaseUrl;

/// The source's schema as an archive's table of contents. The child dies with this future.
///
/// `lock_wait_ms`: how long it waits for a table that another session has locked, for callers that
/// don't hold the tables' locks themselves; beyond that the error's kind is `Timeout`.
pub async fn schema(
    pg_dump: PgDump,
    source: DatabaseUrl,
    snapshot: String,
    only: Option<String>,
    lock_wait_ms: Option<u64>,
) -> Result<Toc> {
    let tunnel = (source.wants_tls() && !pg_dump.tls)
        .then(|| Tunnel::open(&source))
        .transpose()?;
    let mut command = Command::new(&pg_dump.path);
    libpq::configure(&mut command, tunnel.as_ref().map_or(&source, Tunnel::url));
    command
        .args([
            "--format=custom",
            "--schema-only",
            "--no-password",
            "--compress=0",
        ])
        .arg(format!("--snapshot={snapshot}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(most) = lock_wait_ms {
        command.arg(format!("--lock-wait-timeout={most}"));
    }
    if let Some(schema) = only {
        // A pattern in double quotes is taken letter by letter.
        command.arg(format!("--schema=\"{}\"", schema.replace('"', "\"\"")));
    }
    let mut child = command.spawn().context(Kind::Missing, || {
        format!("Cannot start {}", pg_dump.path.display())
    })?;
    let (mut archive, mut said) = (Vec::new(), Vec::new());
    let (Some(mut stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Error::internal("The output of pg_dump can't be read."));
    };
    let (read, heard) = tokio::join!(
        stdout.read_to_end(&mut archive),
        stderr.read_to_end(&mut said)
    );
    let reading = || "Cannot read what pg_dump writes".to_owned();
    read.context(Kind::Io, reading)?;
    heard.context(Kind::Io, reading)?;
    let status = child.wait().await.context(Kind::Io, reading)?;
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        return Err(match &tunnel {
            Some(tunnel) => tunnel
                .failure()
                .unwrap_or_else(|| failure(&tunnel.translate(&said))),
            None => failure(&said),
        });
    }
    toc::parse(&archive)
}

fn failure(said: &str) -> Error {
    let text: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let error = Error::new(
        Kind::Database,
        format!("Reading the source's schema failed: {}", text.join(" ")),
    );
    // pg_dump waits for locks under a statement's time limit; its own words aren't translated.
    if said.contains("Query was: LOCK TABLE") || said.contains("statement timeout") {
        return Error {
            kind: Kind::Timeout,
            ..error
        };
    }
    if said.contains("server version mismatch") {
        return error.hint("The source's server is newer than pg_dump. Use a newer pg_dump.");
    }
    error
}
