//! Where the parts of a JSON text stand.

use std::collections::HashMap;
use std::ops::Range;

pub(super) struct Member {
    pub key: String,
    /// From the key's quote to the value's end.
    pub span: Range<usize>,
    pub value: Range<usize>,
}

/// Where an object's parts stand in a text that is known to be JSON.
pub(super) struct Object {
    pub open: usize,
    pub close: usize,
    pub members: Vec<Member>,
}

impl Object {
    pub fn scan(text: &str, open: usize) -> Object {
        let mut members = Vec::new();
        let mut at = skip_blank(text, open + 1);
        while text[at..].starts_with('"') {
            let key_end = value_end(text, at);
            let key = serde_json::from_str(&text[at..key_end]).unwrap_or_default();
            let colon = skip_blank(text, key_end);
            let start = skip_blank(text, colon + 1);
            let end = value_end(text, start);
            members.push(Member {
                key,
                span: at..end,
                value: start..end,
            });
            at = skip_blank(text, end);
            if text[at..].starts_with(',') {
                at = skip_blank(text, at + 1);
            }
        }
        Object {
            open,
            close: at,
            members,
        }
    }

    /// Every key once, with its value's place: of a key that stands there twice the last counts.
    pub fn last_of_each(self) -> Vec<(String, Range<usize>)> {
        let mut last: HashMap<String, usize> = HashMap::new();
        for (i, member) in self.members.iter().enumerate() {
            last.insert(member.key.clone(), i);
        }
        let members = self.members.into_iter().enumerate();
        members
            .filter(|(i, member)| last.get(&member.key) == Some(i))
            .map(|(_, member)| (member.key, member.value))
            .collect()
    }
}

/// Where the elements of the list that opens at `open` stand.
pub(super) fn elements(text: &str, open: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = skip_blank(text, open + 1);
    while at < text.len() && !text[at..].starts_with(']') {
        let end = value_end(text, at);
        found.push(at..end);
        at = skip_blank(text, end);
        if text[at..].starts_with(',') {
            at = skip_blank(text, at + 1);
        }
    }
    found
}

pub(super) fn skip_blank(text: &str, from: usize) -> usize {
    text[from..]
        .find(|c: char| !c.is_ascii_whitespace())
        .map_or(text.len(), |i| from + i)
}

/// Where the value that starts at `from` ends. Counts brackets outside of strings.
pub(super) fn value_end(text: &str, from: usize) -> usize {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(from) {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_string = false;
                    if depth == 0 {
                        return i + 1;
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return i,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            b',' if depth == 0 => return i,
            _ if depth == 0 && byte.is_ascii_whitespace() => return i,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_commas_in_strings_are_no_ends() {
        let text = r#"{ "a" : [1, "],}\"", {}], "b":-1.5e3,"c\"":null }"#;
        let object = Object::scan(text, 0);
        let parts: Vec<(&str, &str)> = object
            .members
            .iter()
            .map(|m| (m.key.as_str(), &text[m.value.clone()]))
            .collect();
        assert_eq!(
            parts,
            [
                ("a", r#"[1, "],}\"", {}]"#),
                ("b", "-1.5e3"),
                ("c\"", "null")
            ]
        );
        assert_eq!(object.close, text.len() - 1);
        let list: Vec<&str> = elements(text, text.find('[').unwrap())
            .into_iter()
            .map(|span| &text[span])
            .collect();
        assert_eq!(list, ["1", r#""],}\"""#, "{}"]);
        assert!(elements("[ ]", 0).is_empty());
    }
}
