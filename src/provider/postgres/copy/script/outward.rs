//! Which functions and triggers call out of their database.

use std::collections::HashSet;

use crate::provider::postgres::copy::toc::{Entry, Toc};

/// What calls out: Supabase's webhooks and `pg_net`, the extension `http`, and `dblink`.
const WAYS_OUT: [&str; 9] = [
    "supabase_functions.http_request",
    "net.http_",
    "extensions.http",
    "http_post(",
    "http_get(",
    "http_put(",
    "http_delete(",
    "http_patch(",
    "dblink",
];

/// The functions of a dump that call out, themselves or through each other: `schema.name`, without
/// quotes. A comment that names a way out counts too: to hold too much does no harm.
#[derive(Debug, Default)]
pub struct Outward {
    names: HashSet<String>,
}

impl Outward {
    pub fn of(toc: &Toc) -> Outward {
        let functions: Vec<(&Entry, &str)> = toc
            .entries
            .iter()
            .filter(|e| matches!(e.desc.as_str(), "FUNCTION" | "PROCEDURE"))
            .map(|e| (e, e.tag.split('(').next().unwrap_or(&e.tag)))
            .collect();
        let mut names = HashSet::new();
        let mut fresh: Vec<&str> = Vec::new();
        for (entry, name) in &functions {
            if calls_out(&entry.defn) {
                names.insert(format!("{}.{name}", entry.namespace));
                fresh.push(name);
            }
        }
        while let Some(called) = fresh.pop() {
            for (entry, name) in &functions {
                let full = format!("{}.{name}", entry.namespace);
                if !names.contains(&full) && calls(&entry.defn, called) {
                    names.insert(full);
                    fresh.push(name);
                }
            }
        }
        Outward { names }
    }

    /// Whether what a trigger runs calls out.
    pub fn is_called_by(&self, trigger: &str) -> bool {
        calls_out(trigger)
            || executed(trigger).is_some_and(|function| self.names.contains(&function))
    }
}

/// Whether a definition names a way out of the database.
pub fn calls_out(definition: &str) -> bool {
    let lower = definition.to_ascii_lowercase();
    WAYS_OUT.iter().any(|way| lower.contains(way))
}

/// Whether a body has this name before a bracket, as a word of its own.
fn calls(body: &str, name: &str) -> bool {
    body.match_indices(name).any(|(at, _)| {
        let before = body[..at].chars().next_back();
        let after = body[at + name.len()..].trim_start_matches('"').trim_start();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_') && after.starts_with('(')
    })
}

/// `schema.name` of the function after `EXECUTE FUNCTION`, without quotes.
fn executed(trigger: &str) -> Option<String> {
    let (_, call) = trigger
        .rsplit_once(" EXECUTE FUNCTION ")
        .or_else(|| trigger.rsplit_once(" EXECUTE PROCEDURE "))?;
    let name = call.split('(').next()?;
    Some(name.trim().replace('"', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::postgres::copy::toc::Section;

    fn function(id: i64, name: &str, body: &str) -> Entry {
        Entry {
            id,
            desc: "FUNCTION".into(),
            namespace: "public".into(),
            tag: format!("{name}()"),
            defn: format!("CREATE FUNCTION public.{name}() RETURNS trigger AS $$ {body} $$;"),
            section: Section::Pre,
            table_oid: 0,
            oid: 0,
            drop: String::new(),
            access_method: String::new(),
            owner: String::new(),
            deps: Vec::new(),
        }
    }

    #[test]
    fn a_trigger_is_known_by_what_its_function_calls_in_the_end() {
        let toc = Toc {
            entries: vec![
                function(1, "far", "BEGIN PERFORM near (1); END"),
                function(2, "near", "SELECT net.http_post('https://example.org')"),
                function(3, "nearly", "BEGIN PERFORM nearer(1); END"),
                function(4, "Say It", "select extensions.HTTP_GET(url)"),
            ],
            ..Toc::default()
        };
        let outward = Outward::of(&toc);
        for (call, out) in [
            ("public.far()", true),
            ("public.near('x')", true),
            ("public.nearly()", false),
            ("public.\"Say It\"()", true),
            ("public.other('net.http_post')", true),
            ("public.other()", false),
        ] {
            let trigger = format!(
                "CREATE TRIGGER t AFTER INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION {call};"
            );
            assert_eq!(outward.is_called_by(&trigger), out, "{call}");
        }
    }
}
