//! `doctor --fix`: what would change first, then the change.

use std::process::ExitCode;

use serde_json::json;

use super::isolation::selector;
use crate::cli::Call;
use crate::cli::consent::confirm;
use crate::domain::human::plural;
use crate::domain::isolation::{CODES, Finding};
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};

pub fn fix(call: &Call<'_>, what: &str, only: Option<&InstanceName>) -> Result<ExitCode> {
    let looked = call.service.isolation()?;
    let chosen = chosen(looked.of(only), what)?;
    let shown: Vec<String> = chosen.iter().map(shown).collect();
    if chosen.is_empty() {
        let text = "There is nothing that the program can mend by itself.";
        call.out.result(&json!({"fixed": []}), text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if call.global.dry_run {
        let value = json!({"dry_run": true, "would_fix": chosen});
        call.out.result(&value, &shown.join("\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    if !call.out.json {
        call.out.text(&shown.join("\n"))?;
    }
    let n = chosen.len();
    let things = plural(n as u64, "thing", "things");
    confirm(call.global, &format!("Change {n} {things}"))?;
    let mut said = Vec::new();
    for finding in &chosen {
        said.push(call.service.isolation_fix(finding)?);
    }
    let codes: Vec<String> = chosen.iter().map(selector).collect();
    let text = said.join("\n");
    call.out
        .result(&json!({"fixed": codes, "said": said}), &text)?;
    Ok(ExitCode::SUCCESS)
}

/// The findings that a selector means and that have a fix.
fn chosen(found: Vec<Finding>, what: &str) -> Result<Vec<Finding>> {
    if what == "all" {
        let safe = |f: &Finding| f.fix.as_ref().is_some_and(|fix| fix.is_safe());
        let mut safe: Vec<Finding> = found.into_iter().filter(safe).collect();
        // one change may mend several findings
        let mut seen = Vec::new();
        safe.retain(|f| {
            let fresh = !seen.contains(&f.fix);
            seen.push(f.fix.clone());
            fresh
        });
        return Ok(safe);
    }
    let (code, name) = match what.split_once('@') {
        Some((code, name)) => (code, Some(name)),
        None => (what, None),
    };
    let code = code.to_ascii_uppercase();
    if !CODES.iter().any(|known| known.name == code) {
        return Err(
            Error::usage(format!("There is no finding \"{}\".", what.escape_debug()))
                .hint("Name one as doctor prints it, for example I105 or I105@clone-1, or all."),
        );
    }
    let meant: Vec<Finding> = found
        .into_iter()
        .filter(|f| f.code == code && name.is_none_or(|name| f.instance() == Some(name)))
        .collect();
    let Some(first) = meant.first() else {
        return Err(Error::not_found(format!(
            "{what} isn't found: there is nothing to mend."
        )));
    };
    let remedy = first.remedy.clone();
    let able: Vec<Finding> = meant.into_iter().filter(|f| f.fix.is_some()).collect();
    if able.is_empty() {
        return Err(Error::refused(format!("{what} can't be mended by the program.")).hint(remedy));
    }
    Ok(able)
}

fn shown(finding: &Finding) -> String {
    let lines = finding
        .fix
        .as_ref()
        .map(|fix| fix.lines())
        .unwrap_or_default();
    let mut text = format!("{} {}", selector(finding), finding.what);
    for line in lines {
        text.push_str(&format!("\n  {line}"));
    }
    text
}
