//! A step's checkpoint as a type.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Context, Kind, Result};
use crate::job::step::StepContext;

/// What the step saved last; `None` before the first time.
pub fn load<T: DeserializeOwned>(ctx: &StepContext) -> Result<Option<T>> {
    ctx.checkpoint()?
        .map(serde_json::from_value)
        .transpose()
        .context(Kind::Parse, || "The job's checkpoint can't be read".into())
}

/// Durable when it returns.
pub fn save<T: Serialize>(ctx: &StepContext, mark: &T) -> Result<()> {
    let value = serde_json::to_value(mark).context(Kind::Internal, || {
        "The job's checkpoint can't be written".into()
    })?;
    ctx.save_checkpoint(&value)
}
