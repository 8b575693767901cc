//! What happens to a text before it is cut into pieces.
//!
//! The rule is part of the model: another rule gives other pieces, and so other vectors.

use unicode_normalization::UnicodeNormalization;

/// Characters beyond this many are dropped.
pub const MAX_CHARS: usize = 8192;

/// Stands before each word, in place of a space.
pub const WORD_MARK: char = '\u{2581}';

/// The characters of a text as the segmentation reads them: no blanks, each word behind a
/// [`WORD_MARK`]. A blank text gives nothing.
pub fn normalize(text: &str) -> Vec<char> {
    let kept = text.chars().take(MAX_CHARS).filter_map(|c| {
        if is_deleted(c) {
            None
        } else if is_blank(c) {
            Some(' ')
        } else {
            Some(c)
        }
    });
    let mut out = Vec::with_capacity(text.len().min(MAX_CHARS) + 1);
    let mut inside_word = false;
    // NFKC makes spaces of its own (from U+00A8, for one), so words are cut after it.
    for c in kept.nfkc() {
        if c == ' ' {
            inside_word = false;
            continue;
        }
        if !inside_word {
            out.push(WORD_MARK);
            inside_word = true;
        }
        out.push(c);
    }
    out
}

fn is_deleted(c: char) -> bool {
    matches!(c,
        '\u{0000}'..='\u{0008}' | '\u{000E}'..='\u{001F}' | '\u{007F}'..='\u{0084}'
        | '\u{0086}'..='\u{009F}' | '\u{00AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}'
        | '\u{FE0E}' | '\u{FE0F}')
}

fn is_blank(c: char) -> bool {
    matches!(c,
        '\u{0009}'..='\u{000D}' | '\u{0020}' | '\u{0085}' | '\u{00A0}' | '\u{1680}'
        | '\u{2000}'..='\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}'
        | '\u{202F}' | '\u{205F}' | '\u{2581}' | '\u{3000}' | '\u{FEFF}' | '\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> String {
        normalize(input).into_iter().collect()
    }

    #[test]
    fn words_get_a_mark_and_blanks_vanish() {
        assert_eq!(text("  olá, hello\t\nworld "), "▁olá,▁hello▁world");
        assert_eq!(text(" \u{3000}\u{FEFF} "), "");
        assert_eq!(text("a\u{AD}b\u{200D}c"), "▁abc");
        assert_eq!(text("a▁b"), "▁a▁b");
    }

    #[test]
    fn compatibility_forms_are_folded_and_their_spaces_cut_words() {
        assert_eq!(text("ﬁm"), "▁fim");
        assert_eq!(text("a\u{A8}b"), "▁a▁\u{308}b");
        assert_eq!(text("a\u{301}"), "▁á");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(normalize(&"x".repeat(20_000)).len(), MAX_CHARS + 1);
    }
}
