//! Asking before something is done: the plan first, then one key, or the name typed.

use std::io::{BufRead, IsTerminal, Write};

use super::Call;
use super::args::Global;
use super::output::plan_text;
use crate::domain::plan::{Consent, Plan};
use crate::error::{Error, Result};

/// What to do after the plan was shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    Go,
    /// `--dry-run`: it was shown, and that was all.
    OnlyShown,
}

/// Shows the plan and gets the consent that it asks for, from the flags or from the person.
pub fn ask(call: &Call<'_>, plan: &Plan) -> Result<Answer> {
    let text = plan_text(plan, call.global.verbose > 0);
    if call.global.dry_run {
        let value = serde_json::json!({"dry_run": true, "plan": plan});
        call.out.result(&value, &text)?;
        return Ok(Answer::OnlyShown);
    }
    let asked = std::io::stdin().is_terminal() && !call.global.json;
    if !call.out.json {
        call.out.text(&text)?;
    }
    match &plan.consent {
        Consent::Yes if call.global.yes => Ok(Answer::Go),
        Consent::Yes if asked => match read_line(&format!("{}? [y/N] ", plan.title))?.as_str() {
            "y" | "Y" | "yes" => Ok(Answer::Go),
            _ => Err(Error::cancelled()),
        },
        Consent::Yes => Err(Error::refused(format!(
            "\"{}\" needs a yes, and there is no terminal to ask on.",
            plan.title
        ))
        .hint("Add --yes, or --dry-run to see the plan only.")),
        Consent::TypeName(name) => match &call.global.confirm {
            Some(given) if given == name && call.global.yes => Ok(Answer::Go),
            Some(given) if given != name => Err(Error::refused(format!(
                "--confirm says \"{given}\", but this would {} \"{name}\".",
                plan.verb
            ))),
            _ if asked && call.global.confirm.is_none() => {
                let typed = read_line(&format!("Type {name} to {} it: ", plan.verb))?;
                if typed == *name {
                    Ok(Answer::Go)
                } else {
                    Err(Error::cancelled().hint("The name didn't match; nothing was changed."))
                }
            }
            _ => Err(Error::refused(format!(
                "\"{}\" can't be taken back and needs the name.",
                plan.title
            ))
            .hint(format!("Add --yes --confirm {name}."))),
        },
    }
}

/// A yes to one question, from `--yes` or from the person at the terminal.
pub fn confirm(global: &Global, question: &str) -> Result<()> {
    if global.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || global.json {
        return Err(Error::refused(format!(
            "\"{question}\" needs a yes, and there is no terminal to ask on."
        ))
        .hint("Add --yes, or --dry-run to see the plan only."));
    }
    match read_line(&format!("{question}? [y/N] "))?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Error::cancelled()),
    }
}

pub(super) fn read_line(prompt: &str) -> Result<String> {
    let mut err = std::io::stderr();
    let _ = write!(err, "{prompt}");
    let _ = err.flush();
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|_| Error::cancelled())?;
    Ok(line.trim().to_owned())
}
