//! A size as a bucket's limit gives it: bytes, or a text such as `20MB`.

use serde::Deserialize;

use crate::sandbox::storage::refusal::{Answer, Refusal};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Size {
    Bytes(u64),
    Text(String),
}

impl Size {
    /// In bytes; a thousand are a KB.
    pub fn bytes(&self) -> Answer<u64> {
        match self {
            Size::Bytes(bytes) => Ok(*bytes),
            Size::Text(text) => read(text).ok_or_else(|| {
                Refusal::bad("Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B")
            }),
        }
    }
}

fn read(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let units = [("gb", 1e9), ("mb", 1e6), ("kb", 1e3), ("b", 1.0)];
    let (number, unit) = units
        .iter()
        .find_map(|(word, unit)| Some((lower.strip_suffix(word)?, *unit)))?;
    let plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let value: f64 = plain.then(|| number.parse().ok()).flatten()?;
    Some((value * unit) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_the_service_does() {
        let size = |text: &str| Size::Text(text.into()).bytes().ok();
        assert_eq!(size("20MB"), Some(20_000_000));
        assert_eq!(size("1.5kb"), Some(1500));
        assert_eq!(size("3B"), Some(3));
        assert_eq!(size("3 apples"), None);
        assert_eq!(size("-3MB"), None);
        assert_eq!(Size::Bytes(7).bytes().ok(), Some(7));
    }
}
