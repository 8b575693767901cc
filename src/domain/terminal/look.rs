//! How an instance looks in a prompt: a glyph and a colour that go with its name, always the same.

/// Shapes that differ without any colour, each one cell wide.
const GLYPHS: [&str; 12] = ["◆", "■", "▲", "●", "★", "✚", "◐", "▼", "✦", "◉", "▣", "♠"];
/// The glyph of every instance that is protected.
const PROTECTED: &str = "⊘";
/// Of the 256 colours of a terminal, those that can be read on dark and on light ground, and told
/// apart.
const COLORS: [u8; 10] = [33, 35, 37, 64, 98, 130, 160, 166, 136, 162];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub glyph: &'static str,
    /// A number of the 256-colour palette.
    pub color: u8,
}

impl Look {
    pub fn of(name: &str, protected: bool) -> Look {
        let hash = hash(name);
        let pick = |n: u64, len: usize| usize::try_from(n % len as u64).unwrap_or(0);
        let glyph = match protected {
            true => PROTECTED,
            false => GLYPHS.get(pick(hash, GLYPHS.len())).copied().unwrap_or("◆"),
        };
        let color = COLORS
            .get(pick(hash / GLYPHS.len() as u64, COLORS.len()))
            .copied()
            .unwrap_or(33);
        Look { glyph, color }
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_name_keeps_its_look_and_protection_shows_without_colour() {
        assert_eq!(Look::of("default", false), Look::of("default", false));
        assert_eq!(Look::of("default", true).glyph, "⊘");
        assert_eq!(
            Look::of("default", true).color,
            Look::of("default", false).color
        );
    }

    #[test]
    fn looks_are_spread() {
        let looks: HashSet<(&str, u8)> = (1..=40)
            .map(|n| Look::of(&format!("clone-{n}"), false))
            .map(|look| (look.glyph, look.color))
            .collect();
        assert!(looks.len() > 25, "{} of 40", looks.len());
    }
}
