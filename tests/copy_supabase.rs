//! Schemas that a platform manages: rows by the target's own columns, users' triggers and policies,
//! and nothing that acts by itself.

mod copying;
mod support;

use copying::{PLATFORM, Pair, USERS, Watcher, number, sql};
use matriz::domain::held::HeldState;
use matriz::provider::postgres::connect::{ConnectOptions, connect};
use matriz::provider::postgres::{copy, held};

#[tokio::test(flavor = "multi_thread")]
async fn managed_schemas_get_rows_and_never_definitions() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, &format!("{PLATFORM}{USERS}")).await;
        sql(
            &pair.target,
            &format!("{PLATFORM} INSERT INTO auth.schema_migrations VALUES ('target')"),
        )
        .await;
        let watcher = Watcher::default();
        let summary = pair
            .copy(&watcher)
            .await
            .unwrap_or_else(|e| panic!("{}", e.chain()));
        assert_eq!(summary.verified, summary.tables);
        for (query, expected) in [
            ("SELECT count(*) FROM auth.users", 50),
            ("SELECT count(*) FROM auth.identities", 50),
            ("SELECT count(*) FROM storage.objects", 1),
            (
                "SELECT count(*) FROM supabase_migrations.schema_migrations",
                1,
            ),
            (
                "SELECT count(*) FROM auth.schema_migrations WHERE version = 'target'",
                1,
            ),
            ("SELECT count(*) FROM auth.schema_migrations", 1),
            ("SELECT count(*) FROM vault.secrets", 0),
            ("SELECT count(*) FROM profile", 50),
            (
                "SELECT count(*) FROM pg_trigger WHERE tgname = 'on_user' AND tgenabled = 'O'",
                1,
            ),
            (
                "SELECT count(*) FROM pg_trigger WHERE tgname = 'platform'",
                1,
            ),
            (
                "SELECT count(*) FROM pg_trigger WHERE tgname = 'hook' AND tgenabled = 'D'",
                1,
            ),
            ("SELECT count(*) FROM pg_policy WHERE polname = 'mine'", 1),
            (
                "SELECT count(*) FROM pg_attribute WHERE attname = 'newer'",
                0,
            ),
        ] {
            assert_eq!(number(&pair.target, query).await, expected, "{query}");
        }
        assert!(
            summary.skipped.iter().any(|s| s.object.contains("hook")),
            "{:?}",
            summary.skipped
        );
        // Taken back, the platform's own things are as they were.
        copy::wipe(&pair.request(), &watcher).await.unwrap();
        assert!(
            copy::check(&pair.request())
                .await
                .unwrap()
                .target_holds
                .is_empty()
        );
        for (query, expected) in [
            ("SELECT count(*) FROM auth.users", 0),
            (
                "SELECT count(*) FROM pg_trigger WHERE tgname IN ('on_user', 'platform')",
                1,
            ),
            ("SELECT count(*) FROM pg_policy", 0),
            ("SELECT count(*) FROM auth.schema_migrations", 1),
        ] {
            assert_eq!(number(&pair.target, query).await, expected, "{query}");
        }
    }
}

/// `pg_cron` itself isn't everywhere: its table is, as it makes it.
const JOBS: &str = "CREATE SCHEMA cron;
    CREATE TABLE cron.job (jobid bigint PRIMARY KEY, schedule text, command text, active boolean, jobname text);
    INSERT INTO cron.job VALUES (3, '0 3 * * *', 'SELECT 1', true, 'nightly'), (4, '30 seconds', 'SELECT 2', false, NULL);";

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_job_is_known_and_turned_on_alone() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, JOBS).await;
        let options = ConnectOptions::named("matriz test");
        let connection = connect(&pair.source, &options).await.unwrap();
        let all = held::switches(&connection).await.unwrap();
        let named: Vec<(String, bool)> = all.iter().map(|(one, on)| (one.title(), *on)).collect();
        let expected = [("scheduled job nightly", true), ("scheduled job 4", false)];
        assert_eq!(named, expected.map(|(title, on)| (title.to_owned(), on)));
        sql(&pair.source, "UPDATE cron.job SET active = false").await;
        held::turn_on(&connection, &all[0].0).await.unwrap();
        let now = held::switches(&connection).await.unwrap();
        let on: Vec<bool> = now.iter().map(|(_, on)| *on).collect();
        assert_eq!(on, [true, false]);
        // the extension's own way, where it's there
        sql(
            &pair.source,
            "CREATE FUNCTION cron.alter_job(job_id bigint, active boolean) RETURNS void LANGUAGE sql
               AS 'UPDATE cron.job SET active = $2, command = ''by its own'' WHERE jobid = $1'",
        )
        .await;
        held::turn_on(&connection, &all[1].0).await.unwrap();
        let by_its_own = "SELECT count(*) FROM cron.job WHERE active AND command = 'by its own'";
        assert_eq!(number(&pair.source, by_its_own).await, 1);
        sql(&pair.source, "DELETE FROM cron.job WHERE jobid = 4").await;
        let now = held::switches(&connection).await.unwrap();
        assert_eq!(held::state(&all[0].0, &now), HeldState::On);
        assert_eq!(held::state(&all[1].0, &now), HeldState::Gone);
        connection.close().await;
    }
}
