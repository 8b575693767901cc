//! Cutting an SQL file into statements, by the lexical rules of PostgreSQL.
//!
//! A semicolon ends a statement unless it stands in a string, a quoted name, a dollar-quoted body,
//! a comment, parentheses (`CREATE RULE … DO (…; …)`) or a `BEGIN ATOMIC … END` body. Source:
//! <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, and psql's own scanner.

/// One statement, without its semicolon. Comments in front of it belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    pub text: &'a str,
    /// Line of the text's first character in the file, from 1.
    pub line: usize,
}

impl Statement<'_> {
    /// The line in the file of the character at `position` (from 1, as Postgres counts).
    pub fn line_at(&self, position: usize) -> usize {
        let before = self.text.chars().take(position.saturating_sub(1));
        self.line + before.filter(|c| *c == '\n').count()
    }

    /// The line of the first word that isn't a comment.
    pub fn first_line(&self) -> usize {
        let mut scanner = Scanner::new(self.text);
        while let Some(token) = scanner.next() {
            if token != Token::Blank {
                let before = &self.text[..scanner.start];
                return self.line + before.matches('\n').count();
            }
        }
        self.line
    }

    /// The first words in lower case, up to two.
    pub fn opening(&self) -> (String, String) {
        let mut scanner = Scanner::new(self.text);
        let mut words = Vec::new();
        while let Some(token) = scanner.next() {
            match token {
                Token::Blank => {}
                Token::Word if words.len() < 2 => words.push(scanner.slice().to_lowercase()),
                _ => break,
            }
        }
        let mut words = words.into_iter();
        (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        )
    }
}

/// The statements of a file, in order; what holds only blanks and comments is left out.
pub fn split(sql: &str) -> Vec<Statement<'_>> {
    let mut statements = Vec::new();
    let mut scanner = Scanner::new(sql);
    let mut start = 0;
    let mut parens = 0_usize;
    // Blocks of a BEGIN ATOMIC body that are open; CASE has an END of its own.
    let mut blocks = 0_usize;
    let mut after_begin = false;
    let mut empty = true;
    while let Some(token) = scanner.next() {
        match token {
            Token::Blank => continue,
            Token::Open => parens += 1,
            Token::Close => parens = parens.saturating_sub(1),
            Token::Word => {
                let word = scanner.slice();
                if after_begin && word.eq_ignore_ascii_case("atomic") {
                    blocks = 1;
                } else if blocks > 0 && word.eq_ignore_ascii_case("case") {
                    blocks += 1;
                } else if blocks > 0 && word.eq_ignore_ascii_case("end") {
                    blocks -= 1;
                }
                after_begin = word.eq_ignore_ascii_case("begin");
                empty = false;
                continue;
            }
            Token::Semicolon if parens == 0 && blocks == 0 => {
                if !empty {
                    statements.push(statement(sql, start, scanner.start));
                }
                start = scanner.at;
                empty = true;
                after_begin = false;
                continue;
            }
            Token::Semicolon | Token::Other => {}
        }
        after_begin = false;
        empty = false;
    }
    if !empty {
        statements.push(statement(sql, start, sql.len()));
    }
    statements
}

/// The text without comments and with single blanks between its parts: what counts when two
/// versions of a file are compared.
pub fn essence(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut scanner = Scanner::new(sql);
    let mut gap = false;
    while let Some(token) = scanner.next() {
        if token == Token::Blank || token == Token::Semicolon {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        out.push_str(scanner.slice());
    }
    out
}

fn statement(sql: &str, start: usize, end: usize) -> Statement<'_> {
    let raw = &sql[start..end];
    let lead = raw.len() - raw.trim_start().len();
    Statement {
        text: raw.trim(),
        line: 1 + sql[..start + lead].matches('\n').count(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// White space or a comment.
    Blank,
    /// A name or keyword that isn't quoted.
    Word,
    Open,
    Close,
    Semicolon,
    /// A string, a quoted name, a number, an operator.
    Other,
}

struct Scanner<'a> {
    sql: &'a str,
    start: usize,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(sql: &'a str) -> Self {
        Scanner {
            sql,
            start: 0,
            at: 0,
        }
    }

    fn slice(&self) -> &'a str {
        &self.sql[self.start..self.at]
    }

    fn next(&mut self) -> Option<Token> {
        self.start = self.at;
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        let (token, length) = match first {
            c if c.is_whitespace() => (Token::Blank, while_chars(rest, char::is_whitespace)),
            '-' if rest.starts_with("--") => (Token::Blank, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (Token::Blank, block_comment(rest)),
            '\'' => (Token::Other, quoted(rest, '\'', false)),
            '"' => (Token::Other, quoted(rest, '"', false)),
            'e' | 'E' if rest[1..].starts_with('\'') => {
                (Token::Other, 1 + quoted(&rest[1..], '\'', true))
            }
            '$' => (Token::Other, dollar(rest)),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ';' => (Token::Semicolon, 1),
            c if is_word_start(c) => (Token::Word, while_chars(rest, is_word)),
            c if c.is_ascii_digit() => (Token::Other, while_chars(rest, is_word)),
            c => (Token::Other, c.len_utf8()),
        };
        self.at += length;
        Some(token)
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// A dollar sign inside a name doesn't begin a quoted body.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn while_chars(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}

fn quoted(text: &str, quote: char, backslashes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if backslashes && c == '\\' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

fn dollar(text: &str) -> usize {
    let tag = 1 + while_chars(&text[1..], |c| c.is_alphanumeric() || c == '_');
    let numbered = text[1..].starts_with(|c: char| c.is_ascii_digit());
    if numbered || !text[tag..].starts_with('$') {
        return 1;
    }
    let (mark, body) = text.split_at(tag + 1);
    match body.find(mark) {
        Some(end) => end + 2 * mark.len(),
        None => text.len(),
    }
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        split(sql).into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn semicolons_inside_other_things_do_not_cut() {
        assert_eq!(texts("select 1; select 2"), ["select 1", "select 2"]);
        assert_eq!(
            texts("select ';', \"a;b\"; x"),
            ["select ';', \"a;b\"", "x"]
        );
        assert_eq!(texts("select 'it''s;'; x"), ["select 'it''s;'", "x"]);
        assert_eq!(texts(r"select E'\';'; x"), [r"select E'\';'", "x"]);
        assert_eq!(texts(r"select '\'; x"), [r"select '\'", "x"]);
        assert_eq!(texts("do $$ a; b $$; x"), ["do $$ a; b $$", "x"]);
        assert_eq!(texts("do $f$ $$;$$ $f$; x"), ["do $f$ $$;$$ $f$", "x"]);
        assert_eq!(texts("a -- ;\n; b /* ; /* ; */ */; c").len(), 3);
        assert_eq!(texts("select a$b; select $1; x").len(), 3);
        assert_eq!(
            texts("create rule r as on insert to t do (a; b); x").len(),
            2
        );
        assert_eq!(texts(";; -- nothing\n ;"), Vec::<&str>::new());
    }

    #[test]
    fn an_atomic_body_is_one_statement() {
        let sql = "create function f() returns int language sql begin atomic \
                   select case when true then 1 end; select 2; end; select 3; begin; commit";
        assert_eq!(texts(sql).len(), 4);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let sql = "select 1;\n\n-- about\nselect\n  broken;";
        let parts = split(sql);
        assert_eq!(parts[1].line, 3);
        assert_eq!(parts[1].first_line(), 4);
        let position = parts[1].text.find("broken").unwrap() + 1;
        assert_eq!(parts[1].line_at(position), 5);
        assert_eq!(
            parts[1].opening(),
            ("select".to_owned(), "broken".to_owned())
        );
    }

    #[test]
    fn the_essence_ignores_comments_and_blanks_only() {
        assert_eq!(essence("select  1; -- x\n"), essence("/* y */ select 1"));
        assert_ne!(essence("select 1"), essence("select 2"));
        assert_ne!(essence("select 'a  b'"), essence("select 'a b'"));
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_loss(sql in "[ a-z;'\"$()*/\\-\\\\\né]{0,60}") {
            let parts = split(&sql);
            let mut from = 0;
            for part in &parts {
                let at = sql[from..].find(part.text);
                prop_assert!(at.is_some());
                from += at.unwrap_or_default() + part.text.len();
            }
            let _ = essence(&sql);
        }
    }
}
