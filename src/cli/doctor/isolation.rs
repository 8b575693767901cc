//! The isolation's findings as text, grouped by instance, and as JSON.

use serde_json::{Value, json};

use crate::domain::human::plural;
use crate::domain::isolation::{Finding, Severity, Tally};
use crate::service::Isolation;

/// Places shown of one finding, unless all are asked for.
const PLACES: usize = 4;

pub fn is_bad(found: &[Finding], strict: bool) -> bool {
    let tally = Tally::of(found);
    tally.errors > 0 || (strict && tally.warnings > 0)
}

/// `3 errors, 1 warning`
pub fn counted(tally: Tally) -> String {
    let parts = [
        (tally.errors, "error", "errors"),
        (tally.warnings, "warning", "warnings"),
        (tally.notes, "note", "notes"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(n, _, _)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", plural(n as u64, one, many)))
        .collect();
    parts.join(", ")
}

pub fn text(looked: &Isolation, found: &[Finding], all: bool) -> String {
    let n = looked.instances;
    let among = format!("{n} {}", plural(n as u64, "instance", "instances"));
    let tally = Tally::of(found);
    let mark = match (tally.errors, tally.warnings) {
        (0, 0) => "●",
        (0, _) => Severity::Warning.glyph(),
        _ => Severity::Error.glyph(),
    };
    let head = match found.is_empty() {
        true => format!("● isolation      {among} share nothing that they shouldn't"),
        false => format!("{mark} isolation      {} among {among}", counted(tally)),
    };
    let mut lines = vec![head];
    lines.extend(looked.left_out.iter().map(|text| format!("    {text}")));
    let mut groups: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in found {
        let name = finding.instance().unwrap_or("The workspace");
        match groups.iter_mut().find(|(there, _)| *there == name) {
            Some((_, group)) => group.push(finding),
            None => groups.push((name, vec![finding])),
        }
    }
    for (name, group) in groups {
        lines.push(format!("\n{name}"));
        lines.extend(group.into_iter().map(|finding| one(finding, all)));
    }
    lines.join("\n")
}

fn one(finding: &Finding, all: bool) -> String {
    let mut lines = vec![format!(
        "  {} {} {}",
        finding.severity.glyph(),
        finding.code,
        finding.what
    )];
    let shown = if all { finding.places.len() } else { PLACES };
    for place in finding.places.iter().take(shown) {
        lines.push(format!("      at   {place}"));
    }
    if finding.places.len() > shown {
        lines.push(format!(
            "           and {} more",
            finding.places.len() - shown
        ));
    }
    lines.push(format!("      why  {}", finding.why));
    lines.push(format!("      fix  {}", finding.remedy));
    if finding.fix.is_some() {
        lines.push(format!(
            "           matriz doctor --fix {}",
            selector(finding)
        ));
    }
    lines.join("\n")
}

/// What `--fix` takes for it.
pub fn selector(finding: &Finding) -> String {
    match finding.instance() {
        Some(name) => format!("{}@{name}", finding.code),
        None => finding.code.to_owned(),
    }
}

pub fn json(looked: &Isolation, found: &[Finding]) -> Value {
    json!({
        "instances": looked.instances,
        "files": looked.files,
        "left_out": looked.left_out,
        "ms": u64::try_from(looked.took.as_millis()).unwrap_or(u64::MAX),
        "counts": Tally::of(found),
        "findings": found,
    })
}
