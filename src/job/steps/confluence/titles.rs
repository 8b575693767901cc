//! Titles that name the source ("PROJ-1: the plan"): they are rewritten with the bodies, and so is
//! every link that leads to a page of the space by its title.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::domain::reference::Rewriter;

const TITLE: &str = "ri:content-title";

/// The body with the titles in links to the space's own pages rewritten; `key` is the space's, as
/// links from elsewhere name it. Every other byte stays.
pub fn in_links(rewriter: &Rewriter, storage: &str, key: &str) -> String {
    let mut reader = Reader::from_str(storage);
    let mut out = String::with_capacity(storage.len());
    let mut start = 0;
    loop {
        let read = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let (Ok(event), Some(raw)) = (read, storage.get(start..end)) else {
            return storage.to_owned();
        };
        start = end;
        match event {
            Event::Eof => return out,
            Event::Start(element) | Event::Empty(element) => {
                match renamed(rewriter, &element, raw, key) {
                    Some(tag) => out.push_str(&tag),
                    None => out.push_str(raw),
                }
            }
            _ => out.push_str(raw),
        }
    }
}

/// The tag with another title; `None` where it stays.
fn renamed(rewriter: &Rewriter, element: &BytesStart<'_>, raw: &str, key: &str) -> Option<String> {
    if !matches!(element.name().into_inner(), "ri:page" | "ri:blog-post") {
        return None;
    }
    let mut written = None;
    for attribute in element.attributes().filter_map(Result::ok) {
        match attribute.key.into_inner() {
            "ri:space-key" if *attribute.value != *key => return None,
            TITLE => written = Some(attribute.value.to_string()),
            _ => {}
        }
    }
    let written = written?;
    let title = quick_xml::escape::unescape(&written).ok()?;
    let new = rewriter.text(&title);
    if new.count == 0 {
        return None;
    }
    let new = quick_xml::escape::escape(new.text.as_ref()).into_owned();
    for quote in ['"', '\''] {
        let old = format!("{TITLE}={quote}{written}{quote}");
        if raw.contains(&old) {
            return Some(raw.replacen(&old, &format!("{TITLE}={quote}{new}{quote}"), 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reference::{ReferenceKind, ReferenceMap};

    #[test]
    fn only_links_into_the_space_get_the_new_title() {
        let mut map = ReferenceMap::default();
        map.add(ReferenceKind::JiraIssue, "PROJ-1", "CLO-7");
        let rewriter = map.compile().unwrap();
        let body = "<p>PROJ-1</p><ri:page  ri:content-title=\"PROJ-1 &amp; more\"/>\
            <ri:page ri:space-key=\"X\" ri:content-title=\"PROJ-1\"/>\
            <ri:blog-post ri:space-key='CLO' ri:content-title='PROJ-1'/>";
        assert_eq!(
            in_links(&rewriter, body, "CLO"),
            "<p>PROJ-1</p><ri:page  ri:content-title=\"CLO-7 &amp; more\"/>\
            <ri:page ri:space-key=\"X\" ri:content-title=\"PROJ-1\"/>\
            <ri:blog-post ri:space-key='CLO' ri:content-title='CLO-7'/>"
        );
        assert_eq!(in_links(&rewriter, "<p>", "CLO"), "<p>");
    }
}
