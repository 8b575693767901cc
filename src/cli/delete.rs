//! `delete NAME`: the plan, the name typed, the job.

use std::process::ExitCode;

use super::Call;
use super::args::Named;
use super::start::go;
use crate::domain::request::Request;
use crate::error::Result;

/// The name is never taken from the workspace's default: what is destroyed is named.
pub async fn delete(call: &Call<'_>, args: &Named) -> Result<ExitCode> {
    let argument = args.name.as_deref();
    let flag = call.global.instance.as_deref();
    let name = call.service.here().name_for("delete", argument.or(flag))?;
    let request = Request::Delete { name };
    go(call, &request).await
}
