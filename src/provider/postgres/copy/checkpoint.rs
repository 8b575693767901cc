//! What a copy remembers between two runs.

use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::copy::request::{CopySummary, Observer};

/// Written by this version; another one is not read.
const FORM: u32 = 1;

/// How far an earlier run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reached {
    /// The target was seen empty; from here on whatever is in it is this copy's.
    Started,
    /// All of the schema's first part is in the target, and nothing of the second.
    Schema,
    /// Rows are in, and indexes may be.
    Indexes,
    /// Everything is there and was found equal.
    Finished,
}

/// What stood in the target before the first change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Baseline {
    pub schemas: Vec<String>,
    pub extensions: Vec<String>,
    pub publications: Vec<String>,
    pub event_triggers: Vec<String>,
    pub wrappers: Vec<String>,
    pub servers: Vec<String>,
    /// Statements that bring back the default rights which the copy takes away while it runs.
    pub default_rights: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub form: u32,
    pub reached: Reached,
    /// Of the dump that the schema was made from.
    #[serde(default)]
    pub schema_hash: String,
    pub baseline: Baseline,
    /// How to drop the triggers and policies that were put on tables which the target had.
    #[serde(default)]
    pub on_managed: Vec<String>,
    /// Tables that the target had and that got rows, with the condition on those.
    #[serde(default)]
    pub filled: Vec<(String, String, String)>,
    /// The one schema that the copy fills; everything else in the target isn't its business.
    #[serde(default)]
    pub only_schema: Option<String>,
    /// What the copy answered, once it was finished.
    #[serde(default)]
    pub summary: Option<CopySummary>,
}

impl Checkpoint {
    pub fn new(baseline: Baseline) -> Self {
        Checkpoint {
            form: FORM,
            reached: Reached::Started,
            schema_hash: String::new(),
            baseline,
            on_managed: Vec::new(),
            filled: Vec::new(),
            only_schema: None,
            summary: None,
        }
    }

    pub fn load(observer: &dyn Observer) -> Result<Option<Checkpoint>> {
        let Some(value) = observer.checkpoint() else {
            return Ok(None);
        };
        let read = serde_json::from_value::<Checkpoint>(value);
        let checkpoint = read.context(Kind::Parse, || {
            "What the earlier run of this copy left behind can't be read".to_owned()
        })?;
        if checkpoint.form != FORM {
            return Err(Error::refused(
                "The earlier run of this copy was made by another version of the program.",
            )
            .hint("Cancel it with that version, or start with an empty target."));
        }
        Ok(Some(checkpoint))
    }

    pub fn save(&self, observer: &dyn Observer) -> Result<()> {
        let value = serde_json::to_value(self).context(Kind::Internal, || {
            "The copy's checkpoint can't be written".to_owned()
        })?;
        observer.save_checkpoint(value)
    }
}
