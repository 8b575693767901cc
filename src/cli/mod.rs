//! The command line: one file a verb, and everything that the screen shows as text and JSON.

use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Kind, Result};
use crate::service::{Here, Service};

mod args;
mod completions;
mod consent;
mod create;
mod delete;
mod diff;
mod doctor;
mod env;
mod follow;
mod held;
mod instances;
mod jobs;
mod link;
mod mask;
mod mcp;
mod output;
mod progress_line;
mod refresh;
mod run;
mod sandbox;
mod start;
mod terminal;
mod workspace;

use args::{Cli, Global, Verb};
use output::Output;

/// What a verb gets: the workspace's façade, the global flags, and how to print.
struct Call<'a> {
    service: &'a Service,
    global: &'a Global,
    out: Output,
}

/// Parses the arguments, carries the verb out, and turns the result into an exit code.
pub fn main() -> ExitCode {
    if let Some(code) = terminal::quick::answer() {
        return code;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let json = cli.global.json;
    match carry_out(cli) {
        Ok(code) => code,
        Err(error) => {
            output::print_error(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

fn carry_out(cli: Cli) -> Result<ExitCode> {
    let global = cli.global;
    let out = Output::new(global.json, global.quiet);
    if let Some(Verb::Completions { shell }) = &cli.verb {
        return completions::print(*shell).map(|()| ExitCode::SUCCESS);
    }
    // these need no registry, and most of them can't wait for one
    match &cli.verb {
        Some(Verb::Hook(args)) => return terminal::shell::hook(out, args),
        Some(Verb::Follow(args)) => {
            terminal::quick::follow(args.shell.into(), &args.seen)?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Verb::Status(args)) if args.short => {
            let root = global.root.as_deref();
            let flag = global.instance.as_deref();
            return Ok(terminal::quick::short_status(root, flag));
        }
        _ => {}
    }
    if let Some(Verb::Workspace(verb)) = &cli.verb {
        return workspace::workspace(&global, out, verb);
    }
    let here = Here::open(global.root.as_deref())?;
    match &cli.verb {
        Some(Verb::Run(args)) => return run::run(here, &global, args),
        Some(Verb::Shell(args)) => return terminal::shell::shell(&here, &global, args),
        _ => {}
    }
    let service = Service::of(here)?;
    let call = Call {
        service: &service,
        global: &global,
        out,
    };
    match cli.verb {
        None => screen(&call),
        Some(Verb::Worker { id }) => {
            runtime(2)?.block_on(service.work(id))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Verb::Sandbox(args::Sandbox::Serve)) => {
            runtime(2)?.block_on(service.sandbox_serve())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(verb) => runtime(1)?.block_on(verb_async(&call, verb)),
    }
}

async fn verb_async(call: &Call<'_>, verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Create(args) => create::create(call, &args),
        Verb::Init(args) => start::init(call, &args).await,
        Verb::Clone(args) => start::clone(call, &args).await,
        Verb::Refresh(args) => refresh::refresh(call, &args).await,
        Verb::Seed(args) => start::seed(call, &args).await,
        Verb::Delete(args) => delete::delete(call, &args).await,
        Verb::Link(args) => link::link(call, &args).await,
        Verb::List => instances::list(call).await,
        Verb::Show(args) => instances::show(call, &args).await,
        Verb::Use(args) => terminal::selection::select(call, &args),
        Verb::Off => terminal::selection::off(call),
        Verb::Status(_) => terminal::status::status(call),
        Verb::Env(verb) => env::env(call, &verb).await,
        Verb::Jobs(verb) => jobs::jobs(call, &verb).await,
        Verb::Held(verb) => held::held(call, &verb).await,
        Verb::Doctor(args) => doctor::doctor(call, &args).await,
        Verb::Diff(args) => diff::diff(call, &args).await,
        Verb::Mcp(verb) => mcp::mcp(call, &verb),
        Verb::Sandbox(verb) => sandbox::sandbox(call, &verb).await,
        Verb::Run(_)
        | Verb::Shell(_)
        | Verb::Hook(_)
        | Verb::Follow(_)
        | Verb::Workspace(_)
        | Verb::Worker { .. }
        | Verb::Completions { .. } => Err(Error::internal("This verb is carried out elsewhere.")),
    }
}

fn screen(call: &Call<'_>) -> Result<ExitCode> {
    use std::io::IsTerminal;
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(
            Error::usage("The screen needs a terminal, and this isn't one.")
                .hint("Use a verb, for example: matriz list --json. See matriz --help."),
        );
    }
    let runtime = runtime(1)?;
    let result = runtime.block_on(crate::tui::bridge::open(call.service.clone()));
    // files that are still being read are nobody's business any more; writes are over
    runtime.shutdown_background();
    result?;
    Ok(ExitCode::SUCCESS)
}

/// One thread for a verb that mostly waits; two for a worker and the sandbox.
fn runtime(threads: usize) -> Result<tokio::runtime::Runtime> {
    let mut builder = if threads == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(threads);
        builder
    };
    builder.enable_all().build().map_err(|e| {
        Error::new(
            Kind::Internal,
            format!("Can't start the program's threads: {e}."),
        )
    })
}
