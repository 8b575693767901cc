//! `workspace init|adopt`: a workspace from a folder or a repository.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::args::{Adopt, Global, WorkspaceVerb};
use super::consent::confirm;
use super::output::Output;
use crate::error::{Context, Error, Kind, Result};
use crate::service::adopt::{self, Act, Adoption, Record, State};

pub fn workspace(global: &Global, out: Output, verb: &WorkspaceVerb) -> Result<ExitCode> {
    match verb {
        WorkspaceVerb::Init { dir } => init(global, out, &folder(global, dir.as_ref())?),
        WorkspaceVerb::Adopt(args) => {
            let folder = folder(global, args.dir.as_ref())?;
            adopt(global, out, args, &folder)
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

fn folder(global: &Global, dir: Option<&PathBuf>) -> Result<PathBuf> {
    match dir.or(global.root.as_ref()) {
        Some(dir) => Ok(dir.clone()),
        None => std::env::current_dir().context(Kind::Io, || {
            "The current folder can't be read; was it deleted?".into()
        }),
    }
}

fn init(global: &Global, out: Output, folder: &Path) -> Result<()> {
    if global.dry_run {
        let text = format!("Would make {} a workspace.", folder.display());
        return out.result(&json!({"dry_run": true, "root": folder}), &text);
    }
    let root = adopt::init_workspace(folder)?;
    let text = format!(
        "{} is a workspace. Create an instance with: matriz create default",
        root.display()
    );
    out.result(&json!({"root": root}), &text)
}

fn adopt(global: &Global, out: Output, args: &Adopt, folder: &Path) -> Result<()> {
    let found = adopt::adoption(folder)?;
    match (args.undo, found) {
        (true, found) => undo(global, out, folder, found),
        (false, Some(record)) if record.state == State::Moving => {
            go_on(global, out, folder, record)
        }
        (false, Some(record)) if record.state == State::Undoing => Err(Error::refused(format!(
            "The adoption of {} is being taken back.",
            folder.display()
        ))
        .hint("Finish that first: matriz workspace adopt --undo")),
        (false, _) => begin(global, out, folder),
    }
}

fn begin(global: &Global, out: Output, folder: &Path) -> Result<()> {
    let plan = adopt::plan_adoption(folder)?;
    let text = described(&plan);
    let value = value(&plan);
    if global.dry_run {
        return out.result(&json!({"dry_run": true, "plan": value}), &text);
    }
    if !out.json {
        out.text(&text)?;
    }
    confirm(global, "Reorganise it")?;
    let root = adopt::adopt_workspace(folder, plan.record.clone())?;
    let uncovered = plan.uncovered()?;
    let mut text =
        "Adopted. See it with: matriz list\nTake it back with: matriz workspace adopt --undo"
            .to_owned();
    if !uncovered.is_empty() {
        text.push_str(
            "\nGit ignored these before, and doesn't any more; add lines to .gitignore: ",
        );
        text.push_str(&uncovered.join(", "));
    }
    let value = json!({"root": root, "state": "done", "plan": value, "not_ignored": uncovered});
    out.result(&value, &text)
}

fn go_on(global: &Global, out: Output, folder: &Path, record: Record) -> Result<()> {
    let (done, all) = (record.done, record.acts.len());
    let text = format!("The adoption was interrupted after {done} of {all} acts.");
    if global.dry_run {
        let value = json!({"dry_run": true, "done": done, "of": all, "acts": record.acts});
        return out.result(&value, &text);
    }
    if !out.json {
        out.text(&text)?;
    }
    confirm(global, "Go on with it")?;
    let root = adopt::adopt_workspace(folder, record)?;
    out.result(
        &json!({"root": root, "state": "done"}),
        "Adopted. See it with: matriz list",
    )
}

fn undo(global: &Global, out: Output, folder: &Path, found: Option<Record>) -> Result<()> {
    let acts = found.as_ref().map_or(0, |record| record.done);
    if global.dry_run {
        let text = format!("Would take {acts} acts back in {}.", folder.display());
        return out.result(&json!({"dry_run": true, "acts": acts}), &text);
    }
    if found.is_some() {
        confirm(global, "Bring everything back to where it was")?;
    }
    let stays = adopt::undo_adoption(folder)?;
    let mut lines = vec![format!("{} is as it was.", folder.display())];
    lines.extend(stays.iter().cloned());
    out.result(
        &json!({"root": folder, "state": "undone", "stays": stays}),
        &lines.join("\n"),
    )
}

fn value(plan: &Adoption) -> serde_json::Value {
    json!({"root": plan.root, "git": plan.git, "acts": plan.record.acts,
        "look_at": plan.mentions, "notes": plan.notes})
}

fn described(plan: &Adoption) -> String {
    let mut lines = vec![format!("Adopt {}", plan.root.display())];
    lines.extend(plan.record.acts.iter().map(act));
    if !plan.mentions.is_empty() {
        lines.push(String::new());
        lines.push("Look at these lines: they name what moves, and aren't changed.".to_owned());
        for mention in &plan.mentions {
            lines.push(format!(
                "  {}:{}: {}",
                mention.file, mention.line, mention.text
            ));
        }
    }
    if !plan.notes.is_empty() {
        lines.push(String::new());
        lines.extend(plan.notes.iter().map(|note| format!("! {note}")));
    }
    lines.join("\n")
}

fn act(act: &Act) -> String {
    match act {
        Act::Folder { path } => format!("  Folder    {path}/"),
        Act::Move { from, to } => format!("  Moves     {from} → {to}"),
        Act::Mode { path, from, to } => {
            format!("  Protects  {path}: {to:04o}, for its owner alone (was {from:04o})")
        }
        Act::Write { path, .. } => format!("  Writes    {path}"),
        Act::Append { path, text, .. } => {
            let lines = text.lines().filter(|line| !line.is_empty());
            format!(
                "  Adds      to {path}: {}",
                lines.collect::<Vec<_>>().join(" ")
            )
        }
        Act::Index { .. } => {
            "  Git       the moves are staged, as git mv does; nothing is committed".to_owned()
        }
    }
}
