//! `env history` and `env undo`.

use serde_json::json;

use crate::cli::Call;
use crate::cli::output::table;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::service::{HistoryEntry, UndoTarget};

pub fn history(
    call: &Call<'_>,
    name: &InstanceName,
    key: Option<&str>,
    limit: usize,
) -> Result<()> {
    let mut entries = call.service.env_history(name, key)?;
    entries.truncate(limit);
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    let head = ["No.", "When", "Who", "By", "Key", "", "Before", "After", ""];
    let right = [true, false, false, false, false, false, false, false, false];
    let text = match rows.is_empty() {
        true => format!("{name}: no value was changed since its history began."),
        false => table(&head, &right, &rows),
    };
    call.out
        .result(&json!({"instance": name, "changes": entries}), &text)
}

fn row(entry: &HistoryEntry) -> Vec<String> {
    let print = |print: &Option<String>| print.clone().unwrap_or_else(|| "–".to_owned());
    let kind = match entry.undoes {
        Some(number) => format!("undo of {number}"),
        None => entry.kind.to_owned(),
    };
    let note = entry.undone_by;
    vec![
        entry.number.to_string(),
        entry.moment(),
        entry.who.clone(),
        entry.by.clone(),
        entry.key.clone(),
        kind,
        print(&entry.before),
        print(&entry.after),
        note.map_or_else(String::new, |by| format!("taken back by {by}")),
    ]
}

pub fn undo(
    call: &Call<'_>,
    name: &InstanceName,
    change: Option<&str>,
    force: Option<i64>,
) -> Result<()> {
    let target = UndoTarget::parse(change);
    let dry = call.global.dry_run;
    let undone = call.service.env_undo(name, &target, force, dry)?;
    let (key, number) = (&undone.key, undone.number);
    let text = match (dry, undone.set) {
        (true, true) => format!("{key} would hold in {name} what it held before change {number}."),
        (true, false) => format!("{key} would be gone from {name}, as before change {number}."),
        (false, true) => format!("{key} holds in {name} what it held before change {number}."),
        (false, false) => format!("{key} is gone from {name}, as before change {number}."),
    };
    call.out.result(
        &json!({"instance": name, "undone": undone, "dry_run": dry}),
        &text,
    )
}
