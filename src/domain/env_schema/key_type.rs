//! Types of values: the words that a schema uses, and the check of each.

use super::{address, jwt, shapes};

/// What a value has to look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyType {
    Text,
    /// Any address with a scheme and a host.
    Url,
    /// `http` or `https`.
    WebUrl,
    Port,
    Integer,
    Boolean,
    /// A Supabase project's reference (the sandbox's too): 20 lower-case letters.
    ProjectRef,
    /// `postgres://…` with a host.
    DatabaseUrl,
    /// A JSON web token, perhaps of one role.
    Jwt {
        role: Option<String>,
    },
    /// A project's key: a legacy token of that role, or the new `sb_publishable_…` (for `anon`) and
    /// `sb_secret_…` (for `service_role`).
    SupabaseKey {
        role: String,
    },
    Email,
    /// A host, or an address with one: `example.atlassian.net`, `http://127.0.0.1:8080`.
    Site,
    JiraKey,
    SpaceKey,
    Uuid,
    OneOf(Vec<String>),
}

impl KeyType {
    /// The words of all types, for an error's sentence.
    pub(super) const WORDS: &str = "text, url, web-url, port, integer, boolean, project-ref, database-url, supabase-key, jwt, email, site, jira-key, space-key, uuid or enum";

    /// The type that a schema's words mean.
    ///
    /// # Errors
    /// One sentence about what is wrong with them.
    pub(super) fn of_words(
        word: &str,
        role: Option<&str>,
        values: Option<&[String]>,
    ) -> Result<KeyType, String> {
        let kind = match word {
            "text" => KeyType::Text,
            "url" => KeyType::Url,
            "web-url" => KeyType::WebUrl,
            "port" => KeyType::Port,
            "integer" => KeyType::Integer,
            "boolean" => KeyType::Boolean,
            "project-ref" => KeyType::ProjectRef,
            "database-url" => KeyType::DatabaseUrl,
            "jwt" => KeyType::Jwt {
                role: role.map(str::to_owned),
            },
            "supabase-key" => match role {
                Some(role @ ("anon" | "service_role")) => KeyType::SupabaseKey {
                    role: role.to_owned(),
                },
                _ => return Err("a supabase-key needs role = \"anon\" or \"service_role\"".into()),
            },
            "email" => KeyType::Email,
            "site" => KeyType::Site,
            "jira-key" => KeyType::JiraKey,
            "space-key" => KeyType::SpaceKey,
            "uuid" => KeyType::Uuid,
            "enum" => match values {
                Some(values) if !values.is_empty() => KeyType::OneOf(values.to_vec()),
                _ => return Err("an enum needs values, for example values = [\"a\", \"b\"]".into()),
            },
            _ => {
                return Err(format!(
                    "there is no such type; it is one of {}",
                    Self::WORDS
                ));
            }
        };
        let has_role = matches!(kind, KeyType::Jwt { .. } | KeyType::SupabaseKey { .. });
        if role.is_some() && !has_role {
            return Err(format!("a {word} has no role"));
        }
        if values.is_some() && !matches!(kind, KeyType::OneOf(_)) {
            return Err(format!("a {word} has no values"));
        }
        Ok(kind)
    }

    /// The word that a schema uses for it.
    pub fn word(&self) -> &str {
        match self {
            KeyType::Text => "text",
            KeyType::Url => "url",
            KeyType::WebUrl => "web-url",
            KeyType::Port => "port",
            KeyType::Integer => "integer",
            KeyType::Boolean => "boolean",
            KeyType::ProjectRef => "project-ref",
            KeyType::DatabaseUrl => "database-url",
            KeyType::Jwt { .. } => "jwt",
            KeyType::SupabaseKey { .. } => "supabase-key",
            KeyType::Email => "email",
            KeyType::Site => "site",
            KeyType::JiraKey => "jira-key",
            KeyType::SpaceKey => "space-key",
            KeyType::Uuid => "uuid",
            KeyType::OneOf(_) => "enum",
        }
    }

    /// Checks a value. An empty one is for the caller to judge: here it has no type.
    ///
    /// # Errors
    /// One sentence that never holds the value.
    pub fn check(&self, value: &str) -> Result<(), String> {
        match self {
            KeyType::Text => Ok(()),
            KeyType::Url => address::check(value, &[]),
            KeyType::WebUrl => address::check(value, &["http", "https"]),
            KeyType::Port => shapes::port(value),
            KeyType::Integer => shapes::integer(value),
            KeyType::Boolean => shapes::boolean(value),
            KeyType::ProjectRef => shapes::project_ref(value),
            KeyType::DatabaseUrl => address::check_database(value),
            KeyType::Jwt { role } => token(value, role.as_deref()),
            KeyType::SupabaseKey { role } => supabase_key(value, role),
            KeyType::Email => shapes::email(value),
            KeyType::Site => address::check_site(value),
            KeyType::JiraKey => shapes::jira_key(value),
            KeyType::SpaceKey => shapes::space_key(value),
            KeyType::Uuid => shapes::uuid(value),
            KeyType::OneOf(values) => match values.iter().any(|v| v == value) {
                true => Ok(()),
                false => Err(format!("It isn't one of {}.", values.join(", "))),
            },
        }
    }
}

fn token(value: &str, role: Option<&str>) -> Result<(), String> {
    let Some(claims) = jwt::claims(value) else {
        return Err(
            "It isn't a JSON web token: three parts with dots between, the first beginning with eyJ."
                .into(),
        );
    };
    match (role, claims.role.as_deref()) {
        (None, _) => Ok(()),
        (Some(wanted), Some(has)) if wanted == has => Ok(()),
        (Some(wanted), Some(has)) => Err(format!(
            "Its role is {}, and it should be {wanted}.",
            role_shown(has)
        )),
        (Some(wanted), None) => Err(format!("It names no role, and it should be {wanted}.")),
    }
}

/// A token of anyone's making may have a role of any text.
fn role_shown(role: &str) -> &str {
    const KNOWN: [&str; 4] = ["anon", "service_role", "authenticated", "supabase_admin"];
    match KNOWN.iter().find(|known| **known == role) {
        Some(known) => known,
        None => "another one",
    }
}

fn supabase_key(value: &str, role: &str) -> Result<(), String> {
    let key = |prefix: &str| {
        value.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        })
    };
    match (role, key("sb_publishable_"), key("sb_secret_")) {
        ("anon", true, _) | ("service_role", _, true) => Ok(()),
        ("anon", _, true) => Err(
            "It is a secret key, which passes by row-level security; the publishable key belongs here."
                .into(),
        ),
        (_, true, _) => {
            Err("It is the publishable key; a secret key belongs here.".into())
        }
        _ if value.starts_with("sb_") => {
            Err("It isn't a whole key: copy all of it, without blanks.".into())
        }
        _ => token(value, Some(role)).map_err(|problem| {
            if jwt::claims(value).is_some() {
                return problem;
            }
            let new = if role == "anon" { "sb_publishable_" } else { "sb_secret_" };
            format!("It isn't a Supabase key: those begin with {new}, or with eyJ (a JSON web token).")
        }),
    }
}
