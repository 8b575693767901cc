//! The databases behind the sandbox's projects, on the real engines of this machine.

mod support;

use std::time::{Duration, Instant};

use matriz::error::Kind;
use matriz::provider::postgres::connect::{ConnectOptions, connect};
use matriz::provider::postgres::server::{RunAs, Server, ServerOptions, free_port};
use matriz::provider::postgres::tools::Postgres;
use matriz::provider::postgres::url::DatabaseUrl;
use matriz::sandbox::api::ProjectDatabases;
use matriz::sandbox::database::{Databases, HBA};
use serde_json::{Value, json};

const ONE: &str = "aaaaaaaaaaaaaaaaaaaa";
const TWO: &str = "bbbbbbbbbbbbbbbbbbbb";
const PASSWORD: &str = "example-p@ss'word";

struct Stand {
    server: Server,
    databases: Databases,
    port: u16,
    _home: tempfile::TempDir,
}

impl Stand {
    async fn new(postgres: &Postgres) -> Stand {
        let home = tempfile::tempdir().unwrap();
        let port = free_port().unwrap();
        let options = ServerOptions {
            data: home.path().join("data"),
            log: home.path().join("log"),
            port,
            password: "example-superuser".to_owned(),
            durable: false,
            outlives: None,
            hba: vec![HBA.to_owned()],
            run_as: RunAs::choose().unwrap(),
        };
        let server = Server::start(postgres, &options).await.unwrap();
        let databases = Databases::open(server.superuser("postgres"), port)
            .await
            .unwrap_or_else(|error| panic!("{}: {}", postgres.label(), error.chain()));
        Stand {
            server,
            databases,
            port,
            _home: home,
        }
    }

    async fn url(&self, reference: &str) -> DatabaseUrl {
        let at = self.databases.connection(reference).await.unwrap();
        DatabaseUrl::tcp(&at.host, at.port, &at.user, &at.database).with_password(PASSWORD)
    }

    /// Waits until nothing of deleted projects is left.
    async fn wait_swept(&self) {
        let admin = support::connected(&self.server.superuser("postgres")).await;
        let sql = "select datname::text from pg_database where datname ~ '^gone\\.[a-z]{20}\\.'
                   union all select rolname::text from pg_roles where rolname ~ '^gone\\.[a-z]{20}\\.'";
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let rows = admin.query(sql, &[]).await.unwrap();
            let left: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "still there: {left:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn rows(&self, sql: &str) -> Vec<Value> {
        let rows = self.databases.query(ONE, sql, &[], false).await;
        rows.unwrap_or_else(|error| panic!("{sql}: {}", error.message))
    }
}

async fn refused(url: &DatabaseUrl) -> String {
    connect(url, &ConnectOptions::default())
        .await
        .unwrap_err()
        .message
}

#[tokio::test]
async fn a_project_has_what_a_supabase_project_has() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        let begin = Instant::now();
        stand.databases.create(ONE, PASSWORD).await.unwrap();
        println!(
            "MEASURED {}: a project's database {:?}",
            postgres.label(),
            begin.elapsed()
        );

        let project = support::connected(&stand.url(ONE).await).await;
        let who = project
            .query_one(
                "select current_user::text, current_setting('is_superuser')",
                &[],
            )
            .await
            .unwrap();
        assert_eq!(who.get::<_, &str>(0), "postgres");
        assert_eq!(who.get::<_, &str>(1), "off");
        // What a project's owner does in the clouds.
        project
            .batch_execute(
                "create table note (id bigserial primary key, owner uuid references auth.users (id), body text);
                 alter table note enable row level security;
                 create policy own on note for select to authenticated using (owner = auth.uid());
                 create policy read_files on storage.objects for select to anon using (bucket_id = 'public');
                 create function hello() returns trigger language plpgsql as $$ begin return new; end $$;
                 create trigger on_user after insert on auth.users for each row execute function hello();
                 insert into auth.users (id, email) values ('11111111-1111-4111-8111-111111111111', 'ana@example.com');
                 insert into note (owner, body) values ('11111111-1111-4111-8111-111111111111', 'hers'), (null, 'nobody''s');
                 alter publication supabase_realtime add table note;
                 create schema app; create role app_reader; drop role app_reader;
                 create schema supabase_migrations;
                 create table supabase_migrations.schema_migrations (version text primary key);",
            )
            .await
            .unwrap();
        if postgres.version.major >= 15 {
            project
                .batch_execute(
                    "set session_replication_role = replica; reset session_replication_role",
                )
                .await
                .unwrap();
        }
        if postgres.has_vector() {
            project
                .batch_execute(
                    "create extension vector with schema extensions; create table v (e vector(3))",
                )
                .await
                .unwrap();
        }
        // Row-level security, seen as a signed-in person, as nobody, and as the service.
        for (role, sees) in [("authenticated", 1_i64), ("anon", 0), ("service_role", 2)] {
            let claims = format!(
                "begin; set local role {role};
                 set local request.jwt.claims = '{{\"sub\":\"11111111-1111-4111-8111-111111111111\"}}'"
            );
            project.batch_execute(&claims).await.unwrap();
            let row = project
                .query_one("select count(*) from note", &[])
                .await
                .unwrap();
            assert_eq!(row.get::<_, i64>(0), sees, "{role}");
            project.batch_execute("commit").await.unwrap();
        }
        project
            .batch_execute("create table auth.mine (a int)")
            .await
            .ok();
        assert!(stand.databases.size(ONE).await.unwrap() > 1_000_000);
        assert!(stand.databases.clients().await.unwrap() >= 1);
        stand.server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn nobody_enters_another_s_database() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        stand.databases.create(ONE, PASSWORD).await.unwrap();
        stand.databases.create(TWO, "example-other").await.unwrap();
        let one = stand.url(ONE).await;
        support::connected(&one).await;
        for database in [TWO, "postgres", "template1", "supabase_template"] {
            let message = refused(&one.clone().with_database(database)).await;
            let closed = message.contains("doesn't let") || message.contains("no connections");
            assert!(closed, "{database}: {message}");
        }
        assert!(
            refused(&one.clone().with_password("example-wrong"))
                .await
                .contains("refused the login")
        );
        // The API's own roles come in over the socket only.
        let api = one.clone().with_user(format!("api.{ONE}"));
        assert!(refused(&api).await.contains("refused the login"));
        for user in ["postgres", "anon", "service_role"] {
            assert!(
                connect(&one.clone().with_user(user), &ConnectOptions::default())
                    .await
                    .is_err()
            );
        }
        stand.server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_project_is_made_paused_resumed_and_removed_again_and_again() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        let databases = &stand.databases;
        assert!(!databases.healthy(ONE).await.unwrap());
        for _ in 0..2 {
            databases.create(ONE, "example-first").await.unwrap();
        }
        databases.set_password(ONE, PASSWORD).await.unwrap();
        let url = stand.url(ONE).await;
        let client = support::connected(&url).await;
        client
            .batch_execute("create table kept (a int)")
            .await
            .unwrap();
        assert!(databases.healthy(ONE).await.unwrap());

        for _ in 0..2 {
            databases.pause(ONE).await.unwrap();
        }
        assert!(client.batch_execute("select 1").await.is_err());
        assert!(refused(&url).await.contains("accepts no connections"));
        assert!(!databases.healthy(ONE).await.unwrap());
        for _ in 0..2 {
            databases.resume(ONE).await.unwrap();
        }
        let client = support::connected(&url).await;
        client.batch_execute("select a from kept").await.unwrap();

        for _ in 0..2 {
            databases.drop(ONE).await.unwrap();
        }
        assert!(refused(&url).await.contains("refused the login"));
        assert_eq!(databases.pause(ONE).await.unwrap_err().kind, Kind::NotFound);
        // A new one under the same name holds nothing of the old.
        databases.create(ONE, PASSWORD).await.unwrap();
        let client = support::connected(&url).await;
        assert!(client.batch_execute("select a from kept").await.is_err());
        // Opening again, as the next start does, changes nothing.
        Databases::open(stand.server.superuser("postgres"), stand.port)
            .await
            .unwrap();
        stand.server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_deleted_is_put_aside_and_nothing_is_left() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        let databases = &stand.databases;
        // twice under one name, and each time with a grant to a role that goes with it
        for _ in 0..2 {
            databases.create(ONE, PASSWORD).await.unwrap();
            databases
                .login_role(ONE, "cli_login", PASSWORD, false, 60)
                .await
                .unwrap();
            let client = support::connected(&stand.url(ONE).await).await;
            let sql = format!("create table t (a int); grant select on t to \"api.{ONE}\"");
            client.batch_execute(&sql).await.unwrap();
            databases.drop(ONE).await.unwrap();
            assert!(client.batch_execute("select 1").await.is_err());
        }
        stand.wait_swept().await;

        // what a kill left is removed at the next start, half removed or not
        databases.create(TWO, PASSWORD).await.unwrap();
        let admin = support::connected(&stand.server.superuser("postgres")).await;
        let left = "gone.cccccccccccccccccccc.01234567";
        let sql = format!(
            "create database \"{left}\"; create role \"{left}.0\"; create role \"gone.fishing\""
        );
        for statement in sql.split("; ") {
            admin.batch_execute(statement).await.unwrap();
        }
        let half = "update pg_database set datconnlimit = -2 where datname like 'gone.%'";
        admin.batch_execute(half).await.unwrap();
        let superuser = stand.server.superuser("postgres");
        let _next = Databases::open(superuser, stand.port).await.unwrap();
        stand.wait_swept().await;
        // nobody else's is touched
        let other = admin.batch_execute("drop role \"gone.fishing\"");
        other.await.unwrap();
        assert!(databases.healthy(TWO).await.unwrap());
        stand.server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn many_projects_are_made_at_once() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        let making = (b'a'..b'i').map(|letter| {
            let databases = stand.databases.clone();
            let reference = String::from(char::from(letter)).repeat(20);
            tokio::spawn(async move { databases.create(&reference, PASSWORD).await })
        });
        for made in futures_util::future::join_all(making).await {
            made.unwrap().unwrap();
        }
        stand.server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn sql_answers_with_typed_rows_of_the_last_statement() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        stand.databases.create(ONE, PASSWORD).await.unwrap();
        let rows = stand
            .rows("create table t (a int, b text); insert into t values (1, 'x'), (2, null); select a, b, a > 1 as big, array[a, 7] as list, '{\"k\": 1}'::jsonb as j from t order by a;")
            .await;
        assert_eq!(
            rows,
            [
                json!({"a": 1, "b": "x", "big": false, "list": [1, 7], "j": {"k": 1}}),
                json!({"a": 2, "b": null, "big": true, "list": [2, 7], "j": {"k": 1}}),
            ]
        );
        assert!(
            stand
                .rows("select a from t; create table u (a int)")
                .await
                .is_empty()
        );
        assert!(stand.rows("").await.is_empty());
        assert_eq!(
            stand.rows("insert into u values (5) returning a").await,
            [json!({"a": 5})]
        );
        assert_eq!(
            stand.rows("select current_user::text as me").await,
            [json!({"me": "postgres"})]
        );
        let found = stand
            .databases
            .query(
                ONE,
                "select a from t where a = $1 and b is not distinct from $2",
                &[json!(2), json!(null)],
                false,
            )
            .await
            .unwrap();
        assert_eq!(found, [json!({"a": 2})]);

        // Several statements are one transaction: the first is undone with the second.
        let failed = stand.databases.query(
            ONE,
            "insert into u values (6);\nselect nothing from u",
            &[],
            false,
        );
        let error = failed.await.unwrap_err();
        assert_eq!(error.kind, Kind::Database);
        assert!(
            error
                .message
                .starts_with("ERROR:  42703: column \"nothing\""),
            "{}",
            error.message
        );
        assert!(
            error.message.ends_with("LINE 2: select nothing from u"),
            "{}",
            error.message
        );
        assert_eq!(
            stand.rows("select count(*) as n from u").await,
            [json!({"n": 1})]
        );

        let read = |sql: &'static str| stand.databases.query(ONE, sql, &[], true);
        assert_eq!(
            read("select count(*) as n from t").await.unwrap(),
            [json!({"n": 2})]
        );
        for sql in [
            "insert into t values (3)",
            "set transaction read write; insert into t values (3)",
            "reset role; insert into t values (3)",
        ] {
            assert!(read(sql).await.is_err(), "{sql}");
        }
        assert!(
            stand
                .databases
                .query(ONE, "copy t from stdin", &[], false)
                .await
                .is_err()
        );
        stand.server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_temporary_login_works_for_its_project_and_its_time() {
    for postgres in support::engines().await {
        let stand = Stand::new(&postgres).await;
        stand.databases.create(ONE, PASSWORD).await.unwrap();
        stand.databases.create(TWO, PASSWORD).await.unwrap();
        stand.rows("create table t (a int)").await;
        let role = format!("cli_login.{ONE}");
        let login = |read_only, seconds| {
            stand
                .databases
                .login_role(ONE, &role, PASSWORD, read_only, seconds)
        };
        let url = stand.url(ONE).await.with_user(role.clone());

        login(false, 60).await.unwrap();
        support::connected(&url)
            .await
            .batch_execute("insert into t values (1)")
            .await
            .unwrap();
        assert!(
            refused(&url.clone().with_database(TWO))
                .await
                .contains("doesn't let")
        );
        login(true, 60).await.unwrap();
        let reader = support::connected(&url).await;
        reader.batch_execute("select * from t").await.unwrap();
        assert!(
            reader
                .batch_execute("insert into t values (1)")
                .await
                .is_err()
        );
        login(false, 0).await.unwrap();
        assert!(refused(&url).await.contains("refused the login"));

        let taken = stand
            .databases
            .login_role(ONE, "supabase_admin", PASSWORD, false, 60)
            .await;
        assert_eq!(taken.unwrap_err().kind, Kind::Refused);
        drop(reader);
        stand.databases.drop(ONE).await.unwrap();
        stand.server.stop().await.unwrap();
    }
}
