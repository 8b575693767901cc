//! Values that only this workspace's key opens.
//!
//! ChaCha20-Poly1305 (RFC 8439) as `ring` has it, which TLS has already brought into the program. The
//! nonce is random: 96 bits are enough for 2³² values under one key. What a value belongs to is
//! authenticated with it, so that no sealed value can be put in another's place.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::domain::secret::Secret;
use crate::error::{Error, Result};

/// A key of 32 bytes.
const KEY_LEN: usize = 32;

pub struct Seal {
    key: LessSafeKey,
}

impl Seal {
    /// `key`: 64 hexadecimal digits.
    pub fn new(key: &Secret) -> Result<Seal> {
        let broken = || Error::internal("The key that seals old values hasn't 32 bytes.");
        let digits = key.reveal().as_bytes();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        let bytes = bytes.filter(|b| b.len() == KEY_LEN).ok_or_else(broken)?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).map_err(|_| broken())?;
        Ok(Seal {
            key: LessSafeKey::new(key),
        })
    }

    /// The nonce, and behind it the sealed value with its tag.
    pub fn close(&self, belongs_to: &str, value: &str) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = value.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(belongs_to),
                &mut sealed,
            )
            .map_err(|_| Error::internal("A value can't be sealed."))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The value. Errors: it was sealed with another key, for something else, or it was changed.
    pub fn open(&self, belongs_to: &str, sealed: &[u8]) -> Result<String> {
        let unreadable = || {
            Error::refused("The old value can't be opened: it was sealed with another key.")
                .hint("Put back .matriz/keys/history as it was when the value was changed.")
        };
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unreadable())?;
        let mut bytes = rest.to_vec();
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(belongs_to), &mut bytes)
            .map_err(|_| unreadable())?;
        String::from_utf8(opened.to_vec()).map_err(|_| unreadable())
    }
}

fn byte(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|d| d.len() == 2)?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seal(digit: char) -> Seal {
        Seal::new(&digit.to_string().repeat(64).into()).unwrap()
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_nothing_else_does(value in any::<String>(), at in any::<prop::sample::Index>()) {
            let sealed = seal('a').close("x/KEY", &value).unwrap();
            prop_assert_eq!(seal('a').open("x/KEY", &sealed).unwrap(), value.clone());
            prop_assert!(seal('b').open("x/KEY", &sealed).is_err());
            prop_assert!(seal('a').open("y/KEY", &sealed).is_err());
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= 1;
            prop_assert!(seal('a').open("x/KEY", &changed).is_err());
            prop_assert!(seal('a').open("x/KEY", &sealed[..sealed.len() - 1]).is_err());
            prop_assert_ne!(seal('a').close("x/KEY", &value).unwrap(), sealed);
        }
    }

    #[test]
    fn a_broken_key_and_a_short_text_are_errors() {
        for wrong in ["", "abc", &"g".repeat(64), &"a".repeat(66)] {
            assert!(Seal::new(&wrong.into()).is_err(), "{wrong}");
        }
        assert!(seal('a').open("x", b"short").is_err());
    }
}
