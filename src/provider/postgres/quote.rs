//! Names and texts inside SQL.

/// A name as an identifier: always quoted, so that case, blanks and reserved words survive.
pub fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `"schema"."name"`.
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", ident(schema), ident(name))
}

/// The search path under which an instance's own SQL runs: its schema, then the places where
/// extensions are. Names that aren't there are ignored by the server.
pub fn search_path(schema: &str) -> String {
    let mut path = ident(schema);
    for other in ["public", "extensions"] {
        if other != schema {
            path.push_str(", ");
            path.push_str(&ident(other));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_stay_one_name() {
        assert_eq!(ident("Order Items"), "\"Order Items\"");
        assert_eq!(qualified("a\"b", "select"), "\"a\"\"b\".\"select\"");
        assert_eq!(search_path("public"), "\"public\", \"extensions\"");
        assert_eq!(
            search_path("clone_1"),
            "\"clone_1\", \"public\", \"extensions\""
        );
    }
}
