//! `env list|get|set|unset|check`.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use serde_json::json;

use super::Call;
use super::args::Env;
use super::output::table;
use crate::error::{Error, Kind, Result};

pub fn env(call: &Call<'_>, verb: &Env) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(None, call.global.instance.as_deref())?;
    match verb {
        Env::List => {
            let reveal = reveal(call)?;
            let entries = call.service.env_entries(&name, reveal)?;
            let rows: Vec<Vec<String>> = entries
                .iter()
                .map(|e| vec![e.key.clone(), e.shown.clone(), e.lints.join(" ")])
                .collect();
            let text = table(&["Key", "Value", ""], &[false, false, false], &rows);
            let value = json!({"instance": name, "keys": entries.iter().map(|e| json!({
                "key": e.key, "value": e.shown, "secret": e.secret, "line": e.line, "lints": e.lints,
            })).collect::<Vec<_>>()});
            call.out.result(&value, &text)?;
        }
        Env::Get { key } => {
            let value = call.service.env_get(&name, key, reveal(call)?)?;
            call.out
                .result(&json!({"key": key, "value": value}), &value)?;
        }
        Env::Set { key, value } => {
            let value = if value == "-" {
                read_stdin()?
            } else {
                value.clone()
            };
            if !call.global.dry_run {
                call.service.env_set(&name, key, &value)?;
            }
            call.out.result(
                &json!({"instance": name, "set": key}),
                &format!("{key} is set in {name}."),
            )?;
        }
        Env::Unset { key } => {
            if !call.global.dry_run {
                call.service.env_unset(&name, key)?;
            }
            call.out.result(
                &json!({"instance": name, "unset": key}),
                &format!("{key} is gone from {name}."),
            )?;
        }
        Env::Check => return check(call, &name),
    }
    Ok(ExitCode::SUCCESS)
}

fn check(call: &Call<'_>, name: &crate::domain::name::InstanceName) -> Result<ExitCode> {
    let findings = call.service.env_check(name)?;
    let text: Vec<String> = findings
        .iter()
        .map(|f| format!("{}:{}: {} {}", f.file, f.line, f.code, f.text))
        .collect();
    let text = if text.is_empty() {
        format!("{name}: nothing to say.")
    } else {
        text.join("\n")
    };
    call.out
        .result(&json!({"instance": name, "findings": findings}), &text)?;
    let bad = findings.iter().any(|f| f.error);
    Ok(if bad {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
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
