//! The server's offer of ways to log in, without those that need the child to see TLS.
//!
//! Over TLS a server offers `SCRAM-SHA-256-PLUS` beside `SCRAM-SHA-256`. libpq takes the first for
//! an attack when its own connection has no TLS (`pg_SASL_init` in
//! `src/interfaces/libpq/fe-auth.c`), so the child isn't told of it; it then says that it can't do
//! channel binding, which the server accepts. The messages:
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longer than any message before a login, in bytes.
const LONGEST: usize = 64 * 1024;
/// What an authentication message begins with when it offers mechanisms (`AuthenticationSASL`).
const SASL: [u8; 4] = 10_u32.to_be_bytes();

/// Reads the server's first messages, up to the one that asks for a login: the bytes for the child.
/// Whatever else the server says is left as it is.
pub async fn read(server: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut held = Vec::new();
    while !settle(&mut held) {
        if server.read_buf(&mut held).await? == 0 {
            break;
        }
    }
    Ok(held)
}

/// Whether enough has been read; then `held` is fit for the child.
fn settle(held: &mut Vec<u8>) -> bool {
    let mut at = 0;
    loop {
        let rest = held.get(at..).unwrap_or_default();
        let Some(&[kind, a, b, c, d]) = rest.first_chunk::<5>() else {
            return false;
        };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        // Before it asks for a login, a server may speak of the protocol's version or give a notice.
        if !(4..=LONGEST).contains(&length) || !matches!(kind, b'R' | b'v' | b'N') {
            return true;
        }
        let Some(body) = rest.get(5..=length) else {
            return false;
        };
        if kind == b'R' {
            if let Some(message) = without_binding(body) {
                held.splice(at..=at + length, message);
            }
            return true;
        }
        at += 1 + length;
    }
}

/// The whole message again with fewer mechanisms; `None` if it can stay.
fn without_binding(body: &[u8]) -> Option<Vec<u8>> {
    let list = body.strip_prefix(&SASL)?;
    let offered: Vec<&[u8]> = list
        .split(|byte| *byte == 0)
        .take_while(|name| !name.is_empty())
        .collect();
    let kept: Vec<&[u8]> = offered
        .iter()
        .copied()
        .filter(|name| !name.ends_with(b"-PLUS"))
        .collect();
    if kept.is_empty() || kept.len() == offered.len() {
        return None;
    }
    let mut new = SASL.to_vec();
    for name in kept {
        new.extend_from_slice(name);
        new.push(0);
    }
    new.push(0);
    let length = u32::try_from(new.len() + 4).ok()?;
    let mut message = vec![b'R'];
    message.extend(length.to_be_bytes());
    message.extend(new);
    Some(message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![kind];
        out.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
        out.extend(body);
        out
    }

    fn offer(names: &str) -> Vec<u8> {
        let mut body = SASL.to_vec();
        body.extend(names.as_bytes());
        body.push(0);
        message(b'R', &body)
    }

    async fn passed(bytes: &[u8], chunk: usize) -> Vec<u8> {
        // A pipe this narrow hands the bytes on piece by piece.
        let (mut server, mut near) = tokio::io::duplex(chunk.max(1));
        let sending = async move { server.write_all(bytes).await.unwrap() };
        let reading = async {
            let mut out = read(&mut near).await.unwrap();
            near.read_to_end(&mut out).await.unwrap();
            out
        };
        tokio::join!(sending, reading).1
    }

    #[tokio::test]
    async fn an_offer_that_needs_tls_is_left_out() {
        let both = offer("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0");
        assert_eq!(passed(&both, 999).await, offer("SCRAM-SHA-256\0"));
        let version = message(b'v', b"\0\x03\0\0\0\0\0\0");
        let after = [version.clone(), both, b"more".to_vec()].concat();
        let wanted = [version, offer("SCRAM-SHA-256\0"), b"more".to_vec()].concat();
        for chunk in 1..after.len() {
            assert_eq!(passed(&after, chunk).await, wanted, "in pieces of {chunk}");
        }
    }

    #[tokio::test]
    async fn everything_else_stays() {
        for bytes in [
            offer("SCRAM-SHA-256\0"),
            offer("SCRAM-SHA-256-PLUS\0"),
            message(b'R', &0_u32.to_be_bytes()),
            message(b'E', b"SFATAL\0\0"),
            Vec::new(),
            b"R\0\0".to_vec(),
            b"R\xff\xff\xff\xff and no end".to_vec(),
        ] {
            assert_eq!(passed(&bytes, 3).await, bytes);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_lost_and_nothing_panics(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(b'R'), Just(10), any::<u8>()], 0..80),
            chunk in 1_usize..20,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let whole = runtime.block_on(passed(&bytes, 999));
            prop_assert_eq!(&whole, &runtime.block_on(passed(&bytes, chunk)));
            if !bytes.windows(5).any(|part| part == b"-PLUS") {
                prop_assert_eq!(whole, bytes);
            }
        }
    }
}
