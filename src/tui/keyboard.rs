//! Which terminals tell when a key is let go (the kitty keyboard protocol,
//! <https://sw.kovidgoyal.net/kitty/keyboard-protocol/>, which lists them).

/// `read` gives a variable of the environment. A multiplexer in between passes no such keys on.
pub(super) fn tells_releases(read: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| read(name).is_some_and(|value| !value.is_empty());
    if set("TMUX") || set("STY") || set("ZELLIJ") {
        return false;
    }
    let term = read("TERM").unwrap_or_default();
    let program = read("TERM_PROGRAM").unwrap_or_default();
    let terms = ["xterm-kitty", "xterm-ghostty", "foot", "rio", "alacritty"];
    let programs = ["WezTerm", "ghostty", "iTerm.app", "rio", "kitty"];
    terms.iter().any(|known| term.starts_with(known))
        || programs.contains(&program.as_str())
        || set("KITTY_WINDOW_ID")
        || set("ALACRITTY_WINDOW_ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> bool {
        tells_releases(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn only_known_terminals_are_told_to() {
        assert!(with(&[("TERM", "xterm-kitty")]));
        assert!(with(&[
            ("TERM", "xterm-256color"),
            ("TERM_PROGRAM", "WezTerm")
        ]));
        assert!(!with(&[("TERM", "xterm-256color")]));
        assert!(!with(&[("TERM", "linux"), ("KITTY_WINDOW_ID", "")]));
        assert!(!with(&[("TERM", "xterm-kitty"), ("TMUX", "/run/socket")]));
        assert!(!with(&[]));
    }
}
