//! `env check`: a line for each finding, and with `--live` one for each value that was tried.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::Call;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::service::{EnvFinding, LiveCheck};

pub async fn check(call: &Call<'_>, name: &InstanceName, live: bool) -> Result<ExitCode> {
    let found = call.service.env_check(name)?;
    let tried = match live {
        true => Some(call.service.env_check_live(name).await?),
        false => None,
    };
    let mut lines: Vec<String> = found.iter().map(line).collect();
    lines.extend(tried.iter().flatten().map(tried_line));
    if lines.is_empty() {
        lines.push(format!("{name}: nothing to say."));
    }
    let mut value = json!({"instance": name, "findings": found});
    if let (Some(tried), Some(fields)) = (&tried, value.as_object_mut()) {
        fields.insert("live".into(), json!(tried));
    }
    call.out.result(&value, &lines.join("\n"))?;
    let bad = found.iter().any(|f| f.error) || tried.iter().flatten().any(|t| !t.ok);
    Ok(match bad {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    })
}

fn line(found: &EnvFinding) -> String {
    let line = found
        .line
        .map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {} {}", found.file, found.code, found.text)
}

fn tried_line(tried: &LiveCheck) -> String {
    let mark = if tried.ok { "●" } else { "✕" };
    let code = tried
        .code
        .map_or_else(String::new, |code| format!("{code} "));
    format!("{mark} {}: {code}{}", tried.key, tried.text)
}
