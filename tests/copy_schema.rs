//! One schema copied to another of the same database.

mod copying;
mod support;

use copying::{Pair, Watcher, number, sql};
use matriz::error::Kind;
use matriz::provider::postgres::copy::{self, SchemaMap};
use tokio_util::sync::CancellationToken;

const SHARED: &str = "CREATE EXTENSION citext; CREATE ROLE anon;
    CREATE SCHEMA auth; CREATE TABLE auth.users (id integer PRIMARY KEY); INSERT INTO auth.users VALUES (1);
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE memory (id bigserial PRIMARY KEY, label citext, mood mood, owner integer REFERENCES auth.users (id), moods mood[]);
    INSERT INTO memory (label, mood, owner, moods) SELECT 'L' || n, 'bad', 1, '{good}' FROM generate_series(1, 300) n;
    CREATE TABLE part (id integer GENERATED ALWAYS AS IDENTITY, memory bigint REFERENCES memory (id)) PARTITION BY HASH (id);
    CREATE TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO part (memory) SELECT n FROM generate_series(1, 30) n;
    CREATE TABLE loud (id integer);
    CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM public.memory $$;
    CREATE FUNCTION plain() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM memory); END $$;
    CREATE FUNCTION find(t public.citext) RETURNS SETOF memory LANGUAGE sql SET search_path TO 'public' AS $$ SELECT * FROM memory WHERE label = t $$;
    CREATE FUNCTION risky() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM public.memory'; END $$;
    CREATE FUNCTION made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER made BEFORE INSERT ON memory FOR EACH ROW EXECUTE FUNCTION made();
    CREATE VIEW bad AS SELECT * FROM memory WHERE mood = 'bad';
    CREATE MATERIALIZED VIEW counted AS SELECT mood, count(*) AS n FROM memory GROUP BY mood;
    ALTER TABLE memory ENABLE ROW LEVEL SECURITY;
    CREATE POLICY p ON memory TO anon USING (EXISTS (SELECT FROM public.part));
    GRANT SELECT ON memory TO anon; GRANT USAGE ON SCHEMA public TO anon;
    COMMENT ON TABLE memory IS 'public.memory';";

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_becomes_another_and_nothing_in_it_points_back() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, SHARED).await;
        let mut request = pair.request();
        request.target = request.source.clone();
        request.schemas = Some(SchemaMap {
            from: "public".into(),
            to: "clone 1".into(),
        });
        let watcher = Watcher::default();
        let summary = copy::run(&request, &watcher, CancellationToken::new())
            .await
            .unwrap_or_else(|e| panic!("{}", e.chain()));
        assert_eq!((summary.tables, summary.verified), (3, 3));
        let mentions = |part: &str| summary.skipped.iter().any(|s| s.object.contains(part));
        assert!(
            mentions("total") && mentions("risky") && !mentions("plain"),
            "{:?}",
            summary.skipped
        );

        // From here on the two go separate ways.
        sql(
            &pair.source,
            "DELETE FROM \"clone 1\".part; DELETE FROM \"clone 1\".memory WHERE id > 100",
        )
        .await;
        for (query, expected) in [
            ("SELECT count(*) FROM public.memory", 300),
            ("SELECT \"clone 1\".total()", 100),
            ("SELECT \"clone 1\".plain()", 100),
            ("SELECT count(*) FROM \"clone 1\".find('l7')", 1),
            ("SELECT count(*) FROM \"clone 1\".bad", 100),
            ("SELECT n FROM \"clone 1\".counted", 300),
            ("SELECT last_value FROM \"clone 1\".memory_id_seq", 300),
            ("INSERT INTO \"clone 1\".part (memory) VALUES (1) RETURNING id::int8", 31),
            ("SELECT has_table_privilege('anon', '\"clone 1\".memory', 'SELECT')::int::int8", 1),
            ("SELECT has_table_privilege('anon', '\"clone 1\".loud', 'SELECT')::int::int8", 0),
            // Nothing in the copy depends on anything in the source but extensions' objects.
            (
                "SELECT count(*) FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
                   AND c.relnamespace = '\"clone 1\"'::regnamespace
                 JOIN pg_class o ON d.refclassid = 'pg_class'::regclass AND o.oid = d.refobjid
                   AND o.relnamespace = 'public'::regnamespace",
                0,
            ),
        ] {
            assert_eq!(number(&pair.source, query).await, expected, "{query}");
        }
        // Into a schema that holds something: refused. Taken back: only the copy goes.
        let error = copy::run(&request, &Watcher::default(), CancellationToken::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        assert!(error.message.contains("clone 1"), "{}", error.message);
        copy::wipe(&request, &watcher).await.unwrap();
        assert_eq!(
            number(&pair.source, "SELECT count(*) FROM public.memory").await,
            300
        );
        assert_eq!(
            number(
                &pair.source,
                "SELECT count(*) FROM pg_namespace WHERE nspname = 'clone 1'"
            )
            .await,
            0
        );
    }
}
