//! `create NAME`: the folder, `.env` and configs from the templates.

use std::process::ExitCode;

use super::Call;
use super::args::Create;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::service::NewInstanceRequest;

pub fn create(call: &Call<'_>, args: &Create) -> Result<ExitCode> {
    let request = NewInstanceRequest {
        name: InstanceName::parse(&args.name)?,
        strategy: args.strategy.map(Into::into).unwrap_or_default(),
        kind: args.kind.map(Into::into).unwrap_or_default(),
        purpose: args.purpose.clone(),
        project_of: args
            .project_of
            .as_deref()
            .map(InstanceName::parse)
            .transpose()?,
    };
    if call.global.dry_run {
        let text = format!("Would create instances/{}.", request.name);
        let value =
            serde_json::json!({"dry_run": true, "creates": format!("instances/{}", request.name)});
        call.out.result(&value, &text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let view = call.service.create(&request)?;
    let text = format!(
        "Created instances/{0}. Set it up with: matriz init {0}",
        request.name
    );
    call.out.result(&serde_json::json!(view), &text)?;
    Ok(ExitCode::SUCCESS)
}
