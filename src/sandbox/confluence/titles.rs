//! Titles: each only once in a space for pages, and once a day for blog posts.

use crate::sandbox::atlassian::{Answer, Db, Refusal};
use crate::sandbox::confluence::content::{Content, Kind};

/// The longest title, in characters.
const LONGEST: usize = 255;

/// The name that a title is among the others; letters' case makes no difference.
fn name(content: &Content) -> Option<String> {
    let title = content.title.trim().to_lowercase();
    match content.kind {
        Kind::Page => Some(format!("{}/{title}", content.space)),
        Kind::Blogpost => {
            let day = content.created();
            let day = day.get(..10).unwrap_or_default();
            Some(format!("{}/{day}/{title}", content.space))
        }
        _ => None,
    }
}

/// Gives a content that is current its title, or refuses because another has it.
pub fn take(db: &Db<'_>, content: &Content) -> Answer<()> {
    let title = content.title.trim();
    if title.is_empty() {
        return Err(Refusal::bad(
            "A title must be provided for content that isn't a draft.",
        ));
    }
    if title.chars().count() > LONGEST {
        return Err(Refusal::bad(format!(
            "A title has at most {LONGEST} characters."
        )));
    }
    let Some(name) = name(content) else {
        return Ok(());
    };
    match db.named(content.kind.store(), &name)? {
        Some(holder) if holder != content.id => Err(Refusal::bad(format!(
            "A {} with this title already exists: A page already exists with the same TITLE in this space",
            content.kind.public()
        ))),
        _ => Ok(db.name(content.kind.store(), &name, &content.id)?),
    }
}

/// Lets others have the title.
pub fn free(db: &Db<'_>, content: &Content) -> Answer<()> {
    if let Some(name) = name(content)
        && db.named(content.kind.store(), &name)?.as_deref() == Some(content.id.as_str())
    {
        db.unname(content.kind.store(), &name)?;
    }
    Ok(())
}
