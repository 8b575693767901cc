//! What a body in the storage format leads to: pages and blog posts by title or id, attachments by
//! name. Source of the elements: Atlassian, "Confluence Storage Format".

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// A page or blog post by its title; in another space where there is a key.
    Titled {
        space: Option<String>,
        title: String,
    },
    /// A page, a blog post or a folder by its id.
    Numbered {
        id: String,
        /// It's said to be in this space.
        here: bool,
    },
    /// An attachment of this content, or of the page with that title.
    Attached { name: String, on: Option<Titled> },
}

/// A space's key, where it's another space, and a title.
type Titled = (Option<String>, String);

/// An attachment whose element is open: its name, and the page that is named inside.
type Open = Option<(String, Option<Titled>)>;

/// All links in a body; `key` is the space whose addresses count.
pub fn of(storage: &str, key: &str) -> Vec<Link> {
    let mut reader = Reader::from_str(storage);
    let mut links = Vec::new();
    let mut attached: Open = None;
    loop {
        let Ok(event) = reader.read_event() else {
            return links;
        };
        match event {
            Event::Eof => return links,
            Event::Start(element) => match element.name().into_inner() {
                "ri:attachment" => {
                    attached = attribute(&element, "ri:filename").map(|name| (name, None));
                }
                _ => see(&element, key, &mut attached, &mut links),
            },
            Event::Empty(element) => match element.name().into_inner() {
                "ri:attachment" => {
                    let name = attribute(&element, "ri:filename");
                    links.extend(name.map(|name| Link::Attached { name, on: None }));
                }
                _ => see(&element, key, &mut attached, &mut links),
            },
            Event::End(element) if element.name().into_inner() == "ri:attachment" => {
                let done = attached.take();
                links.extend(done.map(|(name, on)| Link::Attached { name, on }));
            }
            _ => {}
        }
    }
}

fn see(element: &BytesStart<'_>, key: &str, attached: &mut Open, links: &mut Vec<Link>) {
    match element.name().into_inner() {
        "ri:page" | "ri:blog-post" => {
            let space = attribute(element, "ri:space-key");
            let Some(title) = attribute(element, "ri:content-title") else {
                return;
            };
            match attached {
                Some((_, on)) => *on = Some((space, title)),
                None => links.push(Link::Titled { space, title }),
            }
        }
        "ri:content-entity" => {
            let id = attribute(element, "ri:content-id");
            links.extend(id.map(|id| Link::Numbered { id, here: false }));
        }
        "a" => {
            let href = attribute(element, "href").unwrap_or_default();
            links.extend(in_address(&href, key).map(|id| Link::Numbered { id, here: true }));
        }
        _ => {}
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attributes = element.attributes().filter_map(Result::ok);
    let mut found = attributes.filter(|a| a.key.into_inner() == name);
    let raw = found.next()?.value.to_string();
    let read = quick_xml::escape::unescape(&raw).map(|text| text.into_owned());
    Some(read.unwrap_or(raw))
}

/// The id of the content that an address of the space names.
fn in_address(href: &str, key: &str) -> Option<String> {
    let digits = |rest: &str| {
        let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!id.is_empty()).then_some(id)
    };
    for kind in ["pages", "folder"] {
        let path = format!("/wiki/spaces/{key}/{kind}/");
        if let Some((_, rest)) = href.split_once(&path) {
            return digits(rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found() {
        let body = "<p><ac:link><ri:page ri:content-title=\"A &amp; B\"/></ac:link>\
            <ac:link><ri:page ri:space-key=\"X\" ri:content-title=\"C\"/></ac:link>\
            <a href=\"https://x.example/wiki/spaces/DOC/pages/12/T\">t</a><a href=\"/wiki/spaces/Y/pages/13\"/>\
            <ri:content-entity ri:content-id=\"14\"/><ac:image><ri:attachment ri:filename=\"a.png\"/></ac:image>\
            <ri:attachment ri:filename=\"b.png\"><ri:page ri:content-title=\"D\"/></ri:attachment></p>";
        let titled = |space: Option<&str>, title: &str| Link::Titled {
            space: space.map(str::to_owned),
            title: title.into(),
        };
        assert_eq!(
            of(body, "DOC"),
            [
                titled(None, "A & B"),
                titled(Some("X"), "C"),
                Link::Numbered {
                    id: "12".into(),
                    here: true
                },
                Link::Numbered {
                    id: "14".into(),
                    here: false
                },
                Link::Attached {
                    name: "a.png".into(),
                    on: None
                },
                Link::Attached {
                    name: "b.png".into(),
                    on: Some((None, "D".into()))
                },
            ]
        );
    }
}
