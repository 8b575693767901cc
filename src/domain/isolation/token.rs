//! Secrets that show themselves by their form, wherever they stand.
//!
//! The forms are those that the providers publish for scanners: Supabase's access tokens and secret
//! keys, Atlassian's API tokens (`ATATT`), GitHub's, Slack's, AWS's, Google's and the `sk-` keys of
//! model providers, private keys in PEM, and database addresses with a password.

use crate::domain::env_schema::jwt;

/// How a form begins, and what a report calls it.
pub(super) const FORMS: [(&str, &str); 19] = [
    ("sbp_", "a Supabase access token"),
    ("sb_secret_", "a Supabase secret key"),
    ("ATATT3", "an Atlassian API token"),
    ("ghp_", "a GitHub token"),
    ("gho_", "a GitHub token"),
    ("ghs_", "a GitHub token"),
    ("github_pat_", "a GitHub token"),
    ("xoxb-", "a Slack token"),
    ("xoxp-", "a Slack token"),
    ("AKIA", "an AWS access key"),
    ("AIza", "a Google API key"),
    ("sk-", "a model provider's key"),
    ("sk_live_", "a Stripe key"),
    ("rk_live_", "a Stripe key"),
    ("whsec_", "a webhook's secret"),
    ("-----BEGIN ", "a private key"),
    ("eyJ", "a service_role key"),
    ("postgres://", "a database address with its password"),
    ("postgresql://", "a database address with its password"),
];

/// Whether what begins at `at` in `line` with the form `prefix` is a whole token of it.
pub(super) fn fits(prefix: &str, line: &str, at: usize) -> bool {
    let (Some(before), Some(text)) = (line.get(..at), line.get(at..)) else {
        return false;
    };
    if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        return false;
    }
    let word = |more: &str| {
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || more.contains(c)))
            .unwrap_or(text.len());
        text.get(..end).unwrap_or(text)
    };
    match prefix {
        "-----BEGIN " => private_key(text),
        "eyJ" => {
            let claims = jwt::claims(word("-_.").trim_end_matches('.'));
            claims.and_then(|c| c.role).as_deref() == Some("service_role")
        }
        "postgres://" | "postgresql://" => address(text),
        "sbp_" => {
            let body = word("_")
                .trim_start_matches("sbp_")
                .trim_start_matches("v0_");
            body.len() == 40 && body.bytes().all(|b| b.is_ascii_hexdigit()) && !is_sample(body)
        }
        "AKIA" => {
            let token = word("");
            let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
            token.len() == 20 && token.bytes().all(upper) && !is_sample(token)
        }
        _ => {
            let token = word("-_=");
            let body = token.get(prefix.len()..).unwrap_or_default();
            let shortest = match prefix {
                "ATATT3" => 40,
                "AIza" => 35,
                "sb_secret_" | "xoxb-" | "xoxp-" => 20,
                _ => 24,
            };
            let digit = body.bytes().any(|b| b.is_ascii_digit());
            body.len() >= shortest && digit && !is_sample(body)
        }
    }
}

/// The key itself follows, on the next line or behind a line end that is written out: a program or a
/// manual that only names the form isn't one.
fn private_key(text: &str) -> bool {
    const HEAD: &str = "PRIVATE KEY-----";
    let Some((_, rest)) = text.split_once(HEAD) else {
        return false;
    };
    let rest = rest.trim_end();
    let body = rest.strip_prefix("\\r").unwrap_or(rest);
    rest.is_empty() || body.strip_prefix("\\n").is_some_and(|key| !is_sample(key))
}

/// A database elsewhere, with a password that isn't a place for one.
fn address(text: &str) -> bool {
    let end = text
        .find(|c: char| c.is_whitespace() || "\"'`<>)".contains(c))
        .unwrap_or(text.len());
    let url = text.get(..end).unwrap_or(text);
    let Some((login, place)) = url
        .split_once("://")
        .and_then(|(_, rest)| rest.rsplit_once('@'))
    else {
        return false;
    };
    let local = ["localhost", "127.0.0.1", "[::1]", "host.docker.internal"];
    let Some((_, password)) = login.split_once(':') else {
        return false;
    };
    let stands_for = password.contains(['$', '{', '[', '<', '*']) || is_sample(password);
    // a name without a dot is a place in a manual, or a neighbour that nobody else reaches
    let host = place.split(['/', '?']).next().unwrap_or(place);
    let elsewhere = host.contains('.') && !local.iter().any(|name| host.starts_with(name));
    elsewhere && password.len() >= 8 && !stands_for
}

/// A token in a manual or a test: it says so, or hardly has letters of its own.
pub(super) fn is_sample(token: &str) -> bool {
    let lower = token.to_ascii_lowercase();
    let words = [
        "example",
        "sample",
        "your",
        "xxxx",
        "placeholder",
        "changeme",
        "redacted",
        "dummy",
        "0123456789",
        "1234567890",
        "abcdefgh",
        "fake",
    ];
    let mut distinct: Vec<u8> = token.bytes().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < 6 || words.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<&'static str> {
        FORMS.iter().find_map(|(prefix, name)| {
            let mut at = line.match_indices(prefix);
            at.any(|(at, _)| fits(prefix, line, at)).then_some(*name)
        })
    }

    #[test]
    fn tokens_show_themselves_and_samples_do_not() {
        let hex = "9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6";
        for line in [
            format!("token = \"sbp_{hex}\""),
            format!("key: sb_secret_{hex}"),
            format!("ATATT3{hex}{hex}"),
            format!("ghp_{hex}"),
            "AKIAQ3RT7VW5YZ2BNM4K".into(), // matriz:allow
            format!("x sk-proj-{hex}"),
            "-----BEGIN RSA PRIVATE KEY-----".into(), // matriz:allow
            format!("\"key\": \"-----BEGIN PRIVATE KEY-----\\n{hex}"),
            format!("postgresql://postgres:{hex}@db.acme.test:5432/postgres"),
        ] {
            assert!(found(&line).is_some(), "{line}");
        }
        for line in [
            "sbp_0123456789abcdef0123456789abcdef01234567".to_owned(),
            "sk-example-0000000000000000000000000".into(),
            "AKIAIOSFODNN7EXAMPLE".into(),
            "task-list-with-many-words-in-it-and-more".into(),
            format!("my_sbp_{hex}"),
            format!("postgresql://postgres:{hex}@127.0.0.1:5432/postgres"),
            "postgres://USER:[YOUR-PASSWORD]@db.acme.test/postgres".into(),
            format!("postgresql://postgres:{hex}@HOST:5432/DATABASE"),
            "-----BEGIN PUBLIC KEY-----".into(),
            "\"-----BEGIN PRIVATE KEY-----\" => the form".into(),
            "-----BEGIN PRIVATE KEY-----\\nexample".into(),
        ] {
            assert_eq!(found(&line), None, "{line}");
        }
    }
}
