//! The events of a body, and what is to be replaced in them.

use std::ops::Range;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::element::{Element, elements_attributes};
use crate::domain::reference::decoded::Decoded;
use crate::domain::reference::named::How;
use crate::domain::reference::rewriter::Rewriter;
use crate::domain::reference::span::Span;

/// What a body has in it.
#[derive(Default)]
pub(super) struct Found {
    pub spans: Vec<Span>,
    /// What names the source in code that is kept.
    pub kept: Vec<Span>,
    /// Where links to people without an account begin, and versions that go.
    cosmetic: Vec<usize>,
}

impl Found {
    /// Whether a replacement isn't of a name of the source.
    pub fn is_absent(&self, span: &Span) -> bool {
        self.cosmetic.contains(&span.start)
    }
}

/// Everything to be replaced; or why the body can't be read.
pub(super) fn walk(rewriter: &Rewriter, body: &str) -> Result<Found, String> {
    let mut walk = Walk {
        rewriter,
        body,
        open: Vec::new(),
        text: None,
        found: Found::default(),
    };
    let mut reader = Reader::from_str(body);
    reader.config_mut().allow_dangling_amp = true;
    let mut start = 0;
    loop {
        let event = reader.read_event().map_err(|e| e.to_string())?;
        let end = usize::try_from(reader.buffer_position()).map_err(|e| e.to_string())?;
        let range = start..end;
        match event {
            Event::Text(_) | Event::GeneralRef(_) => {
                let from = walk.text.take().map_or(start, |text| text.start);
                walk.text = Some(from..end);
            }
            Event::Eof => {
                walk.end_text();
                break;
            }
            event => {
                walk.end_text();
                match event {
                    Event::Start(tag) => {
                        let element = Element::new(tag.name().into_inner(), range, &walk.open);
                        walk.open.push(element);
                        walk.tag()?;
                    }
                    Event::Empty(tag) => {
                        let element = Element::new(tag.name().into_inner(), range, &walk.open);
                        walk.open.push(element);
                        walk.tag()?;
                        walk.open.pop();
                    }
                    Event::End(_) => walk.close(end),
                    Event::CData(_) => walk.literal(range, "<![CDATA[", "]]>"),
                    Event::Comment(_) => walk.literal(range, "<!--", "-->"),
                    _ => {}
                }
            }
        }
        start = end;
    }
    match walk.open.last() {
        Some(element) => Err(format!("<{}> isn't closed", element.name)),
        None => Ok(walk.found),
    }
}

struct Walk<'r, 'b> {
    rewriter: &'r Rewriter,
    body: &'b str,
    open: Vec<Element>,
    /// Text and references to characters, side by side, as far as they were read.
    text: Option<Range<usize>>,
    found: Found,
}

impl Walk<'_, '_> {
    /// The tag of the innermost element.
    fn tag(&mut self) -> Result<(), String> {
        let Some(element) = self.open.last() else {
            return Ok(());
        };
        let (name, tag) = (element.name.clone(), element.tag.clone());
        let kept = self.keeps_code();
        let written = self.body.get(tag.clone()).unwrap_or_default();
        for attribute in elements_attributes(written)? {
            let value = tag.start + attribute.value.start..tag.start + attribute.value.end;
            let key = attribute.key.as_str();
            if key == "ri:version-at-save" {
                self.found.cosmetic.push(tag.start + attribute.whole.start);
                self.found.spans.push(Span {
                    start: tag.start + attribute.whole.start,
                    end: tag.start + attribute.whole.end,
                    to: String::new(),
                    entry: None,
                });
                continue;
            }
            let text = Decoded::of_xml(self.body.get(value.clone()).unwrap_or_default()).text;
            if let Some(element) = self.open.last_mut() {
                element.learn(key, &text);
            }
            if name == "ri:user" && matches!(key, "ri:account-id" | "ri:userkey") {
                self.person(&text);
            }
            if key == "ac:name" || key.ends_with("-id") && key.starts_with("ac:") {
                continue;
            }
            self.replace(value, How::named(key), kept);
        }
        Ok(())
    }

    /// A link to a person who has no account in the target becomes the name.
    fn person(&mut self, account: &str) {
        let Some(name) = self.rewriter.absent.get(account).filter(|n| !n.is_empty()) else {
            return;
        };
        let name = format!("@{}", name.trim_start_matches('@'));
        let parent = self.open.len().checked_sub(2);
        if let Some(link) = parent.and_then(|n| self.open.get_mut(n))
            && link.name == "ac:link"
        {
            link.becomes = Some(name);
        }
    }

    fn close(&mut self, end: usize) {
        let Some(element) = self.open.pop() else {
            return;
        };
        if let Some(to) = element.becomes {
            self.found.cosmetic.push(element.tag.start);
            self.found.spans.push(Span {
                start: element.tag.start,
                end,
                to: quick_xml::escape::escape(to).into_owned(),
                entry: None,
            });
        }
    }

    fn end_text(&mut self) {
        if let Some(range) = self.text.take() {
            let how = self.open.last().map_or(How::Text, Element::how);
            self.replace(range, how, self.keeps_code());
        }
    }

    /// Text that is written as it's meant, between two marks.
    fn literal(&mut self, range: Range<usize>, begins: &str, ends: &str) {
        let inside = range.start + begins.len()..range.end.saturating_sub(ends.len());
        let Some(text) = self.body.get(inside.clone()) else {
            return;
        };
        let how = self.open.last().map_or(How::Text, Element::how);
        let kept = self.keeps_code();
        for mut span in self.rewriter.read(how, text) {
            span.start += inside.start;
            span.end += inside.start;
            // nothing may end it before its end
            if !span.to.contains(ends) {
                self.push(span, kept);
            }
        }
    }

    fn replace(&mut self, range: Range<usize>, how: How, kept: bool) {
        let written = self.body.get(range.clone()).unwrap_or_default();
        if !written.contains('&') {
            for mut span in self.rewriter.read(how, written) {
                span.start += range.start;
                span.end += range.start;
                span.to = quick_xml::escape::escape(&*span.to).into_owned();
                self.push(span, kept);
            }
            return;
        }
        let decoded = Decoded::of_xml(written);
        for mut span in self.rewriter.read(how, &decoded.text) {
            span.start = range.start + decoded.written(span.start);
            span.end = range.start + decoded.written(span.end);
            span.to = quick_xml::escape::escape(&*span.to).into_owned();
            self.push(span, kept);
        }
    }

    fn push(&mut self, span: Span, kept: bool) {
        match kept {
            true => self.found.kept.push(span),
            false => self.found.spans.push(span),
        }
    }

    fn keeps_code(&self) -> bool {
        self.rewriter.keep_code && self.open.iter().any(Element::is_code)
    }
}
