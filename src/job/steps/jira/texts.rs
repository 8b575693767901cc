//! The final texts of copies: what names the source names the clone.

use serde_json::{Map, Value};

use super::adf;
use super::fields::{FieldMaps, texts};
use super::goal::Goal;
use super::rewrite::Rewrites;
use super::sides::Sides;
use crate::domain::report_jira::Lack;
use crate::error::Result;
use crate::provider::jira::Issue;

/// The longest summary, in characters.
const SUMMARY: usize = 255;

/// Writes the texts that the first pass couldn't know yet. Gives what was refused.
pub async fn finish(
    sides: &Sides,
    maps: &FieldMaps,
    rewrites: &Rewrites,
    issue: &Issue,
    goal: &Goal,
) -> Result<Vec<Lack>> {
    let Some(kind) = maps.of_type(issue.type_id()) else {
        return Ok(Vec::new());
    };
    let mut changed = Map::new();
    for (field, value) in texts(issue, kind, maps, &goal.left) {
        let mut new = rewrites.value(&value);
        if let (true, Some(text)) = (field == "summary", new.as_str()) {
            new = text.chars().take(SUMMARY).collect::<String>().into();
        }
        // what the first pass wrote
        let old = match adf::is_document(&value) {
            true => adf::without_files(&value),
            false => value,
        };
        if new != old {
            changed.insert(field, new);
        }
    }
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let edit = |fields: &Map<String, Value>| {
        let fields = Value::Object(fields.clone());
        sides.target.edit_issue(&goal.copy, fields, false)
    };
    let refused = match edit(&changed).await {
        Ok(()) => return Ok(Vec::new()),
        Err(failure) if failure.status() == Some(400) => failure,
        Err(failure) => return Err(failure.into()),
    };
    // one field at a time, and documents without files that Jira doesn't know
    let mut lacking = Vec::new();
    for (field, value) in &changed {
        let bare = adf::without_files(value);
        for value in [value, &bare] {
            let one = Map::from_iter([(field.clone(), value.clone())]);
            match edit(&one).await {
                Ok(()) => break,
                Err(failure) if failure.status() == Some(400) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        lacking.push(Lack {
            what: format!("{} {field}", goal.copy_key),
            why: refused.message.clone(),
        });
    }
    Ok(lacking)
}
