//! `env`: an instance's values, one file for what needs more than a few lines.

mod check;
mod diff;
mod history;

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use serde_json::json;

use super::Call;
use super::args::Env;
use super::output::table;
use crate::domain::env_file::LintCode;
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::error::{Error, Kind, Result};

pub async fn env(call: &Call<'_>, verb: &Env) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(None, call.global.instance.as_deref())?;
    match verb {
        Env::List => list(call, &name)?,
        Env::Get { key } => {
            let value = call.service.env_get(&name, key, reveal(call)?)?;
            match call.out.json {
                true => call.out.json_line(&json!({"key": key, "value": value}))?,
                // a value's own line ends are a part of it
                false => call.out.exact(&value)?,
            }
        }
        Env::Set { key, value } => set(call, &name, key, value)?,
        Env::Unset { key } => {
            if !call.global.dry_run {
                call.service.env_unset(&name, key)?;
            }
            call.out.result(
                &json!({"instance": name, "unset": key}),
                &format!(
                    "{key} is gone from {name}. To have it back: matriz env -i {name} undo {key}"
                ),
            )?;
        }
        Env::Diff { other } => diff::diff(call, &name, other.as_deref())?,
        Env::Check { live } => return check::check(call, &name, *live).await,
        Env::Export { format, to } => match to {
            Some(to) => {
                let to = call.service.env_export_to(&name, (*format).into(), to)?;
                call.out.result(
                    &json!({"instance": name, "file": to}),
                    &format!(
                        "All values of {name} are in {}, in clear. Delete it when you're done.",
                        to.display()
                    ),
                )?;
            }
            None => {
                let revealed = reveal(call)?;
                let text = call.service.env_export(&name, (*format).into(), revealed)?;
                let value = json!({"instance": name, "text": text});
                call.out.result(&value, &text)?;
            }
        },
        Env::History { key, limit } => history::history(call, &name, key.as_deref(), *limit)?,
        Env::Undo { change, force } => history::undo(call, &name, change.as_deref(), *force)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(call: &Call<'_>, name: &InstanceName) -> Result<()> {
    let reveal = reveal(call)?;
    let entries = call.service.env_entries(name, reveal)?;
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|e| vec![e.key.clone(), e.shown.clone(), e.lints.join(" ")])
        .collect();
    let mut text = table(&["Key", "Value", ""], &[false, false, false], &rows);
    let used = |code: &str| entries.iter().any(|e| e.lints.contains(&code));
    for lint in LintCode::ALL.iter().filter(|lint| used(lint.code())) {
        text.push_str(&format!("\n{}: {}", lint.code(), lint.explain()));
    }
    let value = json!({"instance": name, "keys": entries.iter().map(|e| json!({
        "key": e.key, "value": e.shown, "secret": e.secret, "line": e.line, "lints": e.lints,
    })).collect::<Vec<_>>()});
    call.out.result(&value, &text)
}

fn set(call: &Call<'_>, name: &InstanceName, key: &str, given: &str) -> Result<()> {
    let piped = given == "-";
    let value = if piped {
        read_stdin()?
    } else {
        given.to_owned()
    };
    let mut remarks = Vec::new();
    if !call.global.dry_run {
        remarks = call.service.env_set(name, key, &value)?;
    }
    // a script has no shell whose history keeps what was typed
    if !piped && std::io::stdin().is_terminal() && secret::is_secret(key, &value) {
        remarks.push(format!(
            "The shell's history may keep a secret that was typed. Next time: matriz env set {key} -"
        ));
    }
    if !call.out.json && !call.out.quiet {
        for remark in &remarks {
            eprintln!("{remark}");
        }
    }
    call.out.result(
        &json!({"instance": name, "set": key, "remarks": remarks}),
        &format!("{key} is set in {name}."),
    )
}

/// Values in clear only on a terminal: pipes and logs remember.
fn reveal(call: &Call<'_>) -> Result<bool> {
    if call.global.reveal && !std::io::stdout().is_terminal() {
        return Err(Error::refused(
            "--reveal needs a terminal: a pipe or a log would keep the secret.",
        )
        .hint("Scripts get the values with: matriz run -- COMMAND"));
    }
    Ok(call.global.reveal)
}

/// Standard input whole, without its last line end.
pub fn read_stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| Error::new(Kind::Io, format!("Can't read standard input: {e}.")))?;
    let cut = text.strip_suffix('\n').unwrap_or(&text);
    Ok(cut.strip_suffix('\r').unwrap_or(cut).to_owned())
}
