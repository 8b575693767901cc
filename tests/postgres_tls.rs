//! TLS with a real server: what each sslmode promises, and the tunnel for tools without TLS.

mod support;
mod tls;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use matriz::domain::progress::Report;
use matriz::error::{Kind, Result};
use matriz::provider::postgres::connect::{ConnectOptions, Connection, connect};
use matriz::provider::postgres::copy::{self, CopyRequest, Observer};
use matriz::provider::postgres::tools::{Origin, PgDump, Tool};
use matriz::provider::postgres::tunnel::Tunnel;
use matriz::provider::postgres::url::{DatabaseUrl, Host, SslMode};
use tokio_util::sync::CancellationToken;

use tls::TlsServer;

/// Whether the server sees TLS on this connection.
async fn is_encrypted(connection: &Connection) -> bool {
    let row = connection
        .query_one(
            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            &[],
        )
        .await
        .unwrap();
    row.get(0)
}

/// Cancels a sleeping statement; a cancel that comes before the statement is lost, so it is
/// repeated.
async fn cancels(connection: &Connection) {
    let cancel = connection.cancel_handle();
    let sleeping = connection.batch_execute("SELECT pg_sleep(60)");
    let cancelling = async {
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

/// Addresses that must be refused, each with what the refusal says.
fn refused(tls: &TlsServer) -> Vec<(DatabaseUrl, &'static str)> {
    use SslMode::{Require, VerifyCa, VerifyFull};
    let (right, wrong) = (Some(tls.authority.as_path()), Some(tls.stranger.as_path()));
    let authority = "comes from an authority that isn't trusted here";
    vec![
        (tls.url("localhost", VerifyFull, wrong), authority),
        (tls.url("localhost", VerifyCa, wrong), authority),
        (tls.url("localhost", Require, wrong), authority),
        (
            tls.url("127.0.0.1", VerifyFull, right),
            "is made out to another name",
        ),
    ]
}

#[tokio::test]
async fn each_mode_keeps_its_promise() {
    let Some(tls) = TlsServer::start().await else {
        return;
    };
    let right = Some(tls.authority.as_path());
    for url in [
        tls.url("127.0.0.1", SslMode::Prefer, None),
        tls.url("127.0.0.1", SslMode::Require, None),
        tls.url("127.0.0.1", SslMode::Require, right),
        tls.url("127.0.0.1", SslMode::VerifyCa, right),
        tls.checked(),
    ] {
        let connection = support::connected(&url).await;
        assert!(is_encrypted(&connection).await, "{url}");
    }
    let options = ConnectOptions::default();
    for (url, says) in refused(&tls) {
        let error = connect(&url, &options).await.unwrap_err();
        assert_eq!(error.kind, Kind::Network);
        assert!(error.message.contains(says), "{url}: {}", error.chain());
        assert!(error.message.contains(&url.place()));
        assert!(error.hint.is_some());
        assert!(!error.chain().contains("example-"), "{}", error.chain());
    }
    let url = tls.url("127.0.0.1", SslMode::Disable, None);
    let error = connect(&url, &options).await.unwrap_err();
    assert_eq!(error.kind, Kind::Database, "{}", error.chain());
    let missing = tls.authority.with_extension("none");
    let url = tls.url("localhost", SslMode::VerifyCa, Some(&missing));
    let error = connect(&url, &options).await.unwrap_err();
    let says = format!("Cannot read the certificates in {}", missing.display());
    assert!(error.message.contains(&says), "{}", error.chain());
}

#[tokio::test]
async fn a_statement_is_cancelled_over_tls() {
    let Some(tls) = TlsServer::start().await else {
        return;
    };
    cancels(&support::connected(&tls.checked()).await).await;
}

#[tokio::test]
async fn a_tunnel_speaks_tls_for_who_cannot() {
    let Some(tls) = TlsServer::start().await else {
        return;
    };
    let tunnel = Tunnel::open(&tls.checked()).unwrap();
    let Host::Unix(folder) = tunnel.url().host.clone() else {
        panic!("{} is no socket", tunnel.url());
    };
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(Path::new(&tunnel.url().place())), 0o600);

    let one = support::connected(tunnel.url()).await;
    let two = support::connected(tunnel.url()).await;
    assert!(is_encrypted(&one).await && is_encrypted(&two).await);
    let row = one
        .query_one("SELECT repeat('x', 5000000)", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0).len(), 5_000_000);
    let long = "y".repeat(5_000_000);
    let row = two
        .query_one("SELECT length($1::text)", &[&long])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i32>(0), 5_000_000);
    cancels(&one).await;
    two.close().await;
    assert!(tunnel.failure().is_none());

    drop(tunnel);
    assert!(!folder.exists());
    let ended = tokio::time::timeout(Duration::from_secs(10), one.query_one("SELECT 1", &[]));
    assert!(ended.await.unwrap().is_err());
}

#[tokio::test]
async fn a_tunnel_tells_why_it_leads_nowhere() {
    let Some(tls) = TlsServer::start().await else {
        return;
    };
    let plain = support::server(&support::engines().await[0]).await;
    let without = plain.superuser_tcp("postgres");
    let mut wrong = refused(&tls);
    wrong.push((
        without.clone().with_sslmode(SslMode::Require),
        "doesn't offer TLS",
    ));
    let nobody = matriz::provider::postgres::server::free_port().unwrap();
    wrong.push((
        DatabaseUrl::tcp("127.0.0.1", nobody, "u", "d"),
        "Nothing answers",
    ));
    let options = ConnectOptions::default();
    for (url, says) in wrong {
        let tunnel = Tunnel::open(&url).unwrap();
        connect(tunnel.url(), &options).await.unwrap_err();
        let error = tunnel.failure().expect("a reason");
        assert!(error.message.contains(says), "{url}: {}", error.chain());
        assert!(error.message.contains(&url.place()), "{}", error.message);
        assert!(error.hint.is_some());
    }
    // The server's own refusals reach the child.
    let url = tls.checked().with_password("example-wrong");
    let tunnel = Tunnel::open(&url).unwrap();
    let error = connect(tunnel.url(), &options).await.unwrap_err();
    assert!(error.message.contains("refused the login"));
    assert!(tunnel.failure().is_none());
    // Under prefer, a server without TLS is reached without.
    let tunnel = Tunnel::open(&without.with_sslmode(SslMode::Prefer)).unwrap();
    assert!(!is_encrypted(&support::connected(tunnel.url()).await).await);
}

/// Keeps the checkpoint and nothing else.
#[derive(Default)]
struct Keeper(Mutex<Option<serde_json::Value>>);

impl Observer for Keeper {
    fn report(&self, _: Report) {}

    fn log(&self, _: &str) {}

    fn checkpoint(&self) -> Option<serde_json::Value> {
        self.0.lock().unwrap().clone()
    }

    fn save_checkpoint(&self, value: serde_json::Value) -> Result<()> {
        *self.0.lock().unwrap() = Some(value);
        Ok(())
    }
}

/// The source's server lets nobody in without TLS. Every `pg_dump` here goes through the tunnel:
/// the fetched one because it must, the others as if they had no TLS.
#[tokio::test]
async fn a_database_is_copied_from_a_server_that_demands_tls() {
    let Some(tls) = TlsServer::start().await else {
        return;
    };
    support::database(&tls.server, "source").await;
    let source = tls.checked().with_database("source");
    let loading = support::connected(&source).await;
    loading
        .batch_execute(
            "CREATE TABLE kept (id bigint PRIMARY KEY, word text NOT NULL);
             INSERT INTO kept SELECT n, 'word ' || n FROM generate_series(1, 1000) AS n;
             CREATE VIEW seen AS SELECT word FROM kept WHERE id > 990;",
        )
        .await
        .unwrap();
    loading.close().await;
    let tools = support::engines().await;
    let tools = tools.iter().filter(|tool| tool.has(Tool::PgDump));
    for (number, tool) in tools.enumerate() {
        let target = support::database(&tls.server, &format!("target{number}")).await;
        let request = |tls| {
            let path = tool.path(Tool::PgDump);
            CopyRequest::new(source.clone(), target.clone(), PgDump { path, tls })
        };
        let run = async |request| {
            let cancel = CancellationToken::new();
            copy::run(&request, &Keeper::default(), cancel).await
        };
        if tool.origin == Origin::Fetched {
            assert!(!tool.pg_dump().tls, "it was built without OpenSSL");
            // Left alone it can't get in, so what follows is the tunnel's doing.
            let error = run(request(true)).await.unwrap_err();
            assert!(error.message.contains("schema failed"), "{}", error.chain());
        }
        let summary = run(request(false)).await;
        let summary = summary.unwrap_or_else(|e| panic!("{}: {}", tool.label(), e.chain()));
        assert_eq!((summary.verified, summary.rows), (1, 1000));
        let copied = support::connected(&target).await;
        let row = copied.query_one("SELECT count(*) FROM seen", &[]).await;
        assert_eq!(row.unwrap().get::<_, i64>(0), 10);
    }
}
