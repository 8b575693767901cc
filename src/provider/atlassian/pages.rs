//! The three kinds of pages in which Atlassian's services answer, as streams.
//!
//! * By offset: `startAt`, `maxResults`, `total`, `isLast` (Jira's platform and agile APIs, each
//!   operation with its own subset). A page may be shorter than asked for and not be the last.
//! * By token: `nextPageToken` (Jira's search). No total; only a missing token ends it.
//! * By link: `Link: <…>; rel="next"` or `_links.next` (Confluence), relative to the site or to
//!   `_links.base`.

use std::future::Future;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::provider::atlassian::{Atlassian, Result};
use crate::provider::http::{Answer, Cause, Failure, Request};

/// Items that arrive page by page.
pub type Items<T> = BoxStream<'static, Result<T>>;

/// Pages by offset. `list` is the name of the field that holds the items; a page that is a bare
/// list is one too, and ends when it's empty or shorter than `size`.
pub fn by_offset<T>(site: Atlassian, request: Request, list: &'static str, size: u32) -> Items<T>
where
    T: DeserializeOwned + Send + 'static,
{
    pages(Some(0u64), move |start| {
        let site = site.clone();
        let request = request
            .clone()
            .query("startAt", start.to_string())
            .query("maxResults", size.to_string());
        async move {
            let page: Value = site.fetch(&request).await?;
            let next = offset_after(&page, list, start, size);
            Ok((items(&request, page, list)?, next))
        }
    })
}

/// Where the next page begins, if there is one.
fn offset_after(page: &Value, list: &str, start: u64, size: u32) -> Option<u64> {
    let found = match page {
        Value::Array(items) => items,
        page => page.get(list)?.as_array()?,
    };
    let number = |name: &str| page.get(name).and_then(Value::as_u64);
    let count = found.len() as u64;
    let next = number("startAt").unwrap_or(start) + count;
    // A page that doesn't go forward would be asked for again and again.
    if count == 0 || next <= start {
        return None;
    }
    match (page.get("isLast").and_then(Value::as_bool), number("total")) {
        (Some(true), _) => None,
        (_, Some(total)) if next >= total => None,
        (Some(false), _) | (_, Some(_)) => Some(next),
        (None, None) => {
            let full = number("maxResults").unwrap_or_else(|| u64::from(size));
            (count >= full).then_some(next)
        }
    }
}

/// Pages by token. `ask` makes the request for the page with that token, the first without one.
pub fn by_token<T>(
    site: Atlassian,
    list: &'static str,
    ask: impl Fn(Option<&str>) -> Request + Send + 'static,
) -> Items<T>
where
    T: DeserializeOwned + Send + 'static,
{
    pages(Some(None::<String>), move |token| {
        let site = site.clone();
        let request = ask(token.as_deref());
        async move {
            let page: Value = site.fetch(&request).await?;
            let last = page.get("isLast").and_then(Value::as_bool) == Some(true);
            let next = page
                .get("nextPageToken")
                .and_then(Value::as_str)
                .filter(|next| !last && !next.is_empty())
                .map(str::to_owned);
            if next.is_some() && next == token {
                return Err(in_circles(&request));
            }
            Ok((items(&request, page, list)?, next.map(Some)))
        }
    })
}

/// Pages by link, from `request` on.
pub fn by_link<T>(site: Atlassian, request: Request) -> Items<T>
where
    T: DeserializeOwned + Send + 'static,
{
    pages(Some(request), move |request| {
        let site = site.clone();
        async move {
            let answer = site.send(&request).await?;
            let page: Value = answer.json()?;
            let next = next_link(&answer, &page)
                .map(|link| site.request_link(request.service, &link, request.what.clone()))
                .transpose()?;
            if next.as_ref().is_some_and(|n| n.url == request.url) {
                return Err(in_circles(&request));
            }
            Ok((items(&request, page, "results")?, next))
        }
    })
}

/// The next page's address on this site: from the body, else from the header.
///
/// A link of v1 is relative to `_links.base` (which ends in `/wiki`); one of v2 begins with
/// `/wiki` already. Of whole addresses only path and query count: a site may give its public name
/// where it's reached by another, and the credentials go nowhere else.
fn next_link(answer: &Answer, page: &Value) -> Option<String> {
    let links = page.get("_links");
    let text = |name| links?.get(name)?.as_str().filter(|t| !t.is_empty());
    let next = match text("next") {
        Some(next) => next.to_owned(),
        None => relation_next(answer.header("link")?)?,
    };
    if let Ok(url) = reqwest::Url::parse(&next) {
        let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
        return Some(format!("{}{query}", url.path()));
    }
    if next.starts_with("/wiki/") {
        return Some(next);
    }
    let folder = text("base")
        .and_then(|base| reqwest::Url::parse(base).ok())
        .map(|url| url.path().trim_matches('/').to_owned())
        .filter(|folder| !folder.is_empty())
        .unwrap_or_else(|| "wiki".to_owned());
    Some(format!("/{folder}/{}", next.trim_start_matches('/')))
}

/// The target of `rel="next"` in a `Link` header (RFC 8288).
fn relation_next(header: &str) -> Option<String> {
    header.split('<').skip(1).find_map(|part| {
        let (target, parameters) = part.split_once('>')?;
        let next = parameters
            .split([';', ','])
            .filter_map(|parameter| parameter.trim().split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value
                        .trim()
                        .trim_matches('"')
                        .split(' ')
                        .any(|rel| rel.eq_ignore_ascii_case("next"))
            });
        next.then(|| target.to_owned())
    })
}

fn items<T: DeserializeOwned>(request: &Request, page: Value, list: &str) -> Result<Vec<T>> {
    let found = match page {
        Value::Array(_) => page,
        Value::Object(mut fields) => fields.remove(list).unwrap_or(Value::Null),
        _ => Value::Null,
    };
    serde_json::from_value(found).map_err(|error| {
        Failure::new(
            Cause::Malformed,
            format!(
                "{} answered to the request to {}, but a page of its list could not be understood: {error}.",
                request.service, request.what
            ),
        )
        .hint("Try again. If it happens again, the service may have changed its answers.")
    })
}

fn in_circles(request: &Request) -> Failure {
    Failure::new(
        Cause::Malformed,
        format!(
            "{} gives the same page again and again when asked to {}.",
            request.service, request.what
        ),
    )
}

/// A stream of items from pages; `read` gets where a page is, and gives its items and where the
/// next one is.
fn pages<T, P, F>(first: Option<P>, read: impl Fn(P) -> F + Send + 'static) -> Items<T>
where
    T: Send + 'static,
    P: Send + 'static,
    F: Future<Output = Result<(Vec<T>, Option<P>)>> + Send + 'static,
{
    stream::try_unfold((first, read), |(place, read)| async move {
        let Some(place) = place else {
            return Ok(None);
        };
        let page = read(place);
        let (items, next) = page.await?;
        Ok::<_, Failure>(Some((items, (next, read))))
    })
    .map_ok(|items| stream::iter(items.into_iter().map(Ok)))
    .try_flatten()
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_next_offset_follows_from_what_the_page_says() {
        let next = |page: Value| offset_after(&page, "values", 10, 2);
        assert_eq!(next(json!({"values": [1], "isLast": false})), Some(11));
        assert_eq!(next(json!({"values": [1, 2], "isLast": true})), None);
        assert_eq!(next(json!({"values": [1], "total": 20})), Some(11));
        assert_eq!(next(json!({"values": [1], "total": 11})), None);
        assert_eq!(next(json!({"values": [], "total": 20})), None);
        assert_eq!(next(json!({"values": [1, 2]})), Some(12));
        assert_eq!(next(json!({"values": [1]})), None);
        assert_eq!(next(json!([1, 2])), Some(12));
        assert_eq!(next(json!([1])), None);
        // the service cut the page size: the page is full all the same
        assert_eq!(next(json!({"values": [1], "maxResults": 1})), Some(11));
        // a page that begins before what was asked for doesn't go forward
        assert_eq!(
            next(json!({"values": [1], "startAt": 0, "isLast": false})),
            None
        );
        assert_eq!(next(json!({})), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_harm(text in "[<>;, =\"a-z/]{0,60}") {
            if let Some(target) = relation_next(&text) {
                prop_assert!(text.contains(&target));
            }
        }

        #[test]
        fn offsets_always_go_forward(
            start in 0u64..1000, said in prop::option::of(0u64..1000), count in 0usize..5,
            total in prop::option::of(0u64..1000), last in prop::option::of(any::<bool>()),
        ) {
            let page = json!({"values": vec![0; count], "startAt": said, "total": total, "isLast": last});
            if let Some(next) = offset_after(&page, "values", start, 3) {
                prop_assert!(next > start);
            }
        }
    }

    #[test]
    fn the_link_header_is_read() {
        let next = relation_next;
        assert_eq!(
            next("</wiki/api/v2/pages?cursor=a>; rel=\"next\", <https://x.test>; rel=\"base\""),
            Some("/wiki/api/v2/pages?cursor=a".to_owned())
        );
        assert_eq!(
            next("<https://x.test>; rel=\"base\", </next>; title=\"x\"; rel=next"),
            Some("/next".to_owned())
        );
        assert_eq!(next("<https://x.test>; rel=\"base\""), None);
        assert_eq!(next(""), None);
        assert_eq!(next("rel=next"), None);
    }
}
