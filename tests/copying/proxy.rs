//! A TCP proxy that can delay and cut what passes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Listens on a port of its own and passes everything on to another.
pub struct Proxy {
    pub port: u16,
    cut: CancellationToken,
}

impl Proxy {
    /// Cuts every connection once `cut_after` bytes have passed in either direction.
    pub async fn new(to: u16, cut_after: u64) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let cut = CancellationToken::new();
        let passed = Arc::new(AtomicU64::new(0));
        let token = cut.clone();
        tokio::spawn(async move {
            while let Some(Ok((client, _))) = token.run_until_cancelled(listener.accept()).await {
                let (token, passed) = (token.clone(), passed.clone());
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await {
                        pass(client, server, token, passed, cut_after).await;
                    }
                });
            }
        });
        Proxy { port, cut }
    }

    pub fn is_cut(&self) -> bool {
        self.cut.is_cancelled()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut.cancel();
    }
}

async fn pass(
    client: TcpStream,
    server: TcpStream,
    token: CancellationToken,
    passed: Arc<AtomicU64>,
    cut_after: u64,
) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let one = |mut from: OwnedReadHalf, mut to: OwnedWriteHalf| {
        let (token, passed) = (token.clone(), passed.clone());
        async move {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let count = from.read(&mut buffer).await?;
                if count == 0 {
                    return to.shutdown().await;
                }
                to.write_all(&buffer[..count]).await?;
                if passed.fetch_add(count as u64, Ordering::Relaxed) + count as u64 > cut_after {
                    token.cancel();
                }
            }
        }
    };
    tokio::select! {
        _ = async { tokio::join!(one(from_client, to_server), one(from_server, to_client)) } => {}
        () = token.cancelled() => {}
    }
}
