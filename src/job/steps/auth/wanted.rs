//! What the settings of a clone's sign-in are to be, from those of its source.

use serde_json::{Map, Value};

use crate::domain::auth_field::{hook_of, is_secret_field, provider_of};
use crate::domain::reference::{Leftover, Rewriter};
use crate::domain::report_project::Noted;

/// Settings that the service tells and doesn't take.
const READ_ONLY: [&str; 3] = [
    "custom_oauth_max_providers",
    "nimbus_oauth_email_optional",
    "saml_allow_encrypted_assertions",
];

/// How the project's own e-mails go out. Without them the service's mail server is used.
const SMTP: [&str; 5] = [
    "smtp_admin_email",
    "smtp_host",
    "smtp_port",
    "smtp_sender_name",
    "smtp_user",
];

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Every setting that the clone is to have.
    pub settings: Map<String, Value>,
    pub rewritten: Vec<String>,
    pub held: Vec<Noted>,
    pub secrets: Vec<String>,
    pub left: Vec<Leftover>,
}

/// What is held has the value that keeps it still; what can't be carried isn't among the settings.
pub fn wanted(source: &Map<String, Value>, rewriter: &Rewriter) -> Wanted {
    let mut out = Wanted::default();
    for (name, value) in source {
        let is_empty = value.is_null() || value.as_str() == Some("");
        if is_secret_field(name) {
            if !is_empty {
                out.secrets.push(name.clone());
            }
            continue;
        }
        if READ_ONLY.contains(&name.as_str()) {
            continue;
        }
        if let Some(why) = holds(name, value, source) {
            out.held.push(Noted {
                what: name.clone(),
                why: why.to_owned(),
            });
            if value.is_boolean() {
                out.settings.insert(name.clone(), Value::Bool(false));
            }
            continue;
        }
        let value = match value.as_str() {
            Some(text) => Value::String(rewrite(name, text, rewriter, &mut out)),
            None => value.clone(),
        };
        out.settings.insert(name.clone(), value);
    }
    out
}

fn rewrite(name: &str, text: &str, rewriter: &Rewriter, out: &mut Wanted) -> String {
    let new = rewriter.text(text);
    if new.count > 0 {
        out.rewritten.push(name.to_owned());
    }
    let new = new.text.into_owned();
    let left = rewriter.residues(&new).into_iter().map(|residue| Leftover {
        place: format!("sign-in setting {name}"),
        row: None,
        names: residue.names,
        reason: residue.reason,
    });
    out.left.extend(left);
    new
}

/// Why a setting mustn't act in the clone.
fn holds(name: &str, value: &Value, source: &Map<String, Value>) -> Option<&'static str> {
    let text = |name: &str| source.get(name).and_then(Value::as_str).unwrap_or_default();
    if SMTP.contains(&name) {
        let set = value.as_str().is_some_and(|text| !text.is_empty());
        return set.then_some("the clone would send e-mail in the source's name");
    }
    if value != &Value::Bool(true) {
        return None;
    }
    if let Some(hook) = hook_of(name) {
        let calls_out = !text(&format!("hook_{hook}_uri")).starts_with("pg-functions:");
        let sends = matches!(hook, "send_email" | "send_sms");
        return (calls_out || sends).then_some("the clone would call what the source calls");
    }
    if let Some(provider) = provider_of(name) {
        let has_secret = !text(&format!("external_{provider}_secret")).is_empty();
        return has_secret.then_some("it can't work before its secret is set");
    }
    match name {
        "external_phone_enabled" => Some("the clone would send SMS"),
        "security_captcha_enabled" => Some("it can't work before its secret is set"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::reference::{ReferenceKind, ReferenceMap};

    fn of(source: Value) -> Wanted {
        let mut map = ReferenceMap::default();
        let (from, to) = ("abcdefghijklmnopqrst", "zyxwvutsrqponmlkjihg");
        map.add(ReferenceKind::ProjectRef, from, to);
        wanted(source.as_object().unwrap(), &map.compile().unwrap())
    }

    #[test]
    fn what_acts_outside_is_held_and_the_rest_is_carried() {
        let got = of(json!({
            "jwt_exp": 600,
            "smtp_host": "mail.example.com",
            "smtp_user": "",
            "smtp_pass": "0f",
            "smtp_max_frequency": 60,
            "hook_send_email_enabled": true,
            "hook_send_email_uri": "pg-functions://postgres/public/mail",
            "hook_custom_access_token_enabled": true,
            "hook_custom_access_token_uri": "pg-functions://postgres/public/claims",
            "hook_before_user_created_enabled": true,
            "hook_before_user_created_uri": "https://abcdefghijklmnopqrst.supabase.co/functions/v1/a",
            "hook_before_user_created_secrets": "0a",
            "external_github_enabled": true,
            "external_github_secret": "0b",
            "external_google_enabled": false,
            "external_google_secret": "0c",
            "external_web3_solana_enabled": true,
            "external_phone_enabled": true,
            "custom_oauth_max_providers": 3,
            "mailer_subjects_invite": null,
        }));
        assert_eq!(
            Value::Object(got.settings),
            json!({
                "jwt_exp": 600,
                "smtp_user": "",
                "smtp_max_frequency": 60,
                "hook_send_email_enabled": false,
                "hook_send_email_uri": "pg-functions://postgres/public/mail",
                "hook_custom_access_token_enabled": true,
                "hook_custom_access_token_uri": "pg-functions://postgres/public/claims",
                "hook_before_user_created_enabled": false,
                "hook_before_user_created_uri": "https://zyxwvutsrqponmlkjihg.supabase.co/functions/v1/a",
                "external_github_enabled": false,
                "external_google_enabled": false,
                "external_web3_solana_enabled": true,
                "external_phone_enabled": false,
                "mailer_subjects_invite": null,
            })
        );
        let held: Vec<_> = got.held.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(
            held,
            [
                "smtp_host",
                "hook_send_email_enabled",
                "hook_before_user_created_enabled",
                "external_github_enabled",
                "external_phone_enabled",
            ]
        );
        assert_eq!(
            got.secrets,
            [
                "smtp_pass",
                "hook_before_user_created_secrets",
                "external_github_secret",
                "external_google_secret",
            ]
        );
        assert_eq!(got.rewritten, ["hook_before_user_created_uri"]);
        assert_eq!(got.left, []);
    }

    #[test]
    fn what_still_names_the_source_is_said() {
        let got = of(json!({ "uri_allow_list": "https://xabcdefghijklmnopqrst.example.com" }));
        let places: Vec<_> = got.left.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, ["sign-in setting uri_allow_list"]);
    }
}
