//! `run -- CMD`: one instance's variables and no other's. The command takes this process's place,
//! so its exit code, signals and terminal are its own.

use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use super::args::{Global, Run};
use super::mask;
use crate::domain::name::InstanceName;
use crate::domain::secret::{Masker, SHORTEST_MASKED};
use crate::error::{Error, Kind, Result};
use crate::service::{Here, Service};

/// A command that can't be run: 126 where it isn't a program, 127 where it isn't found.
pub fn run(here: Here, global: &Global, args: &Run) -> Result<ExitCode> {
    let name = here.choose(global.instance.as_deref())?.name;
    let (program, rest) = args.command.split_first().ok_or_else(|| {
        Error::usage("run needs a command.").hint("For example: matriz run -- npm test")
    })?;
    here.allow(&name)?;
    wake_sandbox(&here, &name, global.yes)?;
    let variables = here.run_environment(&name)?;
    let mut command = Command::new(program);
    command.args(rest).env_clear().envs(variables);
    let error = match args.mask {
        false => command.exec(),
        true => match mask::run(command, &masker(&here, &name)?) {
            Ok(code) => return Ok(ExitCode::from(code)),
            Err(error) => error,
        },
    };
    let (code, why) = match error.kind() {
        ErrorKind::NotFound => (127, "it isn't on this machine's path"),
        ErrorKind::PermissionDenied => (126, "it may not be run"),
        _ => (126, "it couldn't be started"),
    };
    let message = format!("Can't run {}: {why} ({error}).", program.to_string_lossy());
    super::output::print_error(&Error::new(Kind::Missing, message), global.json);
    Ok(ExitCode::from(code))
}

/// Hides the instance's secrets; says which are too short for that.
fn masker(here: &Here, name: &InstanceName) -> Result<Masker> {
    let secrets = here.secrets(name)?;
    let short = |value: &str| value.len() < SHORTEST_MASKED;
    for (key, _) in secrets.iter().filter(|(_, value)| short(value)) {
        eprintln!("matriz: {key} of {name} is too short to be hidden.");
    }
    Ok(Masker::new(secrets.iter().map(|(_, value)| value.as_str())))
}

/// Starts the sandbox for an instance that lives in it; the registry is opened for that only.
pub fn wake_sandbox(here: &Here, name: &InstanceName, yes: bool) -> Result<()> {
    if here.needs_sandbox(name)? {
        let service = Service::of(here.clone())?;
        super::runtime(1)?.block_on(service.ensure_sandbox(name, yes))?;
    }
    Ok(())
}
