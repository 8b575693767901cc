//! Jira's and Confluence's query languages, JQL and CQL: read token by token, so that what a value
//! means is known from its field (`project in (A, B)`, `ancestor = 4711`), and everything else
//! stays as it's written.
//!
//! Sources: Atlassian, "JQL fields", "JQL functions", "Advanced searching using CQL", "CQL fields".
//! What can't be read as a query is skipped, never refused.

mod fields;
mod lexer;
mod walk;

use super::decoded::Decoded;
use super::form::Form;
use super::json::json_escape;
use super::kind::ReferenceKind;
use super::rewriter::Rewriter;
use super::span::{Span, apply, untangle};
use super::text::Rewritten;
use lexer::{Kind, Token};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Jql,
    Cql,
}

impl Language {
    /// The language of the query in a parameter of an address (`jql=`).
    pub fn of_parameter(word: &str) -> Language {
        match word.starts_with("cql") {
            true => Language::Cql,
            false => Language::Jql,
        }
    }
}

impl Rewriter {
    /// A query in Jira's language.
    pub fn jql<'t>(&self, query: &'t str) -> Rewritten<'t> {
        apply(query, &self.query(Language::Jql, query))
    }

    /// A query in Confluence's language.
    pub fn cql<'t>(&self, query: &'t str) -> Rewritten<'t> {
        apply(query, &self.query(Language::Cql, query))
    }

    pub(super) fn query(&self, language: Language, query: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        for (token, kinds) in walk::operands(language, query) {
            self.operand(query, &token, kinds, &mut spans);
        }
        untangle(&mut spans);
        spans
    }

    fn operand(&self, query: &str, token: &Token, kinds: &[ReferenceKind], out: &mut Vec<Span>) {
        let inside = token.inside();
        let written = &query[inside.clone()];
        let decoded = Decoded::of(written, &['\\'], json_escape);
        let bare = token.kind == Kind::Word;
        if let Some((entry, to)) = self.value(kinds, &decoded.text) {
            if to == decoded.text {
                return;
            }
            let to = match bare && !is_word(&to) {
                true => format!("\"{}\"", escaped(&to)),
                false => escaped(&to),
            };
            out.push(Span {
                start: inside.start,
                end: inside.end,
                to,
                entry: Some(entry),
            });
            return;
        }
        for mut span in self.search(&decoded.text, false).spans {
            span.start = inside.start + decoded.written(span.start);
            span.end = inside.start + decoded.written(span.end);
            if !bare {
                span.to = escaped(&span.to);
            }
            out.push(span);
        }
    }

    /// What takes the place of a whole value, in queries: some of them ignore the case of letters.
    pub(super) fn value(&self, kinds: &[ReferenceKind], value: &str) -> Option<(usize, String)> {
        let n = kinds.iter().find_map(|kind| {
            self.index.get(*kind, value).or_else(|| {
                let upper = kind.is_upper_case().then(|| value.to_ascii_uppercase())?;
                self.index.get(*kind, &upper)
            })
        })?;
        Some((n, self.entries.get(n)?.to.clone()))
    }

    /// The query that begins at `start` in an address, percent-encoded `depth` times.
    pub(super) fn query_in_address(
        &self,
        language: Language,
        depth: usize,
        text: &str,
        start: usize,
    ) -> Vec<Span> {
        let written = parameter(&text[start..], depth);
        let decoded = Decoded::of_parameter(written, depth);
        let mut spans = self.query(language, &decoded.text);
        for span in &mut spans {
            span.start = start + decoded.written(span.start);
            span.end = start + decoded.written(span.end);
            span.to = match depth {
                1 => Form::PercentUpper.write(&span.to),
                2 => Form::Twice.write(&span.to),
                _ => Form::Twice.write(&Form::PercentUpper.write(&span.to)),
            };
        }
        spans
    }
}

/// No query in an address is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// A parameter's value, up to the next parameter or the end of the address.
fn parameter(rest: &str, depth: usize) -> &str {
    let (and, hash) = match depth {
        1 => ("&", "#"),
        2 => ("%26", "%23"),
        _ => ("%2526", "%2523"),
    };
    let mut open = 0_usize;
    let mut ends = |c: char| {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return true,
            ')' => open -= 1,
            _ => {}
        }
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '`' | '<' | '>' | '&' | '#' | ']' | '|' | '\\'
            )
    };
    let end = rest
        .char_indices()
        .find(|(at, c)| *at >= LONGEST || ends(*c))
        .map_or(rest.len(), |(at, _)| at);
    let value = &rest[..end];
    let end = [and, hash].iter().filter_map(|stop| value.find(stop)).min();
    &value[..end.unwrap_or(value.len())]
}

/// Whether a value needs no quotes.
fn is_word(value: &str) -> bool {
    !value.is_empty()
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}
