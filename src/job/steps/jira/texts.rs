//! The final texts of copies: what names the source names the clone.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value};

use super::adf;
use super::fields::{FieldMaps, texts};
use super::goal::Goal;
use super::pass::{CHUNK, Mark, Pass, SIDE_BY_SIDE, TEXTS, position, read};
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::verify::Verdict;
use crate::domain::report_jira::Lack;
use crate::error::Result;
use crate::provider::jira::Issue;

/// The longest summary, in characters.
const SUMMARY: usize = 255;

/// Writes the final texts of all copies.
pub async fn write(
    pass: &Pass<'_>,
    ids: &[String],
    goals: &[Goal],
    rewrites: &Rewrites,
    mark: &mut Mark,
    verdict: &mut Verdict,
) -> Result<()> {
    let by_source: HashMap<&str, &Goal> = goals.iter().map(|g| (&*g.source, g)).collect();
    let mut done = position(ids, mark.texts.as_deref());
    for some in ids.chunks(CHUNK) {
        pass.ctx.check_cancelled()?;
        // what an earlier worker did needs no second look
        let skipped = done.min(some.len());
        done -= skipped;
        if skipped < some.len() {
            let fields = ["*all", "-comment", "-worklog"];
            let issues = read(&pass.sides.source, some, &fields).await?;
            let work: Vec<_> = issues
                .iter()
                .filter_map(|issue| Some((issue, *by_source.get(&*issue.id)?)))
                .map(|(issue, goal)| finish(&pass.sides, &pass.maps, rewrites, issue, goal))
                .collect();
            let lacking: Vec<_> = stream::iter(work)
                .buffer_unordered(SIDE_BY_SIDE)
                .try_collect()
                .await?;
            verdict.add(lacking.into_iter().flatten());
            mark.texts = some.last().cloned();
            mark.rewritten += rewrites.take_changed();
            pass.save(mark)?;
        }
        pass.gauge.add(TEXTS, some.len());
    }
    pass.gauge.close(TEXTS);
    Ok(())
}

/// Writes the texts that the first pass couldn't know yet. Gives what was refused.
async fn finish(
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
