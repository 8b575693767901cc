//! Whose project a value opens, as far as the instances of this workspace are known.

use std::collections::HashMap;

use crate::domain::env_schema::jwt;
use crate::domain::instance::InstanceView;

/// References shorter than this could be any word.
const SHORTEST: usize = 8;

/// Whose project a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    Own,
    Other(&'a str),
    /// It names none that is known.
    Nobody,
}

/// The references of all projects, with the first instance that lives in each.
#[derive(Default)]
pub struct Refs {
    own: Option<String>,
    others: HashMap<String, String>,
}

impl Refs {
    pub fn new(own: &str, rows: &[InstanceView]) -> Refs {
        let own_ref = rows.iter().find(|row| row.name.as_str() == own);
        let own_ref = own_ref.and_then(|row| row.project_ref.clone());
        let mut others = HashMap::new();
        for row in rows.iter().filter(|row| row.name.as_str() != own) {
            let reference = row.project_ref.as_deref();
            if let Some(reference) = reference.filter(|r| r.len() >= SHORTEST)
                && own_ref.as_deref() != Some(reference)
            {
                others
                    .entry(reference.to_owned())
                    .or_insert_with(|| row.name.to_string());
            }
        }
        Refs {
            own: own_ref.filter(|r| r.len() >= SHORTEST),
            others,
        }
    }

    /// Whose project the value names: in an address, as a user of a database, in a token's claims.
    pub fn whose(&self, value: &str) -> Whose<'_> {
        let claimed = jwt::claims(value).and_then(|claims| claims.reference);
        let words = value.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
        let words = words
            .chain(claimed.as_deref())
            .filter(|word| word.len() >= SHORTEST);
        let mut found = Whose::Nobody;
        for word in words {
            if let Some(name) = self.others.get(word) {
                return Whose::Other(name);
            }
            if self.own.as_deref() == Some(word) {
                found = Whose::Own;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::state::sample;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    #[test]
    fn a_project_is_known_by_its_reference_wherever_that_stands() {
        let rows = sample::instances();
        let refs = Refs::new("default", &rows);
        let clone = rows.iter().find(|r| r.name.as_str() == "clone-1").unwrap();
        let reference = clone.project_ref.clone().unwrap();
        let claims = format!(r#"{{"ref":"{reference}","role":"anon"}}"#);
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.tail", part("{}"), part(&claims));
        for value in [
            reference.clone(),
            format!("https://{reference}.supabase.co/rest"),
            format!("postgresql://postgres.{reference}:example@pooler.example:5432/postgres"),
            token,
        ] {
            assert_eq!(refs.whose(&value), Whose::Other("clone-1"), "{value}");
        }
        let own = rows.iter().find(|r| r.name.as_str() == "default").unwrap();
        let own = own.project_ref.clone().unwrap();
        assert_eq!(refs.whose(&own), Whose::Own);
        assert_eq!(refs.whose("https://elsewhere.example"), Whose::Nobody);
    }
}
