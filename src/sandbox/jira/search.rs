//! Searching: pages with tokens, without a total.
//!
//! A search's result is kept under its token, so that its pages are one list, and reading a page
//! costs as much as the page.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order, uuid};
use crate::sandbox::jira::issue_view::{self, Wanted};
use crate::sandbox::jira::jql::{self, Query};

/// The most results of a page: with fields, and with the id alone.
const MOST: usize = 100;
const MOST_IDS: usize = 5000;
/// How many searches are kept.
const KEPT: i64 = 50;

/// What was the search once.
pub fn gone(_: &Db<'_>, _: &Call) -> Answer<Reply> {
    Err(Refusal::new(
        StatusCode::GONE,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    ))
}

pub fn by_query(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = json!({
        "jql": call.query("jql"),
        "nextPageToken": call.query("nextPageToken"),
        "maxResults": call.number("maxResults"),
        "reconcileIssues": call.queries("reconcileIssues"),
    });
    search(db, call, &request, Wanted::of_query(call))
}

pub fn by_body(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = call.json()?;
    let wanted = Wanted::of_body(&request);
    search(db, call, &request, wanted)
}

/// The query of a request; unbounded ones are refused.
fn bounded(jql: &str) -> Answer<Query> {
    let query = jql::parse(jql).map_err(Refusal::bad)?;
    if query.clause.is_none() {
        return Err(Refusal::bad(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        ));
    }
    Ok(query)
}

fn search(db: &Db<'_>, call: &Call, request: &Value, wanted: Wanted) -> Answer<Reply> {
    let (ids, token, start) = match request["nextPageToken"].as_str() {
        Some(token) => kept(db, token)?,
        None => {
            let query = bounded(request["jql"].as_str().unwrap_or_default())?;
            let reconciled = reconciled(request)?;
            let found = visible(call, jql::find(db, call, &query)?, &reconciled);
            let ids: Vec<String> = found.into_iter().map(|doc| doc.id).collect();
            (ids, uuid(), 0)
        }
    };
    let wanted = wanted.only_what_is_named();
    let most = if wanted.is_only_id() { MOST_IDS } else { MOST };
    let asked = request["maxResults"].as_u64().unwrap_or(50) as usize;
    let short = call.site.options().search_page as usize;
    let limit = asked
        .clamp(1, most)
        .min(if short == 0 { most } else { short });
    let mut shown = Vec::new();
    for id in ids.iter().skip(start).take(limit) {
        if let Some(doc) = db.doc("issue", id)? {
            shown.push(issue_view::view(db, call, &doc, &wanted)?);
        }
    }
    let next = start + limit;
    let last = next >= ids.len();
    let mut answer = json!({ "issues": shown, "isLast": last });
    if !last {
        if start == 0 {
            keep(db, &token, &ids)?;
        }
        answer["nextPageToken"] = json!(format!("{token}.{next}"));
    }
    Ok(Reply::json(answer))
}

/// Ids of issues that the search must see as they are now.
fn reconciled(request: &Value) -> Answer<Vec<String>> {
    let given = request["reconcileIssues"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if given.len() > 50 {
        return Err(Refusal::bad("At most 50 issues can be reconciled."));
    }
    Ok(given
        .iter()
        .filter_map(crate::sandbox::jira::shape::id_text)
        .collect())
}

/// New issues are seen only some time after their creation.
fn visible(call: &Call, found: Vec<Doc>, reconciled: &[String]) -> Vec<Doc> {
    let delay = call.site.options().search_delay_ms;
    let seen_until = now_ms() - i64::try_from(delay).unwrap_or(i64::MAX);
    let mut found = found;
    found.retain(|doc| {
        doc.body["created"]
            .as_i64()
            .is_some_and(|ms| ms <= seen_until)
            || reconciled.contains(&doc.id)
    });
    found
}

fn keep(db: &Db<'_>, token: &str, ids: &[String]) -> Answer<()> {
    let number = db.next("search", 0)?;
    db.put("search", token, "", &order(number), &json!(ids))?;
    if db.count("search", "")? > KEPT
        && let Some(oldest) = db.page("search", "", 0, 1)?.first()
    {
        db.remove("search", &oldest.id)?;
    }
    Ok(())
}

fn kept(db: &Db<'_>, token: &str) -> Answer<(Vec<String>, String, usize)> {
    let wrong = || Refusal::bad("The provided next page token is invalid or expired.");
    let (token, start) = token.split_once('.').ok_or_else(wrong)?;
    let start = start.parse().map_err(|_| wrong())?;
    let ids = db.get("search", token)?.ok_or_else(wrong)?;
    let ids = ids
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    Ok((ids.map(str::to_owned).collect(), token.to_owned(), start))
}

pub fn count(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = call.json()?;
    let query = bounded(request["jql"].as_str().unwrap_or_default())?;
    let found = visible(call, jql::find(db, call, &query)?, &[]);
    Ok(Reply::json(json!({ "count": found.len() })))
}

/// Whether queries can be read; nothing is searched.
pub fn check(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = call.json()?;
    let all = request["queries"]
        .as_array()
        .into_iter()
        .flatten()
        .map(
            |query| match jql::parse(query.as_str().unwrap_or_default()) {
                Ok(_) => json!({ "query": query }),
                Err(problem) => json!({ "query": query, "errors": [problem] }),
            },
        );
    Ok(Reply::json(json!({ "queries": all.collect::<Vec<_>>() })))
}
