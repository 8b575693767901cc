//! Names and texts as SQL writes them.

pub use crate::provider::postgres::quote::{ident, qualified};

/// A text literal that means the same whatever `standard_conforming_strings` says.
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// A table as a person would write it: without its schema where that is `public`.
pub fn plain(schema: &str, name: &str) -> String {
    if schema == "public" {
        name.to_owned()
    } else {
        format!("{schema}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_stay_whole() {
        assert_eq!(ident(r#"a "b"; DROP"#), r#""a ""b""; DROP""#);
        assert_eq!(qualified("é\n", "T"), "\"é\n\".\"T\"");
        assert_eq!(literal(r"it's \n"), r"E'it''s \\n'");
        assert_eq!(literal("it's"), "'it''s'");
    }
}
