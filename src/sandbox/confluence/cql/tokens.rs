//! The words of a query.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Without quotes: a field, a keyword or a value.
    Word(String),
    /// What stood between quotes, with escapes resolved.
    Quoted(String),
    /// `=`, `!=`, `~`, `!~`, `<`, `<=`, `>`, `>=`, `(`, `)` or `,`.
    Sign(&'static str),
}

/// The longer ones first.
const SIGNS: [&str; 11] = ["!=", "!~", "<=", ">=", "=", "~", "<", ">", "(", ")", ","];

pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            found.push(Token::Sign(sign));
            rest = rest.get(sign.len()..).unwrap_or_default();
        } else if first == '"' || first == '\'' {
            let (value, after) = quoted(rest, first)?;
            found.push(Token::Quoted(value));
            rest = after;
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || "=~!<>(),\"'".contains(c))
                .unwrap_or(rest.len());
            if end == 0 {
                return Err(format!("unexpected '{first}'"));
            }
            let (word, after) = rest.split_at(end);
            found.push(Token::Word(word.to_owned()));
            rest = after;
        }
        rest = rest.trim_start();
    }
    Ok(found)
}

fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some((_, escaped)) => value.push(escaped),
                None => break,
            },
            c if c == quote => {
                let after = text.get(at + c.len_utf8()..).unwrap_or_default();
                return Ok((value, after));
            }
            c => value.push(c),
        }
    }
    Err("a quote is not closed".to_owned())
}
