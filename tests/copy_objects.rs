//! Every kind of object comes over, in the right place and with the right content.

mod copying;
mod support;

use std::path::PathBuf;

use copying::{FIXTURE, Pair, Watcher, number, sql};
use matriz::domain::progress::WorkState;
use matriz::error::Kind;
use matriz::provider::postgres::copy::{self, Observer};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_object_is_equal_on_both_sides() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, FIXTURE).await;
        let watcher = Watcher::default();
        let summary = pair
            .copy(&watcher)
            .await
            .unwrap_or_else(|e| panic!("{} {:?}", e.chain(), e.hint));
        assert_eq!(summary.skipped, []);
        assert_eq!(summary.verified, summary.tables);
        assert!(summary.tables == 15, "{summary:?}");
        pair.assert_equal().await;
        for query in [
            "SELECT last_value FROM app.backwards",
            "SELECT last_value FROM people_id_seq",
            "SELECT last_value FROM events_id_seq",
            "SELECT is_called::int::int8 FROM untouched",
            "SELECT length(lo_get(70001))::int8",
            "SELECT length(lo_get(70002))::int8",
            "SELECT sum(hashtext(lomacl::text || lomowner::regrole::text))::int8 FROM pg_largeobject_metadata",
            "SELECT sum(hashtext(m::text)) FROM counts m",
            "SELECT n FROM above",
            "SELECT count(*) FROM grouped_rows",
            "SELECT relispopulated::int::int8 FROM pg_class WHERE relname = 'empty'",
            "SELECT count(*) FROM pg_class WHERE reltuples >= 0 AND relname = 'people'",
            "SELECT count(*) FROM pg_constraint WHERE NOT convalidated",
            "SELECT nextval('events_id_seq')",
        ] {
            let (a, b) = (
                number(&pair.source, query).await,
                number(&pair.target, query).await,
            );
            assert_eq!(a, b, "{query}");
        }
        let report = watcher.last_report();
        assert!(
            report.phases.iter().all(|p| p.state == WorkState::Done),
            "{report:?}"
        );
        let data = report.phases.iter().find(|p| p.name == "Data").unwrap();
        assert!(
            data.items
                .iter()
                .all(|i| i.note.as_deref() == Some("equal"))
        );
        pair.assert_no_connections().await;

        // A second call has nothing left to do; taking it back leaves the target as it was.
        let again = pair.copy(&watcher).await.unwrap();
        assert_eq!(again.tables, summary.tables);
        copy::wipe(&pair.request(), &watcher).await.unwrap();
        let left = copy::check(&pair.request()).await.unwrap();
        assert!(left.target_holds.is_empty(), "{left:?}");
        let fresh = Watcher::default();
        pair.copy(&fresh).await.unwrap();
        pair.assert_equal().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn big_tables_are_split_and_frozen_and_equal() {
    // One engine is enough: this is about our own arithmetic.
    for postgres in support::engines().await.into_iter().take(1) {
        let pair = Pair::new(
            &postgres,
            "CREATE TABLE big (id bigint PRIMARY KEY, t text);
             INSERT INTO big SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, 400000) n;
             CREATE INDEX ON big (t);
             CREATE TABLE small (id bigint PRIMARY KEY REFERENCES big (id));
             INSERT INTO small SELECT n FROM generate_series(1, 200000) n;",
        )
        .await;
        for (jobs, split) in [(1, false), (4, false), (4, true)] {
            let mut request = pair.request();
            request.jobs = jobs;
            request.spare_cores = split;
            let watcher = Watcher::default();
            let summary = copy::run(&request, &watcher, CancellationToken::new())
                .await
                .unwrap();
            assert_eq!(summary.rows, 600_000);
            pair.assert_equal().await;
            copy::wipe(&request, &watcher).await.unwrap();
        }
    }
}

/// A schema that was read ahead is used only where nothing changed since; both ways the copy is
/// that of its own moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_was_read_ahead_counts_only_while_it_holds() {
    for postgres in support::engines().await {
        let pair = Pair::new(
            &postgres,
            "CREATE TABLE a (id bigint PRIMARY KEY, t text); INSERT INTO a VALUES (1, 'one');
             CREATE VIEW v AS SELECT id FROM a",
        )
        .await;
        let changes = [
            ("", true),
            (
                "INSERT INTO a SELECT n, 'more' FROM generate_series(2, 5000) n; ANALYZE a",
                true,
            ),
            ("COMMENT ON TABLE a IS 'said later'", false),
            ("ALTER TABLE a ADD COLUMN late integer DEFAULT 7", false),
            ("CREATE TABLE c (id integer)", false),
            ("DROP VIEW v", false),
            ("GRANT SELECT ON a TO public", false),
            (
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                false,
            ),
        ];
        for (change, holds) in changes {
            let mut request = pair.request();
            let early = copy::EarlySchema::read(&request).await.unwrap();
            request.early = Some(early.into());
            sql(&pair.source, change).await;
            // Something that can't dump: only a schema that still holds makes do without it.
            if holds {
                request.pg_dump = PathBuf::from("/nowhere/pg_dump").into();
            }
            let watcher = Watcher::default();
            copy::run(&request, &watcher, CancellationToken::new())
                .await
                .unwrap_or_else(|error| panic!("after {change:?}: {error:?}"));
            pair.assert_equal().await;
            copy::wipe(&pair.request(), &watcher).await.unwrap();
        }
        // What doesn't hold any more is really read anew.
        let mut request = pair.request();
        request.early = Some(copy::EarlySchema::read(&request).await.unwrap().into());
        sql(&pair.source, "CREATE TABLE d (id integer)").await;
        request.pg_dump = PathBuf::from("/nowhere/pg_dump").into();
        let watcher = Watcher::default();
        let refused = copy::run(&request, &watcher, CancellationToken::new()).await;
        assert_eq!(refused.unwrap_err().kind, Kind::Missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_is_never_more_open_than_its_source() {
    for postgres in support::engines().await {
        let pair = Pair::new(
            &postgres,
            "CREATE ROLE anon; CREATE TABLE secret (id integer); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
             REVOKE ALL ON FUNCTION f() FROM PUBLIC",
        )
        .await;
        let open = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon;
             ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO anon;";
        sql(&pair.target, open).await;
        let watcher = Watcher::default();
        pair.copy(&watcher).await.unwrap();
        let anon = "SELECT (has_table_privilege('anon', 'secret', 'SELECT')
              OR has_function_privilege('anon', 'f()', 'EXECUTE'))::int::int8";
        assert_eq!(number(&pair.target, anon).await, 0);
        pair.assert_equal().await;
        // Taken back, the target has its own defaults again.
        let count = "SELECT count(*) FROM pg_default_acl";
        assert_eq!(number(&pair.target, count).await, 0);
        copy::wipe(&pair.request(), &watcher).await.unwrap();
        assert_eq!(number(&pair.target, count).await, 2);
        assert!(watcher.checkpoint().is_some());
    }
}
