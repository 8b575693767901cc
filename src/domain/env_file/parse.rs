//! From text to nodes, line by line.

use std::collections::HashSet;
use std::ops::Range;

use super::document::{Assignment, EnvFile, Node, NodeKind, Quote};
use super::lint::{Lint, LintCode};
use super::problem::{Problem, ProblemCode};
use super::text::{
    after_line_end, is_key_char, is_line_end, is_portable_key, is_space, is_unicode_line_end,
    line_end, position,
};
use super::value::{self, Value};

/// What to do after the first problem.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnProblem {
    Stop,
    GoOn,
}

pub(super) fn read(source: &str, on_problem: OnProblem) -> EnvFile {
    let text = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let mut reader = Reader {
        text,
        file: EnvFile {
            had_bom: text.len() != source.len(),
            ..EnvFile::default()
        },
    };
    if reader.file.had_bom {
        reader.lint(1, LintCode::ByteOrderMark);
    }
    if let Some(at) = text.find('\0') {
        reader.problem(ProblemCode::Nul, at, None);
    }
    let mut at = 0;
    let mut line = 1;
    while at < text.len() && (on_problem == OnProblem::GoOn || reader.file.problems.is_empty()) {
        let end = reader.statement(at, line);
        line += lines_in(&text[at..end]);
        at = end;
    }
    let mut file = reader.file;
    file.problems.sort_by_key(|p| (p.line, p.column));
    mark_duplicates(&mut file);
    file.lints.sort();
    file.text = text.to_owned();
    file
}

fn lines_in(text: &str) -> usize {
    let mut at = 0;
    let mut lines = 0;
    while at < text.len() {
        let next = after_line_end(text, line_end(text, at));
        at = next;
        lines += 1;
    }
    lines
}

/// All but the last line that sets a key are remarked on.
fn mark_duplicates(file: &mut EnvFile) {
    let mut seen: HashSet<String> = HashSet::new();
    let mut lints = Vec::new();
    for node in file.nodes.iter_mut().rev() {
        if let NodeKind::Assignment(a) = &mut node.kind
            && !seen.insert(a.key.clone())
        {
            a.lints.push(LintCode::Duplicate);
            lints.push(Lint {
                line: a.line,
                code: LintCode::Duplicate,
            });
        }
    }
    file.lints.extend(lints);
}

struct Reader<'a> {
    text: &'a str,
    file: EnvFile,
}

impl Reader<'_> {
    fn lint(&mut self, line: usize, code: LintCode) {
        self.file.lints.push(Lint { line, code });
    }

    fn problem(&mut self, code: ProblemCode, at: usize, key: Option<&str>) {
        let (line, column) = position(self.text, at);
        self.file.problems.push(Problem {
            code,
            line,
            column,
            key: key.map(str::to_owned),
        });
    }

    /// Reads the statement that starts at the line start `start`; returns where the next one starts.
    fn statement(&mut self, start: usize, line: usize) -> usize {
        let end = line_end(self.text, start);
        let body = &self.text[start..end];
        let first = start + body.len() - body.trim_start_matches(is_space).len();
        let passive = |reader: &mut Self| {
            reader.separators(start..end);
            reader.push(start, end, NodeKind::Passive)
        };
        match self.text[first..end].chars().next() {
            None | Some('#') => return passive(self),
            Some('=') => {
                self.problem(ProblemCode::NoKey, first, None);
                return passive(self);
            }
            Some(c) if Quote::of(c).is_some() => {
                self.problem(ProblemCode::StrayQuote, first, None);
                return passive(self);
            }
            Some(_) => {}
        }
        let key = self.key_span(first, end);
        let after = skip_spaces(self.text, key.end, end);
        let rest = &self.text[after..end];
        if key.is_empty() {
            self.lint(line, LintCode::UnreadableLine);
            passive(self)
        } else if rest.starts_with('=') {
            self.assignment(start, line, key, after)
        } else if self.text[key.end..end].starts_with(':') {
            self.lint(line, LintCode::Colon);
            self.ignored_value(start, key.end + 1)
        } else if rest.is_empty() {
            self.lint(line, LintCode::NoValue);
            passive(self)
        } else {
            self.lint(line, LintCode::UnreadableLine);
            passive(self)
        }
    }

    fn push(&mut self, start: usize, end: usize, kind: NodeKind) -> usize {
        let span = start..after_line_end(self.text, end);
        let next = span.end;
        self.file.nodes.push(Node { span, kind });
        next
    }

    /// The key after an optional `export`.
    fn key_span(&self, first: usize, end: usize) -> Range<usize> {
        let key_from = |at: usize| {
            let len = self.text[at..end]
                .find(|c| !is_key_char(c))
                .unwrap_or(end - at);
            at..at + len
        };
        let key = key_from(first);
        if &self.text[key.clone()] == "export" {
            let second = key_from(skip_spaces(self.text, key.end, end));
            if second.start > key.end && !second.is_empty() {
                return second;
            }
        }
        key
    }

    fn assignment(&mut self, start: usize, line: usize, key: Range<usize>, equals: usize) -> usize {
        let name = &self.text[key.clone()];
        let value = match value::read(self.text, equals + 1) {
            Ok(value) => value,
            Err((code, at)) => {
                self.problem(code, at, Some(name));
                let end = line_end(self.text, start);
                return self.push(start, end, NodeKind::Passive);
            }
        };
        self.separators(start..value.span.start);
        let inner_end = match value.quote {
            Quote::None => value.span.start,
            _ => value.span.end,
        };
        self.separators(inner_end..value.line_end);
        let mut lints = value.lints.clone();
        let spaced =
            key.end != equals || (!value.span.is_empty() && value.span.start != equals + 1);
        if (spaced || !is_portable_key(name)) && !lints.contains(&LintCode::NotSourceable) {
            lints.push(LintCode::NotSourceable);
        }
        lints.sort();
        for code in &lints {
            self.lint(line, *code);
        }
        let Value {
            text,
            quote,
            span,
            line_end: end,
            ..
        } = value;
        let assignment = Assignment {
            key: name.to_owned(),
            value: text,
            quote,
            line,
            value_span: span,
            lints,
        };
        self.push(start, end, NodeKind::Assignment(assignment))
    }

    /// Steps over the value of a line that sets nothing, which may be quoted over several lines.
    fn ignored_value(&mut self, start: usize, from: usize) -> usize {
        let end = match value::read(self.text, from) {
            Ok(value) => value.line_end,
            Err((code, at)) => {
                self.problem(code, at, None);
                line_end(self.text, start)
            }
        };
        self.separators(start..end);
        self.push(start, end, NodeKind::Passive)
    }

    /// Invisible line separators, outside of a quoted value.
    fn separators(&mut self, span: Range<usize>) {
        if let Some(i) = self.text[span.clone()].find(is_unicode_line_end) {
            self.problem(ProblemCode::LineSeparator, span.start + i, None);
        }
    }
}

fn skip_spaces(text: &str, from: usize, end: usize) -> usize {
    text[from..end]
        .find(|c| !is_space(c) || is_line_end(c))
        .map_or(end, |i| from + i)
}
