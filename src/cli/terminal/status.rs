//! `status`.

use std::process::ExitCode;

use crate::cli::Call;
use crate::error::Result;
use crate::service::Status;

pub fn status(call: &Call<'_>) -> Result<ExitCode> {
    let status = call.service.status(call.global.instance.as_deref())?;
    let value = serde_json::to_value(&status).unwrap_or_default();
    call.out.result(&value, &text(&status))?;
    Ok(ExitCode::SUCCESS)
}

fn text(status: &Status) -> String {
    let mut lines = vec![(
        "Workspace",
        format!("{}  {}", status.workspace, status.root),
    )];
    match (&status.instance, status.origin, status.glyph) {
        (Some(name), Some(origin), Some(glyph)) => {
            let protected = if status.protected { ", protected" } else { "" };
            lines.push((
                "Instance",
                format!("{name} {glyph}  {}{protected}", origin.explain()),
            ));
        }
        _ => lines.push(("Instance", "none".to_owned())),
    }
    lines.push(("Locked", yes_or_no(status.locked)));
    let hook = match status.hook {
        true => "at work in this terminal",
        false => "none in this terminal",
    };
    lines.push(("Hook", hook.to_owned()));
    if let Some(default) = &status.default {
        lines.push(("Default", default.to_string()));
    }
    let parts = [
        ("Strategy", &status.strategy),
        ("Supabase", &status.supabase),
        ("Atlassian", &status.atlassian),
    ];
    for (label, value) in parts {
        if let Some(value) = value {
            lines.push((label, value.clone()));
        }
    }
    let jobs = match status.jobs.is_empty() {
        true => "none under way".to_owned(),
        false => status
            .jobs
            .iter()
            .map(|job| format!("{} {}", job.id, job.title))
            .collect::<Vec<_>>()
            .join(", "),
    };
    lines.push(("Jobs", jobs));
    if let Some(note) = &status.note {
        lines.push(("Note", note.clone()));
    }
    let lines: Vec<String> = lines
        .into_iter()
        .map(|(label, value)| format!("{label:<10} {value}"))
        .collect();
    lines.join("\n")
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}
