//! How much memory a clone takes: the worker's peak, while four tables with wide rows are on their
//! way at the same time.
#![cfg(target_os = "linux")]

#[allow(dead_code)]
#[path = "end_to_end/command.rs"]
mod command;
#[allow(dead_code)]
#[path = "end_to_end/outside.rs"]
mod outside;
#[allow(dead_code)]
#[path = "end_to_end/place.rs"]
mod place;
mod support;

use std::time::{Duration, Instant};

use place::Place;

/// What the program promises, in bytes: for rows up to 8 MB, and for larger ones three times the
/// largest beyond that.
const PROMISED: u64 = 100_000_000;

/// Tables of three rows that no compression makes smaller: the same random bytes, each row with a
/// beginning of its own.
const WIDE: &str = "
    CREATE TABLE public.bytes AS SELECT string_agg(sha512((random()::text || n)::bytea), '') AS b
      FROM generate_series(1, $WIDTH / 64) n;
    DO $$ BEGIN FOR t IN 1..$TABLES LOOP
      EXECUTE format('CREATE TABLE public.wide_%s (id int PRIMARY KEY, b bytea)', t);
      EXECUTE format('ALTER TABLE public.wide_%s ALTER b SET STORAGE EXTERNAL', t);
      EXECUTE format('INSERT INTO public.wide_%s
        SELECT n, overlay(b PLACING sha256((%s * 100 + n)::text::bytea) FROM 1)
          FROM public.bytes, generate_series(1, 3) n', t, t);
    END LOOP; END $$;
    DROP TABLE public.bytes";

/// The most memory that a process ever had, in bytes; `None` once it's gone.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Clones so many tables with rows of this many bytes; answers with the worker's peak.
fn clone_with_rows_of(width: u64, tables: u64) -> Option<u64> {
    let place = Place::small().map(Place::initialised)?;
    let wide = WIDE.replace("$WIDTH", &width.to_string());
    place.sql("default", &wide.replace("$TABLES", &tables.to_string()));
    let longest = "SELECT max(octet_length(b))::bigint FROM public.wide_1";
    let longest = u64::try_from(place.number("default", longest)).unwrap();
    assert_eq!(longest, width);
    let clone = ["clone", "default", "wide", "--yes", "--detach", "--json"];
    let id = place.matriz(&clone).ok().last()["job"].as_i64().unwrap();
    let registry = place.registry();
    let end = Instant::now() + Duration::from_secs(300);
    let mut most = 0;
    loop {
        let job = registry.job(id).expect("the job");
        let now = job.worker.as_ref().and_then(|worker| peak(worker.pid));
        most = most.max(now.unwrap_or_default());
        if !job.state.is_active() {
            break;
        }
        assert!(Instant::now() < end, "the clone doesn't end");
        std::thread::sleep(Duration::from_millis(5));
    }
    let log = place.matriz(&["jobs", "log", &id.to_string()]);
    assert_eq!(place.job_state(id), "done", "{}", log.out);
    assert!(most > 0, "the worker was never seen");
    println!("{}", log.out);
    println!(
        "MEASURED rows of {} MB: the worker had at most {:.1} MB",
        width / 1_000_000,
        most as f64 / 1e6
    );
    Some(most)
}

#[test]
fn rows_of_8_mb_fit_into_100_mb() {
    if let Some(most) = clone_with_rows_of(8_000_000, 8) {
        assert!(most < PROMISED, "{most} bytes");
    }
}

#[test]
fn larger_rows_take_three_of_them_more() {
    if let Some(most) = clone_with_rows_of(32_000_000, 4) {
        assert!(most < PROMISED + 3 * 32_000_000, "{most} bytes");
    }
}
