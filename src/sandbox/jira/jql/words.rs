//! A query's words: names, quoted texts, operators.

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    Name(String),
    Quoted(String),
    Sign(&'static str),
}

const SIGNS: [&str; 11] = ["!=", "!~", ">=", "<=", "=", "~", ">", "<", "(", ")", ","];

/// The words, or what can't be read.
pub fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            words.push(Word::Sign(sign));
            rest = rest.get(sign.len()..).unwrap_or_default();
        } else if first == '"' || first == '\'' {
            let (quoted, after) = quoted(rest, first)?;
            words.push(Word::Quoted(quoted));
            rest = after;
        } else if first == '!' {
            words.push(Word::Name("not".into()));
            rest = rest.get(1..).unwrap_or_default();
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || "=!~<>(),\"'".contains(c));
            let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
            if name.is_empty() {
                return Err(format!("The character '{first}' isn't understood."));
            }
            words.push(Word::Name(name.to_owned()));
            rest = after;
        }
        rest = rest.trim_start();
    }
    Ok(words)
}

/// The text between quotes, and what comes after them.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => inside.push('\n'),
                Some((_, escaped)) => inside.push(escaped),
                None => break,
            },
            c if c == quote => {
                return Ok((inside, text.get(at + c.len_utf8()..).unwrap_or_default()));
            }
            c => inside.push(c),
        }
    }
    Err("A quoted text has no end.".into())
}
