//! `delete NAME`: the plan, the name typed, the job.

use std::process::ExitCode;

use super::Call;
use super::args::Named;
use super::start::go;
use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::error::{Error, Result};

/// The name is never taken from a default: what is destroyed is named.
pub async fn delete(call: &Call<'_>, args: &Named) -> Result<ExitCode> {
    let name = args.name.as_deref().ok_or_else(|| {
        Error::usage("delete needs the instance's name.").hint("For example: matriz delete clone-1")
    })?;
    let request = Request::Delete {
        name: InstanceName::parse(name)?,
    };
    go(call, &request).await
}
