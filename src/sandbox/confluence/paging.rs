//! Pages of lists: v2's with a cursor and a `Link` header, v1's with `start` and `limit`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Refusal, Reply};

/// The most entries of a page, and as many as come where nobody says.
const MOST: i64 = 250;
const USUAL: i64 = 25;

/// The key by which entries are in order; a cursor holds the last one's.
pub type Key = String;

/// One page of `entries`, which are in the order of their keys (or its reverse). Only the page's
/// own entries are drawn.
pub fn page<T>(
    call: &Call,
    entries: &[(Key, T)],
    descending: bool,
    draw: impl FnMut(&T) -> Answer<Value>,
) -> Answer<Reply> {
    let usual = if call.path.ends_with("/attachments") {
        50
    } else {
        USUAL
    };
    let limit = match call.query("limit") {
        None => usual,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| Refusal::bad(format!("'limit' must be from 1 to {MOST}.")))?,
    };
    let after = call.query("cursor").map(decode).transpose()?;
    let behind = |key: &Key| match &after {
        None => true,
        Some(after) if descending => key < after,
        Some(after) => key > after,
    };
    let left: Vec<&(Key, T)> = entries.iter().filter(|(key, _)| behind(key)).collect();
    let most = usize::try_from(limit).unwrap_or(0);
    let here = left.get(..most.min(left.len())).unwrap_or_default();
    let results: Vec<Value> = here
        .iter()
        .map(|(_, e)| e)
        .map(draw)
        .collect::<Answer<_>>()?;
    let base = format!("{}/wiki", call.base());
    let mut links = json!({ "base": base });
    let mut link = format!("<{base}>; rel=\"base\"");
    if left.len() > most
        && let Some((last, _)) = here.last()
    {
        let next = with_cursor(call, &URL_SAFE_NO_PAD.encode(last));
        link = format!("<{next}>; rel=\"next\", {link}");
        links["next"] = next.into();
    }
    Ok(Reply::json(json!({ "results": results, "_links": links })).header("link", &link))
}

fn decode(cursor: &str) -> Answer<Key> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Refusal::bad("Provided value for 'cursor' is not one that was given."))
}

/// The request's own address with another cursor.
fn with_cursor(call: &Call, cursor: &str) -> String {
    let kept = call
        .others("cursor")
        .map(|(name, value)| format!("{}={}&", encode(name), encode(value)));
    format!("{}?{}cursor={cursor}", call.path, kept.collect::<String>())
}

/// Percent-encoding of what isn't unreserved (RFC 3986).
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A page of v1, with what comes before and after it in `_links`.
pub struct Window {
    pub start: usize,
    pub limit: usize,
}

impl Window {
    pub fn of(call: &Call, usual: usize) -> Window {
        let number = |name, usual| {
            call.number(name)
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(usual)
        };
        Window {
            start: number("start", 0),
            limit: number("limit", usual).clamp(1, 250),
        }
    }

    pub fn cut<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let start = self.start.min(all.len());
        let end = (start + self.limit).min(all.len());
        all.get(start..end).unwrap_or_default()
    }

    /// `{results, start, limit, size, _links}`.
    pub fn show(&self, call: &Call, results: Vec<Value>, more: bool) -> Value {
        let mut links = json!({
            "base": format!("{}/wiki", call.base()),
            "context": "/wiki",
            "self": format!("{}{}", call.base(), call.path),
        });
        if more {
            let path = call.path.strip_prefix("/wiki").unwrap_or(&call.path);
            let kept = call
                .others("start")
                .map(|(name, value)| format!("{}={}&", encode(name), encode(value)));
            let next = self.start + results.len();
            links["next"] = format!("{path}?{}start={next}", kept.collect::<String>()).into();
        }
        json!({
            "start": self.start,
            "limit": self.limit,
            "size": results.len(),
            "results": results,
            "_links": links,
        })
    }
}
