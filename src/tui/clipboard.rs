//! The clipboard by way of the terminal (OSC 52, xterm's "Manipulate Selection Data"): it works over
//! ssh as well, where no program here could reach the clipboard.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Nothing,
    Tmux,
    Screen,
}

impl Inside {
    /// `read` gives a variable of the environment.
    pub(super) fn of(read: impl Fn(&str) -> Option<String>) -> Inside {
        let set = |name: &str| read(name).is_some_and(|value| !value.is_empty());
        match (set("TMUX"), set("STY")) {
            (true, _) => Inside::Tmux,
            (_, true) => Inside::Screen,
            _ => Inside::Nothing,
        }
    }
}

/// The most characters of one string that GNU screen passes on.
const SCREEN_PIECE: usize = 250;

/// What is written to have a text copied. tmux gets it twice: for itself, and for the terminal around
/// it (its `allow-passthrough`); the one that isn't allowed does nothing.
pub(super) fn sequence(text: &str, inside: Inside) -> String {
    let plain = format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text));
    match inside {
        Inside::Nothing => plain,
        Inside::Tmux => {
            let doubled = plain.replace('\u{1b}', "\u{1b}\u{1b}");
            format!("{plain}\u{1b}Ptmux;{doubled}\u{1b}\\")
        }
        Inside::Screen => {
            let letters: Vec<char> = plain.chars().collect();
            let pieces = letters.chunks(SCREEN_PIECE);
            pieces
                .map(|piece| {
                    let piece: String = piece.iter().collect();
                    format!("\u{1b}P{piece}\u{1b}\\")
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_for_what_is_in_between() {
        let plain = "\u{1b}]52;c;ZXhhbXBsZQ==\u{7}";
        assert_eq!(sequence("example", Inside::Nothing), plain);
        assert_eq!(
            sequence("example", Inside::Tmux),
            format!("{plain}\u{1b}Ptmux;\u{1b}{plain}\u{1b}\\")
        );
        let long = sequence(&"x".repeat(1000), Inside::Screen);
        let pieces: Vec<&str> = long
            .split_terminator("\u{1b}\\")
            .map(|piece| piece.strip_prefix("\u{1b}P").unwrap())
            .collect();
        assert!(pieces.len() > 4 && pieces.iter().all(|p| p.len() <= SCREEN_PIECE));
        assert_eq!(
            pieces.concat(),
            sequence(&"x".repeat(1000), Inside::Nothing)
        );
    }

    #[test]
    fn tmux_and_screen_are_known_by_their_variables() {
        let with = |name: &'static str| Inside::of(move |n| (n == name).then(|| "x".to_owned()));
        assert_eq!(with("TMUX"), Inside::Tmux);
        assert_eq!(with("STY"), Inside::Screen);
        assert_eq!(with("HOME"), Inside::Nothing);
    }
}
