//! `sandbox status|start|stop|reset|faults`.

use std::process::ExitCode;

use serde_json::json;

use super::Call;
use super::args::{Faults, Sandbox};
use crate::error::{Error, Result};

pub async fn sandbox(call: &Call<'_>, verb: &Sandbox) -> Result<ExitCode> {
    match verb {
        Sandbox::Status => {
            let (value, text) = call.service.sandbox_status().await?;
            call.out.result(&value, &text)?;
        }
        Sandbox::Start => {
            let (value, text) = call.service.sandbox_start(call.global.yes).await?;
            call.out.result(&value, &text)?;
        }
        Sandbox::Stop => {
            call.service.sandbox_stop().await?;
            call.out.result(
                &json!({"running": false}),
                "The sandbox is stopped. Its data stays.",
            )?;
        }
        Sandbox::Reset => reset(call).await?,
        Sandbox::Faults(verb) => faults(call, verb).await?,
        Sandbox::Serve => return Err(Error::internal("serve is carried out elsewhere.")),
    }
    Ok(ExitCode::SUCCESS)
}

/// Destroys every project of the sandbox: it has to be named.
async fn reset(call: &Call<'_>) -> Result<()> {
    let (lines, plan) = call.service.sandbox_reset_plan()?;
    if call.global.dry_run {
        return call.out.result(&plan, &lines);
    }
    if !(call.global.yes && call.global.confirm.as_deref() == Some("sandbox")) {
        return Err(Error::refused(format!(
            "reset deletes every project and database of this workspace's sandbox.\n{lines}"
        ))
        .hint("Add --yes --confirm sandbox, or --dry-run to see what would go."));
    }
    call.service.sandbox_reset().await?;
    call.out
        .result(&json!({"reset": true}), "The sandbox is empty.")
}

async fn faults(call: &Call<'_>, verb: &Faults) -> Result<()> {
    let value = match verb {
        Faults::List => call.service.sandbox_faults().await?,
        Faults::Add { fault } => call.service.sandbox_fault_add(fault).await?,
        Faults::Clear => call.service.sandbox_faults_clear().await?,
    };
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    call.out.result(&value, &text)
}
