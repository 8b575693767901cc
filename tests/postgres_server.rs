//! Private servers on the real engines of this machine.

mod support;

use std::time::{Duration, Instant};

use matriz::error::Kind;
use matriz::provider::postgres::connect::{ConnectOptions, connect};
use matriz::provider::postgres::server::{RunAs, Server, ServerOptions, free_port};
use matriz::provider::postgres::tools::Postgres;
use matriz::provider::postgres::url::SslMode;

fn options(home: &std::path::Path) -> ServerOptions {
    ServerOptions {
        data: home.join("data"),
        log: home.join("log"),
        port: free_port().unwrap(),
        password: "example-superuser".to_owned(),
        durable: true,
        outlives: None,
        hba: Vec::new(),
        run_as: RunAs::choose().unwrap(),
    }
}

#[tokio::test]
async fn every_engine_starts_serves_and_stops() {
    for postgres in support::engines().await {
        let begin = Instant::now();
        let server = support::server(&postgres).await;
        println!(
            "MEASURED {}: initdb and start {:?}",
            postgres.label(),
            begin.elapsed()
        );
        for url in [
            server.superuser("postgres"),
            server.superuser_tcp("postgres"),
        ] {
            let connection = support::connected(&url).await;
            let row = connection
                .query_one("SHOW server_encoding", &[])
                .await
                .unwrap();
            assert_eq!(row.get::<_, String>(0), "UTF8");
            assert_eq!(connection.server_major(), postgres.version.major);
        }
        let pid = server.pid();
        server.stop().await.unwrap();
        assert!(!std::path::Path::new(&format!("/proc/{pid}/root")).exists());
    }
}

#[tokio::test]
async fn wrong_logins_are_refused_in_plain_words() {
    for postgres in support::engines().await {
        let server = support::server(&postgres).await;
        let good = server.superuser_tcp("postgres");
        let options = ConnectOptions::default();
        for (url, says) in [
            (
                good.clone().with_password("example-wrong"),
                "refused the login",
            ),
            (
                good.clone().with_database("nowhere"),
                "no database called nowhere",
            ),
            (
                good.clone().with_sslmode(SslMode::Require),
                "doesn't offer TLS",
            ),
        ] {
            let error = connect(&url, &options).await.unwrap_err();
            assert!(error.message.contains(says), "{}", error.message);
            assert!(error.message.contains(&good.place()));
            assert!(error.hint.is_some());
            assert!(!error.chain().contains("example-"), "{}", error.chain());
        }
    }
}

#[tokio::test]
async fn a_statement_is_cancelled_and_notices_are_kept() {
    for postgres in support::engines().await {
        let server = support::server(&postgres).await;
        let connection = support::connected(&server.superuser_tcp("postgres")).await;
        let said = connection.batch_execute("DO $$ BEGIN RAISE WARNING 'mind the gap'; END $$");
        said.await.unwrap();
        let notices = connection.take_notices();
        assert!(notices.iter().any(|n| n.message == "mind the gap"));
        assert!(connection.take_notices().is_empty());

        let cancel = connection.cancel_handle();
        let sleeping = connection.batch_execute("SELECT pg_sleep(60)");
        let cancelling = async {
            // A cancel that comes before the statement is lost, so it is repeated.
            loop {
                cancel.cancel().await.unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::select! {
            ended = sleeping => ended,
            () = cancelling => unreachable!(),
            () = tokio::time::sleep(Duration::from_secs(20)) => panic!("not cancelled"),
        };
        assert_eq!(ended.unwrap_err().code().unwrap().code(), "57014");
    }
}

#[tokio::test]
async fn a_killed_server_leaves_nothing_in_the_way() {
    for postgres in support::engines().await {
        let home = tempfile::tempdir().unwrap();
        let options = options(home.path());
        let server = Server::start(&postgres, &options).await.unwrap();
        let connection = support::connected(&server.superuser("postgres")).await;
        let kept = connection.batch_execute("CREATE TABLE kept AS SELECT 7 AS n");
        kept.await.unwrap();
        let pid = i32::try_from(server.pid()).unwrap();
        nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(pid),
            nix::sys::signal::Signal::SIGKILL,
        )
        .unwrap();
        server.ended().await;
        assert!(options.data.join("postmaster.pid").exists());
        // Its number may belong to another program by the next start.
        let pid_file = options.data.join("postmaster.pid");
        let text = std::fs::read_to_string(&pid_file).unwrap();
        let mine = std::process::id().to_string();
        std::fs::write(&pid_file, text.replacen(&pid.to_string(), &mine, 1)).unwrap();
        drop(server);

        let again = Server::start(&postgres, &options).await.unwrap();
        let connection = support::connected(&again.superuser("postgres")).await;
        let row = connection
            .query_one("SELECT n FROM kept", &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, i32>(0), 7);
        again.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_second_start_takes_over_from_a_server_left_running() {
    for postgres in support::engines().await {
        let home = tempfile::tempdir().unwrap();
        let options = options(home.path());
        let first = Server::start(&postgres, &options).await.unwrap();
        let second = Server::start(&postgres, &options).await.unwrap();
        first.ended().await;
        support::connected(&second.superuser("postgres")).await;
        second.stop().await.unwrap();
    }
}

#[tokio::test]
async fn one_that_outlives_its_supervisor_is_adopted_unless_it_is_another() {
    for postgres in support::engines().await {
        let home = tempfile::tempdir().unwrap();
        let mut options = options(home.path());
        options.outlives = Some(Duration::from_secs(60));
        let first = Server::start(&postgres, &options).await.unwrap();
        let client = support::connected(&first.superuser("postgres")).await;
        let second = Server::start(&postgres, &options).await.unwrap();
        assert_eq!(second.pid(), first.pid());
        client.batch_execute("SELECT 1").await.unwrap();

        // with other settings it has to be started anew
        options.hba = vec!["local postgres postgres peer".to_owned()];
        let third = Server::start(&postgres, &options).await.unwrap();
        assert_ne!(third.pid(), first.pid());
        second.ended().await;
        first.ended().await;

        let fourth = Server::start(&postgres, &options).await.unwrap();
        assert_eq!(fourth.pid(), third.pid());
        support::connected(&fourth.superuser("postgres")).await;
        fourth.stop().await.unwrap();
        third.ended().await;
        assert!(!options.data.join("postmaster.pid").exists());
    }
}

#[tokio::test]
async fn a_data_folder_of_another_version_is_refused() {
    for postgres in support::engines().await {
        let home = tempfile::tempdir().unwrap();
        let options = options(home.path());
        std::fs::create_dir(&options.data).unwrap();
        std::fs::write(options.data.join("PG_VERSION"), "9\n").unwrap();
        let error = Server::start(&postgres, &options).await.err().unwrap();
        assert_eq!(error.kind, Kind::Conflict);
        assert!(error.message.contains("Postgres 9"), "{}", error.message);
        assert!(error.hint.unwrap().contains("reset"));
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    for postgres in support::engines().await {
        let home = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut options = options(home.path());
        options.port = listener.local_addr().unwrap().port();
        let error = Server::start(&postgres, &options).await.err().unwrap();
        assert_eq!(error.kind, Kind::Conflict, "{}", error.chain());
        assert!(error.message.contains(&options.port.to_string()));
    }
}

/// Where the kernel gives root no user namespace.
#[tokio::test]
async fn root_can_hand_the_server_to_another_user() {
    if !nix::unistd::Uid::effective().is_root() {
        return;
    }
    let Ok(run_as) = RunAs::unprivileged() else {
        return;
    };
    for postgres in support::engines().await {
        if !reachable_by_all(&postgres) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        open_to_all(home.path());
        run_as.give(home.path()).unwrap();
        let mut options = options(home.path());
        options.run_as = run_as;
        let server = Server::start(&postgres, &options).await.unwrap();
        support::connected(&server.superuser("postgres")).await;
        server.stop().await.unwrap();
    }
}

fn reachable_by_all(postgres: &Postgres) -> bool {
    use std::os::unix::fs::PermissionsExt;
    postgres.bin.ancestors().all(|folder| {
        std::fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)
    })
}

fn open_to_all(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}
