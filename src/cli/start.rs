//! `init`, `clone` and `seed`: the plan, the consent, the job, and its progress until the end.

use std::process::ExitCode;

use super::Call;
use super::args::{CloneArgs, Init, Seed};
use super::consent::{Answer, ask};
use super::follow;
use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::error::Result;

pub async fn init(call: &Call<'_>, args: &Init) -> Result<ExitCode> {
    let request = Request::Init {
        name: call
            .service
            .resolve(args.name.as_deref(), call.global.instance.as_deref())?,
        reembed: args.reembed,
        project_of: parse(args.project_of.as_deref())?,
    };
    go(call, &request).await
}

pub async fn clone(call: &Call<'_>, args: &CloneArgs) -> Result<ExitCode> {
    let request = Request::Clone {
        source: InstanceName::parse(&args.source)?,
        target: InstanceName::parse(&args.target)?,
        strategy: args.strategy.map(Into::into),
        project_of: parse(args.project_of.as_deref())?,
        purpose: args.purpose.clone(),
    };
    go(call, &request).await
}

pub async fn seed(call: &Call<'_>, args: &Seed) -> Result<ExitCode> {
    let request = Request::Seed {
        name: call
            .service
            .resolve(args.name.as_deref(), call.global.instance.as_deref())?,
        reembed: args.reembed,
    };
    go(call, &request).await
}

fn parse(name: Option<&str>) -> Result<Option<InstanceName>> {
    name.map(InstanceName::parse).transpose()
}

/// Plan, consent, start, follow.
pub async fn go(call: &Call<'_>, request: &Request) -> Result<ExitCode> {
    // who said yes beforehand doesn't wait for what only a reader needs
    let plan = match call.global.yes && !call.global.dry_run {
        true => call.service.outline(request).await?,
        false => call.service.plan(request).await?,
    };
    if ask(call, &plan)? == Answer::OnlyShown {
        return Ok(ExitCode::SUCCESS);
    }
    let ctrl_c = follow::interrupts()?;
    let id = call.service.start(request).await?;
    if call.global.detach {
        let value = serde_json::json!({"job": id, "state": "running"});
        let text = format!("Job {id} runs. Watch it with: matriz jobs show {id}");
        call.out.result(&value, &text)?;
        return Ok(ExitCode::SUCCESS);
    }
    follow::until_over(call, id, ctrl_c).await
}
