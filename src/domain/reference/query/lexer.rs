//! A query's tokens, with their places.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Quoted,
    Open,
    Close,
    Comma,
    /// `=`, `!~`, `<=` and the like.
    Operator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Whether a quote that was opened was closed.
    closed: bool,
}

impl Token {
    /// The bytes of the value, without quotes.
    pub fn inside(&self) -> Range<usize> {
        match self.kind {
            Kind::Quoted => self.start + 1..self.end - usize::from(self.closed),
            _ => self.start..self.end,
        }
    }
}

/// What isn't part of a bare word.
fn ends_word(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '(' | ')' | ',' | '=' | '!' | '<' | '>' | '~'
        )
}

pub(super) fn tokens(query: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = query.get(at..).and_then(|rest| rest.chars().next()) {
        let start = at;
        let mut closed = true;
        let kind = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => Kind::Open,
            ')' => Kind::Close,
            ',' => Kind::Comma,
            '=' | '!' | '<' | '>' | '~' => {
                let rest = &query[at..];
                let more = |c: char| !matches!(c, '=' | '!' | '<' | '>' | '~');
                at += rest.find(more).unwrap_or(rest.len());
                Kind::Operator
            }
            '"' | '\'' => {
                let rest = &query[at + 1..];
                let length = super::super::json::literal_length(rest, c);
                closed = length < rest.len();
                at += 1 + length + usize::from(closed);
                Kind::Quoted
            }
            _ => {
                let rest = &query[at..];
                at += rest.find(ends_word).unwrap_or(rest.len());
                Kind::Word
            }
        };
        if at == start {
            at += c.len_utf8();
        }
        out.push(Token {
            kind,
            start,
            end: at,
            closed,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_quotes_and_operators() {
        let query = "project in (A,\"b \\\" c\") AND key!=PROJ-1 'open";
        let shown: Vec<(Kind, &str)> = tokens(query)
            .iter()
            .map(|t| (t.kind, &query[t.inside()]))
            .collect();
        assert_eq!(
            shown,
            [
                (Kind::Word, "project"),
                (Kind::Word, "in"),
                (Kind::Open, "("),
                (Kind::Word, "A"),
                (Kind::Comma, ","),
                (Kind::Quoted, "b \\\" c"),
                (Kind::Close, ")"),
                (Kind::Word, "AND"),
                (Kind::Word, "key"),
                (Kind::Operator, "!="),
                (Kind::Word, "PROJ-1"),
                (Kind::Quoted, "open"),
            ]
        );
    }
}
