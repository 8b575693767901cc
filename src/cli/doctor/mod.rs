//! `doctor`: what is missing on this machine, and how to get it.

use std::process::ExitCode;

use super::Call;
use super::args::Doctor;
use crate::error::Result;

mod live;

pub async fn doctor(call: &Call<'_>, args: &Doctor) -> Result<ExitCode> {
    if let Some(name) = &args.live {
        let name = call.service.resolve(Some(name), None)?;
        return live::live(call, &name).await;
    }
    let findings = call.service.doctor().await;
    let text: Vec<String> = findings
        .iter()
        .map(|f| {
            let mark = if f.ok {
                "●"
            } else if f.needed {
                "✕"
            } else {
                "▲"
            };
            let fix = f
                .fix
                .as_deref()
                .map(|fix| format!("\n    {fix}"))
                .unwrap_or_default();
            format!("{mark} {:<14} {}{fix}", f.subject, f.text)
        })
        .collect();
    call.out
        .result(&serde_json::json!({"findings": findings}), &text.join("\n"))?;
    let broken = findings.iter().any(|f| !f.ok && f.needed);
    Ok(if broken {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}
