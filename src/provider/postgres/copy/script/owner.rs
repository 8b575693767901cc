//! Who owns an object: the statement that `pg_restore` would compute.
//!
//! After `_printTocEntry` and `_getObjectDescription` in `pg_backup_archiver.c`.

use crate::provider::postgres::copy::sql::quote::{ident, qualified};
use crate::provider::postgres::copy::toc::Entry;

/// `ALTER … OWNER TO …`, or `None` for what has no owner of its own.
pub fn statement(entry: &Entry, owner: &str) -> Option<String> {
    if entry.owner.is_empty() || entry.drop.is_empty() {
        return None;
    }
    Some(format!(
        "ALTER {} OWNER TO {}",
        object(entry)?,
        ident(owner)
    ))
}

fn object(entry: &Entry) -> Option<String> {
    let name = || {
        if entry.namespace.is_empty() {
            ident(&entry.tag)
        } else {
            qualified(&entry.namespace, &entry.tag)
        }
    };
    Some(match entry.desc.as_str() {
        "TABLE" | "VIEW" | "SEQUENCE" | "MATERIALIZED VIEW" => format!("TABLE {}", name()),
        "COLLATION"
        | "CONVERSION"
        | "DOMAIN"
        | "FOREIGN TABLE"
        | "TYPE"
        | "SCHEMA"
        | "SERVER"
        | "TEXT SEARCH DICTIONARY"
        | "TEXT SEARCH CONFIGURATION"
        | "STATISTICS"
        | "EVENT TRIGGER"
        | "FOREIGN DATA WRAPPER"
        | "PUBLICATION" => {
            format!("{} {}", entry.desc, name())
        }
        "PROCEDURAL LANGUAGE" => format!("LANGUAGE {}", name()),
        // Their names carry argument types, which the DROP statement has ready.
        "AGGREGATE" | "FUNCTION" | "PROCEDURE" | "OPERATOR" | "OPERATOR CLASS"
        | "OPERATOR FAMILY" => entry
            .drop
            .strip_prefix("DROP ")?
            .trim_end()
            .trim_end_matches(';')
            .to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::postgres::copy::toc::Section;

    fn entry(desc: &str, tag: &str, drop: &str) -> Entry {
        Entry {
            id: 1,
            table_oid: 0,
            oid: 0,
            tag: tag.into(),
            desc: desc.into(),
            section: Section::Pre,
            defn: String::new(),
            drop: drop.into(),
            namespace: "s".into(),
            access_method: String::new(),
            owner: "old".into(),
            deps: Vec::new(),
        }
    }

    #[test]
    fn functions_are_named_with_their_arguments() {
        let function = entry("FUNCTION", "f(integer)", "DROP FUNCTION s.f(a integer);\n");
        assert_eq!(
            statement(&function, "new").unwrap(),
            "ALTER FUNCTION s.f(a integer) OWNER TO \"new\""
        );
        let view = entry("VIEW", "v", "DROP VIEW s.v;\n");
        assert_eq!(
            statement(&view, "n").unwrap(),
            "ALTER TABLE \"s\".\"v\" OWNER TO \"n\""
        );
        assert_eq!(
            statement(&entry("TRIGGER", "t g", "DROP TRIGGER g ON s.t;"), "n"),
            None
        );
    }
}
