//! Fingerprints: two values can be told apart, or found equal, by who may see neither.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::Secret;

/// Takes fingerprints under one workspace's key. Without the key a short secret could be guessed and
/// held against its fingerprint (HMAC, RFC 2104, with SHA-256).
#[derive(Clone)]
pub struct Fingerprints {
    /// 32 random bytes as 64 hexadecimal digits.
    key: Secret,
}

/// Hexadecimal digits of a fingerprint: 48 bits, so that a million values hardly share one.
const DIGITS: usize = 12;

impl Fingerprints {
    pub fn new(key: Secret) -> Self {
        Fingerprints { key }
    }

    /// 12 hexadecimal digits; equal for equal values.
    pub fn of(&self, value: &str) -> String {
        // a key of any length is allowed by the algorithm; this one has its own
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.reveal().as_bytes()) else {
            return "0".repeat(DIGITS);
        };
        mac.update(b"value\n");
        mac.update(value.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let mut digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        digits.truncate(DIGITS);
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_fingerprint_and_another_key_gives_another() {
        let a = Fingerprints::new("example-key-1".into());
        let b = Fingerprints::new("example-key-2".into());
        assert_eq!(a.of("example-pw"), a.clone().of("example-pw"));
        assert_ne!(a.of("example-pw"), a.of("example-pw "));
        assert_ne!(a.of("example-pw"), b.of("example-pw"));
        assert_eq!(a.of("").len(), DIGITS);
    }
}
