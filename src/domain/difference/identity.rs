//! What says which instance a text is about.

/// The names of one instance's own: its project, its keys, its places.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// With what each stands for; the longest first.
    names: Vec<(String, &'static str)>,
}

/// A shorter name is found in too many words.
const SHORTEST: usize = 3;

impl Identity {
    /// Adds a name, and what kind of name it is.
    pub fn add(&mut self, name: &str, kind: &'static str) {
        let known = self.names.iter().any(|(there, _)| there == name);
        if name.len() >= SHORTEST && !known {
            self.names.push((name.to_owned(), kind));
            self.names
                .sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        }
    }

    /// The text with kinds in place of names: equal for two texts that differ only in whose they are.
    pub fn general(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let found = self.names.iter().find(|(name, _)| {
                let after = rest.strip_prefix(name.as_str()).map(|r| r.chars().next());
                !is_word(before) && after.is_some_and(|after| !is_word(after))
            });
            let taken = match found {
                Some((name, kind)) => {
                    out.push('\u{1}');
                    out.push_str(kind);
                    out.push('\u{1}');
                    before = name.chars().last();
                    name.len()
                }
                None => {
                    out.push(first);
                    before = Some(first);
                    first.len_utf8()
                }
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        out
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}
