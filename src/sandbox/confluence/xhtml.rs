//! The storage format: XHTML with Confluence's own elements, checked for being well-formed.
//!
//! A body is a fragment: any number of elements and text side by side. Elements and attributes may
//! have the prefixes `ac`, `ri` and `at` (and `xml`), which need no declaration; another prefix is
//! as undeclared as in any XML. Source: Atlassian, "Confluence Storage Format".

use quick_xml::escape::{resolve_html5_entity, unescape_with};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;
use quick_xml::reader::Reader;

use crate::sandbox::confluence::entities;

const PREFIXES: [&str; 4] = ["ac", "ri", "at", "xml"];

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

/// The text of a body, with references resolved and a space between blocks; or what is wrong with
/// the body, in a sentence as Confluence says it, with the place.
pub fn text(storage: &str) -> Result<String, String> {
    let mut reader = Reader::from_str(storage);
    let mut open: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(wrong(storage, reader.error_position(), &error.to_string())),
        };
        let said = match &event {
            Event::Start(element) => {
                open.push(element.name().into_inner().to_owned());
                check_element(element)
            }
            Event::Empty(element) => {
                space_after(&mut text, element.name().into_inner());
                check_element(element)
            }
            Event::End(element) => {
                open.pop();
                space_after(&mut text, element.name().into_inner());
                Ok(())
            }
            Event::Text(part) => {
                text.push_str(part);
                check_text(part)
            }
            Event::CData(part) => {
                text.push_str(part);
                Ok(())
            }
            Event::GeneralRef(name) => resolve(name).map(|value| text.push_str(&value)),
            Event::Comment(_) => Ok(()),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                Err("A declaration is not part of the storage format".to_owned())
            }
            Event::Eof => break,
        };
        said.map_err(|why| wrong(storage, reader.buffer_position(), &why))?;
    }
    match open.last() {
        Some(name) => {
            let why = format!("Unexpected end of the body; expected close tag </{name}>");
            Err(wrong(storage, reader.buffer_position(), &why))
        }
        None => Ok(text),
    }
}

fn space_after(text: &mut String, name: &str) {
    if BLOCKS.contains(&name) && !text.ends_with(' ') {
        text.push(' ');
    }
}

fn check_text(text: &str) -> Result<(), String> {
    if text.contains("]]>") {
        return Err("\"]]>\" may not stand in text".to_owned());
    }
    match text.chars().find(|c| !is_xml_char(*c)) {
        Some(c) => Err(format!("Illegal character (U+{:04X})", u32::from(c))),
        None => Ok(()),
    }
}

/// XML 1.0, production 2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn check_element(element: &BytesStart<'_>) -> Result<(), String> {
    check_name(element.name())?;
    for attribute in element.attributes() {
        check_attribute(&attribute.map_err(|error| error.to_string())?)?;
    }
    Ok(())
}

fn check_attribute(attribute: &Attribute<'_>) -> Result<(), String> {
    check_name(attribute.key)?;
    if attribute.value.contains('<') {
        return Err("Unescaped '<' in an attribute's value".to_owned());
    }
    let resolved = unescape_with(&attribute.value, |name| {
        entities::is_known(name)
            .then(|| resolve_html5_entity(name))
            .flatten()
    });
    match resolved {
        Ok(value) => check_text(&value.replace("]]>", "")),
        Err(error) => Err(error.to_string()),
    }
}

fn check_name(name: QName<'_>) -> Result<(), String> {
    let (local, prefix) = name.decompose();
    if let Some(prefix) = prefix.map(|prefix| prefix.into_inner())
        && !PREFIXES.contains(&prefix)
        && prefix != "xmlns"
    {
        return Err(format!("Undeclared namespace prefix \"{prefix}\""));
    }
    let local = local.into_inner();
    let starts = local
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    let goes_on = local
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if starts && goes_on {
        Ok(())
    } else {
        Err(format!("\"{local}\" is not a name"))
    }
}

/// What a reference in text stands for. `reference` is without `&` and `;`.
fn resolve(reference: &str) -> Result<String, String> {
    let undeclared = || format!("Undeclared general entity \"{reference}\"");
    match reference.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            let char = code.ok().and_then(char::from_u32);
            match char.filter(|c| is_xml_char(*c)) {
                Some(char) => Ok(char.to_string()),
                None => Err(format!("Invalid character reference \"{reference}\"")),
            }
        }
        None if entities::is_known(reference) => Ok(resolve_html5_entity(reference)
            .ok_or_else(undeclared)?
            .to_owned()),
        None => Err(undeclared()),
    }
}

fn wrong(storage: &str, position: u64, why: &str) -> String {
    let at = usize::try_from(position).unwrap_or(usize::MAX);
    let before: String = storage
        .char_indices()
        .take_while(|(i, _)| *i < at)
        .map(|(_, c)| c)
        .collect();
    let row = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |line| line.chars().count())
        + 1;
    let why = why.strip_prefix("ill-formed document: ").unwrap_or(why);
    format!("Error parsing xhtml: {why}\n at [row,col {{unknown-source}}]: [{row},{column}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_confluence_takes() {
        for good in [
            "",
            "plain text",
            "<p>Um</p><p>dois &rarr; tr&ecirc;s &#8364; &#x20AC; &amp;</p>",
            "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[a < b && c]]></ac:plain-text-body></ac:structured-macro>",
            "<p><ac:link><ri:page ri:content-title=\"A &amp; B &nbsp;\"/></ac:link><br/></p>",
            "<p>a</p><!-- said --><hr />",
            "<at:i at:x='1'/>",
        ] {
            text(good).unwrap_or_else(|why| panic!("{good}: {why}"));
        }
    }

    #[test]
    fn bodies_that_it_refuses() {
        for bad in [
            "<p>",
            "</p>",
            "<p><b></p></b>",
            "<p>a & b</p>",
            "<p>&unknown;</p>",
            "<p>&#0;</p>",
            "<br>",
            "<x:y/>",
            "<p x:y=\"1\"/>",
            "<p a=\"1\" a=\"2\"/>",
            "<p a=1/>",
            "<p a/>",
            "<p a=\"<\"/>",
            "<p a=\"&unknown;\"/>",
            "<p a=\"a & b\"/>",
            "<p>a ]]> b</p>",
            "<p>\u{1}</p>",
            "<p",
            "<![CDATA[open",
            "<!-- open",
            "<?xml version=\"1.0\"?><p/>",
            "<!DOCTYPE html><p/>",
            "a < b",
            "<1/>",
        ] {
            let why = text(bad).expect_err(bad);
            assert!(
                why.starts_with("Error parsing xhtml: ") && why.contains(" at [row,col"),
                "{why}"
            );
        }
    }

    #[test]
    fn the_place_of_an_error_is_told() {
        let why = text("<p>um</p>\n<p>&não;</p>").unwrap_err();
        assert!(why.ends_with("]: [2,9]"), "{why}");
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        let storage = "<h1>T&iacute;tulo</h1><p>a<b>b</b>c &lt;&#33;</p><p><![CDATA[x & y]]></p>";
        assert_eq!(text(storage).unwrap(), "Título abc <! x & y ");
    }

    proptest::proptest! {
        #[test]
        fn no_body_makes_it_fall(body in ".{0,200}") {
            let _ = text(&body);
        }

        #[test]
        fn escaped_text_comes_back(words in "[a-zá-ú&<>\" ]{0,60}") {
            let body = format!("<p>{}</p>", quick_xml::escape::escape(&words));
            let read = text(&body).unwrap();
            proptest::prop_assert_eq!(read.trim_end(), words.trim_end());
        }
    }
}
