//! The storage format, as far as copying a body needs it: the marks of inline comments are taken
//! out, and it's found which part of the text each of them was around.
//!
//! Every other byte stays as it is. A body that can't be read as XML is left alone. Source of the
//! format: Atlassian, "Confluence Storage Format".

use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

const MARKER: &str = "ac:inline-comment-marker";

/// Elements whose end stands between two words.
const BLOCKS: [&str; 16] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "td",
    "th",
    "tr",
    "br",
    "div",
    "pre",
    "hr",
    "blockquote",
];

/// The part of a text that an inline comment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// By which the comment names it.
    pub reference: String,
    pub text: String,
    /// How often the text is in the body.
    pub matches: u32,
    /// Which of them it is, from 0.
    pub index: u32,
}

/// A body taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The body without the marks.
    pub body: String,
    pub marked: Vec<Marked>,
    /// What a reader sees, with single spaces.
    pub text: String,
}

/// A mark around a part of the text, by offsets into it.
struct Span {
    reference: String,
    start: usize,
    end: usize,
}

/// `None` where the body isn't well-formed.
pub fn read(storage: &str) -> Option<Read> {
    let mut reader = Reader::from_str(storage);
    reader.config_mut().check_end_names = true;
    let mut body = String::with_capacity(storage.len());
    let mut text = Squeezed::default();
    let mut spans: Vec<Span> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut start = 0;
    let mut depth = 0_i64;
    loop {
        let event = reader.read_event().ok()?;
        let end = usize::try_from(reader.buffer_position()).ok()?;
        let raw = storage.get(start..end)?;
        start = end;
        // the reader itself takes an end of the text for the end of what is open
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof if depth != 0 => return None,
            _ => {}
        }
        match event {
            Event::Eof => break,
            Event::Start(element) if element.name().into_inner() == MARKER => {
                open.push(spans.len());
                spans.push(Span {
                    reference: reference(&element),
                    start: text.next(),
                    end: 0,
                });
                continue;
            }
            Event::End(element) if element.name().into_inner() == MARKER => {
                if let Some(span) = open.pop().and_then(|n| spans.get_mut(n)) {
                    span.end = text.len();
                }
                continue;
            }
            Event::Empty(element) if element.name().into_inner() == MARKER => continue,
            Event::End(element) => text.block(element.name().into_inner()),
            Event::Empty(element) => text.block(element.name().into_inner()),
            Event::Text(part) => text.push(&part),
            Event::CData(part) => text.push(&part),
            Event::GeneralRef(name) => text.push(&resolved(&name)),
            _ => {}
        }
        body.push_str(raw);
    }
    let text = text.done();
    let marked = spans
        .iter()
        .filter_map(|span| locate(&text, span))
        .collect();
    Some(Read { body, marked, text })
}

/// The body without the marks of inline comments.
pub fn without_marks(storage: &str) -> String {
    match storage.contains(MARKER).then(|| read(storage)).flatten() {
        Some(read) => read.body,
        None => storage.to_owned(),
    }
}

/// What a reader sees of a body, to compare two that may be written differently.
pub fn text(storage: &str) -> String {
    read(storage).map_or_else(|| storage.to_owned(), |read| read.text)
}

/// Text as a part of a body.
pub fn escaped(text: &str) -> String {
    quick_xml::escape::partial_escape(text).into_owned()
}

fn reference(element: &quick_xml::events::BytesStart<'_>) -> String {
    let attributes = element.attributes().filter_map(Result::ok);
    let mut found = attributes.filter(|a| a.key.into_inner() == "ac:ref");
    found
        .next()
        .map(|a| a.value.to_string())
        .unwrap_or_default()
}

fn resolved(name: &str) -> String {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let char = code.ok().and_then(char::from_u32);
        return char.map(String::from).unwrap_or_default();
    }
    resolve_html5_entity(name).unwrap_or_default().to_owned()
}

/// How often the marked text is in the whole, and which of them is the marked one.
fn locate(text: &str, span: &Span) -> Option<Marked> {
    let marked = text.get(span.start..span.end.min(text.len()))?.trim();
    if marked.is_empty() {
        return None;
    }
    let places: Vec<usize> = text.match_indices(marked).map(|(at, _)| at).collect();
    let index = places.iter().rposition(|at| *at <= span.start).unwrap_or(0);
    Some(Marked {
        reference: span.reference.clone(),
        text: marked.to_owned(),
        matches: u32::try_from(places.len()).ok()?,
        index: u32::try_from(index).ok()?,
    })
}

/// Text with single spaces, and none at its ends.
#[derive(Default)]
struct Squeezed {
    text: String,
    space: bool,
}

impl Squeezed {
    fn push(&mut self, part: &str) {
        for c in part.chars() {
            if c.is_whitespace() {
                self.space = true;
                continue;
            }
            if self.space && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.space = false;
            self.text.push(c);
        }
    }

    fn block(&mut self, name: &str) {
        self.space |= BLOCKS.contains(&name);
    }

    fn len(&self) -> usize {
        self.text.len()
    }

    /// Where the next character will stand, if no further space comes before it.
    fn next(&self) -> usize {
        match self.space && !self.text.is_empty() {
            true => self.text.len() + 1,
            false => self.text.len(),
        }
    }

    fn done(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARK: &str = "<ac:inline-comment-marker ac:ref=\"R\">";
    const END: &str = "</ac:inline-comment-marker>";

    #[test]
    fn marks_are_taken_out_and_located() {
        let body =
            format!("<p>fila e  fila</p><h1>a {MARK}fi<b>la</b>{END}&nbsp;b</h1><![CDATA[<p>]]>");
        let read = read(&body).unwrap();
        assert_eq!(
            read.body,
            "<p>fila e  fila</p><h1>a fi<b>la</b>&nbsp;b</h1><![CDATA[<p>]]>"
        );
        assert_eq!(read.text, "fila e fila a fila b <p>");
        assert_eq!(
            read.marked,
            [Marked {
                reference: "R".into(),
                text: "fila".into(),
                matches: 3,
                index: 2,
            }]
        );
    }

    #[test]
    fn a_mark_at_a_block_s_start_is_located() {
        let body = format!("<p>x</p><p>{MARK}x{END} y</p>");
        let marked = read(&body).unwrap().marked;
        assert_eq!((marked[0].matches, marked[0].index), (2, 1));
    }

    #[test]
    fn what_cannot_be_read_stays() {
        let body = format!("<p>{MARK}x</p>");
        assert_eq!(without_marks(&body), body);
        assert_eq!(read("<p>"), None);
    }

    proptest! {
        #[test]
        fn a_body_without_marks_stays_as_it_is(words in "[a-z<>&\"' \n]{0,40}") {
            let body = format!("<p title=\"x\">{}</p ><br  />", quick_xml::escape::escape(&words));
            if let Some(read) = read(&body) {
                prop_assert_eq!(read.body, body);
            }
        }
    }
}
