//! Values of one form. Each check gives one sentence, never the value.

type Checked = Result<(), String>;

pub(super) fn port(value: &str) -> Checked {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    match value.parse::<u16>() {
        Ok(port) if digits && port > 0 => Ok(()),
        _ => Err("It isn't a port: a number from 1 to 65535.".into()),
    }
}

pub(super) fn integer(value: &str) -> Checked {
    let digits = value.strip_prefix('-').unwrap_or(value);
    match !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(()),
        false => Err("It isn't a whole number.".into()),
    }
}

pub(super) fn boolean(value: &str) -> Checked {
    const WORDS: [&str; 8] = ["true", "false", "1", "0", "yes", "no", "on", "off"];
    match WORDS.iter().any(|word| value.eq_ignore_ascii_case(word)) {
        true => Ok(()),
        false => Err("It is neither true nor false.".into()),
    }
}

/// The rule of the Management API: <https://api.supabase.com/api/v1> (`ref`: 20 characters, a to z).
pub(super) fn is_project_ref(value: &str) -> bool {
    value.len() == 20 && value.bytes().all(|b| b.is_ascii_lowercase())
}

pub(super) fn project_ref(value: &str) -> Checked {
    match is_project_ref(value) {
        true => Ok(()),
        false => Err("It isn't a project's reference: 20 lower-case letters.".into()),
    }
}

/// What a mail server would take, without its rarer forms (quoted names, addresses in brackets).
pub(super) fn email(value: &str) -> Checked {
    let problem = || Err("It isn't an e-mail address.".to_owned());
    let Some((name, host)) = value.rsplit_once('@') else {
        return problem();
    };
    let bad = |c: char| c.is_whitespace() || c.is_control() || "@,;<>()[]\\\"".contains(c);
    if name.is_empty() || name.chars().any(bad) || !super::address::is_host(host) {
        return problem();
    }
    // the sandbox's own account may live on a host of one word
    Ok(())
}

/// Jira Cloud's rule: a capital letter, then capital letters, digits and underscores, 2 to 10 in all
/// <https://support.atlassian.com/jira-software-cloud/docs/edit-a-projects-details/>.
pub(super) fn jira_key(value: &str) -> Checked {
    let mut chars = value.chars();
    let right = chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && (2..=10).contains(&value.len());
    match right {
        true => Ok(()),
        false => Err(
            "It isn't a Jira project's key: 2 to 10 capital letters and digits, a letter first."
                .into(),
        ),
    }
}

/// Confluence's rule: letters and digits, up to 255; a person's own space begins with `~`, and may
/// hold what an account's id holds
/// <https://support.atlassian.com/confluence-cloud/docs/choose-a-space-key/>.
pub(super) fn space_key(value: &str) -> Checked {
    let right = match value.strip_prefix('~') {
        Some(rest) => {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
        }
        None => !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric()),
    };
    match right && value.len() <= 255 {
        true => Ok(()),
        false => Err("It isn't a Confluence space's key: letters and digits.".into()),
    }
}

/// 8-4-4-4-12 hexadecimal digits (RFC 9562).
pub(super) fn uuid(value: &str) -> Checked {
    let parts: Vec<&str> = value.split('-').collect();
    let right = parts.iter().map(|p| p.len()).eq([8, 4, 4, 4, 12])
        && parts
            .iter()
            .all(|p| p.bytes().all(|b| b.is_ascii_hexdigit()));
    match right {
        true => Ok(()),
        false => Err("It isn't a UUID: 8-4-4-4-12 hexadecimal digits.".into()),
    }
}
