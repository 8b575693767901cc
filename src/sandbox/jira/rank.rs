//! The order of issues: moving up to 50 before or after another.

use serde_json::json;

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply};
use crate::sandbox::jira::issue_view::{self, Wanted};
use crate::sandbox::jira::{fields, issues, jql, sprints};

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A rank between two, as digits after a point; without an upper one, behind the lower.
pub fn between(low: &str, high: Option<&str>) -> String {
    let digit = |text: &str, at: usize| {
        let byte = text.as_bytes().get(at).copied();
        byte.and_then(|b| DIGITS.iter().position(|d| *d == b))
    };
    let mut found = String::new();
    let mut high = high;
    for at in 0.. {
        let below = digit(low, at).unwrap_or(0);
        let above = high.map_or(36, |text| digit(text, at).unwrap_or(0));
        let middle = (below + above) / 2;
        if above > below + 1 {
            found.push(char::from(DIGITS.get(middle).copied().unwrap_or(b'i')));
            break;
        }
        found.push(char::from(DIGITS.get(below).copied().unwrap_or(b'0')));
        if above > below {
            // Everything that starts so is below the upper one already.
            high = None;
        }
        if at > low.len() + 64 {
            break;
        }
    }
    found
}

pub fn rank(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let moved = sprints::moved(db, &given)?;
    let (other, before) = match (
        given["rankBeforeIssue"].as_str(),
        given["rankAfterIssue"].as_str(),
    ) {
        (Some(other), None) => (issues::find(db, other)?, true),
        (None, Some(other)) => (issues::find(db, other)?, false),
        _ => {
            return Err(Refusal::bad(
                "Give either rankBeforeIssue or rankAfterIssue.",
            ));
        }
    };
    let mut others: Vec<Doc> = db.list("issue", &other.parent)?;
    others.retain(|doc| moved.iter().all(|m| m.id != doc.id));
    others.sort_by(|a, b| jql::rank_of(a).cmp(jql::rank_of(b)));
    let at = others.iter().position(|doc| doc.id == other.id);
    let at = at.ok_or_else(|| Refusal::bad("An issue isn't ranked by itself."))?;
    let neighbour = |at: Option<usize>| {
        at.and_then(|at| others.get(at))
            .map(|doc| jql::rank_of(doc).to_owned())
    };
    let (mut low, high) = if before {
        (
            neighbour(at.checked_sub(1)).unwrap_or_default(),
            neighbour(Some(at)),
        )
    } else {
        (
            neighbour(Some(at)).unwrap_or_default(),
            neighbour(Some(at + 1)),
        )
    };
    for mut doc in moved {
        low = between(&low, high.as_deref());
        doc.body["rank"] = json!(low);
        db.set("issue", &doc.id, &doc.body)?;
    }
    Ok(Reply::nothing())
}

/// An issue as the agile API shows it: with its sprint and its epic besides.
pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    let mut shown = issue_view::view(db, call, &doc, &Wanted::of_query(call))?;
    let all = shown["fields"][fields::SPRINT]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let open = all
        .iter()
        .find(|sprint| sprint["state"] != "closed")
        .cloned();
    let closed: Vec<_> = all
        .iter()
        .filter(|sprint| sprint["state"] == "closed")
        .cloned()
        .collect();
    if let Some(fields) = shown["fields"].as_object_mut() {
        fields.insert("sprint".into(), json!(open));
        fields.insert("closedSprints".into(), json!(closed));
    }
    Ok(Reply::json(shown))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn there_is_always_a_place_between() {
        let (mut low, high) = ("0001".to_owned(), "0002");
        for _ in 0..200 {
            let new = between(&low, Some(high));
            assert!(low < new && new.as_str() < high, "{low} {new}");
            low = new;
        }
        assert!(between("zz", None).as_str() > "zz");
        assert!(between("", Some("0001")).as_str() < "0001");
    }

    proptest! {
        #[test]
        fn between_two_is_between(a in "[0-9a-z]{1,8}[1-9a-z]", b in "[0-9a-z]{1,8}[1-9a-z]") {
            prop_assume!(a != b);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let new = between(&low, Some(&high));
            prop_assert!(low < new && new < high, "{low} {new} {high}");
        }
    }
}
