//! Users, and other small shapes that many answers have.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Call, User, user};

/// A user as Jira shows him.
pub fn user_json(base: &str, who: User) -> Value {
    json!({
        "self": format!("{base}/rest/api/3/user?accountId={}", who.account_id),
        "accountId": who.account_id,
        "accountType": "atlassian",
        "emailAddress": who.email,
        "avatarUrls": avatars(base),
        "displayName": who.name,
        "active": true,
        "timeZone": "America/Sao_Paulo",
        "locale": "pt_BR",
    })
}

/// The same where a comment or an attachment names its author.
pub fn author_json(base: &str, account_id: &Value) -> Value {
    let Some(who) = account_id.as_str().and_then(user) else {
        return Value::Null;
    };
    let mut shown = user_json(base, who);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("locale");
    }
    shown
}

pub fn avatars(base: &str) -> Value {
    json!({
        "16x16": format!("{base}/secure/useravatar?size=xsmall"),
        "24x24": format!("{base}/secure/useravatar?size=small"),
        "32x32": format!("{base}/secure/useravatar?size=medium"),
        "48x48": format!("{base}/secure/useravatar"),
    })
}

/// The address of a resource of the platform's API.
pub fn address(call: &Call, path: &str) -> String {
    format!("{}/rest/api/3/{path}", call.base())
}

/// The text of a field, or nothing.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// An id that clients give as a number or as text.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id as a number, where the API shows it so.
pub fn id_number(id: &str) -> i64 {
    id.parse().unwrap_or(0)
}
