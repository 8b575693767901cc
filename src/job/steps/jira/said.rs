//! What people said on an issue, one after the other: comments and worklogs.
//!
//! Jira takes neither author nor date from a token, so both stand in front of the words.

use std::future::Future;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::made::Made;
use super::marker::{KEY, Marker};
use super::{PROVIDER, adf};
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::atlassian;
use crate::provider::jira::{Issue, Property, User};

/// Calls whose answers get lost before the step gives up.
const TRIES: u32 = 4;

/// What is there already: ids and properties.
pub type There = Vec<(String, Vec<Property>)>;

/// Adds what isn't there of an issue's comments or worklogs, in their order. `all` are the
/// source's ids and what each is to be.
pub async fn copy<T, A, L>(
    ctx: &StepContext,
    marker: &Marker,
    made: &Made,
    kind: &str,
    all: Vec<(String, T)>,
    there: impl Fn() -> L,
    add: impl Fn(T) -> A,
) -> Result<()>
where
    T: Clone,
    A: Future<Output = atlassian::Result<String>>,
    L: Future<Output = Result<There>>,
{
    let mut todo: Vec<(String, T)> = Vec::new();
    let mut open = false;
    for (id, one) in all {
        if made.target(kind, &id).is_none() {
            open |= made.is_open(kind, &id);
            todo.push((id, one));
        }
    }
    if todo.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = todo.iter().map(|(id, _)| &**id).collect();
    let seqs = ctx.intents(PROVIDER, kind, &ids)?;
    let mut known = match open {
        true => there().await?,
        false => Vec::new(),
    };
    for ((id, one), seq) in todo.iter().zip(seqs) {
        ctx.check_cancelled()?;
        let mut tries = 0;
        let target = loop {
            if let Some(found) = find(marker, &known, id) {
                break Some(found.to_owned());
            }
            match add(one.clone()).await {
                Ok(new) => break Some(new),
                // the check tells that it's missing
                Err(failure) if matches!(failure.status(), Some(400 | 413)) => {
                    ctx.log(format!("a {kind} was refused: {failure}"));
                    break None;
                }
                Err(failure) if failure.ambiguous() && tries < TRIES => {
                    known = there().await?;
                    tries += 1;
                }
                Err(failure) => return Err(failure.into()),
            }
        };
        if let Some(target) = target {
            ctx.result(seq, &target)?;
        }
    }
    Ok(())
}

fn find<'a>(marker: &Marker, there: &'a There, source: &str) -> Option<&'a str> {
    let found = there.iter().find(|(_, properties)| {
        let ours = properties.iter().filter(|property| property.key == KEY);
        let mut ids = ours.filter_map(|property| marker.source_id(&property.value));
        ids.any(|id| id == source)
    });
    found.map(|(id, _)| &**id)
}

/// What an issue shows of its comments or worklogs; none where it doesn't show all of them.
pub fn shown<T: DeserializeOwned>(issue: &Issue, field: &str, list: &str) -> Option<Vec<T>> {
    let field = issue.fields.get(field).unwrap_or(&Value::Null);
    let items = field.get(list).unwrap_or(&Value::Null);
    let shown = Vec::<T>::deserialize(items).unwrap_or_default();
    let total = field.get("total").and_then(Value::as_u64).unwrap_or(0);
    (total <= shown.len() as u64).then_some(shown)
}

/// Whether a text may name a comment or a worklog: what it became isn't known while they're made.
pub fn may_name_another(document: &Value) -> bool {
    let text = document.to_string();
    ["ommentId", "/comment/", "/worklog/"]
        .iter()
        .any(|word| text.contains(word))
}

/// The document with its author and moment in front.
pub fn attributed(document: &Value, author: Option<&User>, moment: &str) -> Value {
    let name = author.map_or("", |user| &user.display_name);
    let moment = readable(moment);
    let words = match name.is_empty() {
        true => format!("{moment}:"),
        false => format!("{name}, {moment}:"),
    };
    adf::prepended(document, adf::paragraph(vec![adf::emphasised(&words)]))
}

/// `2026-01-31T09:30:00.000+0000` as `2026-01-31 09:30 +00:00`; what isn't a moment stays.
fn readable(moment: &str) -> String {
    match (moment.get(..10), moment.get(11..16), moment.get(23..)) {
        (Some(day), Some(time), Some("+0000" | "Z")) => format!("{day} {time} UTC"),
        (Some(day), Some(time), Some(zone)) => format!("{day} {time} {zone}"),
        _ => moment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_people_write_it() {
        assert_eq!(
            readable("2026-01-31T09:30:00.000+0000"),
            "2026-01-31 09:30 UTC"
        );
        assert_eq!(
            readable("2026-01-31T09:30:00.000-0300"),
            "2026-01-31 09:30 -0300"
        );
        assert_eq!(readable("soon"), "soon");
    }

    #[test]
    fn author_and_moment_stand_in_front() {
        let user = serde_json::from_value(
            serde_json::json!({ "accountId": "a", "displayName": "A person" }),
        )
        .unwrap();
        let document = attributed(&Value::Null, Some(&user), "2026-01-31T09:30:00.000+0000");
        assert_eq!(adf::words(&document), "A person, 2026-01-31 09:30 UTC:");
    }
}
