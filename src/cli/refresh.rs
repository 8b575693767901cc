//! `refresh TARGET`: the plan, the name typed, the job.

use std::process::ExitCode;

use super::Call;
use super::args::RefreshArgs;
use super::start::go;
use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::error::Result;

/// The name is never taken from the workspace's default: what is emptied is named.
pub async fn refresh(call: &Call<'_>, args: &RefreshArgs) -> Result<ExitCode> {
    let argument = args.target.as_deref();
    let flag = call.global.instance.as_deref();
    let target = call.service.here().name_for("refresh", argument.or(flag))?;
    let request = Request::Refresh {
        target,
        from: args.from.as_deref().map(InstanceName::parse).transpose()?,
        only: args.only.iter().copied().map(Into::into).collect(),
        users: Vec::new(),
    };
    go(call, &request).await
}
