//! Hiding known values in a stream of bytes that comes in pieces.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::MASK;
use super::redact::percent_encode;

/// Shorter values stand for too much else to be hidden wherever they occur, in bytes.
pub const SHORTEST: usize = 4;
/// The shortest line of a value of several lines that is hidden by itself, in bytes; and the shortest
/// value that is hidden in base64, too.
const SHORTEST_PIECE: usize = 8;

/// Replaces values in a stream. What it gives out, joined, is what replacing in the whole would give:
/// at each place the longest form that begins there. Only what may be the beginning of a value is held
/// back until the next piece decides.
#[derive(Clone)]
pub struct Masker {
    /// `None` where nothing is to be hidden.
    search: Option<AhoCorasick>,
    /// Sorted, so that a beginning is found by bisection.
    forms: Vec<Vec<u8>>,
    longest: usize,
    held: Vec<u8>,
}

impl Masker {
    /// Hides these values, at least [`SHORTEST`] bytes long each; with them what programs make of them
    /// on their way out: line ends as a terminal has them, single lines, percent-encoding, JSON, base64.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Masker {
        let mut forms: Vec<Vec<u8>> = values
            .into_iter()
            .filter(|value| value.len() >= SHORTEST)
            .flat_map(forms)
            .map(String::into_bytes)
            .collect();
        forms.sort_unstable();
        forms.dedup();
        Masker::of(forms)
    }

    /// Hides exactly these, which are sorted.
    fn of(forms: Vec<Vec<u8>>) -> Masker {
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms);
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        Masker {
            search: search.ok().filter(|_| longest > 0),
            forms,
            longest,
            held: Vec::new(),
        }
    }

    /// Takes a piece and gives what can be shown now.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(piece);
        self.give(false)
    }

    /// The stream ended: gives the rest.
    pub fn finish(&mut self) -> Vec<u8> {
        self.give(true)
    }

    fn give(&mut self, ended: bool) -> Vec<u8> {
        let Some(search) = &self.search else {
            return std::mem::take(&mut self.held);
        };
        let bytes = std::mem::take(&mut self.held);
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let open = match ended {
                true => rest.len(),
                false => self.open(rest),
            };
            match search.find(rest) {
                // what began earlier, or at the same place and goes on, may be the longer one
                Some(found) if found.start() < open => {
                    out.extend_from_slice(rest.get(..found.start()).unwrap_or_default());
                    out.extend_from_slice(MASK.as_bytes());
                    at += found.end();
                }
                _ => {
                    out.extend_from_slice(rest.get(..open).unwrap_or_default());
                    self.held = rest.get(open..).unwrap_or_default().to_vec();
                    return out;
                }
            }
        }
    }

    /// Where the first beginning of a value lies that the end cuts off; the length where none does.
    fn open(&self, bytes: &[u8]) -> usize {
        let first = bytes.len().saturating_sub(self.longest.saturating_sub(1));
        (first..bytes.len())
            .find(|start| self.begins_a_form(bytes.get(*start..).unwrap_or_default()))
            .unwrap_or(bytes.len())
    }

    /// These bytes, and at least one more, are the beginning of a form.
    fn begins_a_form(&self, bytes: &[u8]) -> bool {
        let after = self.forms.partition_point(|form| form.as_slice() <= bytes);
        self.forms
            .get(after)
            .is_some_and(|form| form.starts_with(bytes))
    }
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masker")
            .field("forms", &self.forms.len())
            .finish_non_exhaustive()
    }
}

fn forms(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    let json = json.trim_start_matches('"');
    let mut all = vec![
        value.to_owned(),
        value.replace("\r\n", "\n").replace('\n', "\r\n"),
        percent_encode(value),
        json.strip_suffix('"').unwrap_or(json).to_owned(),
    ];
    let lines = value.lines().map(|line| line.trim_end_matches('\r'));
    let pieces = lines.filter(|line| line.len() >= SHORTEST_PIECE);
    all.extend(pieces.map(str::to_owned));
    if value.len() >= SHORTEST_PIECE {
        // without padding: where that is written, it stands behind
        all.push(STANDARD_NO_PAD.encode(value));
        all.push(URL_SAFE_NO_PAD.encode(value));
    }
    all.retain(|form| form.len() >= SHORTEST);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// The definition: at each place the longest form that begins there.
    fn whole(forms: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let here = forms.iter().filter(|f| text[at..].starts_with(f));
            match here.map(Vec::len).max() {
                Some(length) => {
                    out.extend_from_slice(MASK.as_bytes());
                    at += length;
                }
                None => {
                    out.push(text[at]);
                    at += 1;
                }
            }
        }
        out
    }

    fn cut(text: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece.to_vec());
            rest = after;
        }
        pieces
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        /// However the stream is cut, it comes out as if it were whole; and what is held back can
        /// begin a value.
        #[test]
        fn cuts_change_nothing(
            forms in vec(vec(b'a'..=b'c', 1..6), 0..6),
            text in vec(b'a'..=b'd', 0..60),
            sizes in vec(1usize..7, 1..8),
        ) {
            let mut forms = forms;
            forms.sort_unstable();
            forms.dedup();
            let mut masker = Masker::of(forms.clone());
            let mut out = Vec::new();
            for piece in cut(&text, &sizes) {
                out.extend(masker.push(&piece));
                let held = &masker.held;
                let begins = forms.iter().any(|f| f.len() > held.len() && f.starts_with(held));
                prop_assert!(held.is_empty() || begins);
            }
            out.extend(masker.finish());
            prop_assert_eq!(String::from_utf8(out), String::from_utf8(whole(&forms, &text)));
        }

        #[test]
        fn no_value_is_left(values in vec("[a-c\n$\"]{4,12}", 1..4), around in vec("[x-z ]{0,5}", 5), sizes in vec(1usize..9, 1..5)) {
            let mut text = String::new();
            for (value, before) in values.iter().zip(&around) {
                text.push_str(before);
                text.push_str(value);
            }
            let mut masker = Masker::new(values.iter().map(String::as_str));
            let mut out = Vec::new();
            for piece in cut(text.as_bytes(), &sizes) {
                out.extend(masker.push(&piece));
            }
            out.extend(masker.finish());
            let out = String::from_utf8(out).unwrap();
            for value in &values {
                prop_assert!(!out.contains(value.as_str()), "{:?} in {:?}", value, out);
            }
        }
    }

    fn masked(values: &[&str], text: &str) -> String {
        let mut masker = Masker::new(values.iter().copied());
        let mut out = masker.push(text.as_bytes());
        out.extend(masker.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_waits_that_begins_no_value() {
        let mut masker = Masker::new(["example-secret"]);
        assert_eq!(masker.push(b"Password: "), b"Password: ");
        assert_eq!(masker.push(b"an exam"), b"an ");
        assert_eq!(masker.push(b"ination\n"), b"examination\n");
    }

    #[test]
    fn what_programs_make_of_a_value_is_hidden() {
        let key = "-----BEGIN KEY-----\nexample-line\nx\n";
        assert_eq!(masked(&[key], &key.replace('\n', "\r\n")), MASK);
        assert_eq!(masked(&[key], "> example-line <"), format!("> {MASK} <"));
        let pw = "example p\"w/1";
        assert_eq!(masked(&[pw], "example%20p%22w%2F1"), MASK);
        assert_eq!(
            masked(&[pw], &serde_json::json!({"a": pw}).to_string()),
            format!("{{\"a\":\"{MASK}\"}}")
        );
        let base64 = base64::engine::general_purpose::STANDARD.encode(pw);
        assert!(masked(&[pw], &base64).starts_with(MASK));
        assert_eq!(masked(&["abc", ""], "abc"), "abc", "too short to hide");
    }
}
