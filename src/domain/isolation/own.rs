//! What an instance calls its own.

use super::database::DatabasePlace;
use super::facts::InstanceFacts;
use super::written::is_ref;
use crate::domain::config::AtlassianKind;
use crate::domain::strategy::Strategy;

/// An instance with what its files say it is.
pub(super) struct Own<'a> {
    pub facts: &'a InstanceFacts,
    pub project: Option<&'a str>,
    pub database: Option<DatabasePlace>,
    /// The Atlassian site's host in small letters; the sandbox's is one for all.
    pub site: Option<String>,
}

impl<'a> Own<'a> {
    pub fn of(facts: &'a InstanceFacts) -> Own<'a> {
        let named = facts.supabase.project_ref.as_deref();
        let project = named
            .filter(|project| !project.is_empty())
            .or_else(|| facts.value("SUPABASE_PROJECT_REF").filter(|v| is_ref(v)));
        let database = facts.value("DATABASE_URL").and_then(DatabasePlace::parse);
        let site = match facts.atlassian.kind {
            AtlassianKind::None => None,
            AtlassianKind::Sandbox => Some("sandbox".to_owned()),
            AtlassianKind::Cloud => {
                let configured = facts.atlassian.site.as_deref().filter(|s| !s.is_empty());
                configured
                    .or_else(|| facts.value("ATLASSIAN_SITE"))
                    .map(host_of)
            }
        };
        Own {
            facts,
            project,
            database,
            site,
        }
    }

    pub fn name(&self) -> &'a str {
        &self.facts.name
    }

    pub fn is(&self, strategy: Strategy) -> bool {
        self.facts.strategy == strategy
    }
}

/// `https://Acme.atlassian.net/` is `acme.atlassian.net`.
pub(super) fn host_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    host.to_ascii_lowercase()
}

/// Names as a sentence has them: `a`, `a and b`, `a, b and 3 more`.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [a, b] => format!("{a} and {b}"),
        [a, b, c] => format!("{a}, {b} and {c}"),
        [a, b, rest @ ..] => format!("{a}, {b} and {} more", rest.len()),
    }
}
