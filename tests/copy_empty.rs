//! Emptying a target that holds a copy: what is left is what a new project has, and another copy
//! goes into it as into a new one.

mod copying;
mod support;

use std::time::{Duration, Instant};

use copying::{PLATFORM, Pair, USERS, Watcher, number, sql};
use matriz::provider::postgres::copy;
use tokio_util::sync::CancellationToken;

/// What people made in a clone after it was copied.
const LATER: &str = "CREATE TABLE extra (id integer PRIMARY KEY, note text);
    INSERT INTO extra VALUES (1, 'mine');
    CREATE SCHEMA own; CREATE TABLE own.thing (id integer, owner uuid REFERENCES auth.users (id));
    CREATE TYPE own.mood AS ENUM ('fine');
    ALTER TABLE auth.users DISABLE TRIGGER on_user;
    INSERT INTO auth.users (email) VALUES ('later@example.org');
    INSERT INTO own.thing SELECT 1, id FROM auth.users LIMIT 3;
    DELETE FROM profile;
    CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER later AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION later();
    CREATE POLICY theirs ON storage.objects FOR DELETE USING (false);
    CREATE PUBLICATION everything FOR ALL TABLES;
    SELECT lo_from_bytea(0, 'large');
    ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT SELECT ON TABLES TO PUBLIC;
    CREATE VIEW seen AS SELECT * FROM extra;";

const PLATFORMS_OWN: [(&str, i64); 6] = [
    ("SELECT count(*) FROM auth.schema_migrations", 1),
    ("SELECT count(*) FROM vault.secrets", 1),
    (
        "SELECT count(*) FROM pg_trigger WHERE tgname = 'platform'",
        1,
    ),
    (
        "SELECT count(*) FROM pg_trigger WHERE tgname IN ('on_user', 'later')",
        0,
    ),
    ("SELECT count(*) FROM pg_policy", 0),
    (
        "SELECT count(*) FROM pg_namespace WHERE nspname IN ('own', 'net', 'supabase_migrations')",
        0,
    ),
];

async fn platform(pair: &Pair) {
    let rows = "INSERT INTO auth.schema_migrations VALUES ('target');
        INSERT INTO vault.secrets VALUES ('example-of-the-target');";
    sql(&pair.target, &format!("{PLATFORM}{rows}")).await;
}

async fn emptied(pair: &Pair, only: Option<&str>, watcher: &Watcher) {
    copy::empty(&pair.target, only, watcher, CancellationToken::new())
        .await
        .unwrap_or_else(|e| panic!("{}", e.chain()));
    assert!(copy::holds_nothing(&pair.target, only).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_a_new_project_and_takes_another_copy() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, &format!("{PLATFORM}{USERS}")).await;
        platform(&pair).await;
        let fresh = pair.schema(&pair.target).await;
        pair.copy(&Watcher::default()).await.unwrap();
        let first = pair.schema(&pair.target).await;
        sql(&pair.target, LATER).await;
        assert!(!copy::holds_nothing(&pair.target, None).await.unwrap());

        let watcher = Watcher::default();
        emptied(&pair, None, &watcher).await;
        assert!(!copy::is_in_pieces(&watcher).unwrap());
        for (query, expected) in PLATFORMS_OWN {
            assert_eq!(number(&pair.target, query).await, expected, "{query}");
        }
        assert_eq!(pair.schema(&pair.target).await, fresh);
        // once more is nothing
        emptied(&pair, None, &Watcher::default()).await;

        sql(
            &pair.source,
            "DELETE FROM profile WHERE id IN (SELECT id FROM profile LIMIT 7)",
        )
        .await;
        let summary = pair.copy(&Watcher::default()).await.unwrap();
        assert_eq!(summary.verified, summary.tables);
        assert_eq!(
            number(&pair.target, "SELECT count(*) FROM profile").await,
            43
        );
        assert_eq!(
            number(&pair.target, "SELECT count(*) FROM auth.users").await,
            50
        );
        assert_eq!(pair.schema(&pair.target).await, first);
        pair.assert_no_connections().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_and_a_locked_table_leave_all_as_it_was() {
    for postgres in support::engines().await {
        let pair = Pair::new(
            &postgres,
            "CREATE TABLE t (id integer); INSERT INTO t VALUES (1)",
        )
        .await;
        pair.copy(&Watcher::default()).await.unwrap();
        let holder = support::connected(&pair.target).await;
        holder
            .batch_execute("BEGIN; SELECT * FROM t")
            .await
            .unwrap();
        let cancel = CancellationToken::new();
        let watcher = Watcher::default();
        let emptying = copy::empty(&pair.target, None, &watcher, cancel.clone());
        let cancelling = async {
            let admin = support::connected(&pair.server.superuser("postgres")).await;
            let waits = "SELECT count(*) FROM pg_stat_activity
                WHERE application_name = 'matriz copy' AND wait_event_type = 'Lock'";
            let end = Instant::now() + Duration::from_secs(20);
            while admin.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
                assert!(
                    Instant::now() < end,
                    "the emptying never waited for the table"
                );
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            cancel.cancel();
        };
        let (answer, ()) = tokio::join!(emptying, cancelling);
        assert_eq!(answer.unwrap_err().kind, matriz::error::Kind::Cancelled);
        holder.batch_execute("COMMIT").await.unwrap();
        pair.assert_no_connections().await;
        assert_eq!(number(&pair.target, "SELECT count(*) FROM t").await, 1);
        assert!(!copy::holds_nothing(&pair.target, None).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_schema_is_emptied_and_its_neighbours_are_not_touched() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, "").await;
        let two =
            "CREATE SCHEMA one; CREATE TABLE one.t (id integer); INSERT INTO one.t VALUES (1);
            CREATE FUNCTION one.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
            ALTER DEFAULT PRIVILEGES IN SCHEMA one GRANT SELECT ON TABLES TO PUBLIC;
            CREATE SCHEMA other; CREATE TABLE other.t (id integer); INSERT INTO other.t VALUES (1);
            CREATE TABLE public.t (id integer); INSERT INTO public.t VALUES (1);";
        sql(&pair.target, two).await;
        emptied(&pair, Some("one"), &Watcher::default()).await;
        for (query, expected) in [
            ("SELECT count(*) FROM other.t", 1),
            ("SELECT count(*) FROM public.t", 1),
            ("SELECT count(*) FROM pg_namespace WHERE nspname = 'one'", 1),
            ("SELECT count(*) FROM pg_default_acl", 1),
            ("SELECT count(*) FROM pg_proc WHERE proname = 'f'", 0),
        ] {
            assert_eq!(number(&pair.target, query).await, expected, "{query}");
        }
    }
}

/// Every lock takes a place in the server's memory. Somebody has nearly all of them.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_for_one_transaction_goes_in_pieces() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, "").await;
        let many = "DO $$ BEGIN FOR n IN 1..500 LOOP
            EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY)', n);
            IF n % 100 = 0 THEN COMMIT; END IF; END LOOP; END $$";
        sql(&pair.target, many).await;
        let holder = support::connected(&pair.target).await;
        let all = "SELECT count(pg_advisory_lock(n)) FROM generate_series(1, 1000000) n";
        holder
            .batch_execute(all)
            .await
            .expect_err("as many locks as there are");
        let some = "SELECT count(pg_advisory_unlock(n)) FROM generate_series(1, 700) n";
        holder.batch_execute(some).await.unwrap();
        let watcher = Watcher::default();
        emptied(&pair, None, &watcher).await;
        assert!(copy::is_in_pieces(&watcher).unwrap());
        assert!(watcher.said("piece by piece"));
    }
}
