//! What the tests of copying share: a watcher that keeps the checkpoint, and ways to load, dump and
//! compare databases.
#![allow(dead_code)]

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use matriz::domain::progress::Report;
use matriz::error::{Error, Kind, Result};
use matriz::provider::postgres::copy::{self, CopyRequest, CopySummary, Observer};
use matriz::provider::postgres::libpq;
use matriz::provider::postgres::server::Server;
use matriz::provider::postgres::tools::{Postgres, Tool};
use matriz::provider::postgres::url::DatabaseUrl;
use tokio_util::sync::CancellationToken;

use crate::support;
use crate::support::gate::Gate;

pub mod proxy;
pub mod small_disk;

pub const FIXTURE: &str = include_str!("../data/copy_fixture.sql");

/// What a project has from the start.
pub const PLATFORM: &str = "CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA extensions; CREATE SCHEMA vault;
    CREATE TABLE auth.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text, confirmed_at timestamptz GENERATED ALWAYS AS (now_at) STORED, now_at timestamptz);
    CREATE TABLE auth.identities (id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users (id) ON DELETE CASCADE);
    CREATE TABLE auth.schema_migrations (version text);
    CREATE TABLE storage.buckets (id text PRIMARY KEY);
    CREATE TABLE storage.objects (id integer PRIMARY KEY, bucket text REFERENCES storage.buckets (id));
    CREATE TABLE vault.secrets (secret text);
    CREATE FUNCTION storage.platform() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER platform BEFORE UPDATE ON storage.objects FOR EACH ROW EXECUTE FUNCTION storage.platform();
    ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;";

/// What its users made of it.
pub const USERS: &str = "ALTER TABLE auth.users ADD COLUMN newer text;
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

/// Keeps what a copy says. The checkpoint passes through text, as a registry's would.
#[derive(Default)]
pub struct Watcher {
    checkpoint: Mutex<Option<String>>,
    pub lines: Mutex<VecDeque<String>>,
    pub reports: Mutex<Vec<(Instant, Report)>>,
    /// Fails the save of this number, counted from 1.
    pub fail_save: Mutex<Option<u32>>,
    saves: Mutex<u32>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watcher {
    pub fn saves(&self) -> u32 {
        *lock(&self.saves)
    }

    pub fn said(&self, part: &str) -> bool {
        lock(&self.lines).iter().any(|line| line.contains(part))
    }

    pub fn last_report(&self) -> Report {
        lock(&self.reports)
            .last()
            .map(|(_, r)| r.clone())
            .unwrap_or_default()
    }

    /// Waits until a report fits.
    pub async fn until(&self, what: &str, fits: impl Fn(&Report) -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !lock(&self.reports).iter().any(|(_, report)| fits(report)) {
            assert!(Instant::now() < end, "never saw {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Observer for Watcher {
    fn report(&self, report: Report) {
        lock(&self.reports).push((Instant::now(), report));
    }

    fn log(&self, line: &str) {
        lock(&self.lines).push_back(line.to_owned());
    }

    fn checkpoint(&self) -> Option<serde_json::Value> {
        let kept = lock(&self.checkpoint);
        kept.as_ref()
            .map(|text| serde_json::from_str(text).expect("JSON"))
    }

    fn save_checkpoint(&self, value: serde_json::Value) -> Result<()> {
        let mut saves = lock(&self.saves);
        *saves += 1;
        if *lock(&self.fail_save) == Some(*saves) {
            return Err(Error::new(Kind::Io, "The registry's disk is full."));
        }
        *lock(&self.checkpoint) = Some(value.to_string());
        Ok(())
    }
}

/// A server with a source and an empty target on it.
pub struct Pair {
    pub server: Server,
    pub postgres: Postgres,
    pub source: DatabaseUrl,
    pub target: DatabaseUrl,
}

impl Pair {
    pub async fn new(postgres: &Postgres, load: &str) -> Pair {
        let server = support::server(postgres).await;
        let source = support::database(&server, "source").await;
        let target = support::database(&server, "target").await;
        let mut load = load.to_owned();
        for (probe, replaced) in [
            ("SELECT '<a/>'::xml", &[(" x xml,", " x text,")][..]),
            (
                "CREATE COLLATION pg_temp.c (provider = icu, locale = 'und')",
                &[
                    ("CREATE COLLATION app.loose", "-- "),
                    ("COLLATE app.loose", ""),
                ],
            ),
        ] {
            let session = support::connected(&source).await;
            if session.batch_execute(probe).await.is_err() {
                println!("SKIP one column: {} can't {probe}", postgres.label());
                for (with, without) in replaced {
                    load = load.replace(with, without);
                }
            }
        }
        sql(&source, &load).await;
        Pair {
            server,
            postgres: postgres.clone(),
            source,
            target,
        }
    }

    pub fn request(&self) -> CopyRequest {
        CopyRequest::new(
            self.source.clone(),
            self.target.clone(),
            self.postgres.path(Tool::PgDump),
        )
    }

    /// The key to the gates that are in the source.
    pub async fn gate(&self) -> Gate {
        Gate::at(&self.server.superuser("postgres")).await
    }

    pub async fn copy(&self, watcher: &Watcher) -> Result<CopySummary> {
        copy::run(&self.request(), watcher, CancellationToken::new()).await
    }

    /// The schema as `pg_dump` writes it, by lines.
    pub async fn schema(&self, url: &DatabaseUrl) -> Vec<String> {
        let mut command = tokio::process::Command::new(self.postgres.path(Tool::PgDump));
        libpq::configure(&mut command, url);
        let output = command
            .arg("--schema-only")
            .output()
            .await
            .expect("pg_dump");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        // These two lines hold a random word.
        text.lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .map(str::to_owned)
            .collect()
    }

    /// Both schemas are the same line by line, and both contents by count and hash.
    pub async fn assert_equal(&self) {
        let (ours, theirs) = (
            self.schema(&self.source).await,
            self.schema(&self.target).await,
        );
        for (line, (a, b)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(a, b, "line {line} of the schema");
        }
        assert_eq!(ours.len(), theirs.len());
        let comparison = copy::compare(&self.source, &self.target)
            .await
            .expect("a comparison");
        assert!(comparison.is_equal(), "{:?}", comparison.differences);
    }

    /// Nothing of ours is connected any more, once the servers have noticed.
    pub async fn assert_no_connections(&self) {
        let admin = support::connected(&self.server.superuser("postgres")).await;
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let rows = admin
                .query(
                    "SELECT coalesce(query, '')::text FROM pg_stat_activity
                     WHERE application_name IN ('matriz copy', 'pg_dump')",
                    &[],
                )
                .await
                .expect("the list of connections");
            if rows.is_empty() {
                return;
            }
            let left: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            assert!(Instant::now() < end, "still connected: {left:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub async fn sql(url: &DatabaseUrl, text: &str) {
    let connection = support::connected(url).await;
    if let Err(error) = connection.batch_execute(text).await {
        panic!("{url}: {error} {:?}", error.as_db_error());
    }
    connection.close().await;
}

pub async fn number(url: &DatabaseUrl, text: &str) -> i64 {
    let connection = support::connected(url).await;
    let row = connection.query_one(text, &[]).await.expect(text);
    row.get(0)
}

/// The bytes of a file in the fixture's folder, for those who need the path.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}
