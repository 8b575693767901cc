//! Keeps the Postgres server running: a server that ends by itself is started again, after a pause
//! that grows while it keeps failing.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::server::{Server, ServerOptions};
use crate::provider::postgres::tools::Postgres;

/// After so many failures in a row the sandbox gives up; its log has said why.
const TRIES: u32 = 8;

/// Runs until `stop`, then stops the server cleanly.
pub async fn run(
    postgres: Postgres,
    options: ServerOptions,
    mut server: Server,
    stop: CancellationToken,
) -> Result<()> {
    let mut failures = 0;
    loop {
        let began = Instant::now();
        tokio::select! {
            () = stop.cancelled() => return server.stop().await,
            ended = server.ended() => {
                let status = ended.status.map_or_else(|| "unknown".to_owned(), |s| s.to_string());
                eprintln!("Postgres ended ({status}); starting it again");
            }
        }
        drop(server);
        if began.elapsed() > Duration::from_secs(60) {
            failures = 0;
        }
        server = loop {
            failures += 1;
            if failures > TRIES {
                return Err(Error::new(Kind::Database, "Postgres ends again and again.")
                    .hint(format!("Its log is {}.", options.log.display())));
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause(failures)) => {}
            }
            match Server::start(&postgres, &options).await {
                Ok(server) => break server,
                Err(error) => eprintln!("Postgres did not start: {}", error.chain()),
            }
        };
    }
}

/// 0 s at the first failure, then 0.2 s, 0.4 s … up to 10 s.
fn pause(failures: u32) -> Duration {
    match failures {
        0 | 1 => Duration::ZERO,
        more => Duration::from_millis(100 << more.min(7)).min(Duration::from_secs(10)),
    }
}
