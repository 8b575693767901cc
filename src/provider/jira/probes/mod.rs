//! What the program reads of Jira, as probes, in an order in which each can ask about what earlier
//! ones found. Forms follow the types of the folder above.

mod boards;
mod issues;
mod project;
mod site;

use serde_json::Value;

use crate::provider::jira::client::Jira;
use crate::provider::probe::Kind;

type Probe = crate::provider::probe::Probe<Jira>;

/// The fact that has to be known before: the key of the project.
pub const PROJECT: &str = "project";

const ACCOUNT: &str = "account";
const PROJECT_ID: &str = "id of the project";
const ISSUE_TYPE: &str = "type of issue";
const FIELD: &str = "field with a choice";
const CONTEXT: &str = "context of a field";
const ISSUE: &str = "issue";
const ATTACHMENT: &str = "issue with an attachment";
const COMMENTED: &str = "issue with a comment";
const WORKED: &str = "issue with logged work";
const BOARD: &str = "board";
const SPRINT: &str = "sprint";
const FILTER: &str = "filter of a board";

/// `PROJ-12`.
const IS_ISSUE_KEY: Kind = Kind::Like("a key such as PROJ-12", |key| {
    let Some((project, number)) = key.rsplit_once('-') else {
        return false;
    };
    is_key(project) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
});

/// `PROJ`: what this program makes is shorter and has no `_`, what others made may have.
const IS_PROJECT_KEY: Kind = Kind::Like("a key such as PROJ", is_key);

/// `2026-01-31T09:30:00.000+0000`.
const IS_MOMENT: Kind = Kind::Like("a moment such as 2026-01-31T09:30:00.000+0000", |text| {
    let zone = text.get(text.len().saturating_sub(5)..).unwrap_or_default();
    let is_zone = zone.starts_with(['+', '-']) && zone.bytes().skip(1).all(|b| b.is_ascii_digit());
    let moment = text.get(..text.len().saturating_sub(5)).unwrap_or_default();
    is_zone && moment.parse::<jiff::civil::DateTime>().is_ok()
});

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_uppercase())
        && key
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub fn probes() -> Vec<Probe> {
    [
        site::probes(),
        project::probes(),
        issues::probes(),
        boards::probes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(kind: Kind, text: &str) -> bool {
        matches!(kind, Kind::Like(_, is) if is(text))
    }

    #[test]
    fn keys_and_moments_have_their_form() {
        assert!(fits(IS_ISSUE_KEY, "PROJ-12") && fits(IS_ISSUE_KEY, "MY_PROJ1-1"));
        for wrong in ["PROJ", "proj-1", "PROJ-", "PROJ-1a", ""] {
            assert!(!fits(IS_ISSUE_KEY, wrong), "{wrong}");
        }
        assert!(fits(IS_MOMENT, "2026-01-31T09:30:00.000+0000"));
        for wrong in ["2026-01-31T09:30:00.000Z", "2026-01-31", "", "ação"] {
            assert!(!fits(IS_MOMENT, wrong), "{wrong}");
        }
    }
}
