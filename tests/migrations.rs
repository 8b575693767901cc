//! Migrations on a real Postgres: the built-in ones, their rights, and what goes wrong.

mod support;

use matriz::error::Kind;
use matriz::provider::postgres::connect::Connection;
use matriz::provider::postgres::migrate::{self, Applied, Migration};

/// The roles and the schema that a Supabase project has.
const PROJECT: &str = "
    CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN;
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
    CREATE SCHEMA extensions; GRANT USAGE ON SCHEMA extensions TO PUBLIC";

async fn apply(client: &Connection, schema: &str, list: &[Migration]) -> matriz::Result<Applied> {
    migrate::apply(client, schema, list, &mut |_| ()).await
}

async fn count(client: &Connection, sql: &str) -> i64 {
    client
        .query_one(&format!("SELECT count(*) FROM ({sql}) s"), &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn the_built_in_migrations_run_once_in_any_schema() {
    let Some(postgres) = support::vector_engine().await else {
        return;
    };
    let server = support::server(&postgres).await;
    let url = support::database(&server, "built in").await;
    let client = support::connected(&url).await;
    client.batch_execute(PROJECT).await.unwrap();
    client.batch_execute("CREATE SCHEMA clone_1").await.unwrap();
    let list = migrate::embedded();
    for schema in ["public", "clone_1"] {
        let first = apply(&client, schema, &list).await.unwrap();
        assert_eq!(first.applied.len(), list.len());
        let second = apply(&client, schema, &list).await.unwrap();
        assert_eq!(second.applied, Vec::<String>::new());
        assert_eq!(second.skipped, first.applied);
        let tables = format!("SELECT FROM pg_tables WHERE schemaname = '{schema}'");
        assert_eq!(count(&client, &tables).await, 4);
        let functions = format!(
            "SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = '{schema}' AND p.proname LIKE 'match%'
             AND array_to_string(p.proconfig, '') LIKE '%search_path=%{schema}%'"
        );
        assert_eq!(count(&client, &functions).await, 4);
    }
    // As the Supabase command line records them.
    let recorded = "SELECT FROM supabase_migrations.schema_migrations
        WHERE version ~ '^[0-9]{14}$' AND name IS NOT NULL AND cardinality(statements) > 0";
    assert_eq!(count(&client, recorded).await, list.len() as i64);
    let vector = "SELECT FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'vector' AND n.nspname = 'extensions'";
    assert_eq!(count(&client, vector).await, 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn readers_see_what_a_policy_lets_them_see() {
    let Some(postgres) = support::vector_engine().await else {
        return;
    };
    let server = support::server(&postgres).await;
    let url = support::database(&server, "rights").await;
    let client = support::connected(&url).await;
    client.batch_execute(PROJECT).await.unwrap();
    apply(&client, "public", &migrate::embedded())
        .await
        .unwrap();
    client
        .batch_execute(
            "INSERT INTO corporate_memory (category, content) VALUES
               ('mission', 'a'), ('policy', 'b'), ('confidential', 'c');
             INSERT INTO agent_logs (agent_name, thought_process) VALUES ('x', 'y');
             INSERT INTO task_context (task_description, status) VALUES ('t', 'pending'), ('u', 'cancelled')",
        )
        .await
        .unwrap();
    for (role, table, sees) in [
        ("anon", "corporate_memory", Some(1)),
        ("authenticated", "corporate_memory", Some(2)),
        ("service_role", "corporate_memory", Some(3)),
        ("anon", "agent_logs", None),
        ("authenticated", "agent_logs", None),
        ("service_role", "agent_logs", Some(1)),
        ("anon", "task_context", None),
        ("authenticated", "task_context", Some(1)),
        ("authenticated", "open_tasks", Some(1)),
        ("anon", "open_tasks", None),
    ] {
        client
            .batch_execute(&format!("SET ROLE {role}"))
            .await
            .unwrap();
        let rows = client.query(&format!("SELECT FROM {table}"), &[]).await;
        assert_eq!(rows.ok().map(|r| r.len()), sees, "{role} on {table}");
        let write = client
            .execute(
                "UPDATE corporate_memory SET content = 'z' WHERE category = 'mission'",
                &[],
            )
            .await;
        assert_eq!(write.is_ok(), role == "service_role", "{role}");
        client.batch_execute("RESET ROLE").await.unwrap();
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_file_that_fails_leaves_nothing_and_names_its_line() {
    for postgres in support::engines().await {
        let server = support::server(&postgres).await;
        let url = support::database(&server, "failing").await;
        let client = support::connected(&url).await;
        let good = Migration::new("1_good.sql", "m/1_good.sql", "create table a (id int);");
        let bad = Migration::new(
            "2_bad.sql",
            "m/2_bad.sql",
            "begin;\ncreate table b (id int);\n-- a comment\ncreate table c (\n  id nonsense\n);\ncommit;",
        );
        let error = apply(&client, "public", &[good.clone(), bad])
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Database);
        assert!(
            error.message.starts_with("m/2_bad.sql:5:"),
            "{}",
            error.message
        );
        assert_eq!(
            count(&client, "SELECT FROM pg_tables WHERE schemaname = 'public'").await,
            1
        );
        let late = Migration::new(
            "2_bad.sql",
            "m/2_bad.sql",
            "create table b (id int unique);\n\ninsert into b\n values (1), (1);",
        );
        let error = apply(&client, "public", &[good.clone(), late])
            .await
            .unwrap_err();
        assert!(
            error.message.starts_with("m/2_bad.sql:3:"),
            "{}",
            error.message
        );
        let mended = Migration::new("2_bad.sql", "m/2_bad.sql", "create table b (id int);");
        let done = apply(&client, "public", &[good.clone(), mended])
            .await
            .unwrap();
        assert_eq!(done.applied, ["2"]);
        assert_eq!(done.skipped, ["1"]);

        let same = Migration::new(
            "1_good.sql",
            "m/1_good.sql",
            "-- told better\ncreate table a\n  (id int)",
        );
        assert!(apply(&client, "public", &[same]).await.is_ok());
        let changed = Migration::new("1_good.sql", "m/1_good.sql", "create table a (id bigint)");
        let error = apply(&client, "public", &[changed]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Conflict);
        assert!(error.message.contains("m/1_good.sql was changed"));

        let takes_back = Migration::new("3_x.sql", "m/3_x.sql", "select 1;\nrollback;");
        let error = apply(&client, "public", &[takes_back]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        assert!(error.message.starts_with("m/3_x.sql:2:"));
        server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn records_of_the_supabase_command_line_are_understood() {
    for postgres in support::engines().await {
        let server = support::server(&postgres).await;
        let url = support::database(&server, "foreign").await;
        let client = support::connected(&url).await;
        // An old table without the statements, and a version that was marked by hand.
        client
            .batch_execute(
                "CREATE SCHEMA supabase_migrations;
                 CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY);
                 INSERT INTO supabase_migrations.schema_migrations VALUES ('1')",
            )
            .await
            .unwrap();
        let list = [
            Migration::new("1_a.sql", "m/1_a.sql", "create table a ()"),
            Migration::new("2_b.sql", "m/2_b.sql", "create table b ()"),
        ];
        let done = apply(&client, "public", &list).await.unwrap();
        assert_eq!(done.skipped, ["1"]);
        assert_eq!(done.applied, ["2"]);
        let again = apply(&client, "public", &list).await.unwrap();
        assert_eq!(again.skipped, ["1", "2"]);
        server.stop().await.unwrap();
    }
}
