//! The worker killed at random moments of a copy, while others write to the source. Whatever happens,
//! the clone is one moment of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use matriz::domain::job::JobState;
use matriz::provider::postgres::url::DatabaseUrl;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::place::Place;
use crate::{outside, support};

/// About 100 MB. Money moves between accounts, one row for each move, and `moves` counts them: so the
/// tables only fit together if they are of one moment.
const LEDGER: &str = "
    CREATE TABLE public.account (
        id int PRIMARY KEY, opening bigint NOT NULL, balance bigint NOT NULL, about text);
    INSERT INTO public.account
    SELECT n, 1000, 1000, repeat(md5(n::text), 20) FROM generate_series(1, 30000) n;
    CREATE TABLE public.transfer (
        id bigserial PRIMARY KEY, source int NOT NULL REFERENCES public.account,
        target int NOT NULL REFERENCES public.account, amount bigint NOT NULL, note text);
    INSERT INTO public.transfer (source, target, amount, note)
    SELECT 1 + n % 30000, 1 + n % 30000, 0, repeat(md5(n::text), 5)
      FROM generate_series(1, 300000) n;
    CREATE INDEX ON public.transfer (source);
    CREATE INDEX ON public.transfer (target);
    CREATE TABLE public.moves (n bigint NOT NULL);
    INSERT INTO public.moves SELECT count(*) FROM public.transfer";

const MOVE: &str = "
    BEGIN;
    UPDATE public.account SET balance = balance - $AMOUNT WHERE id = $FROM;
    INSERT INTO public.transfer (source, target, amount, note)
    VALUES ($FROM, $TO, $AMOUNT, 'moved');
    UPDATE public.account SET balance = balance + $AMOUNT WHERE id = $TO;
    UPDATE public.moves SET n = n + 1;
    COMMIT";

/// Accounts whose balance isn't what their transfers say, and whether the count is wrong: 0 where all
/// tables are of one moment.
const BROKEN: &str = "
    SELECT (SELECT count(*) FROM (
        SELECT a.id FROM public.account a
        LEFT JOIN (SELECT id, sum(amount)::bigint AS amount FROM (
            SELECT target AS id, amount FROM public.transfer WHERE amount <> 0
            UNION ALL SELECT source, -amount FROM public.transfer WHERE amount <> 0) moved
            GROUP BY id) m USING (id)
        WHERE a.balance <> a.opening + coalesce(m.amount, 0)) wrong)
    + (SELECT count(*) FROM public.moves WHERE n <> (SELECT count(*) FROM public.transfer))
    + (SELECT CASE WHEN sum(balance) = sum(opening) THEN 0 ELSE 1 END FROM public.account)";

/// Moves money until it's told to stop.
struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Writer {
    fn start(url: DatabaseUrl, seed: u64) -> Writer {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let thread = thread::spawn(move || {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut moves = 0;
            outside::block_on(async {
                let connection = support::connected(&url).await;
                while !told.load(Ordering::Relaxed) {
                    let from = rng.random_range(1..=30000);
                    let to = from % 30000 + 1;
                    let amount = rng.random_range(1..100).to_string();
                    let sql = MOVE
                        .replace("$AMOUNT", &amount)
                        .replace("$FROM", &from.to_string())
                        .replace("$TO", &to.to_string());
                    connection.batch_execute(&sql).await.expect("a transfer");
                    moves += 1;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
            moves
        });
        Writer { stop, thread }
    }

    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the writer")
    }
}

fn number(name: &str, or: u64) -> u64 {
    let given = std::env::var(name).ok().and_then(|v| v.parse().ok());
    given.unwrap_or(or)
}

/// `MATRIZ_TEST_KILLS` says how often (30 where nothing may be left out, else 8), `MATRIZ_TEST_SEED`
/// repeats a run.
#[test]
fn a_copy_killed_at_random_moments_ends_as_one_moment() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let all = std::env::var_os("MATRIZ_REQUIRE_ALL").is_some_and(|v| v == "1");
    let kills = number("MATRIZ_TEST_KILLS", if all { 30 } else { 8 });
    let seed = number("MATRIZ_TEST_SEED", rand::random::<u32>().into());
    println!("SEED MATRIZ_TEST_SEED={seed} MATRIZ_TEST_KILLS={kills}");
    let mut rng = StdRng::seed_from_u64(seed);
    place.sql("default", LEDGER);
    let size = place.number("default", "SELECT pg_database_size(current_database())");
    assert!(size > 90_000_000, "only {size} bytes");
    let before = place.number("default", "SELECT n FROM public.moves");
    let writer = Writer::start(place.database("default"), seed);

    let began = Instant::now();
    place
        .matriz(&["clone", "default", "calm", "--yes", "--json"])
        .ok();
    let calm = began.elapsed();
    println!(
        "MEASURED an undisturbed clone of {} MB: {calm:?}",
        size / 1_000_000
    );
    of_one_moment(&place, "calm", before);

    let (mut done, mut round) = (0, 0);
    while done < kills {
        round += 1;
        let name = format!("killed-{round}");
        let clone = ["clone", "default", &name, "--yes", "--detach", "--json"];
        let id = place.matriz(&clone).ok().last()["job"].as_i64().unwrap();
        // several kills of one job: what an interrupted resume leaves is part of the test
        for _ in 0..(kills - done).min(6) {
            let wait = calm.mul_f64(rng.random_range(0.0..1.0));
            thread::sleep(wait);
            if !place.kill_worker(id) {
                assert_eq!(place.job(id).state, JobState::Done);
                break;
            }
            done += 1;
            let at = place.job(id);
            let step = at
                .steps
                .iter()
                .find(|s| !s.state.is_over())
                .map_or("", |s| &s.name);
            println!("killed {done} after {wait:?}, at {step}");
            place
                .matriz(&["jobs", "resume", &id.to_string(), "--detach"])
                .ok();
        }
        outside::wait_until("the job is over", || !place.job(id).state.is_active());
        let job = place.job(id);
        assert_eq!(job.state, JobState::Done, "seed {seed}: {job:?}");
        of_one_moment(&place, &name, before);
        place
            .matriz(&["delete", &name, "--yes", "--confirm", &name, "--json"])
            .ok();
    }
    let moved = writer.stop();
    println!("MEASURED {moved} transactions meanwhile, {round} clones");
    assert!(moved > 100, "the source was hardly written to: {moved}");
    assert_eq!(place.projects(), ["calm", "default"]);
    assert_eq!(place.number("default", BROKEN), 0);
}

fn of_one_moment(place: &Place, name: &str, before: i64) {
    assert_eq!(
        place.number(name, BROKEN),
        0,
        "{name} is of several moments"
    );
    let theirs = place.number(name, "SELECT count(*) FROM public.transfer");
    let now = place.number("default", "SELECT n FROM public.moves");
    assert!(
        before <= theirs && theirs <= now,
        "{before} <= {theirs} <= {now}"
    );
    // whatever isn't written to meanwhile is the same on both sides
    let mut differences = place.differences("default", name);
    differences.retain(|line| {
        !["account", "transfer", "moves"]
            .iter()
            .any(|t| line.contains(t))
    });
    assert_eq!(differences, Vec::<String>::new(), "{name}");
    let named = place.projects().into_iter().filter(|n| n == name).count();
    assert_eq!(named, 1);
}
