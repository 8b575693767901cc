//! The account, the space, and what search finds in it.

use super::{ACCOUNT, IS_ID, PAGE, Probe, SPACE, SPACE_ID, text};
use crate::provider::confluence::properties::Owner;
use crate::provider::probe::Kind::{List, Object, Text, Whole};
use crate::provider::probe::{done, first, may, must};

pub fn probes() -> Vec<Probe> {
    [account(), space(), search()]
        .into_iter()
        .flatten()
        .collect()
}

fn account() -> Vec<Probe> {
    vec![
        Probe::new(
            "myself",
            "whose token it is; stays in what is restricted (version 1)",
            |wiki, _| Box::pin(async { done(wiki.myself().await) }),
            &[
                must("accountId", Text),
                may("displayName", Text),
                may("email", Text),
            ],
        )
        .shows(&["/displayName", "/accountType"])
        .learns(ACCOUNT, |answer| text(answer, "/accountId")),
        Probe::new(
            "users",
            "who is known on the target's site",
            |wiki, facts| {
                Box::pin(async { done(wiki.users(&[facts.get(ACCOUNT)?.to_owned()]).await) })
            },
            &[
                must("results", List),
                must("results[].accountId", Text),
                may("results[].displayName", Text),
            ],
        ),
        Probe::new(
            "spaces",
            "which spaces there are",
            |wiki, _| Box::pin(first(wiki.spaces())),
            &[
                must("results", List),
                must("results[].id", IS_ID),
                must("results[].key", Text),
                must("results[].name", Text),
                may("_links.next", Text),
            ],
        ),
    ]
}

fn space() -> Vec<Probe> {
    vec![
        Probe::new(
            "space",
            "a space is found by its key",
            |wiki, facts| Box::pin(async { done(wiki.find_space(facts.get(SPACE)?).await) }),
            &[
                must("results", List),
                must("results[].id", IS_ID),
                must("results[].key", Text),
                must("results[].name", Text),
                must("results[].status", Text),
                must("results[].homepageId", IS_ID),
                may("results[].description", Object),
            ],
        )
        .shows(&["/results/0/key", "/results/0/status"])
        .learns(SPACE_ID, |answer| text(answer, "/results/0/id"))
        .learns(PAGE, |answer| text(answer, "/results/0/homepageId")),
        Probe::new(
            "space.operations",
            "what the account may do in it",
            |wiki, facts| {
                Box::pin(async { done(wiki.space_operations(facts.get(SPACE_ID)?).await) })
            },
            &[
                must("operations.results", List),
                must("operations.results[].operation", Text),
                must("operations.results[].targetType", Text),
            ],
        ),
        Probe::new(
            "space.property",
            "says whose a space is",
            |wiki, facts| {
                Box::pin(async {
                    done(
                        wiki.property(Owner::Space(facts.get(SPACE_ID)?), "matriz")
                            .await,
                    )
                })
            },
            &[
                must("results", List),
                must("results[].id", Text),
                must("results[].key", Text),
                must("results[].version.number", Whole),
            ],
        ),
    ]
}

fn search() -> Vec<Probe> {
    vec![
        Probe::new(
            "search.count",
            "says beforehand how much there is to copy (version 1)",
            |wiki, facts| {
                Box::pin(async {
                    let cql = format!("space = \"{}\" AND type = page", facts.get(SPACE)?);
                    done(wiki.count(&cql).await)
                })
            },
            &[must("totalSize", Whole), must("results", List)],
        )
        .shows(&["/totalSize"]),
        Probe::new(
            "search",
            "finds what still names the source (version 1)",
            |wiki, facts| {
                Box::pin(async {
                    let cql = format!("space = \"{}\"", facts.get(SPACE)?);
                    first(wiki.search(&cql)).await
                })
            },
            &[
                must("results", List),
                may("results[].content", Object),
                may("results[].content.id", Text),
                may("results[].content.type", Text),
                must("results[].title", Text),
                must("results[].entityType", Text),
                must("_links.base", Text),
                may("_links.next", Text),
            ],
        ),
    ]
}
