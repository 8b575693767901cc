//! Where a token begins and ends in running text.
//!
//! The character that counts is the one that is meant: `%2F` is a slash, `\n` in a text that holds
//! JSON or code is the end of a line.

use super::kind::ReferenceKind;

/// A byte of an encoded character beyond ASCII: a letter, as far as one can tell.
const SOME_LETTER: char = 'é';
/// No address is longer, in bytes.
const LONGEST_ADDRESS: usize = 4096;

/// Whether the token at `at` isn't a part of a longer word.
pub(super) fn stands_alone(kind: ReferenceKind, text: &str, at: usize, end: usize) -> bool {
    let token = &text[at..end];
    let (head, tail) = (&text[..at], &text[end..]);
    let first = token.chars().next();
    let last = token.chars().next_back();
    let glued = |outer: Option<char>, inner: Option<char>| {
        outer.is_some_and(joins) && inner.is_some_and(joins)
    };
    let before = char_before(head);
    let after = char_after(tail);
    if glued(before, first) || glued(after, last) || is_cut_escape(head, token) {
        return false;
    }
    let starts_host = kind.is_host_like() && first.is_some_and(joins);
    if starts_host && kind != ReferenceKind::ProjectUrl && matches!(before, Some('-' | '.')) {
        return false;
    }
    let ends_word = last.is_some_and(joins);
    if kind.is_host_like() && ends_word {
        let dotted = after == Some('.') && tail.chars().nth(1).is_some_and(char::is_alphanumeric);
        if after == Some('-') || dotted {
            return false;
        }
    }
    if kind == ReferenceKind::JiraIssue {
        // as Jira itself reads them: not the end of a longer key, not a decimal number
        let longer_key = before == Some('-')
            && head
                .chars()
                .nth_back(1)
                .is_some_and(|c| c.is_ascii_uppercase());
        let decimal = after == Some('.') && tail.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        return !longer_key && !decimal;
    }
    true
}

/// Letters, digits and `_` join words; `-` and `.` don't, because hosts and names are built with
/// them around refs.
pub(super) fn joins(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether no longer word ends in the one that begins at `at`.
pub(super) fn begins_word(text: &str, at: usize) -> bool {
    let first = text[at..].chars().next();
    !(first.is_some_and(joins) && char_before(&text[..at]).is_some_and(joins))
}

/// How many bytes there are up to the end of the address that the text begins in.
pub(super) fn address_length(text: &str) -> usize {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ')' | ']' | '|');
    text.char_indices()
        .find(|(at, c)| *at >= LONGEST_ADDRESS || ends(*c))
        .map_or(text.len(), |(at, _)| at)
}

/// Whether a host stands for this machine: a sandbox's port changes from start to start.
pub(super) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.")
}

/// A schema's name before a dot and a name, or as a setting of a connection or a request.
pub(super) fn qualifies(head: &str, tail: &str) -> bool {
    const SETTINGS: [&str; 6] = [
        "currentschema=",
        "search_path=",
        "search_path%3d",
        "schema=",
        "accept-profile: ",
        "content-profile: ",
    ];
    let rest = tail.strip_prefix('"').unwrap_or(tail);
    let dotted = rest.strip_prefix('.').is_some_and(|after| {
        after
            .chars()
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_' || c == '"')
    });
    // `other.schema.x` is a column or a host
    let begins = !head.trim_end_matches('"').ends_with(['.', '-', '/', '@']);
    (dotted && begins) || SETTINGS.iter().any(|s| ends_with_ignoring_case(head, s))
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let (text, end) = (text.as_bytes(), end.as_bytes());
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// The address or word that runs up to the token: from the last blank, quote or bracket on.
pub(super) fn word_before(head: &str) -> &str {
    let mut from = head.len().saturating_sub(LONGEST_ADDRESS);
    while !head.is_char_boundary(from) {
        from += 1;
    }
    let near = &head[from..];
    let start = near
        .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '(' | '['))
        .map_or(0, |i| {
            i + near[i..].chars().next().map_or(1, char::len_utf8)
        });
    &near[start..]
}

/// The host of the address that the token stands in, if it stands in one.
pub(super) fn host_around(head: &str) -> Option<String> {
    let word = word_before(head);
    let lower = word.to_ascii_lowercase().replace("%3a%2f%2f", "://");
    let lower = lower.replace(":\\/\\/", "://");
    let start = lower.rfind("://")? + 3;
    let rest = &lower[start..];
    let end = rest.find(['/', '?', '#', '%', '\\', '&']);
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority.rsplit('@').next().unwrap_or(authority);
    Some(host.split(':').next().unwrap_or(host).to_owned())
}

/// The character that is meant before a token.
fn char_before(head: &str) -> Option<char> {
    let bytes = head.as_bytes();
    if let Some(byte) = percent_before(bytes) {
        return Some(if byte < 0x80 {
            char::from(byte)
        } else {
            SOME_LETTER
        });
    }
    if let Some(c) = escape_before(head) {
        return Some(c);
    }
    head.chars().next_back()
}

/// `%XX` right before, where the `%` itself may be encoded any number of times.
fn percent_before(bytes: &[u8]) -> Option<u8> {
    let (mut rest, digits) = bytes.split_at_checked(bytes.len().checked_sub(2)?)?;
    let byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    while let Some(shorter) = rest.strip_suffix(b"25") {
        rest = shorter;
    }
    rest.ends_with(b"%").then_some(byte)
}

/// `\n`, `\t`, `\u0020` and the like right before, with a backslash that isn't escaped itself.
fn escape_before(head: &str) -> Option<char> {
    let unescaped = |before: &str| {
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        backslashes % 2 == 1
    };
    let mut chars = head.chars();
    if let Some(c @ ('n' | 't' | 'r')) = chars.next_back()
        && unescaped(chars.as_str())
    {
        return Some(if c == 'n' { '\n' } else { ' ' });
    }
    let digits = head.get(head.len().checked_sub(4)?..)?;
    let before = head.get(..head.len() - 4)?.strip_suffix('u')?;
    if unescaped(before) {
        return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    }
    None
}

/// The character that is meant after a token.
fn char_after(tail: &str) -> Option<char> {
    let Some(encoded) = tail.strip_prefix('%') else {
        return tail.chars().next();
    };
    let mut rest = encoded.as_bytes();
    let mut byte = hex(rest);
    while byte == Some(b'%') && hex(rest.get(2..).unwrap_or_default()).is_some() {
        rest = rest.get(2..).unwrap_or_default();
        byte = hex(rest);
    }
    Some(match byte {
        Some(byte) if byte < 0x80 => char::from(byte),
        // the first byte of a character in UTF-8, which another byte follows
        Some(0xC2..=0xF4) if rest.get(2) == Some(&b'%') => SOME_LETTER,
        // `%` itself, which hex digits may follow by chance: those of a ref, say
        _ => '%',
    })
}

/// Whether the first two digits of a token are an encoded character's, whose `%` is right before.
fn is_cut_escape(head: &str, token: &str) -> bool {
    head.ends_with('%') && hex(token.as_bytes()).is_some_and(|byte| byte < 0x80)
}

fn hex(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.get(..2)?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meant_character_counts() {
        assert_eq!(char_before("https%3A%2F%2f"), Some('/'));
        assert_eq!(char_before("x%252525%252F"), Some('/'));
        assert_eq!(char_before("%C3%A9"), Some(SOME_LETTER));
        assert_eq!(char_before("a\\n"), Some('\n'));
        assert_eq!(char_before("a\\\\n"), Some('n'));
        assert_eq!(char_before("a\\u002f"), Some('/'));
        assert_eq!(char_before("2F"), Some('F'));
        assert_eq!(char_before(""), None);
        assert_eq!(char_after("%2Fx"), Some('/'));
        assert_eq!(char_after("%252Fx"), Some('/'));
        assert_eq!(char_after("%41x"), Some('A'));
        assert_eq!(char_after("%C3%A9"), Some(SOME_LETTER));
        assert_eq!(char_after("%abcdef"), Some('%'));
        assert_eq!(char_after("% of it"), Some('%'));
        assert!(is_cut_escape("a%", "41abcdef"));
        assert!(!is_cut_escape("a%", "abcdef"));
    }

    #[test]
    fn the_host_of_an_address() {
        for (head, host) in [
            ("see https://u:p@a.example:80/browse/", Some("a.example")),
            ("x?u=https%3A%2F%2Fa.example%2Fbrowse%2F", Some("a.example")),
            ("\"https:\\/\\/a.example\\/browse\\/", Some("a.example")),
            ("https://a.example/ b/", None),
        ] {
            assert_eq!(host_around(head).as_deref(), host, "{head}");
        }
    }
}
