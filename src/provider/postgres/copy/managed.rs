//! Schemas that a Supabase project manages by itself: they get rows, never definitions.
//!
//! The lists follow what the official command line leaves out of its own dumps
//! (`supabase/cli`, `pkg/migration/dump.go`).

/// Schemas whose definitions belong to the platform, where the target has them already.
const MANAGED: &[&str] = &[
    "_analytics",
    "_realtime",
    "_supavisor",
    "auth",
    "cron",
    "dbdev",
    "etl",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgmq",
    "pgsodium",
    "pgsodium_masks",
    "pgtle",
    "realtime",
    "repack",
    "storage",
    "supabase_functions",
    "supabase_migrations",
    "tiger",
    "tiger_data",
    "topology",
    "vault",
];

/// Of those, the ones whose rows belong to the users.
const WITH_ROWS: &[&str] = &["auth", "storage", "supabase_migrations", "cron", "pgmq"];

/// Tables in which the platform keeps its own history.
const PLATFORM_TABLES: &[(&str, &str)] = &[
    ("auth", "schema_migrations"),
    ("storage", "migrations"),
    ("supabase_functions", "migrations"),
    // What ran and when; the jobs themselves are in `cron.job`.
    ("cron", "job_run_details"),
];

/// Kinds of objects on a managed table that are its users' own.
const USERS_OWN: &[&str] = &["TRIGGER", "POLICY"];

/// Whether a schema of this name is managed, if the target has it.
pub fn is_managed_name(schema: &str) -> bool {
    MANAGED.contains(&schema)
        || schema.starts_with("timescaledb_")
        || schema.starts_with("_timescaledb_")
}

/// Whether the rows of a managed table are copied.
pub fn has_users_rows(schema: &str, table: &str) -> bool {
    WITH_ROWS.contains(&schema) && !PLATFORM_TABLES.contains(&(schema, table))
}

/// Whether an object of this kind (as the dump names it) in a managed schema is made by users.
pub fn is_users_own(desc: &str) -> bool {
    USERS_OWN.contains(&desc)
}

/// What to read instead of a column, so that the copy starts switched off.
pub fn switched_off(schema: &str, table: &str, column: &str) -> Option<&'static str> {
    ((schema, table, column) == ("cron", "job", "active")).then_some("false")
}

/// Whether a trigger calls out of the database, as webhooks do.
pub fn is_webhook(definition: &str) -> bool {
    definition.contains("supabase_functions.http_request")
        || definition.contains("net.http_post")
        || definition.contains("net.http_get")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_of_the_platform_stays_and_history_of_the_users_comes_along() {
        assert!(has_users_rows("auth", "users"));
        assert!(has_users_rows("supabase_migrations", "schema_migrations"));
        assert!(!has_users_rows("auth", "schema_migrations"));
        assert!(!has_users_rows("vault", "secrets"));
        assert!(!is_managed_name("public"));
    }
}
