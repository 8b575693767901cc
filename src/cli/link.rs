//! `link NAME`: connect a project that exists; nothing is created.

use std::process::ExitCode;

use super::Call;
use super::args::Link;
use crate::error::Result;

pub async fn link(call: &Call<'_>, args: &Link) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(args.name.as_deref(), call.global.instance.as_deref())?;
    let database_url = match args.database_url.as_deref() {
        Some("-") => Some(super::env::read_stdin()?),
        other => other.map(str::to_owned),
    };
    let view = call
        .service
        .link(&name, &args.project_ref, database_url.as_deref())
        .await?;
    let text = format!("{name} is connected to project {}.", args.project_ref);
    call.out.result(&serde_json::json!(view), &text)?;
    Ok(ExitCode::SUCCESS)
}
