//! Printing: plain text for people, JSON for scripts, errors to stderr.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use crate::domain::plan::{Plan, Weight};
use crate::error::{Error, Kind, Result};

/// How a verb prints.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
    pub quiet: bool,
    /// Standard output is a terminal: motion and colour are allowed.
    pub terminal: bool,
}

impl Output {
    pub fn new(json: bool, quiet: bool) -> Self {
        Output {
            json,
            quiet,
            terminal: std::io::stdout().is_terminal(),
        }
    }

    /// One object in JSON, else the text.
    pub fn result(&self, value: &Value, text: &str) -> Result<()> {
        if self.json {
            self.json_line(value)
        } else {
            self.text(text)
        }
    }

    /// A line of JSON, whatever `--quiet` says: scripts asked for it.
    pub fn json_line(&self, value: &Value) -> Result<()> {
        write_out(&format!("{value}\n"))
    }

    /// A text as it is, and a line end after it.
    pub fn exact(&self, text: &str) -> Result<()> {
        match self.quiet {
            true => Ok(()),
            false => write_out(&format!("{text}\n")),
        }
    }

    pub fn text(&self, text: &str) -> Result<()> {
        if self.quiet || text.is_empty() {
            return Ok(());
        }
        write_out(&format!("{}\n", text.trim_end_matches('\n')))
    }
}

/// A reader that went away (`matriz list | head -1`) isn't a failure.
fn write_out(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::new(
            Kind::Io,
            format!("Can't write the output: {e}."),
        )),
        _ => Ok(()),
    }
}

/// An error as `--json` prints it, on stderr.
pub fn error_json(error: &Error) -> Value {
    json!({"error": {"kind": error.kind.word(), "message": error.message, "hint": error.hint}})
}

/// An error for people: what happened, then what to do.
pub fn print_error(error: &Error, as_json: bool) {
    let mut err = std::io::stderr().lock();
    let _ = if as_json {
        writeln!(err, "{}", error_json(error))
    } else {
        match &error.hint {
            Some(hint) => writeln!(err, "{}\n{hint}", error.message),
            None => writeln!(err, "{}", error.message),
        }
    };
}

/// Rows with aligned columns; numbers to the right where `right` says so. No trailing blanks.
pub fn table(head: &[&str], right: &[bool], rows: &[Vec<String>]) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut widths: Vec<usize> = head.iter().map(|h| h.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (i, cell) in cells.iter().enumerate() {
            let width = widths.get(i).copied().unwrap_or(0);
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            if right.get(i).copied().unwrap_or(false) {
                text.push_str(&pad);
                text.push_str(cell);
            } else {
                text.push_str(cell);
                text.push_str(&pad);
            }
            text.push_str("  ");
        }
        text.trim_end().to_owned()
    };
    let mut lines = vec![line(head.to_vec())];
    lines.extend(
        rows.iter()
            .map(|row| line(row.iter().map(String::as_str).collect())),
    );
    lines.join("\n")
}

/// A plan as text: the title, then a line each, labels aligned. `verbose`: with its details.
pub fn plan_text(plan: &Plan, verbose: bool) -> String {
    let all = plan.lines.iter();
    let lines: Vec<_> = all
        .filter(|l| verbose || l.weight != Weight::Detail)
        .collect();
    let width = lines
        .iter()
        .map(|l| l.label.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = format!("{}\n", plan.title);
    for line in lines {
        let mark = match line.weight {
            Weight::Plain | Weight::Detail => ' ',
            Weight::Stays => '=',
            Weight::Warning => '!',
        };
        text.push_str(&format!("{mark} {:<width$}  {}\n", line.label, line.text));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::JobKind;
    use crate::domain::plan::Consent;

    #[test]
    fn columns_align_with_wide_characters() {
        let text = table(
            &["Name", "Rows"],
            &[false, true],
            &[
                vec!["ação".into(), "7".into()],
                vec!["日本".into(), "1234".into()],
            ],
        );
        assert_eq!(text, "Name  Rows\nação     7\n日本  1234");
    }

    #[test]
    fn details_of_a_plan_are_for_those_who_ask() {
        let mut plan = Plan {
            kind: JobKind::Clone,
            instance: "b".into(),
            source: Some("a".into()),
            title: "Clone a into b".into(),
            verb: "clone".into(),
            destructive: false,
            lines: Vec::new(),
            consent: Consent::Yes,
        };
        plan.line("Copies", "2 tables").stays("Stays", "a");
        plan.detail("Space on disk", "known");
        assert_eq!(
            plan_text(&plan, false),
            "Clone a into b\n  Copies  2 tables\n= Stays   a\n"
        );
        assert!(plan_text(&plan, true).contains("\n  Space on disk  known\n"));
    }

    #[test]
    fn errors_keep_their_kind_and_hint() {
        let error = Error::refused("No.").hint("Do this.");
        assert_eq!(
            error_json(&error).to_string(),
            r#"{"error":{"kind":"refused","message":"No.","hint":"Do this."}}"#
        );
    }
}
