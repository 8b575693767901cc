//! How the server is set up: for one workspace on one machine, not for a data centre.

use std::fs;
use std::path::Path;

use crate::error::{Context, Kind, Result};
use crate::provider::postgres::server::ServerOptions;
use crate::provider::postgres::server::run_as::RunAs;

/// The settings, as they stand on the server's command line (so nothing secret among them).
pub fn of(options: &ServerOptions, sockets: &Path, major: u32) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_permissions", "0700"),
        ("max_connections", "200"),
        ("shared_buffers", "128MB"),
        ("maintenance_work_mem", "128MB"),
        ("effective_cache_size", "1GB"),
        ("max_wal_size", "2GB"),
        ("min_wal_size", "80MB"),
        ("checkpoint_timeout", "15min"),
        // A copy locks every table of a database at once.
        ("max_locks_per_transaction", "256"),
        // As on Supabase; a publication warns below this level.
        ("wal_level", "logical"),
        ("huge_pages", "off"),
        ("jit", "off"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("lc_messages", "C"),
        ("logging_collector", "off"),
        ("log_destination", "stderr"),
        ("log_min_messages", "warning"),
        // A failing statement may hold a password, so statements are never logged.
        ("log_min_error_statement", "panic"),
        ("log_statement", "none"),
        ("log_parameter_max_length_on_error", "0"),
        ("password_encryption", "scram-sha-256"),
        ("tcp_keepalives_idle", "60"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    out.push(("port", options.port.to_string()));
    out.push(("unix_socket_directories", sockets.display().to_string()));
    if !options.durable {
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            out.push((name, "off".to_owned()));
        }
    }
    if major >= 18 {
        // io_uring is not everywhere, and worker processes cost more than they give here.
        out.push(("io_method", "sync".to_owned()));
    }
    out
}

/// `pg_hba.conf`: `top`, then passwords for everybody, on the socket and on loopback.
fn hba(top: &[String]) -> String {
    let mut text = String::new();
    for line in top {
        text.push_str(line);
        text.push('\n');
    }
    for place in [
        "local all all",
        "host all all 127.0.0.1/32",
        "host all all ::1/128",
    ] {
        text.push_str(&format!("{place} scram-sha-256\n"));
    }
    text
}

/// Whether the server on this folder was started with these lines.
pub fn has_hba(data: &Path, top: &[String]) -> bool {
    fs::read_to_string(data.join("pg_hba.conf")).is_ok_and(|text| text == hba(top))
}

pub fn write_hba(data: &Path, top: &[String], run_as: RunAs) -> Result<()> {
    let path = data.join("pg_hba.conf");
    let failed = || format!("Cannot write {}", path.display());
    let making = data.join("pg_hba.conf.new");
    fs::write(&making, hba(top)).context(Kind::Io, failed)?;
    run_as.give(&making)?;
    fs::rename(&making, &path).context(Kind::Io, failed)
}
