//! Taking over a server that outlived its supervisor.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::server::child::Running;
use crate::provider::postgres::server::{ServerOptions, folder, settings};
use crate::provider::postgres::url::DatabaseUrl;

/// The server that runs on the data folder, if it's the one that `command` would start and takes
/// connections; `None` for any other, which has to end before one can be started.
pub async fn adopt(
    command: &Command,
    options: &ServerOptions,
    superuser: &DatabaseUrl,
) -> Option<Running> {
    let live = folder::live(&options.data)?;
    let same = live.ready
        && live.port == options.port
        && is_started_as(command, &options.data)
        && settings::has_hba(&options.data, &options.hba);
    if !same {
        return None;
    }
    let quick = ConnectOptions {
        connect_timeout: Duration::from_secs(5),
        ..ConnectOptions::named("matriz start")
    };
    connect(superuser, &quick).await.ok()?.close().await;
    Running::adopt(live.pid, &options.data).ok()
}

/// Whether this is the command line that the server writes into `postmaster.opts` at its start:
/// its program, then each word in double quotes (`CreateOptsFile` in Postgres's postmaster.c).
fn is_started_as(command: &Command, data: &Path) -> bool {
    let Ok(text) = fs::read_to_string(data.join("postmaster.opts")) else {
        return false;
    };
    let Some((program, words)) = text.trim_end().split_once(" \"") else {
        return false;
    };
    let ours: Vec<String> = command
        .get_args()
        .map(|word| format!("\"{}\"", word.to_string_lossy()))
        .collect();
    let real = |path: &Path| fs::canonicalize(path).ok();
    let program = real(Path::new(program));
    program.is_some()
        && program == real(Path::new(command.get_program()))
        && format!("\"{words}") == ours.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_command_line_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-D", "/a b", "-c", "port=1"]);
        let started = |text: &str| {
            fs::write(folder.path().join("postmaster.opts"), text).unwrap();
            is_started_as(&command, folder.path())
        };
        let opts = "/bin/sh \"-D\" \"/a b\" \"-c\" \"port=1\"\n";
        assert!(started(opts));
        assert!(!started(&opts.replace("port=1", "port=2")));
        assert!(!started(&opts.replace("/bin/sh", "/bin/cat")));
        assert!(!started(&opts.replace("/bin/sh", "/nowhere/sh")));
        assert!(!started(&format!("{} \"-c\" \"x=1\"\n", opts.trim_end())));
        assert!(!started(""));
    }
}
