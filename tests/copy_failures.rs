//! What goes wrong while a database is copied, and where that leaves the target.

mod copying;
mod support;

use std::time::{Duration, Instant};

use copying::proxy::Proxy;
use copying::small_disk::SmallDisk;
use copying::{FIXTURE, Pair, Watcher, number, sql};
use matriz::domain::progress::{Report, WorkState};
use matriz::error::Kind;
use matriz::provider::postgres::copy;
use matriz::provider::postgres::url::DatabaseUrl;
use support::gate::{self, Lock};
use tokio_util::sync::CancellationToken;

const ROWS: &str = "CREATE TABLE big (id bigint PRIMARY KEY, t text);
    INSERT INTO big SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 150000) n;
    CREATE TABLE other (id bigint PRIMARY KEY, t text);
    INSERT INTO other SELECT n, 'x' FROM generate_series(1, 1000) n;";

fn rows_are_moving(report: &Report) -> bool {
    let data = report.phases.iter().find(|phase| phase.name == "Data");
    data.is_some_and(|phase| phase.state == WorkState::Running && phase.amount.done > 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncate_meanwhile_waits_and_loses_nothing() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, &format!("{ROWS}{}", gate::among_the_rows())).await;
        let gate = pair.gate().await;
        let watcher = Watcher::default();
        let truncating = async {
            watcher.until("rows on their way", rows_are_moving).await;
            gate.reached().await;
            let session = support::connected(&pair.source).await;
            let looking = support::connected(&pair.source).await;
            let letting_go = async {
                gate::waited_for(&looking, "big").await;
                gate.open().await;
            };
            let (truncated, ()) =
                tokio::join!(session.batch_execute("TRUNCATE big, other"), letting_go);
            truncated.unwrap();
        };
        let (summary, ()) = tokio::join!(pair.copy(&watcher), truncating);
        assert_eq!(summary.unwrap().rows, 151_001);
        assert_eq!(
            number(&pair.target, "SELECT count(*) FROM big").await,
            150_000
        );
        assert_eq!(number(&pair.source, "SELECT count(*) FROM big").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_in_the_source_is_waited_for_and_its_holder_named() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, ROWS).await;
        let holder = support::connected(&pair.source).await;
        holder
            .batch_execute("BEGIN; LOCK TABLE other IN ACCESS EXCLUSIVE MODE")
            .await
            .unwrap();
        let watcher = Watcher::default();
        let mut request = pair.request();
        request.lock_timeout_ms = 400;
        let early = copy::EarlySchema::read(&request).await.unwrap_err();
        assert_eq!(early.kind, Kind::Timeout, "{}", early.chain());
        let error = copy::check(&request).await.unwrap_err();
        assert_eq!(error.kind, Kind::Timeout, "{}", error.chain());
        assert!(error.hint.is_some_and(|hint| hint.contains("lock")));
        request.lock_timeout_ms = 2500;
        let error = copy::run(&request, &watcher, CancellationToken::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Timeout, "{}", error.chain());
        assert!(watcher.said("matriz test"), "{:?}", watcher.lines);
        holder.batch_execute("ROLLBACK").await.unwrap();
        pair.copy(&watcher).await.unwrap();
        pair.assert_equal().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_holds_something_is_refused_untouched() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, ROWS).await;
        sql(&pair.target, "CREATE TABLE big (mine integer); INSERT INTO big VALUES (7); CREATE SCHEMA s; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'").await;
        let check = copy::check(&pair.request()).await.unwrap();
        assert_eq!(check.target_holds, ["table big", "function s.f"]);
        assert!(!check.is_ready());
        let watcher = Watcher::default();
        let error = pair.copy(&watcher).await.unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        assert!(
            error.message.contains("table big, function s.f"),
            "{}",
            error.message
        );
        assert_eq!(number(&pair.target, "SELECT sum(mine) FROM big").await, 7);
        // Nothing was begun, so there is nothing to take back.
        copy::wipe(&pair.request(), &watcher).await.unwrap();
        assert_eq!(number(&pair.target, "SELECT sum(mine) FROM big").await, 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_takes_less_than_a_second_and_can_be_taken_back() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, ROWS).await;
        let gate = pair.gate().await;
        for moment in ["looking", "end", "rows"] {
            let watcher = Watcher::default();
            let cancel = CancellationToken::new();
            let request = pair.request();
            let mut lock = None;
            match moment {
                "looking" => lock = Some(Lock::take(&pair.source, "other").await),
                "end" => sql(&pair.source, &gate::at_the_end()).await,
                _ => {
                    sql(&pair.source, gate::AWAY_FROM_THE_END).await;
                    sql(&pair.source, &gate::among_the_rows()).await;
                }
            }
            let stopping = async {
                match &lock {
                    Some(lock) => lock.wanted().await,
                    None => gate.reached().await,
                }
                if moment == "rows" {
                    watcher.until("rows on their way", rows_are_moving).await;
                }
                cancel.cancel();
                Instant::now()
            };
            let (answer, asked) =
                tokio::join!(copy::run(&request, &watcher, cancel.clone()), stopping);
            assert_eq!(answer.unwrap_err().kind, Kind::Cancelled);
            assert!(
                asked.elapsed() < Duration::from_secs(1),
                "{moment}: {:?}",
                asked.elapsed()
            );
            pair.assert_no_connections().await;
            if let Some(lock) = lock {
                lock.release().await;
            }
            copy::wipe(&request, &watcher).await.unwrap();
            let left = copy::check(&request).await.unwrap().target_holds;
            assert!(left.is_empty(), "{moment}: {left:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_network_is_named_by_its_side_and_the_copy_goes_on_later() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, ROWS).await;
        let through = |url: &DatabaseUrl, proxy: &Proxy| {
            let mut url = url.clone();
            let direct = pair.server.superuser_tcp(&url.database);
            url.host = direct.host.clone();
            url.port = proxy.port;
            match direct.password() {
                Some(password) => url.with_password(password),
                None => url,
            }
        };
        for side in ["source", "target"] {
            let watcher = Watcher::default();
            // Past the schema, in the middle of the rows.
            let proxy = Proxy::new(pair.server.port(), 8_000_000).await;
            let mut request = pair.request();
            if side == "source" {
                request.source = through(&pair.source, &proxy);
            } else {
                request.target = through(&pair.target, &proxy);
            }
            let begin = Instant::now();
            let answer = copy::run(&request, &watcher, CancellationToken::new()).await;
            assert!(proxy.is_cut(), "{side}: {answer:?}");
            let error = answer.unwrap_err();
            assert_eq!(error.kind, Kind::Network, "{}", error.chain());
            assert!(error.message.contains(side), "{}", error.message);
            assert!(begin.elapsed() < Duration::from_secs(30));
            pair.assert_no_connections().await;
            // The same copy goes on over a whole network.
            pair.copy(&watcher).await.unwrap();
            pair.assert_equal().await;
            copy::wipe(&pair.request(), &watcher).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_role_gets_everything_that_it_may_have_and_a_list_of_the_rest() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, FIXTURE).await;
        let admin = support::connected(&pair.server.superuser("postgres")).await;
        admin
            .batch_execute(
                "CREATE ROLE plain LOGIN PASSWORD 'example-plain'; ALTER DATABASE target OWNER TO plain",
            )
            .await
            .unwrap();
        let mut request = pair.request();
        let tcp = pair.server.superuser_tcp("target");
        request.target = tcp.with_user("plain").with_password("example-plain");
        let watcher = Watcher::default();
        let summary = copy::run(&request, &watcher, CancellationToken::new())
            .await
            .unwrap_or_else(|e| panic!("{}", e.chain()));
        assert_eq!(summary.verified, summary.tables);
        let skipped = |part: &str| {
            summary
                .skipped
                .iter()
                .any(|s| s.object.contains(part) && !s.reason.is_empty())
        };
        for part in [
            "event trigger guard",
            "foreign data wrapper nowhere",
            "server there",
            "foreign table",
            "owner keeper",
            "publication everything",
        ] {
            assert!(skipped(part), "{part} isn't in {:#?}", summary.skipped);
        }
        let comparison = copy::compare(&pair.source, &pair.target).await.unwrap();
        assert!(comparison.is_equal(), "{:?}", comparison.differences);
        copy::wipe(&request, &watcher).await.unwrap();
        assert!(copy::check(&request).await.unwrap().target_holds.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_cannot_be_saved_changes_nothing() {
    for postgres in support::engines().await.into_iter().take(1) {
        let pair = Pair::new(&postgres, ROWS).await;
        let watcher = Watcher::default();
        *watcher.fail_save.lock().unwrap() = Some(1);
        assert_eq!(pair.copy(&watcher).await.unwrap_err().kind, Kind::Io);
        assert!(copy::check(&pair.request()).await.unwrap().is_ready());
        pair.copy(&watcher).await.unwrap();
        pair.assert_equal().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_gets_text_and_a_missing_extension_is_refused_first() {
    let engines = support::engines().await;
    let Some((old, new)) = engines
        .first()
        .zip(engines.last())
        .filter(|(a, b)| a.version.major < b.version.major)
    else {
        support::skip("needs two versions of Postgres");
        return;
    };
    let load = FIXTURE
        .replace("CREATE COLLATION app.loose", "-- ")
        .replace("loose text COLLATE app.loose", "loose text")
        .replace(" x xml,", " x text,");
    let from = Pair::new(old, &load).await;
    let to = Pair::new(
        new,
        "CREATE ROLE reader; CREATE ROLE \"Odd \"\"Role\"\"\"; CREATE ROLE keeper",
    )
    .await;
    let mut request = from.request();
    request.target = to.target.clone();
    let watcher = Watcher::default();
    let summary = copy::run(&request, &watcher, CancellationToken::new())
        .await
        .unwrap_or_else(|e| panic!("{}", e.chain()));
    assert_eq!((summary.tables, summary.verified), (15, 15));
    copy::wipe(&request, &watcher).await.unwrap();

    if new.extensions.contains("pgcrypto") {
        return;
    }
    sql(&from.source, "CREATE EXTENSION pgcrypto").await;
    let check = copy::check(&request).await.unwrap();
    assert!(
        check.refusals.iter().any(|r| r.contains("pgcrypto")),
        "{check:?}"
    );
    let watcher = Watcher::default();
    let error = copy::run(&request, &watcher, CancellationToken::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.message.contains("pgcrypto"), "{}", error.message);
    assert!(copy::check(&request).await.unwrap().target_holds.is_empty());
    // An older pg_dump says so.
    let mut backwards = to.request();
    backwards.pg_dump = old.pg_dump();
    backwards.target = from.target.clone();
    let error = copy::run(&backwards, &Watcher::default(), CancellationToken::new())
        .await
        .unwrap_err();
    assert!(error.hint.unwrap().contains("newer pg_dump"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_cannot_fit_is_refused_before_its_first_change() {
    for postgres in support::engines().await.into_iter().take(1) {
        let Some(disk) = SmallDisk::mount(60) else {
            return;
        };
        let mut pair = Pair::new(&postgres, &ROWS.replace("150000", "300000")).await;
        pair.target = disk.database(&pair).await;
        let check = copy::check(&pair.request()).await.unwrap();
        let rooms = check.space.as_deref().unwrap_or_default();
        let room = rooms.iter().find(|r| r.folder.starts_with(disk.path()));
        let room = room.unwrap_or_else(|| panic!("{rooms:?}"));
        assert!(
            room.needs > 80_000_000 && room.free < room.needs,
            "{room:?}"
        );
        assert!(!check.is_ready());
        let watcher = Watcher::default();
        let error = pair.copy(&watcher).await.unwrap_err();
        assert_eq!(error.kind, Kind::Refused, "{}", error.chain());
        let place = room.folder.display().to_string();
        assert!(error.message.contains(&place), "{}", error.message);
        assert!(error.hint.unwrap().contains("Free at least"));
        let made = "SELECT count(*) FROM pg_class WHERE relname IN ('big', 'other')";
        assert_eq!(number(&pair.target, made).await, 0);
        assert!(check.target_holds.is_empty());
        // with less to copy, the same copy fits
        sql(&pair.source, "TRUNCATE big").await;
        pair.copy(&watcher).await.unwrap();
        pair.assert_equal().await;
        pair.server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_so_and_nothing_is_left_half_done() {
    for postgres in support::engines().await.into_iter().take(1) {
        let Some(disk) = SmallDisk::mount(250) else {
            return;
        };
        // the first row waits until somebody else has taken what was free
        let load = format!(
            "{}{} DROP TABLE public.gate;
             ALTER TABLE big ADD CHECK (id > 1 OR public.gate_is_passed())",
            ROWS.replace("150000", "300000"),
            gate::among_the_rows()
        );
        let mut pair = Pair::new(&postgres, &load).await;
        pair.target = disk.database(&pair).await;
        let gate = pair.gate().await;
        let watcher = Watcher::default();
        let filling = async {
            gate.reached().await;
            disk.fill();
            gate.open().await;
        };
        let (error, ()) = tokio::join!(pair.copy(&watcher), filling);
        let error = error.unwrap_err();
        assert_eq!(error.kind, Kind::Database, "{}", error.chain());
        assert!(error.message.contains("target"), "{}", error.message);
        assert!(error.hint.unwrap().contains("disk is full"));
        assert_eq!(number(&pair.target, "SELECT count(*) FROM big").await, 0);
        copy::wipe(&pair.request(), &watcher).await.unwrap();
        disk.empty();
        assert!(copy::check(&pair.request()).await.unwrap().is_ready());
        pair.server.stop().await.unwrap();
    }
}
