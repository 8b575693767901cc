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

/// Roles that every project has; `pg_…` and `supabase_…` are among them too.
const ROLES: &[&str] = &[
    "anon",
    "authenticated",
    "authenticator",
    "dashboard_user",
    "pgbouncer",
    "postgres",
    "service_role",
];

/// Schemas that a project has before anybody used it. The other managed ones come with an extension
/// or with a service's first use.
const FROM_START: &[&str] = &[
    "auth",
    "extensions",
    "graphql",
    "graphql_public",
    "information_schema",
    "pgbouncer",
    "public",
    "realtime",
    "storage",
    "vault",
];

/// Kinds of objects on a managed table that are its users' own.
const USERS_OWN: &[&str] = &["TRIGGER", "POLICY"];

/// Whether a schema of this name is managed, if the target has it.
pub fn is_managed_name(schema: &str) -> bool {
    MANAGED.contains(&schema)
        || schema.starts_with("timescaledb_")
        || schema.starts_with("_timescaledb_")
}

/// Whether a project that nobody used yet has a schema of this name.
pub fn is_from_start(schema: &str) -> bool {
    FROM_START.contains(&schema) || schema.starts_with("pg_")
}

/// Whether a role of this name is the platform's.
pub fn is_platform_role(role: &str) -> bool {
    ROLES.contains(&role) || role.starts_with("pg_") || role.starts_with("supabase_")
}

/// Whether a publication of this name is there from the start.
pub fn is_platform_publication(name: &str) -> bool {
    name.starts_with("supabase_realtime")
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

    #[test]
    fn a_new_project_has_the_platforms_own_and_no_more() {
        for schema in ["public", "auth", "pg_catalog"] {
            assert!(is_from_start(schema), "{schema}");
        }
        assert!(!is_from_start("supabase_migrations") && !is_from_start("app"));
        for role in ["postgres", "supabase_admin", "pg_monitor"] {
            assert!(is_platform_role(role), "{role}");
        }
        assert!(!is_platform_role("reporting"));
        assert!(is_platform_publication("supabase_realtime") && !is_platform_publication("all"));
    }
}
