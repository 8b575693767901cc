//! What several behaviour tests share: the Postgres engines of this machine, and servers on them.
#![allow(dead_code)]

pub mod gate;

use std::path::PathBuf;

use matriz::provider::postgres::connect::{ConnectOptions, Connection, connect};
use matriz::provider::postgres::fetch;
use matriz::provider::postgres::find::{self, Search};
use matriz::provider::postgres::server::Server;
use matriz::provider::postgres::tools::{Origin, Postgres};
use matriz::provider::postgres::url::DatabaseUrl;
use tokio_util::sync::CancellationToken;

/// Every engine that can run a server here, each printed as `ENGINE native 15.18`.
///
/// The fetched one takes part if it is in the cache, or if `MATRIZ_TEST_FETCH=1` allows fetching
/// it. What is left out is printed as `SKIP …`; with `MATRIZ_REQUIRE_ALL=1` that fails the test.
pub async fn engines() -> Vec<Postgres> {
    let search = Search::new(None).expect("a cache folder");
    let mut found: Vec<Postgres> = find::all(&search).await;
    found.retain(Postgres::can_serve);
    if !found
        .iter()
        .any(|postgres| postgres.origin == Origin::Fetched)
    {
        if std::env::var_os("MATRIZ_TEST_FETCH").is_some_and(|value| value == "1") {
            let fetched = fetch::fetch(&search.cache, &|_, _| (), &CancellationToken::new()).await;
            found.push(fetched.expect("Postgres can be fetched"));
        } else {
            skip("the fetched Postgres isn't in the cache; MATRIZ_TEST_FETCH=1 fetches it");
        }
    }
    if !found
        .iter()
        .any(|postgres| postgres.origin == Origin::Machine)
    {
        skip("no Postgres is installed on this machine");
    }
    for postgres in &found {
        println!("ENGINE {}", postgres.label());
    }
    found
}

/// The first engine that has pgvector, or `None` with a printed `SKIP`.
pub async fn vector_engine() -> Option<Postgres> {
    let found = engines().await.into_iter().find(Postgres::has_vector);
    if found.is_none() {
        skip("no engine with pgvector");
    }
    found
}

/// Says that a test is left out, and fails where nothing may be.
pub fn skip(why: &str) {
    println!("SKIP {why}");
    eprintln!("SKIP {why}");
    let all = std::env::var_os("MATRIZ_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!all, "MATRIZ_REQUIRE_ALL=1, but: {why}");
}

/// A new server on this engine; gone with everything in it when the value is dropped.
pub async fn server(postgres: &Postgres) -> Server {
    Server::temporary(postgres)
        .await
        .unwrap_or_else(|error| panic!("{}: {} {:?}", postgres.label(), error.chain(), error.hint))
}

/// A connection that must succeed.
pub async fn connected(url: &DatabaseUrl) -> Connection {
    connect(url, &ConnectOptions::named("matriz test"))
        .await
        .unwrap_or_else(|error| panic!("{url}: {} {:?}", error.chain(), error.hint))
}

/// Makes an empty database on a server and gives the superuser's address of it.
pub async fn database(server: &Server, name: &str) -> DatabaseUrl {
    let admin = connected(&server.superuser("postgres")).await;
    admin
        .batch_execute(&format!("CREATE DATABASE \"{name}\""))
        .await
        .expect("a new database");
    server.superuser(name)
}

/// A new folder that is a workspace: it has `instances/default` and is removed when dropped.
pub fn workspace() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("its real path");
    std::fs::create_dir_all(root.join("instances/default")).expect("an instance folder");
    (folder, root)
}
