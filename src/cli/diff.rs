//! `diff A B`: two instances side by side.

use std::process::ExitCode;

use serde_json::json;

use super::Call;
use super::args::Diff;
use crate::domain::difference::{self, Part};
use crate::domain::name::InstanceName;
use crate::error::Result;

/// Of a terminal that doesn't say how wide it is, and of a pipe.
const WIDTH: usize = 100;

pub async fn diff(call: &Call<'_>, args: &Diff) -> Result<ExitCode> {
    let (left, right) = (
        InstanceName::parse(&args.left)?,
        InstanceName::parse(&args.right)?,
    );
    let mut parts: Vec<Part> = args.only.iter().copied().map(Part::from).collect();
    if parts.is_empty() {
        parts = Part::ALL.to_vec();
    }
    let comparison = call.service.diff(&left, &right, &parts).await?;
    let (differs, complete) = (comparison.differs(), comparison.complete());
    let mut value = json!(comparison);
    value["differs"] = json!(differs);
    value["complete"] = json!(complete);
    let lines = difference::text(&comparison, width(call), args.all);
    call.out.result(&value, &lines.join("\n"))?;
    Ok(match args.exit_code && (differs || !complete) {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    })
}

fn width(call: &Call<'_>) -> usize {
    let size = crossterm::terminal::size().ok();
    size.filter(|_| call.out.terminal)
        .map_or(WIDTH, |(columns, _)| usize::from(columns))
}
