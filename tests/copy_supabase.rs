//! Schemas that a platform manages: rows by the target's own columns, users' triggers and policies,
//! and nothing that acts by itself.

mod copying;
mod support;

use copying::{Pair, Watcher, number, sql};
use matriz::provider::postgres::copy;

/// What a project has from the start.
const PLATFORM: &str = "CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA extensions; CREATE SCHEMA vault;
    CREATE TABLE auth.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text, confirmed_at timestamptz GENERATED ALWAYS AS (now_at) STORED, now_at timestamptz);
    CREATE TABLE auth.identities (id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users (id) ON DELETE CASCADE);
    CREATE TABLE auth.schema_migrations (version text);
    CREATE TABLE storage.buckets (id text PRIMARY KEY);
    CREATE TABLE storage.objects (id integer PRIMARY KEY, bucket text REFERENCES storage.buckets (id));
    CREATE TABLE vault.secrets (secret text);
    CREATE FUNCTION storage.platform() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER platform BEFORE UPDATE ON storage.objects FOR EACH ROW EXECUTE FUNCTION storage.platform();
    ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;";

const USERS: &str = "ALTER TABLE auth.users ADD COLUMN newer text;
    INSERT INTO auth.users (email, newer) SELECT 'u' || n || '@example.org', 'x' FROM generate_series(1, 50) n;
    INSERT INTO auth.identities SELECT gen_random_uuid(), id FROM auth.users;
    INSERT INTO auth.schema_migrations VALUES ('source');
    INSERT INTO vault.secrets VALUES ('example-secret');
    INSERT INTO storage.buckets VALUES ('b'); INSERT INTO storage.objects VALUES (1, 'b');
    CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY);
    INSERT INTO supabase_migrations.schema_migrations VALUES ('20250101');
    CREATE TABLE profile (id uuid PRIMARY KEY REFERENCES auth.users (id));
    INSERT INTO profile SELECT id FROM auth.users;
    CREATE FUNCTION made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
    CREATE TRIGGER on_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION made();
    CREATE POLICY mine ON storage.objects FOR SELECT USING (bucket = 'b');
    CREATE SCHEMA net; CREATE FUNCTION net.http_post() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER hook AFTER INSERT ON profile FOR EACH ROW EXECUTE FUNCTION net.http_post();";

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
