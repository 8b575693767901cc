//! `doctor --staged`, and the hook that calls it.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::Call;
use crate::error::Result;
use crate::service::Hook;

pub fn staged(call: &Call<'_>) -> Result<ExitCode> {
    let found = call.service.staged()?;
    let mut lines: Vec<String> = found
        .leaks
        .iter()
        .map(|leak| format!("✕ {}:{} holds {}.", leak.file, leak.line, leak.what))
        .collect();
    for file in &found.large {
        lines.push(format!("· {file} is too large to be looked into."));
    }
    match found.leaks.is_empty() {
        true => lines.push(format!("No secret in {} staged files.", found.files)),
        false => lines.push(
            "Take it out and stage again. A line with \"matriz:allow\" is left alone; a secret that was pushed has to be revoked."
                .into(),
        ),
    }
    let value = json!({"files": found.files, "too_large": found.large, "leaks": found.leaks});
    call.out.result(&value, &lines.join("\n"))?;
    Ok(match found.leaks.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

pub fn install_hook(call: &Call<'_>) -> Result<ExitCode> {
    let (path, written, text) = match call.service.install_hook()? {
        Hook::Written(path) => {
            let text = format!("{} looks for secrets before each commit.", path.display());
            (path, true, text)
        }
        Hook::There(path) => {
            let text = format!("{} looks for secrets already.", path.display());
            (path, false, text)
        }
    };
    let value = json!({"hook": path.display().to_string(), "written": written});
    call.out.result(&value, &text)?;
    Ok(ExitCode::SUCCESS)
}
