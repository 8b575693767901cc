//! Names that hold the project's key: `PROJ board` is `CLONE1 board` in the clone.

/// The name with the source's key replaced wherever it stands as a word; at most `longest`
/// characters.
pub fn renamed(name: &str, from: &str, to: &str, longest: usize) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut out = String::new();
    let mut rest = name;
    while let Some(at) = rest.find(from).filter(|_| !from.is_empty()) {
        let (head, tail) = rest.split_at(at);
        let tail = tail.get(from.len()..).unwrap_or_default();
        let before = head.chars().next_back().or(out.chars().next_back());
        let alone = !before.is_some_and(is_word) && !tail.chars().next().is_some_and(is_word);
        out.push_str(head);
        out.push_str(if alone { to } else { from });
        rest = tail;
    }
    out.push_str(rest);
    out.chars().take(longest).collect()
}

/// A name that isn't the source's: with the clone's key in it.
pub fn own(name: &str, from: &str, to: &str, longest: usize) -> String {
    let new = renamed(name, from, to, longest);
    if new != name {
        return new;
    }
    let room = longest.saturating_sub(to.len() + 3);
    let short: String = name.chars().take(room).collect();
    format!("{short} ({to})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_replaced_as_a_word() {
        for (name, new) in [
            ("PROJ board", "CLONE1 board"),
            ("Filter for PROJ board", "Filter for CLONE1 board"),
            ("APROJ, PROJ-1 and PROJ", "APROJ, PROJ-1 and CLONE1"),
            ("PROJPROJ", "PROJPROJ"),
            ("Quadro", "Quadro"),
        ] {
            assert_eq!(renamed(name, "PROJ", "CLONE1", 255), new);
        }
        assert_eq!(
            renamed("PROJ Sprint 12", "PROJ", "CLONE1", 10),
            "CLONE1 Spr"
        );
    }

    #[test]
    fn an_own_name_has_the_key_in_it() {
        assert_eq!(own("PROJ board", "PROJ", "CLONE1", 255), "CLONE1 board");
        assert_eq!(own("Quadro", "PROJ", "CLONE1", 255), "Quadro (CLONE1)");
        assert_eq!(own("Quadro", "PROJ", "CLONE1", 12), "Qua (CLONE1)");
    }
}
