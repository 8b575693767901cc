//! Schemas that a platform manages: rows by the target's own columns, users' triggers and policies,
//! and nothing that acts by itself.

mod copying;
mod support;

use copying::{PLATFORM, Pair, USERS, Watcher, number, sql};
use matriz::provider::postgres::copy;

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
