//! `init`, `clone` and `seed`: the plan, the consent, the job, and its progress until the end.

use std::path::Path;
use std::process::ExitCode;

use super::Call;
use super::args::{CloneArgs, Init, Seed};
use super::consent::{Answer, ask};
use super::follow;
use crate::domain::atlassian_key;
use crate::domain::name::InstanceName;
use crate::domain::request::{AtlassianKeys, Request};
use crate::domain::user_map::{self, UserPair};
use crate::error::{Context, Error, Kind, Result};

pub async fn init(call: &Call<'_>, args: &Init) -> Result<ExitCode> {
    let request = Request::Init {
        name: call
            .service
            .resolve(args.name.as_deref(), call.global.instance.as_deref())?,
        reembed: args.reembed,
        project_of: parse(args.project_of.as_deref())?,
        keys: keys(args.jira_key.as_deref(), args.space_key.as_deref())?,
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
        only: args.only.iter().copied().map(Into::into).collect(),
        keys: keys(args.jira_key.as_deref(), args.space_key.as_deref())?,
        users: users(args.map_users.as_deref())?,
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

/// The pairs of a file; none without one.
fn users(file: Option<&Path>) -> Result<Vec<UserPair>> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).context(Kind::Io, || format!("Can't read {shown}"))?;
    user_map::parse(&shown, &text)
}

/// Checked at once: a key that no site would take costs no job.
fn keys(jira: Option<&str>, space: Option<&str>) -> Result<AtlassianKeys> {
    for (flag, key) in [("--jira-key", jira), ("--space-key", space)] {
        if let Some(key) = key.filter(|key| !atlassian_key::is_key(key)) {
            return Err(Error::usage(format!("{flag} {key} isn't a key.")).hint(
                "A key is a capital letter and 1 to 9 more capital letters or digits, such as CLONE1.",
            ));
        }
    }
    Ok(AtlassianKeys {
        jira: jira.map(str::to_owned),
        space: space.map(str::to_owned),
    })
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
