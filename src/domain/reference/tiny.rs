//! Short addresses of pages: `/wiki/x/` and the page's number in base64.
//!
//! The number's four little-endian bytes (eight where it's larger) in base64, with `-` for `/` and
//! `_` for `+` (the reverse of RFC 4648's alphabet for addresses), without the `A`s and `=`s at the
//! end. Source: Atlassian's knowledge base, "How to programmatically generate the tiny link of a
//! Confluence page", and community answers. Not verified against a live site.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

/// Base64 of eight bytes, without padding.
const LONGEST: usize = 11;

/// The number that a short name stands for. `None`: it's no short name.
pub(super) fn decode(name: &str) -> Option<u64> {
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let lenient = GeneralPurpose::new(
        &ALPHABET,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut base64: String = name
        .chars()
        .map(|c| match c {
            '-' => '/',
            '_' => '+',
            c => c,
        })
        .collect();
    while base64.len() < LONGEST {
        base64.push('A');
    }
    let bytes = lenient.decode(base64).ok()?;
    let bytes: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// The short name of a number.
pub(super) fn encode(number: u64) -> String {
    let bytes = number.to_le_bytes();
    let used = if number > u64::from(u32::MAX) { 8 } else { 4 };
    let base64 = STANDARD.encode(bytes.get(..used).unwrap_or(&bytes));
    base64
        .trim_end_matches(['A', '='])
        .chars()
        .map(|c| match c {
            '/' => '-',
            '+' => '_',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_and_numbers() {
        // as published with the algorithm's description
        assert_eq!(encode(201_819_180), "LIQHD");
        assert_eq!(decode("LIQHD"), Some(201_819_180));
        for number in [
            1,
            63,
            255,
            4711,
            65_536,
            98_304,
            4_194_303,
            u64::from(u32::MAX),
            1 << 40,
            u64::MAX,
        ] {
            assert_eq!(decode(&encode(number)), Some(number), "{number}");
        }
        for none in ["", "a b", "far-too-long-a-name", "é"] {
            assert_eq!(decode(none), None);
        }
    }
}
