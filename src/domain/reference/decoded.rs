//! What an escaped text means, and where each part of it is written: so that a part can be replaced
//! while every other byte stays.

use quick_xml::escape::resolve_html5_entity;

/// A literal's meaning, and where each part of it is written.
pub(super) struct Decoded {
    pub text: String,
    /// Where the two run apart: offset in the meaning, offset as written.
    steps: Vec<(usize, usize)>,
}

/// What has no meaning of its own, such as a lone half of a surrogate pair, is never part of a
/// token.
pub(super) const NO_CHARACTER: char = '\u{FFFD}';

impl Decoded {
    /// `escape` reads what begins with one of `marks`: the character, and how many bytes it takes.
    pub fn of(literal: &str, marks: &[char], escape: impl Fn(&str) -> (char, usize)) -> Decoded {
        let mut text = String::with_capacity(literal.len());
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(i) = literal.get(at..).and_then(|rest| rest.find(marks)) {
            text.push_str(&literal[at..at + i]);
            steps.push((text.len(), at + i));
            let (c, length) = escape(&literal[at + i..]);
            text.push(c);
            at += i + length.max(1);
            steps.push((text.len(), at));
        }
        text.push_str(literal.get(at..).unwrap_or_default());
        Decoded { text, steps }
    }

    /// A part of an address: `%20` and `+` are blanks. `depth` says how often it's encoded.
    pub fn of_parameter(literal: &str, depth: usize) -> Decoded {
        Decoded::of(literal, &['%', '+'], |rest| percent(rest, depth))
    }

    /// The content of an element or an attribute of XML.
    pub fn of_xml(literal: &str) -> Decoded {
        Decoded::of(literal, &['&'], entity)
    }

    /// Where a place in the meaning is written.
    pub fn written(&self, meant: usize) -> usize {
        let after = self.steps.partition_point(|(m, _)| *m <= meant);
        match after.checked_sub(1).and_then(|n| self.steps.get(n)) {
            Some((m, w)) => w + (meant - m),
            None => meant,
        }
    }
}

/// How long the longest entity's name is, with some room.
const LONGEST_ENTITY: usize = 40;

/// `&name;`, `&#10;` or `&#x0A;`; an `&` that begins none of them is itself.
fn entity(rest: &str) -> (char, usize) {
    let Some(end) = rest.bytes().take(LONGEST_ENTITY).position(|b| b == b';') else {
        return ('&', 1);
    };
    let name = rest.get(1..end).unwrap_or_default();
    let code = match name.strip_prefix('#') {
        None => {
            let mut chars = resolve_html5_entity(name).unwrap_or_default().chars();
            return match (chars.next(), chars.next()) {
                (Some(c), None) => (c, end + 1),
                (Some(_), Some(_)) => (NO_CHARACTER, end + 1),
                (None, _) => ('&', 1),
            };
        }
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        },
    };
    match code {
        Some(code) => (char::from_u32(code).unwrap_or(NO_CHARACTER), end + 1),
        None => ('&', 1),
    }
}

fn percent(rest: &str, depth: usize) -> (char, usize) {
    if rest.starts_with('+') {
        return (' ', 1);
    }
    let Some((first, mut length)) = encoded_byte(rest, depth) else {
        return ('%', 1);
    };
    // a plus that is encoded less often than everything else is a blank further in
    if first == b'+' && length < 1 + 2 * depth {
        return (' ', length);
    }
    let more = match first {
        0x00..0x80 => return (char::from(first), length),
        0xC2..0xE0 => 1,
        0xE0..0xF0 => 2,
        0xF0..0xF5 => 3,
        _ => return (NO_CHARACTER, length),
    };
    let mut bytes = vec![first];
    for _ in 0..more {
        match rest.get(length..).and_then(|r| encoded_byte(r, depth)) {
            Some((byte, n)) => {
                bytes.push(byte);
                length += n;
            }
            None => break,
        }
    }
    let c = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|s| s.chars().next());
    (c.unwrap_or(NO_CHARACTER), length)
}

/// `%41`, or `%2541` at depth two, where `%41` may stand as well: the byte, and how many bytes it
/// takes.
fn encoded_byte(rest: &str, depth: usize) -> Option<(u8, usize)> {
    let inner = rest.strip_prefix('%')?;
    (0..depth).rev().find_map(|times| {
        let again = "25".repeat(times);
        let digits = inner.strip_prefix(again.as_str())?.get(..2)?;
        let byte = u8::from_str_radix(digits, 16).ok()?;
        Some((byte, 1 + again.len() + 2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_the_meaning_is_known_as_written() {
        let literal = "a%20b+%C3%A9%zz%";
        let decoded = Decoded::of_parameter(literal, 1);
        assert_eq!(decoded.text, "a b é%zz%");
        let at = decoded.text.find('é').unwrap();
        assert_eq!(
            &literal[decoded.written(at)..decoded.written(at + 2)],
            "%C3%A9"
        );
        assert_eq!(
            Decoded::of_parameter("a%2520b%252B%2B%41", 2).text,
            "a b+ A"
        );
    }

    #[test]
    fn entities_of_html_are_known_and_anything_else_is_itself() {
        let decoded = Decoded::of_xml("&lt;a&nbsp;&#65;&#x42;&unknown; &amp;& c&");
        assert_eq!(decoded.text, "<a\u{a0}AB&unknown; && c&");
    }
}
