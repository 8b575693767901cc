//! What a prompt waits for: answered without reading the command line in full, and without the
//! registry.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::output::print_error;
use crate::domain::terminal::Shell;
use crate::error::Result;
use crate::service;

/// `status --short` and `follow SHELL SEEN`, exactly so; `None` for everything else.
pub fn answer() -> Option<ExitCode> {
    let words: Vec<OsString> = std::env::args_os().skip(1).take(4).collect();
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    match words[..] {
        ["status", "--short"] => Some(short_status(None, None)),
        ["follow", shell, seen] => {
            let shell = Shell::parse(shell)?;
            Some(match follow(shell, seen) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    print_error(&error, false);
                    ExitCode::from(error.exit_code())
                }
            })
        }
        _ => None,
    }
}

/// Nothing at all where nothing is current: a prompt shows what it's given.
pub fn short_status(root: Option<&Path>, flag: Option<&str>) -> ExitCode {
    let line = service::short_status(root, flag);
    if !line.is_empty() {
        let _ = writeln!(std::io::stdout(), "{line}");
    }
    ExitCode::SUCCESS
}

/// The code goes to the shell, the notes to the person.
pub fn follow(shell: Shell, seen: &str) -> Result<()> {
    let followed = service::follow(shell, seen)?;
    for note in &followed.notes {
        let _ = writeln!(std::io::stderr(), "matriz: {note}");
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(followed.code.as_bytes());
    let _ = out.flush();
    Ok(())
}
