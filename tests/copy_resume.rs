//! A copy that is interrupted anywhere goes on to one moment's consistent end.

mod copying;
mod support;

use std::time::Duration;

use copying::{Pair, Watcher, number, sql};
use matriz::provider::postgres::copy::{self, Observer};
use rand::RngExt;
use support::gate;
use tokio_util::sync::CancellationToken;

/// Two tables whose sums are always equal, among others that take time.
const LEDGER: &str = "CREATE TABLE account (id integer PRIMARY KEY, amount bigint NOT NULL);
    CREATE TABLE movement (id bigserial PRIMARY KEY, account integer REFERENCES account (id), amount bigint NOT NULL);
    INSERT INTO account SELECT n, 0 FROM generate_series(1, 500) n;
    CREATE TABLE ballast (id bigint PRIMARY KEY, t text);
    INSERT INTO ballast SELECT n, repeat(md5(n::text), 6) FROM generate_series(1, 120000) n;
    CREATE INDEX ON ballast (t);
    CREATE VIEW balance AS SELECT (SELECT sum(amount) FROM account) - (SELECT coalesce(sum(amount), 0) FROM movement) AS off;";

const MOVE: &str = "WITH m AS (INSERT INTO movement (account, amount)
      SELECT 1 + floor(random() * 500)::int, floor(random() * 100)::int RETURNING account, amount)
    UPDATE account a SET amount = a.amount + m.amount FROM m WHERE a.id = m.account";

#[tokio::test(flavor = "multi_thread")]
async fn dropped_at_random_moments_while_the_source_is_written_it_ends_consistent() {
    for postgres in support::engines().await.into_iter().take(1) {
        let pair = Pair::new(&postgres, LEDGER).await;
        let stop = CancellationToken::new();
        let writing = {
            let (stop, source) = (stop.clone(), pair.source.clone());
            tokio::spawn(async move {
                let session = support::connected(&source).await;
                let mut moves = 0_u64;
                while !stop.is_cancelled() {
                    session.batch_execute(MOVE).await.expect("a movement");
                    moves += 1;
                }
                moves
            })
        };
        let begin = std::time::Instant::now();
        let whole = Watcher::default();
        pair.copy(&whole).await.unwrap();
        let takes = begin.elapsed();
        copy::wipe(&pair.request(), &whole).await.unwrap();

        let watcher = Watcher::default();
        for round in 0..10 {
            let share: f64 = rand::rng().random_range(0.0..1.0);
            let moment = takes.mul_f64(share);
            // The future is dropped where it stands: nothing gets to tidy up.
            if tokio::time::timeout(moment, pair.copy(&watcher))
                .await
                .is_ok()
            {
                copy::wipe(&pair.request(), &watcher).await.unwrap();
                return finish(pair, stop, writing, Watcher::default()).await;
            }
            println!(
                "round {round}: dropped after {moment:?}, checkpoint {}",
                watcher.checkpoint().is_some()
            );
        }
        finish(pair, stop, writing, watcher).await;
    }
}

async fn finish(
    pair: Pair,
    stop: CancellationToken,
    writing: tokio::task::JoinHandle<u64>,
    watcher: Watcher,
) {
    pair.copy(&watcher)
        .await
        .unwrap_or_else(|e| panic!("{}", e.chain()));
    assert_eq!(
        number(&pair.target, "SELECT off::int8 FROM balance").await,
        0
    );
    assert_eq!(
        number(&pair.target, "SELECT count(*) FROM ballast").await,
        120_000
    );
    // The sequence is ahead of every row that came along.
    let behind =
        "SELECT (max(id) > (SELECT last_value FROM movement_id_seq))::int::int8 FROM movement";
    assert_eq!(number(&pair.target, behind).await, 0);
    stop.cancel();
    assert!(writing.await.unwrap() > 10);
    pair.assert_no_connections().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_kept_if_it_is_the_same_and_made_again_if_not() {
    for postgres in support::engines().await.into_iter().take(1) {
        let pair = Pair::new(&postgres, LEDGER).await;
        for changed in [false, true] {
            let watcher = Watcher::default();
            // Saves: the target is empty; the schema begins; it is made; rows begin; indexes begin.
            *watcher.fail_save.lock().unwrap() = Some(5);
            pair.copy(&watcher).await.unwrap_err();
            assert_eq!(watcher.saves(), 5);
            if changed {
                sql(
                    &pair.source,
                    "ALTER TABLE account ADD COLUMN more integer DEFAULT 7",
                )
                .await;
            }
            pair.copy(&watcher)
                .await
                .unwrap_or_else(|e| panic!("{}", e.chain()));
            assert_eq!(watcher.said("is kept"), !changed);
            pair.assert_equal().await;
            copy::wipe(&pair.request(), &watcher).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_loses_its_server_half_way_goes_on_when_it_is_back() {
    for postgres in support::engines().await.into_iter().take(1) {
        let pair = Pair::new(&postgres, &format!("{LEDGER}{}", gate::among_the_rows())).await;
        let gate = pair.gate().await;
        let watcher = Watcher::default();
        let ending = async {
            watcher
                .until("rows on their way", |r| r.amount.done > 0)
                .await;
            gate.reached().await;
            let admin = support::connected(&pair.server.superuser("postgres")).await;
            admin
                .batch_execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE application_name = 'matriz copy' AND datname = 'target'",
                )
                .await
                .unwrap();
        };
        let (answer, ()) = tokio::join!(pair.copy(&watcher), ending);
        let error = answer.unwrap_err();
        assert!(error.message.contains("target"), "{}", error.chain());
        gate.open().await;
        tokio::time::timeout(Duration::from_secs(60), pair.copy(&watcher))
            .await
            .unwrap()
            .unwrap();
        pair.assert_equal().await;
    }
}
