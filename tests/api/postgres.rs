//! The sandbox's real databases, on a server of this test's own.

use std::sync::Arc;

use matriz::provider::postgres::find::{Needs, Search, for_sandbox};
use matriz::provider::postgres::server::{RunAs, Server, ServerOptions, free_port};
use matriz::sandbox::database::{Databases, HBA};

pub struct Running {
    databases: Databases,
    server: Server,
    // Deleted last.
    _dir: tempfile::TempDir,
}

impl Running {
    pub fn shared(&self) -> Arc<Databases> {
        Arc::new(self.databases.clone())
    }

    pub async fn stop(self) {
        drop(self.databases);
        self.server.stop().await.unwrap();
    }
}

/// `None` where this machine has no Postgres, which is said, and a failure in CI.
pub async fn databases() -> Option<Running> {
    let search = Search::new(None).unwrap();
    let Some(postgres) = for_sandbox(&search, Needs::default()).await else {
        println!("SKIP real databases: there is no Postgres on this machine");
        assert!(
            std::env::var_os("MATRIZ_REQUIRE_ALL").is_none(),
            "MATRIZ_REQUIRE_ALL is set, and there is no Postgres"
        );
        return None;
    };
    println!(
        "databases on Postgres {} in {}",
        postgres.version,
        postgres.bin.display()
    );
    let dir = tempfile::tempdir().unwrap();
    let port = free_port().unwrap();
    let options = ServerOptions {
        data: dir.path().join("data"),
        log: dir.path().join("server.log"),
        port,
        password: "example-superuser".into(),
        durable: false,
        outlives: None,
        hba: vec![HBA.to_owned()],
        run_as: RunAs::choose().unwrap(),
    };
    let server = Server::start(&postgres, &options).await.unwrap();
    let databases = Databases::open(server.superuser("postgres"), port)
        .await
        .unwrap();
    Some(Running {
        databases,
        server,
        _dir: dir,
    })
}
