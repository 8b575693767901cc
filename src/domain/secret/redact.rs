//! Taking secrets out of free text: errors of foreign programs, answers of servers, log lines.

use super::MASK;

/// Prefixes of tokens that providers hand out, and how long a token is at least, prefix included.
const TOKEN_PREFIXES: [(&str, usize); 9] = [
    ("sbp_", 12),
    ("sb_secret_", 16),
    ("sb_temp_", 14),
    ("sk-", 20),
    ("ghp_", 20),
    ("github_pat_", 24),
    ("xoxb-", 20),
    ("ATATT", 24),
    ("AKIA", 20),
];

/// Names whose value is hidden in `name=value` and `"name": "value"`.
const NAMES: [&str; 13] = [
    "password",
    "passwd",
    "pwd",
    "db_pass",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "service_role_key",
    "anon_key",
    "private_key",
    "authorization",
];

/// Hides what can be recognised as a secret: passwords in URLs and in `password=…` (also as JSON),
/// what follows `Bearer` and `Basic`, JSON web tokens, and the tokens of known providers.
/// Text without any comes back unchanged.
pub fn redact(text: &str) -> String {
    let mut out = redact_urls(text);
    out = redact_named(&out);
    redact_tokens(&out)
}

/// The same, and every value in `known` besides, also as it stands percent-encoded in a URL or escaped
/// in JSON. Values shorter than 4 characters are hidden only where they stand as a word.
pub fn redact_known<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut forms: Vec<String> = Vec::new();
    for value in known.into_iter().filter(|v| !v.is_empty()) {
        forms.push(value.to_owned());
        forms.push(percent_encode(value));
        let json = serde_json::Value::from(value).to_string();
        forms.push(json[1..json.len() - 1].to_owned());
    }
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    let mut out = text.to_owned();
    for form in forms {
        if form.chars().count() >= 4 {
            out = out.replace(&form, MASK);
        } else {
            out = replace_word(&out, &form);
        }
    }
    redact(&out)
}

pub(super) fn percent_encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn replace_word(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find(word) {
        let after = &rest[i + word.len()..];
        let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = rest[..i].chars().next_back().or(out.chars().next_back());
        out.push_str(&rest[..i]);
        if joined(before) || joined(after.chars().next()) {
            out.push_str(word);
        } else {
            out.push_str(MASK);
        }
        rest = after;
    }
    out + rest
}

/// Ends a URL in running text. A password may hold almost anything, so this is short.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>')
}

fn redact_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find("://") {
        let (scheme, after) = rest.split_at(i + 3);
        out.push_str(scheme);
        let end = after.find(ends_url).unwrap_or(after.len());
        let (url, tail) = after.split_at(end);
        match password_span(url, scheme.contains("postgres")) {
            Some((from, to)) => {
                out.push_str(&url[..from]);
                out.push_str(MASK);
                out.push_str(&url[to..]);
            }
            None => out.push_str(url),
        }
        rest = tail;
    }
    out + rest
}

/// The password in `user:password@host/…`. A password written without percent-encoding may hold `@`
/// and `/`, so the last `@` counts where that can be.
fn password_span(url: &str, database: bool) -> Option<(usize, usize)> {
    let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
    let colon = url[..authority].find(':')?;
    let port = url[colon + 1..authority]
        .chars()
        .all(|c| c.is_ascii_digit());
    if !url[..authority].contains('@') && port && !database {
        return None;
    }
    let at = url.rfind('@').filter(|at| *at > colon)?;
    (at > colon + 1).then_some((colon + 1, at))
}

/// `password=…`, `password='…'`, `"password": "…"`, `Authorization: Bearer …`.
fn redact_named(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        let Some((from, to)) = named_value(text, &lower, at) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        out.push_str(&text[copied..from]);
        out.push_str(MASK);
        copied = to;
        at = to;
    }
    out + &text[copied..]
}

/// The value of the name that starts at `at`, if one does.
fn named_value(text: &str, lower: &str, at: usize) -> Option<(usize, usize)> {
    for scheme in ["bearer ", "basic "] {
        if lower[at..].starts_with(scheme) && !lower[..at].ends_with(char::is_alphanumeric) {
            let from = at + scheme.len();
            let to = from + token_len(&text[from..]);
            // "basic understanding" is prose
            let prose = text[from..to]
                .chars()
                .all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '-'));
            return (to - from >= 8 && !prose).then_some((from, to));
        }
    }
    let name = NAMES.iter().find(|n| lower[at..].starts_with(**n))?;
    let rest = &text[at + name.len()..];
    let value = match rest.strip_prefix('=') {
        Some(value) => value,
        None => {
            // JSON: name, quote, colon, quote
            let rest = rest.strip_prefix('"').or(rest.strip_prefix("\\\""))?;
            let value = rest.trim_start().strip_prefix(':')?.trim_start();
            value.starts_with(['"', '\\']).then_some(value)?
        }
    };
    let from = text.len() - value.len();
    for mark in ["\\\"", "\"", "'"] {
        if let Some(inner) = value.strip_prefix(mark) {
            let len = closing(inner, mark);
            return (len > 0).then_some((from + mark.len(), from + mark.len() + len));
        }
    }
    let len = value
        .find(|c: char| c.is_whitespace() || matches!(c, '&' | '"' | '\'' | ',' | ';' | ')'))
        .unwrap_or(value.len());
    (len > 0).then_some((from, from + len))
}

/// Where the quoted text ends, backslashes regarded; at the end of the text where it doesn't.
fn closing(inner: &str, mark: &str) -> usize {
    let mut escaped = false;
    for (i, c) in inner.char_indices() {
        if !escaped && inner[i..].starts_with(mark) {
            return i;
        }
        escaped = c == '\\' && !escaped;
    }
    inner.len()
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=' | '+' | '/' | '~')
}

fn token_len(text: &str) -> usize {
    text.find(|c| !is_token_char(c)).unwrap_or(text.len())
}

/// Tokens that can be told by their look, wherever they stand.
fn redact_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .unwrap_or(rest.len());
        if word == 0 {
            let len = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..len]);
            rest = &rest[len..];
            continue;
        }
        let (token, tail) = rest.split_at(word);
        out.push_str(if is_token(token) { MASK } else { token });
        rest = tail;
    }
    out
}

fn is_token(word: &str) -> bool {
    let known = TOKEN_PREFIXES
        .iter()
        .any(|(prefix, len)| word.starts_with(prefix) && word.len() >= *len);
    // a JSON web token: three parts, of which the first is base64 of {"…
    let jwt = word.starts_with("eyJ") && word.len() > 20 && word.matches('.').count() >= 2;
    known || jwt
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn passwords_in_urls_are_hidden() {
        for (url, secret) in [
            (
                "postgresql://postgres:example-pw@db.x.test:5432/d",
                "example-pw",
            ),
            ("postgres://u:p@ss/w:rd@h/d", "ss"),
            ("postgres://u:12/34@h/d", "12"),
            ("redis://:example-pw@h", "example-pw"),
            ("https://u:p%40ss@h/x?y=1", "p%40ss"),
        ] {
            let text = redact(&format!("cannot reach {url} now"));
            assert!(!text.contains(secret), "{text}");
            assert!(text.starts_with("cannot reach ") && text.ends_with(" now"));
            assert!(text.contains(MASK));
        }
        for plain in [
            "https://abcdefghijklmnopqrst.supabase.co/rest/v1?select=a",
            "http://127.0.0.1:8080/a@b",
            "postgresql://postgres@127.0.0.1:5432/postgres",
        ] {
            assert_eq!(redact(plain), plain);
        }
    }

    #[test]
    fn tokens_and_named_values_are_hidden() {
        for text in [
            "token sbp_example0123456789",
            "(sb_secret_example0123456789)",
            "jwt eyJhbGciOiJIUzI1NiJ9.eyJleGFtcGxlIjoxfQ.example0123",
            "Authorization: Bearer example0123",
            "authorization: basic ZXhhbXBsZTpleGFtcGxl-example0",
            "host=h password='it is example' user=u",
            "host=h password=example user=u",
            r#"{"db_pass":"an \"example\" here","x":1}"#,
            r#"body {\"password\": \"example\"}"#,
            "https://h/x?apikey=example&y=1",
        ] {
            let out = redact(text);
            assert!(!out.contains("example"), "{out}");
            assert!(out.contains(MASK));
        }
        let plain = r#"password authentication failed for user "postgres"; the token: expired; a basic understanding"#;
        assert_eq!(redact(plain), plain);
    }

    #[test]
    fn known_values_are_hidden_in_every_form() {
        let known = ["p@ss \"w\"", "abc"];
        let out = redact_known(
            r#"p@ss "w", p%40ss%20%22w%22, {"a":"p@ss \"w\""}, abc, abcd"#,
            known,
        );
        assert_eq!(
            out,
            format!("{MASK}, {MASK}, {{\"a\":\"{MASK}\"}}, {MASK}, abcd")
        );
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_and_a_second_pass_changes_nothing(text in any::<String>()) {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once);
        }

        #[test]
        fn a_known_value_never_survives(before in any::<String>(), value in "[^•]{4,40}", after in any::<String>()) {
            let out = redact_known(&format!("{before}{value}{after}"), [value.as_str()]);
            prop_assert!(!out.contains(&value));
        }

        #[test]
        fn a_database_password_never_survives(password in "[A-Za-z0-9/@:?#%&+=-]{6,30}") {
            let out = redact(&format!("at postgresql://postgres:{password}@127.0.0.1:5432/postgres."));
            prop_assert!(!out.contains(&password), "{}", out);
        }
    }
}
