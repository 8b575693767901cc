//! `run -- CMD`: one instance's variables and no other's. The command takes this process's place,
//! so its exit code, signals and terminal are its own.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use super::Call;
use super::args::Run;
use crate::error::{Error, Kind, Result};

/// A command that can't be run: 126 where it isn't a program, 127 where it isn't found.
pub fn run(call: &Call<'_>, args: &Run) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(None, call.global.instance.as_deref())?;
    let (program, rest) = args.command.split_first().ok_or_else(|| {
        Error::usage("run needs a command.").hint("For example: matriz run -- npm test")
    })?;
    if call.service.needs_sandbox(&name)? {
        super::runtime(1)?.block_on(call.service.ensure_sandbox(&name, call.global.yes))?;
    }
    let variables = call.service.run_environment(&name)?;
    let error = Command::new(program)
        .args(rest)
        .env_clear()
        .envs(variables)
        .exec();
    let (code, why) = match error.kind() {
        std::io::ErrorKind::NotFound => (127, "it isn't on this machine's path"),
        std::io::ErrorKind::PermissionDenied => (126, "it may not be run"),
        _ => (126, "it couldn't be started"),
    };
    let message = format!("Can't run {}: {why} ({error}).", program.to_string_lossy());
    super::output::print_error(&Error::new(Kind::Missing, message), call.out.json);
    Ok(ExitCode::from(code))
}
