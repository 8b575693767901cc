//! Which kind of content an id names.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};
use crate::sandbox::confluence::content::{Kind, any};
use crate::sandbox::confluence::{access, body};

/// `POST /wiki/api/v2/content/convert-ids-to-types`
pub fn of_ids(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let Some(ids) = request["contentIds"].as_array() else {
        return Err(Refusal::bad("'contentIds' must be provided."));
    };
    let mut results = json!({});
    for id in ids {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        results[&id] = match any(db, &id)? {
            Some(content) if access::sees(db, &content, call.user.account_id)? => {
                match content.kind {
                    Kind::FooterComment | Kind::InlineComment => content.kind.store().into(),
                    kind => kind.public().into(),
                }
            }
            _ => Value::Null,
        };
    }
    Ok(Reply::json(json!({ "results": results })))
}
