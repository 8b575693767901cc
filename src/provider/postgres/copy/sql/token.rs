//! SQL as a row of tokens whose texts, put together, are the input byte for byte.
//!
//! The rules are those of PostgreSQL's own scanner (`src/backend/parser/scan.l`) with
//! `standard_conforming_strings` on, which is what `pg_dump` writes.

/// What a piece of SQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// White space.
    Space,
    /// `-- …` or `/* … */`.
    Comment,
    /// A bare word, keyword or not.
    Word,
    /// `"a name"`.
    Quoted,
    /// `'text'`, `E'text'`, `$tag$text$tag$` and their like.
    Text,
    Number,
    /// Anything else, one character each.
    Sign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

impl Token<'_> {
    /// The name that a word or a quoted word stands for, as the catalogue holds it.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_lowercase()),
            Kind::Quoted => {
                let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
                Some(inner.replace("\"\"", "\""))
            }
            _ => None,
        }
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// Neither space nor comment.
    pub fn counts(&self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::Comment)
    }
}

/// Every token of `sql`, in order. What is not closed reaches to the end.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = measure(rest, first);
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push(Token { kind, text });
        rest = after;
    }
    out
}

fn measure(rest: &str, first: char) -> (Kind, usize) {
    if is_space(first) {
        return (Kind::Space, run(rest, is_space));
    }
    if rest.starts_with("--") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    match first {
        '"' => return (Kind::Quoted, quoted(rest, 1, '"', false)),
        '\'' => return (Kind::Text, quoted(rest, 1, '\'', false)),
        '$' => {
            return match dollar(rest) {
                Some(length) => (Kind::Text, length),
                None => (Kind::Sign, 1),
            };
        }
        _ => {}
    }
    if rest.get(1..2) == Some("'") && first.is_ascii() {
        match first {
            'e' | 'E' => return (Kind::Text, quoted(rest, 2, '\'', true)),
            'b' | 'B' | 'x' | 'X' | 'n' | 'N' => {
                return (Kind::Text, quoted(rest, 2, '\'', false));
            }
            _ => {}
        }
    }
    if matches!(first, 'u' | 'U') {
        match rest.get(1..3) {
            Some("&'") => return (Kind::Text, quoted(rest, 3, '\'', false)),
            Some("&\"") => return (Kind::Quoted, quoted(rest, 3, '"', false)),
            _ => {}
        }
    }
    if is_word_start(first) {
        return (
            Kind::Word,
            run(rest, |c| is_word_start(c) || c.is_ascii_digit() || c == '$'),
        );
    }
    if first.is_ascii_digit() {
        let number = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        return (Kind::Number, run(rest, number));
    }
    (Kind::Sign, first.len_utf8())
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// The length of a quoted piece whose inside begins at `start`; a doubled quote stays inside.
fn quoted(rest: &str, start: usize, quote: char, escapes: bool) -> usize {
    let mut chars = rest
        .char_indices()
        .skip_while(|(at, _)| *at < start)
        .peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    rest.len()
}

/// `$tag$ … $tag$`, or `None` where a dollar begins something else (`$1`).
fn dollar(rest: &str) -> Option<usize> {
    let inner = rest.get(1..)?;
    let tag = inner.get(..inner.find('$')?)?;
    let mut letters = tag.chars();
    let fits = letters.next().is_none_or(is_word_start)
        && letters.all(|c| is_word_start(c) || c.is_ascii_digit());
    if !fits {
        return None;
    }
    let fence = rest.get(..tag.len() + 2)?;
    let body = rest.get(fence.len()..)?;
    Some(match body.find(fence) {
        Some(end) => fence.len() + end + fence.len(),
        None => rest.len(),
    })
}

/// Comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            match tail.chars().next() {
                Some(c) => at += c.len_utf8(),
                None => break,
            }
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(sql: &str) -> Vec<(Kind, &str)> {
        let counting = tokens(sql).into_iter().filter(Token::counts);
        counting.map(|t| (t.kind, t.text)).collect()
    }

    #[test]
    fn every_kind_of_text_is_one_token() {
        for text in [
            "'it''s; --'",
            r"E'it\'s'",
            "$$a;'b$$",
            "$x$ $$ ; $x$",
            "U&'d\\0061'",
            "B'01'",
        ] {
            assert_eq!(kinds(text), [(Kind::Text, text)]);
        }
        assert_eq!(kinds("$1")[0], (Kind::Sign, "$"));
        assert_eq!(kinds("a$b$c"), [(Kind::Word, "a$b$c")]);
        assert_eq!(kinds("\"a\"\"; b\""), [(Kind::Quoted, "\"a\"\"; b\"")]);
        assert_eq!(kinds("/* a /* b */ ' */ x"), [(Kind::Word, "x")]);
    }

    #[test]
    fn names_are_as_the_catalogue_holds_them() {
        assert_eq!(tokens("FooBar")[0].name().as_deref(), Some("foobar"));
        assert_eq!(tokens("\"a\"\"B\"")[0].name().as_deref(), Some("a\"B"));
    }

    proptest! {
        #[test]
        fn the_tokens_put_together_are_the_input(sql in "[a-zA-Z0-9$'\"\\\\/*;. \n_é-]*") {
            let joined: String = tokens(&sql).iter().map(|t| t.text).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
