//! Loopback ports.

use std::net::{Ipv4Addr, TcpListener};

use crate::error::{Context, Kind, Result};
use crate::provider::postgres::url::TRANSACTION_POOLER_PORT;

/// A loopback port that nobody listens on now.
pub fn free_port() -> Result<u16> {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context(Kind::Network, || {
                "There is no free port on this machine".into()
            })?;
        let port = listener
            .local_addr()
            .context(Kind::Network, || {
                "There is no free port on this machine".into()
            })?
            .port();
        // Every client of ours takes that one for a transaction pooler.
        if port != TRANSACTION_POOLER_PORT {
            return Ok(port);
        }
    }
}

/// Whether nobody listens on this loopback port now.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
