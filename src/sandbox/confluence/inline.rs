//! What inline comments are tied to: a selection in the body, marked there.
//!
//! A comment puts `<ac:inline-comment-marker ac:ref="…">` around its selection in the storage
//! format. Where the selection goes over several elements, or the body is in another format, there
//! is a comment and no marker. One whose marker is gone from the body is dangling.

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use serde_json::Value;

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Db, Refusal, uuid};
use crate::sandbox::confluence::content::{Content, Inline, Kind, any, listed};
use crate::sandbox::confluence::{body, versions, xhtml};

/// Ties a new comment to the selection that a request describes, in a page or a blog post.
pub fn select(db: &Db<'_>, id: &str, selected: &Value) -> Answer<Inline> {
    let selection = body::needed(selected, "textSelection")?;
    let number = |name: &str| {
        selected[name]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| Refusal::bad(format!("'{name}' must be provided.")))
    };
    let (count, index) = (
        number("textSelectionMatchCount")?,
        number("textSelectionMatchIndex")?,
    );
    let Some(mut content) = any(db, id)? else {
        return Err(Refusal::not_found("There is no such content."));
    };
    let there = squeezed(&content.text)
        .matches(&squeezed(selection))
        .count();
    if there != count || index >= count {
        return Err(Refusal::bad(format!(
            "The selection is {there} times in the text, which doesn't go with textSelectionMatchCount {count} and textSelectionMatchIndex {index}."
        )));
    }
    let marker = uuid();
    if let Some(body) = content
        .body
        .as_mut()
        .filter(|b| b.representation == "storage")
        && let Some(marked) = mark(&body.value, selection, index, &marker)
    {
        body.value = marked;
        content.save(db)?;
        versions::keep(db, &content)?;
    }
    Ok(Inline {
        marker,
        selection: selection.to_owned(),
        resolution: "open".into(),
        resolver: None,
        resolved_ms: None,
    })
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The body with a marker around one of the selection's places in its text.
fn mark(storage: &str, selection: &str, index: usize, marker: &str) -> Option<String> {
    let raw = quick_xml::escape::partial_escape(selection);
    let mut reader = Reader::from_str(storage);
    let mut seen = 0;
    let mut start = 0;
    loop {
        let event = reader.read_event().ok()?;
        let end = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Eof => return None,
            Event::Text(_) => {
                let text = storage.get(start..end)?;
                for (at, found) in text.match_indices(raw.as_ref()) {
                    if seen == index {
                        let at = start + at;
                        let (before, rest) = storage.split_at_checked(at)?;
                        let after = rest.get(found.len()..)?;
                        let marked = format!(
                            "{before}<ac:inline-comment-marker ac:ref=\"{marker}\">{found}</ac:inline-comment-marker>{after}"
                        );
                        return xhtml::text(&marked).ok().map(|_| marked);
                    }
                    seen += 1;
                }
            }
            _ => {}
        }
        start = end;
    }
}

/// After a change of the body: comments whose marker is gone are dangling.
pub fn recheck(db: &Db<'_>, content: &Content) -> Answer<()> {
    let Some(body) = content
        .body
        .as_ref()
        .filter(|b| b.representation == "storage")
    else {
        return Ok(());
    };
    for mut comment in listed(db, Kind::InlineComment, &content.id)? {
        let Some(inline) = &mut comment.inline else {
            continue;
        };
        let there = body.value.contains(&inline.marker);
        let resolution = match (there, inline.resolution.as_str()) {
            (false, "open" | "reopened") => "dangling",
            (true, "dangling") => "open",
            _ => continue,
        };
        inline.resolution = resolution.into();
        comment.save(db)?;
    }
    Ok(())
}

pub fn resolve(inline: &mut Inline, resolved: bool, account: &str) -> Answer<()> {
    let is_resolved = inline.resolution == "resolved";
    if inline.resolution == "dangling" {
        return Err(Refusal::bad(
            "A dangling comment can be neither resolved nor reopened.",
        ));
    }
    if resolved != is_resolved {
        inline.resolution = if resolved { "resolved" } else { "reopened" }.into();
        inline.resolver = Some(account.to_owned());
        inline.resolved_ms = Some(now_ms());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_place_is_marked() {
        let body = "<p>fila e fila</p><p title=\"fila\">a fila</p>";
        let marked = mark(body, "fila", 2, "R").unwrap();
        assert_eq!(
            marked,
            "<p>fila e fila</p><p title=\"fila\">a <ac:inline-comment-marker ac:ref=\"R\">fila</ac:inline-comment-marker></p>"
        );
        assert_eq!(mark(body, "fila", 3, "R"), None);
        assert_eq!(mark("<p>a <b>b</b></p>", "a b", 0, "R"), None);
    }
}
