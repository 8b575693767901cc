//! What a site has for all its projects.

use super::{ACCOUNT, CONTEXT, FIELD, Probe, text};
use crate::provider::jira::client::Jira;
use crate::provider::probe::Kind::{Flag, Id, Like, List, Object, Text, Whole};
use crate::provider::probe::{done, first, may, must};

pub fn probes() -> Vec<Probe> {
    [about(), lists(), fields(), people()]
        .into_iter()
        .flatten()
        .collect()
}

fn about() -> Vec<Probe> {
    vec![
        Probe::new(
            "server",
            "the program is for Jira Cloud, whose API is another than a server's",
            |jira, _| Box::pin(async { done(jira.server_info().await) }),
            &[
                must("baseUrl", Text),
                must("deploymentType", Like("Cloud", |word| word == "Cloud")),
                may("version", Text),
            ],
        )
        .shows(&["/deploymentType", "/version"]),
        Probe::new(
            "myself",
            "whose token it is; leads new projects, and stays in what is restricted",
            |jira, _| Box::pin(async { done(jira.myself().await) }),
            &[
                must("accountId", Text),
                must("displayName", Text),
                must("active", Flag),
                may("accountType", Text),
                may("emailAddress", Text),
                may("timeZone", Text),
            ],
        )
        .shows(&["/displayName", "/accountType", "/timeZone"])
        .learns(ACCOUNT, |answer| text(answer, "/accountId")),
        Probe::new(
            "attachments.settings",
            "how large a file may be",
            |jira, _| Box::pin(async { done(jira.attachment_settings().await) }),
            &[must("enabled", Flag), must("uploadLimit", Whole)],
        )
        .shows(&["/uploadLimit"]),
    ]
}

fn lists() -> Vec<Probe> {
    vec![
        Probe::new(
            "issue_types",
            "a board's seeds name types",
            |jira, _| Box::pin(async { done(jira.issue_types().await) }),
            &[
                must("", List),
                must("[].id", Text),
                must("[].name", Text),
                must("[].subtask", Flag),
                may("[].scope", Object),
            ],
        ),
        Probe::new(
            "link_types",
            "links between issues are made by the name of their type",
            |jira, _| Box::pin(async { done(jira.link_types().await) }),
            &[
                must("issueLinkTypes", List),
                must("issueLinkTypes[].id", Text),
                must("issueLinkTypes[].name", Text),
                must("issueLinkTypes[].inward", Text),
                must("issueLinkTypes[].outward", Text),
            ],
        ),
        Probe::new(
            "priorities",
            "an issue's priority is set by its id",
            |jira, _| Box::pin(first(jira.priorities())),
            &paged(must("values[].id", Text), must("values[].name", Text)),
        ),
        Probe::new(
            "resolutions",
            "what is closed has one",
            |jira, _| Box::pin(first(jira.resolutions())),
            &paged(must("values[].id", Text), must("values[].name", Text)),
        ),
    ]
}

/// A page by offset with an id and a name in each entry.
fn paged(
    id: crate::provider::probe::Field,
    name: crate::provider::probe::Field,
) -> [crate::provider::probe::Field; 6] {
    [
        must("values", List),
        id,
        name,
        must("startAt", Whole),
        must("maxResults", Whole),
        may("isLast", Flag),
    ]
}

fn fields() -> Vec<Probe> {
    vec![
        Probe::new(
            "fields",
            "fields are matched by name and type",
            |jira, _| Box::pin(async { done(jira.fields().await) }),
            &[
                must("", List),
                must("[].id", Text),
                must("[].name", Text),
                must("[].custom", Flag),
                may("[].schema", Object),
                may("[].schema.type", Text),
                may("[].schema.custom", Text),
                may("[].schema.customId", Whole),
                may("[].scope", Object),
            ],
        )
        .learns(FIELD, |answer| {
            let choice = |field: &&serde_json::Value| {
                let custom = field.pointer("/schema/custom").and_then(|c| c.as_str());
                custom.is_some_and(|c| c.ends_with(":select") || c.ends_with(":multiselect"))
            };
            text(answer.as_array()?.iter().find(choice)?, "/id")
        }),
        Probe::new(
            "fields.contexts",
            "the options of a field belong to a context (needs the right to administer Jira)",
            |jira: &Jira, facts| {
                Box::pin(async { first(jira.field_contexts(facts.get(FIELD)?)).await })
            },
            &[
                must("values", List),
                must("values[].id", Text),
                must("values[].name", Text),
                must("values[].isGlobalContext", Flag),
            ],
        )
        .learns(CONTEXT, |answer| text(answer, "/values/0/id")),
        Probe::new(
            "fields.options",
            "choices are matched by their value",
            |jira, facts| {
                Box::pin(async {
                    first(jira.field_options(facts.get(FIELD)?, facts.get(CONTEXT)?)).await
                })
            },
            &[
                must("values", List),
                must("values[].id", Text),
                must("values[].value", Text),
                may("values[].disabled", Flag),
                may("values[].optionId", Text),
            ],
        ),
    ]
}

fn people() -> Vec<Probe> {
    vec![
        Probe::new(
            "users",
            "who is known on the target's site",
            |jira, facts| {
                Box::pin(async { done(jira.users(&[facts.get(ACCOUNT)?.to_owned()]).await) })
            },
            &[
                must("values", List),
                must("values[].accountId", Text),
                must("values[].displayName", Text),
                may("values[].active", Flag),
            ],
        ),
        Probe::new(
            "user",
            "whether one account is known",
            |jira, facts| Box::pin(async { done(jira.find_user(facts.get(ACCOUNT)?).await) }),
            &[must("accountId", Text), must("displayName", Text)],
        ),
        Probe::new(
            "users.search",
            "people are found by their name",
            |jira, _| Box::pin(first(jira.search_users("a"))),
            &[
                must("", List),
                must("[].accountId", Id),
                may("[].displayName", Text),
            ],
        ),
    ]
}
