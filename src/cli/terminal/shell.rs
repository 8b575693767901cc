//! `shell` and `hook`.

use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::cli::args;
use crate::cli::args::Global;
use crate::cli::output::Output;
use crate::cli::run::wake_sandbox;
use crate::error::{Context, Error, Kind, Result};
use crate::service::{self, Here};

/// The shell takes this process's place: leaving it is the unload.
pub fn shell(here: &Here, global: &Global, args: &args::Shell) -> Result<ExitCode> {
    here.allow_switching()?;
    let argument = args.name.as_deref().or(global.instance.as_deref());
    let name = here.choose(argument)?.name;
    if !std::io::stdin().is_terminal() {
        return Err(
            Error::usage("A shell needs a terminal, and this isn't one.")
                .hint(format!("For a script: matriz run -i {name} -- COMMAND")),
        );
    }
    wake_sandbox(here, &name, global.yes)?;
    let shell = here.locked_shell(&name, &program()?)?;
    let error = Command::new(&shell.program)
        .args(shell.arguments)
        .env_clear()
        .envs(shell.variables)
        .exec();
    Err(Error::new(
        Kind::Missing,
        format!(
            "Can't start the shell {}: {error}.",
            shell.program.to_string_lossy()
        ),
    )
    .hint("SHELL names the shell that is started."))
}

pub fn hook(out: Output, args: &args::Hook) -> Result<ExitCode> {
    let text = service::hook(args.shell.into(), &program()?)?;
    out.text(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// This program, for what calls it again.
fn program() -> Result<PathBuf> {
    std::env::current_exe().context(Kind::Io, || "This program's own file can't be found".into())
}
