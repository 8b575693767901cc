//! JSON web tokens (RFC 7519) that belong to the source's project: Supabase's legacy keys carry the
//! project's ref in their payload, and so may tokens that its auth service signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How every JSON web token begins: `{"` in base64.
const BEGINS: &str = "eyJ";
/// What stands in every one, and hardly in anything else: its payload begins as its header does.
pub(super) const INSIDE: &str = ".eyJ";

/// One found in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    /// The project that it's of.
    pub project: String,
    pub role: Option<String>,
}

/// Every token in the text that names one of these projects.
pub(super) fn find(text: &str, is_ours: impl Fn(&str) -> bool) -> Vec<Token> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(i) = text.get(from..).and_then(|rest| rest.find(BEGINS)) {
        let start = from + i;
        let end = text[start..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .map_or(text.len(), |n| start + n);
        from = start + BEGINS.len();
        let glued = text[..start]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        if glued {
            continue;
        }
        let run = &text[start..end];
        let mut parts = run.splitn(4, '.');
        let (Some(head), Some(payload), Some(signature)) =
            (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let length = head.len() + payload.len() + signature.len() + 2;
        from = start + length;
        if !payload.starts_with(BEGINS) {
            continue;
        }
        if let Some((project, role)) = claims(payload).filter(|(project, _)| is_ours(project)) {
            found.push(Token {
                start,
                end: start + length,
                project,
                role,
            });
        }
    }
    found
}

/// The project in a payload's `ref`, or in the host of its `iss`; and its role.
fn claims(payload: &str) -> Option<(String, Option<String>)> {
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    let role = value.get("role").and_then(Value::as_str).map(str::to_owned);
    if let Some(project) = value.get("ref").and_then(Value::as_str) {
        return Some((project.to_owned(), role));
    }
    let issuer = value.get("iss")?.as_str()?;
    let host = issuer.strip_prefix("https://")?;
    // a person's own token isn't a key of the project
    Some((host.split('.').next()?.to_owned(), None))
}

#[cfg(test)]
pub(super) fn example(payload: &str) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
    let body = URL_SAFE_NO_PAD.encode(payload);
    format!("{head}.{body}.example-signature")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_payload() {
        let ours = example(r#"{"ref":"abc","role":"anon"}"#);
        let theirs = example(r#"{"ref":"xyz","role":"anon"}"#);
        let issued = example(r#"{"iss":"https://abc.supabase.co/auth/v1","role":"authenticated"}"#);
        let text = format!("a={ours}, {theirs} eyJ eyJx.y {issued}.");
        let found = find(&text, |project| project == "abc");
        let shown: Vec<_> = found
            .iter()
            .map(|t| (&text[t.start..t.end], t.role.as_deref()))
            .collect();
        assert_eq!(shown, [(&*ours, Some("anon")), (&*issued, None)]);
    }
}
