//! What the program reads of the Management API, as probes.
//!
//! Forms follow the types of this folder; that the limits' headers stand on every answer is from
//! Supabase's page on the API's rate limits (2026).

use serde_json::Value;

use crate::provider::probe::Kind::{Flag, Like, List, Object, Text, Whole};
use crate::provider::probe::{Facts, Header, Nothing, Problem, done, may, must};
use crate::provider::supabase::auth::Auth;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::health::Service;
use crate::provider::supabase::state::ProjectStatus;
use crate::provider::supabase::types::ProjectRef;

type Probe = crate::provider::probe::Probe<Supabase>;

/// The fact that has to be known before: the ref of the project.
pub const PROJECT: &str = "project";
const ORGANIZATION: &str = "organization";
const FUNCTION: &str = "function";

const IS_REF: crate::provider::probe::Kind = Like("20 lower-case letters", |text| {
    text.parse::<ProjectRef>().is_ok()
});
const IS_STATUS: crate::provider::probe::Kind = Like("a status that is known", |text| {
    !matches!(
        ProjectStatus::from(text.to_owned()),
        ProjectStatus::Other(_)
    )
});
const IS_MOMENT: crate::provider::probe::Kind = Like("a moment (RFC 3339)", |text| {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
});

const fn counts(name: &'static str) -> Header {
    Header {
        name,
        words: "a whole number",
        fits: |text| text.parse::<u64>().is_ok(),
    }
}

const LIMITS: [Header; 3] = [
    counts("x-ratelimit-limit"),
    counts("x-ratelimit-remaining"),
    counts("x-ratelimit-reset"),
];

fn project(facts: &Facts) -> Result<ProjectRef, Problem> {
    let text = facts.get(PROJECT)?;
    text.parse().map_err(|_| Nothing(PROJECT).into())
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

pub fn probes() -> Vec<Probe> {
    [site(), of_project(), functions(), database()]
        .into_iter()
        .flatten()
        .collect()
}

fn site() -> Vec<Probe> {
    vec![
        Probe::new(
            "projects",
            "finds a project by its name, so that none is created twice",
            |api, _| Box::pin(async { done(api.projects().await) }),
            &[
                must("", List),
                must("[].ref", IS_REF),
                must("[].name", Text),
                must("[].organization_slug", Text),
                must("[].region", Text),
                must("[].created_at", IS_MOMENT),
                must("[].status", IS_STATUS),
                may("[].database", Object),
            ],
        )
        .headers(&LIMITS),
        Probe::new(
            "project",
            "its state decides what may be done with it",
            |api, facts| Box::pin(async { done(api.project(&project(facts)?).await) }),
            &[
                must("ref", IS_REF),
                must("name", Text),
                must("organization_slug", Text),
                must("region", Text),
                must("created_at", IS_MOMENT),
                must("status", IS_STATUS),
                must("database", Object),
                must("database.host", Text),
                must("database.version", Text),
                must("database.postgres_engine", Text),
            ],
        )
        .headers(&LIMITS)
        .shows(&["/status", "/region", "/database/version"])
        .learns(ORGANIZATION, |answer| text(answer, "/organization_slug")),
        Probe::new(
            "organizations",
            "a new project belongs to one",
            |api, _| Box::pin(async { done(api.organizations().await) }),
            &[
                must("", List),
                must("[].id", Text),
                must("[].slug", Text),
                must("[].name", Text),
            ],
        ),
        Probe::new(
            "organization",
            "its plan says whether projects can be paused",
            |api, facts| Box::pin(async { done(api.organization(facts.get(ORGANIZATION)?).await) }),
            &[
                must("id", Text),
                must("name", Text),
                must(
                    "plan",
                    Like("a plan that is known", |plan| {
                        ["free", "pro", "team", "enterprise", "platform"].contains(&plan)
                    }),
                ),
            ],
        )
        .shows(&["/plan"]),
        Probe::new(
            "regions",
            "a new project runs in one",
            |api, facts| Box::pin(async { done(api.regions(facts.get(ORGANIZATION)?).await) }),
            &[
                must("all.specific", List),
                must("all.specific[].name", Text),
                must("all.specific[].code", Text),
                may("all.specific[].status", Text),
            ],
        ),
    ]
}

fn of_project() -> Vec<Probe> {
    vec![
        Probe::new(
            "health",
            "a project is used only once its services are up",
            |api, facts| {
                Box::pin(async { done(api.health(&project(facts)?, &Service::ALL).await) })
            },
            &[
                must("", List),
                must(
                    "[].name",
                    Like("a service that is known", |name| {
                        Service::ALL.iter().any(|s| s.as_str() == name)
                            || ["db_postgres_user", "pg_bouncer"].contains(&name)
                    }),
                ),
                must(
                    "[].status",
                    Like("COMING_UP, ACTIVE_HEALTHY or UNHEALTHY", |word| {
                        ["COMING_UP", "ACTIVE_HEALTHY", "UNHEALTHY"].contains(&word)
                    }),
                ),
                may("[].error", Text),
            ],
        ),
        Probe::new(
            "keys",
            "the keys go into the .env (asked for without their values)",
            |api, facts| Box::pin(async { done(api.api_keys(&project(facts)?, false).await) }),
            &[
                must("", List),
                must("[].name", Text),
                may("[].id", Text),
                may(
                    "[].type",
                    Like("legacy, publishable or secret", |word| {
                        ["legacy", "publishable", "secret"].contains(&word)
                    }),
                ),
                may("[].api_key", Text),
            ],
        ),
        Probe::new(
            "data_api",
            "the data API has to serve an instance's schema",
            |api, facts| Box::pin(async { done(api.data_api(&project(facts)?).await) }),
            &[must("db_schema", Text)],
        )
        .shows(&["/db_schema"]),
        Probe::new(
            "secrets",
            "their names are listed for their owner (the values are never given)",
            |api, facts| Box::pin(async { done(api.secrets(&project(facts)?).await) }),
            &[
                must("", List),
                must("[].name", Text),
                must("[].value", Text),
            ],
        ),
    ]
}

fn functions() -> Vec<Probe> {
    vec![
        Probe::new(
            "auth.settings",
            "a clone's sign-in has its source's settings",
            |api, facts| Box::pin(async { done(api.auth_config(&project(facts)?).await) }),
            &[must("", Object)],
        ),
        Probe::new(
            "functions",
            "edge functions are deployed again in a clone",
            |api, facts| Box::pin(async { done(api.functions(&project(facts)?).await) }),
            &[
                must("", List),
                must("[].id", Text),
                must("[].slug", Text),
                must("[].name", Text),
                must("[].status", Text),
                must("[].version", Whole),
                may("[].verify_jwt", Flag),
                may("[].entrypoint_path", Text),
                may("[].import_map_path", Text),
            ],
        )
        .learns(FUNCTION, |answer| text(answer, "/0/slug")),
        // a form with files, which the client reads
        Probe::new(
            "function.body",
            "the files of a function",
            |api, facts| {
                Box::pin(async {
                    let slug = facts.get(FUNCTION)?;
                    done(api.function_body(&project(facts)?, slug).await)
                })
            },
            &[],
        ),
    ]
}

/// What is read of a project's own Auth API.
pub fn auth_probes() -> Vec<crate::provider::probe::Probe<Auth>> {
    vec![
        crate::provider::probe::Probe::<Auth>::new(
            "users.count",
            "how many users a clone has to have",
            |auth, _| Box::pin(async { done(auth.count().await) }),
            &[must("users", List), must("users[].id", Text)],
        )
        .headers(&[counts("x-total-count")]),
    ]
}

fn database() -> Vec<Probe> {
    vec![
        Probe::new(
            "pooler",
            "where and how the database is reached",
            |api, facts| Box::pin(async { done(api.pooler_config(&project(facts)?).await) }),
            &[
                must("", List),
                must("[].database_type", Text),
                must("[].db_user", Text),
                must("[].db_host", Text),
                must("[].db_port", Whole),
                must("[].db_name", Text),
                must("[].connection_string", Text),
                must(
                    "[].pool_mode",
                    Like("transaction or session", |mode| {
                        ["transaction", "session"].contains(&mode)
                    }),
                ),
            ],
        ),
        Probe::new(
            "settings",
            "a clone's database has its source's settings",
            |api, facts| Box::pin(async { done(api.postgres_config(&project(facts)?).await) }),
            &[must("", Object)],
        ),
        Probe::new(
            "migrations",
            "which are applied already",
            |api, facts| Box::pin(async { done(api.migrations(&project(facts)?).await) }),
            &[
                must("", List),
                must("[].version", Text),
                may("[].name", Text),
            ],
        ),
        Probe::new(
            "query",
            "reads a project's database where it can't be reached itself",
            |api, facts| {
                Box::pin(async {
                    let sql = "select true as answered";
                    done(api.query(&project(facts)?, sql, &[], true).await)
                })
            },
            &[must("", List), must("[].answered", Flag)],
        )
        .status(201),
    ]
}
