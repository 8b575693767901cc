//! `use` and `off`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::Call;
use crate::cli::args::Use;
use crate::domain::name::InstanceName;
use crate::domain::terminal::Shell;
use crate::error::Result;
use crate::service::Scope;

/// Says in one line for whom it was selected, and without a hook how to get one.
pub fn select(call: &Call<'_>, args: &Use) -> Result<ExitCode> {
    let name = InstanceName::parse(&args.name)?;
    let scope = call.service.select(&name, args.everywhere)?;
    let (word, mut text) = match scope {
        Scope::Terminal => ("terminal", format!("{name} is this terminal's instance.")),
        Scope::Workspace if args.everywhere => (
            "workspace",
            format!("{name} is now the workspace's default."),
        ),
        Scope::Workspace => (
            "workspace",
            format!(
                "{name} is now the workspace's default, for every terminal: this one has no hook. {}",
                hint()
            ),
        ),
    };
    if let Some(other) = call
        .service
        .set_by_hand()
        .filter(|other| *other != name.as_str())
    {
        text.push_str(&format!(
            "\nINSTANCE_NAME={other} is set here and goes before it; \"unset INSTANCE_NAME\" ends that."
        ));
    }
    let value = json!({"current": name, "scope": word});
    call.out.result(&value, &text)?;
    Ok(ExitCode::SUCCESS)
}

pub fn off(call: &Call<'_>) -> Result<ExitCode> {
    let was = call.service.unselect()?;
    let text = match was {
        Some(true) => "Nothing is selected in this terminal any more.".to_owned(),
        Some(false) => "Nothing was selected in this terminal.".to_owned(),
        None => format!(
            "Nothing is loaded in this terminal: it has no hook. {}",
            hint()
        ),
    };
    call.out.result(&json!({"off": was == Some(true)}), &text)?;
    Ok(ExitCode::SUCCESS)
}

/// How to get a hook, for the shell that the person has.
fn hint() -> String {
    let shell = std::env::var("SHELL").unwrap_or_default();
    match Shell::of_program(&shell).hook_line() {
        Some(line) => format!("To get one: {line}"),
        None => "bash, zsh, fish and nu can have one: matriz hook --help".to_owned(),
    }
}
