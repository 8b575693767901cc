//! An element that is open, and what its place says about its text.

use std::ops::Range;

use quick_xml::events::attributes::Attributes;

use crate::domain::reference::named::How;

pub(super) struct Element {
    pub name: String,
    /// Where its opening tag is.
    pub tag: Range<usize>,
    /// The macro that it is, or is in.
    of_macro: String,
    /// A parameter's or an attribute's name, in `ac:parameter` and `ac:adf-attribute`.
    named: String,
    /// What takes the element's place.
    pub becomes: Option<String>,
}

impl Element {
    pub fn new(name: &str, tag: Range<usize>, open: &[Element]) -> Element {
        let of_macro = open.last().map_or_else(String::new, |e| e.of_macro.clone());
        Element {
            name: name.to_owned(),
            tag,
            of_macro,
            named: String::new(),
            becomes: None,
        }
    }

    /// An attribute that says what the element's content is.
    pub fn learn(&mut self, key: &str, value: &str) {
        match (self.name.as_str(), key) {
            ("ac:structured-macro" | "ac:macro", "ac:name") => value.clone_into(&mut self.of_macro),
            ("ac:parameter", "ac:name") | ("ac:adf-attribute" | "ac:adf-parameter", "key") => {
                value.clone_into(&mut self.named);
            }
            _ => {}
        }
    }

    /// How its text is read.
    pub fn how(&self) -> How {
        match self.name.as_str() {
            "ac:parameter" | "ac:adf-attribute" | "ac:adf-parameter" => {
                How::parameter(&self.of_macro, &self.named)
            }
            _ => How::Text,
        }
    }

    pub fn is_code(&self) -> bool {
        let in_body = self.name == "ac:plain-text-body";
        matches!(self.name.as_str(), "code" | "pre")
            || (in_body && matches!(self.of_macro.as_str(), "code" | "noformat"))
    }
}

/// An attribute's places in its tag.
pub(super) struct Place {
    pub key: String,
    pub value: Range<usize>,
    /// With the blanks before it and the quote at its end.
    pub whole: Range<usize>,
}

/// The attributes of a tag as it's written, `<` and `>` included; or what is wrong with them.
pub(super) fn elements_attributes(tag: &str) -> Result<Vec<Place>, String> {
    let inner = tag.strip_prefix('<').unwrap_or(tag);
    let inner = inner.strip_suffix('>').unwrap_or(inner);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let name = inner.find(char::is_whitespace).unwrap_or(inner.len());
    let mut at = 1 + name;
    let mut out = Vec::new();
    for attribute in Attributes::new(inner, name) {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let key = attribute.key.into_inner();
        let found = |from: usize, what: &str| tag.get(from..)?.find(what).map(|i| from + i);
        let place = (|| {
            let key_at = found(at, key)?;
            let equals = found(key_at + key.len(), "=")?;
            let quote = equals + 1 + tag.get(equals + 1..)?.find(['"', '\''])?;
            let value = quote + 1..quote + 1 + attribute.value.len();
            Some(Place {
                key: key.to_owned(),
                whole: at..value.end + 1,
                value,
            })
        })();
        let place = place.ok_or_else(|| format!("the attribute {key} can't be read"))?;
        at = place.whole.end;
        out.push(place);
    }
    Ok(out)
}
