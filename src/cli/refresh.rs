//! `refresh TARGET`: the plan, the name typed, the job.

use std::process::ExitCode;

use super::Call;
use super::args::RefreshArgs;
use super::start::go;
use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::error::{Error, Result};

/// The name is never taken from a default: what is emptied is named.
pub async fn refresh(call: &Call<'_>, args: &RefreshArgs) -> Result<ExitCode> {
    let target = args.target.as_deref().ok_or_else(|| {
        Error::usage("refresh needs the instance's name.")
            .hint("For example: matriz refresh clone-1")
    })?;
    let request = Request::Refresh {
        target: InstanceName::parse(target)?,
        from: args.from.as_deref().map(InstanceName::parse).transpose()?,
        only: args.only.iter().copied().map(Into::into).collect(),
        users: Vec::new(),
    };
    go(call, &request).await
}
