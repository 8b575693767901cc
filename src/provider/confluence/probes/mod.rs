//! What the program reads of Confluence, as probes, in an order in which each can ask about what
//! earlier ones found. Forms follow the types of the folder above.

mod beside;
mod pages;
mod site;

use futures_util::StreamExt;
use serde_json::Value;

use crate::provider::atlassian::Items;
use crate::provider::confluence::client::Confluence;
use crate::provider::probe::{Asked, Facts, Kind};

type Probe = crate::provider::probe::Probe<Confluence>;

/// The fact that has to be known before: the key of the space.
pub const SPACE: &str = "space";

const ACCOUNT: &str = "account";
const SPACE_ID: &str = "id of the space";
const PAGE: &str = "page";
/// The ids of the first pages, with commas between them.
const PAGES: &str = "pages";
const TITLE: &str = "title of a page";
const FOLDER: &str = "folder";
const BLOG_POST: &str = "blog post";
const ATTACHMENT: &str = "attachment";
const COMMENT: &str = "comment";

/// A number as text.
const IS_ID: Kind = Kind::Like("digits", |id| {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
});

const IS_MOMENT: Kind = Kind::Like("a moment (RFC 3339)", |text| {
    text.parse::<jiff::Timestamp>().is_ok()
});

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

/// Looks at one page after the other until a list of one has an entry.
async fn any<T>(facts: &Facts, list: impl Fn(&str) -> Items<T>) -> Asked {
    for page in facts.get(PAGES)?.split(',') {
        match list(page).next().await {
            Some(Ok(_)) => return Ok(()),
            Some(Err(failure)) => return Err(failure.into()),
            None => {}
        }
    }
    Ok(())
}

pub fn probes() -> Vec<Probe> {
    [site::probes(), pages::probes(), beside::probes()]
        .into_iter()
        .flatten()
        .collect()
}
