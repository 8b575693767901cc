//! Keys: how they are written, and which action one means where.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Action, Scope};

/// A key with Ctrl or Alt. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("page-up", KeyCode::PageUp),
    ("page-down", KeyCode::PageDown),
    ("space", KeyCode::Char(' ')),
];

impl Key {
    /// Reads the way the action table writes keys: `x`, `D`, `ctrl-p`, `page-down`.
    pub fn parse(text: &str) -> Option<Key> {
        let strip = |text, modifier| match str::strip_prefix(text, modifier) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (ctrl, rest) = strip(text, "ctrl-");
        let (alt, rest) = strip(rest, "alt-");
        let named = NAMED.iter().find(|(name, _)| *name == rest);
        let code = match named {
            Some((_, code)) => *code,
            None => {
                let mut chars = rest.chars();
                let c = chars.next()?;
                if chars.next().is_some() {
                    return None;
                }
                KeyCode::Char(c)
            }
        };
        Some(Key { code, ctrl, alt })
    }

    /// The same key, however the terminal reports it.
    pub fn from_event(event: &KeyEvent) -> Key {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        Key { code, ctrl, alt }
    }
}

impl fmt::Display for Key {
    /// As people read it: `Enter`, `Ctrl-P`, `↓`, `x`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::Enter => f.write_str("Enter"),
            KeyCode::Esc => f.write_str("Esc"),
            KeyCode::Tab => f.write_str("Tab"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::Home => f.write_str("Home"),
            KeyCode::End => f.write_str("End"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            _ => f.write_str("?"),
        }
    }
}

/// The keys of an action as people read them, the first `most` of them: `Enter`, `: Ctrl-P`.
pub fn keys_text(action: &Action, most: usize) -> String {
    let keys: Vec<String> = action
        .keys
        .iter()
        .filter_map(|k| Key::parse(k))
        .take(most)
        .map(|k| k.to_string())
        .collect();
    keys.join(" ")
}

static MAP: LazyLock<HashMap<(Scope, Key), &'static Action>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    for action in ACTIONS {
        for key in action.keys.iter().filter_map(|k| Key::parse(k)) {
            map.entry((action.scope, key)).or_insert(action);
        }
    }
    map
});

/// The action that a key means, in the innermost scope that knows it.
pub fn find(scopes: &[Scope], key: Key) -> Option<&'static Action> {
    scopes
        .iter()
        .find_map(|scope| MAP.get(&(*scope, key)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_key_in_the_table_can_be_read() {
        for action in ACTIONS {
            for key in action.keys {
                assert!(Key::parse(key).is_some(), "{}: {key}", action.label);
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_scope() {
        let mut seen = HashSet::new();
        for action in ACTIONS {
            for key in action.keys {
                assert!(
                    seen.insert((action.scope, *key)),
                    "{key} twice in {:?} ({})",
                    action.scope,
                    action.label
                );
            }
        }
    }

    #[test]
    fn nothing_sits_on_backspace_or_delete() {
        for action in ACTIONS {
            for key in action.keys.iter().filter_map(|k| Key::parse(k)) {
                assert!(!matches!(key.code, KeyCode::Backspace | KeyCode::Delete));
            }
        }
    }

    #[test]
    fn the_terminals_ways_of_saying_one_key_are_one() {
        let event = KeyEvent::new(KeyCode::Char('P'), KeyModifiers::CONTROL);
        assert_eq!(Some(Key::from_event(&event)), Key::parse("ctrl-p"));
        let event = KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT);
        assert_eq!(Some(Key::from_event(&event)), Key::parse("shift-tab"));
        let event = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::SHIFT);
        assert_eq!(Some(Key::from_event(&event)), Key::parse("D"));
    }
}
