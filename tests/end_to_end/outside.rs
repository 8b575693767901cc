//! The same things seen without the program: the sandbox's API, its server, the registry.

use std::future::Future;
use std::time::{Duration, Instant};

use matriz::domain::job::JobView;
use matriz::provider::http::{Http, HttpOptions};
use matriz::provider::postgres::connect::Connection;
use matriz::provider::postgres::copy;
use matriz::provider::postgres::url::DatabaseUrl;
use matriz::provider::supabase::Supabase;
use matriz::registry::Registry;
use matriz::sandbox::{self, FetchConsent};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::place::Place;
use crate::support;
use crate::support::gate::{self, Gate, Held};

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

/// Waits for something to become so.
pub fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !so() {
        assert!(Instant::now() < deadline, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Place {
    pub fn registry(&self) -> Registry {
        Registry::open(&self.path(".matriz")).expect("the registry")
    }

    pub fn job(&self, id: i64) -> JobView {
        self.registry().job_view(id).expect("the job")
    }

    pub fn database(&self, name: &str) -> DatabaseUrl {
        DatabaseUrl::parse(&self.value(name, "DATABASE_URL")).expect("a database's address")
    }

    /// A client of the sandbox's API.
    pub async fn supabase(&self) -> Supabase {
        let endpoints = sandbox::ensure(&self.root, FetchConsent::No, |_| ());
        let endpoints = endpoints.await.expect("the sandbox runs");
        let http = Http::new(HttpOptions::default()).expect("a client");
        Supabase::new(&endpoints.api_url, &endpoints.token, http).expect("an address")
    }

    /// The names of the sandbox's projects, sorted.
    pub fn projects(&self) -> Vec<String> {
        self.matriz(&["sandbox", "start"]).ok();
        let projects = block_on(async { self.supabase().await.projects().await });
        let mut names: Vec<String> = projects
            .expect("the list")
            .into_iter()
            .map(|p| p.name)
            .collect();
        names.sort();
        names
    }

    /// The server's own superuser, in one of its databases.
    pub async fn superuser(&self, database: &str) -> Connection {
        let url = gate::superuser(&self.root, database).expect("the sandbox has run");
        support::connected(&url).await
    }

    /// A gate in the middle of what a copy of `default` writes, shut.
    pub fn gate(&self) -> Held<Gate> {
        self.sql("default", &gate::among_the_rows());
        Held::in_sandbox(&self.root)
    }

    /// How many databases and login roles the server has, once those of deleted projects, which are
    /// put aside at once and removed a little later, are gone.
    pub fn server_objects(&self) -> (i64, i64) {
        const COUNTS: &str =
            "SELECT (SELECT count(*) FROM pg_database), (SELECT count(*) FROM pg_roles),
            (SELECT count(*) FROM pg_database WHERE datname LIKE 'gone.%')
              + (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'gone.%')";
        self.matriz(&["sandbox", "start"]).ok();
        let mut counts = (0, 0);
        wait_until("nothing that was deleted is left", || {
            let row = block_on(async {
                let admin = self.superuser("postgres").await;
                admin.query_one(COUNTS, &[]).await.expect("the counts")
            });
            counts = (row.get(0), row.get(1));
            row.get::<_, i64>(2) == 0
        });
        counts
    }

    /// One statement in an instance's database.
    pub fn sql(&self, name: &str, statement: &str) {
        block_on(async {
            let connection = support::connected(&self.database(name)).await;
            connection.batch_execute(statement).await.expect(statement);
        });
    }

    /// One number from an instance's database.
    /// A query's one text.
    pub fn text(&self, name: &str, query: &str) -> String {
        block_on(async {
            let connection = support::connected(&self.database(name)).await;
            connection.query_one(query, &[]).await.expect(query).get(0)
        })
    }

    pub fn number(&self, name: &str, query: &str) -> i64 {
        block_on(async {
            let connection = support::connected(&self.database(name)).await;
            connection.query_one(query, &[]).await.expect(query).get(0)
        })
    }

    /// Where two instances' tables differ, by count and content.
    pub fn differences(&self, one: &str, other: &str) -> Vec<String> {
        let (one, other) = (self.database(one), self.database(other));
        let comparison = block_on(copy::compare(&one, &other)).expect("a comparison");
        assert!(comparison.tables > 0, "nothing was compared");
        comparison.differences
    }

    #[track_caller]
    pub fn equal(&self, one: &str, other: &str) {
        assert_eq!(self.differences(one, other), Vec::<String>::new());
    }

    /// Kills a job's worker, if it has one that lives; waits until the job knows.
    pub fn kill_worker(&self, id: i64) -> bool {
        let registry = self.registry();
        let job = registry.job(id).expect("the job");
        let Some(worker) = job.worker.filter(|_| job.state.is_active()) else {
            return false;
        };
        let killed = worker.signal(Signal::SIGKILL);
        wait_until("the job has no worker", || {
            !registry.job(id).expect("the job").state.is_active()
        });
        killed
    }
}

/// Whether a process is there.
pub fn runs(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None).is_ok()
}
