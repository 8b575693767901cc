//! What the look before a copy says of it, held against what the copy then does.

mod copying;
mod support;

use std::collections::BTreeSet;

use copying::{FIXTURE, PLATFORM, Pair, USERS, Watcher, sql};
use matriz::provider::postgres::copy::{
    self, CopyRequest, CopySummary, How, SchemaMap, Skipped, TargetIs,
};
use tokio_util::sync::CancellationToken;

async fn copied(request: &CopyRequest) -> CopySummary {
    let watcher = Watcher::default();
    copy::run(request, &watcher, CancellationToken::new())
        .await
        .unwrap_or_else(|e| panic!("{}", e.chain()))
}

/// The objects with what becomes of them. A server's own words are only known once it said them.
fn objects(skipped: &[Skipped]) -> BTreeSet<(String, String)> {
    let pair = |s: &Skipped| (s.how.words().to_owned(), s.object.clone());
    skipped.iter().map(pair).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plain_role_may_not_make_is_known_beforehand() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, FIXTURE).await;
        let admin = support::connected(&pair.server.superuser("postgres")).await;
        admin
            .batch_execute(
                "CREATE ROLE plain LOGIN PASSWORD 'example-plain'; ALTER DATABASE target OWNER TO plain",
            )
            .await
            .unwrap();
        let theirs = "ALTER DEFAULT PRIVILEGES FOR ROLE keeper GRANT SELECT ON TABLES TO reader";
        sql(&pair.source, theirs).await;
        let mut request = pair.request();
        let tcp = pair.server.superuser_tcp("target");
        request.target = tcp.with_user("plain").with_password("example-plain");
        let check = copy::foresee(&request, TargetIs::There).await.unwrap();
        assert!(check.is_ready(), "{check:?}");
        assert_eq!(check.space, None, "the server doesn't tell this role");
        let summary = copied(&request).await;
        let rights = "default privileges for tables of keeper";
        assert!(summary.skipped.iter().any(|s| s.object == rights));
        assert_eq!(objects(&check.left_out), objects(&summary.skipped));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_not_made_yet_is_foreseen_by_its_source() {
    for postgres in support::engines().await {
        // what the platform's own role set, and its user may not
        let platform = format!(
            "{PLATFORM}
             ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
             GRANT ALL ON SCHEMA public, auth, storage TO project;
             GRANT ALL ON ALL TABLES IN SCHEMA auth, storage TO project;
             ALTER TABLE auth.users OWNER TO project; ALTER TABLE storage.objects OWNER TO project"
        );
        let load = format!(
            "CREATE ROLE boss; CREATE ROLE project LOGIN BYPASSRLS PASSWORD 'example-project';
             GRANT pg_read_all_data, pg_monitor TO project;
             {platform}; {USERS};
             CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION made_event();"
        );
        let load = load.replace(
            "CREATE EVENT TRIGGER",
            "CREATE FUNCTION made_event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
             CREATE EVENT TRIGGER",
        );
        let pair = Pair::new(&postgres, &load).await;
        let own = |database: &str| {
            let tcp = pair.server.superuser_tcp(database);
            tcp.with_user("project").with_password("example-project")
        };
        let mut ahead = pair.request();
        ahead.source = own("source");
        ahead.target = own("source");
        let is = TargetIs::NotYet { same_server: true };
        let foreseen = copy::foresee(&ahead, is).await.unwrap();
        assert!(foreseen.is_ready(), "{:?}", foreseen.refusal());
        assert!(foreseen.space.is_some_and(|rooms| rooms.len() == 1));

        sql(&pair.target, "ALTER DATABASE target OWNER TO project").await;
        sql(&pair.target, &platform).await;
        let mut request = pair.request();
        request.source = own("source");
        request.target = own("target");
        let there = copy::foresee(&request, TargetIs::There).await.unwrap();
        let summary = copied(&request).await;
        assert_eq!(objects(&there.left_out), objects(&summary.skipped));
        assert_eq!(objects(&foreseen.left_out), objects(&summary.skipped));
        let has = |how, part: &str| {
            let mut all = foreseen.left_out.iter();
            all.any(|s| s.how == how && s.object.contains(part))
        };
        assert!(has(How::LeftOut, "event trigger guard"));
        assert!(has(How::SwitchedOff, "hook"));
        assert!(!has(How::LeftOut, "of boss"), "they are there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_name_their_schema_are_listed() {
    for postgres in support::engines().await.into_iter().take(1) {
        let load = "CREATE TABLE public.t (n integer);
            CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.t';
            CREATE FUNCTION public.g() RETURNS void LANGUAGE plpgsql AS
              $$ BEGIN EXECUTE 'DELETE FROM t'; END $$;";
        let pair = Pair::new(&postgres, load).await;
        let mut request = pair.request();
        request.schemas = Some(SchemaMap {
            from: "public".into(),
            to: "team_a".into(),
        });
        let check = copy::foresee(&request, TargetIs::There).await.unwrap();
        let summary = copied(&request).await;
        assert_eq!(check.left_out, summary.skipped);
        assert!(check.left_out.iter().all(|s| s.how == How::Changed));
        assert_eq!(check.left_out.len(), 2, "{:?}", check.left_out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_row_is_found_whatever_it_is_made_of() {
    for postgres in support::engines().await {
        // text and bytes exactly, other types by what is stored or read
        for (column, value, at_least, at_most) in [
            // compressed to a hundredth
            ("text", "repeat('x', 20000000)", 20_000_000, 20_000_000),
            ("varchar", "repeat('ab', 6000000)", 12_000_000, 12_000_000),
            ("bytea", "$BYTES", 12_800_000, 12_800_000),
            (
                "jsonb",
                "to_jsonb(encode($BYTES, 'hex'))",
                25_600_000,
                25_700_000,
            ),
            // 4 bytes each, and as many beside them on their way
            (
                "integer[]",
                "(SELECT array_agg((random() * 2e9)::int) FROM generate_series(1, 1500000))",
                12_000_000,
                12_100_000,
            ),
            (
                "text[]",
                "ARRAY[encode($BYTES, 'hex')]",
                25_600_000,
                25_700_000,
            ),
        ] {
            let bytes =
                "(SELECT string_agg(sha512(n::text::bytea), '') FROM generate_series(1, 200000) n)";
            let load = format!(
                "CREATE TABLE narrow (t text); INSERT INTO narrow SELECT repeat(md5(n::text), 500) FROM generate_series(1, 40) n;
                 CREATE TABLE \"Wide \"\"one\"\"\" (id int, \"a b\" {column}, gone text, c text);
                 ALTER TABLE \"Wide \"\"one\"\"\" DROP gone;
                 INSERT INTO \"Wide \"\"one\"\"\" VALUES (1, NULL, 'short'), (2, {}, NULL), (3, NULL, NULL)",
                value.replace("$BYTES", bytes)
            );
            let pair = Pair::new(&postgres, &load).await;
            let check = copy::foresee(&pair.request(), TargetIs::There)
                .await
                .unwrap();
            let (table, found) = check.largest_row.clone().expect("a row");
            assert_eq!(table, "Wide \"one\"");
            assert!(
                (at_least..=at_most).contains(&found),
                "{column}: {found} bytes"
            );
            assert_eq!(check.memory(), 100_000_000 + 3 * found);
            assert_eq!(check.unmeasured, Vec::<String>::new());
            pair.server.stop().await.unwrap();
        }
        let pair = Pair::new(&postgres, "CREATE TABLE t (t text)").await;
        let check = copy::foresee(&pair.request(), TargetIs::There)
            .await
            .unwrap();
        assert_eq!(
            (check.largest_row.clone(), check.memory()),
            (None, 100_000_000)
        );
    }
}
