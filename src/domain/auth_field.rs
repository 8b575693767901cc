//! The settings of a Supabase project's sign-in, by their names.
//!
//! The names follow Supabase's description of `GET /v1/projects/{ref}/config/auth`.

/// What ends the name of a field that holds a secret.
const SECRET_ENDS: [&str; 7] = [
    "_secret",
    "_secrets",
    "_pass",
    "_auth_token",
    "_access_key",
    "_api_key",
    "_api_secret",
];

/// Whether the field holds a secret, which no API gives back as it is.
pub fn is_secret_field(name: &str) -> bool {
    SECRET_ENDS.iter().any(|end| name.ends_with(end))
}

/// `github` of `external_github_enabled`: somebody else's service at which users sign in.
pub fn provider_of(name: &str) -> Option<&str> {
    const OWN: [&str; 3] = ["email", "phone", "anonymous_users"];
    let provider = name.strip_prefix("external_")?.strip_suffix("_enabled")?;
    (!OWN.contains(&provider)).then_some(provider)
}

/// `send_email` of `hook_send_email_enabled`.
pub fn hook_of(name: &str) -> Option<&str> {
    name.strip_prefix("hook_")?.strip_suffix("_enabled")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "smtp_pass",
            "external_github_secret",
            "hook_send_sms_secrets",
            "security_captcha_secret",
            "sms_twilio_auth_token",
            "sms_vonage_api_secret",
            "sms_textlocal_api_key",
            "sms_messagebird_access_key",
            "nimbus_oauth_client_secret",
        ] {
            assert!(is_secret_field(name), "{name}");
        }
        for name in [
            "smtp_user",
            "external_github_client_id",
            "rate_limit_token_refresh",
            "password_min_length",
            "security_update_password_require_reauthentication",
        ] {
            assert!(!is_secret_field(name), "{name}");
        }
    }

    #[test]
    fn providers_and_hooks_are_named_by_their_switches() {
        assert_eq!(provider_of("external_github_enabled"), Some("github"));
        assert_eq!(provider_of("external_email_enabled"), None);
        assert_eq!(provider_of("external_github_secret"), None);
        assert_eq!(hook_of("hook_send_email_enabled"), Some("send_email"));
        assert_eq!(hook_of("hook_send_email_uri"), None);
    }
}
