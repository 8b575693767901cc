//! Re-pointing the statements of a dump from one schema to another.

use crate::provider::postgres::copy::request::{SchemaMap, Skipped};
use crate::provider::postgres::copy::schema::Names;
use crate::provider::postgres::copy::sql::quote::{ident, literal};
use crate::provider::postgres::copy::sql::token::{Kind, Token, tokens};
use crate::provider::postgres::copy::toc::{Entry, Toc};

/// Types whose text names an object.
const NAMING: &[&str] = &[
    "regclass",
    "regproc",
    "regprocedure",
    "regtype",
    "regoper",
    "regoperator",
    "regconfig",
    "regdictionary",
    "regcollation",
];

struct Repoint<'a> {
    map: &'a SchemaMap,
    names: &'a Names,
}

/// What became of a text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Moved {
    sql: String,
    changes: u64,
    /// It builds statements while it runs, or holds texts that name the schema.
    dynamic: bool,
}

/// The dump as the other schema's, with what a person must know of its functions.
pub fn repoint(toc: &mut Toc, map: &SchemaMap, names: &Names) -> Vec<Skipped> {
    let repoint = Repoint { map, names };
    let mut notes = Vec::new();
    toc.entries.retain(|entry| entry.desc != "SCHEMA");
    for entry in &mut toc.entries {
        let title = entry.title();
        if entry.namespace == map.from {
            entry.namespace = map.to.clone();
        }
        if entry.tag == format!("SCHEMA {}", map.from) {
            entry.tag = format!("SCHEMA {}", map.to);
        }
        entry.drop = repoint.definition(&entry.drop).sql;
        if matches!(entry.desc.as_str(), "FUNCTION" | "PROCEDURE") {
            notes.extend(repoint.function(entry, &title));
        } else {
            entry.defn = repoint.definition(&entry.defn).sql;
        }
    }
    notes
}

impl Repoint<'_> {
    /// A statement of the catalogue: only names that are known to be the schema's own move.
    fn definition(&self, sql: &str) -> Moved {
        self.rewrite(sql, &|name| self.names.moves(name))
    }

    /// Code: everything moves that isn't an extension's, as leaving a name would read the source.
    fn body(&self, sql: &str) -> Moved {
        self.rewrite(sql, &|name| !self.names.stays(name))
    }

    fn rewrite(&self, sql: &str, moves: &dyn Fn(&str) -> bool) -> Moved {
        let all = tokens(sql);
        let counting: Vec<usize> = all
            .iter()
            .enumerate()
            .filter(|(_, t)| t.counts())
            .map(|(n, _)| n)
            .collect();
        let mut texts: Vec<String> = all.iter().map(|token| token.text.to_owned()).collect();
        let mut out = Moved::default();
        let at = |place: usize| counting.get(place).and_then(|n| all.get(*n));
        let before = |place: usize, back: usize| place.checked_sub(back).and_then(at);
        for (place, n) in counting.iter().enumerate() {
            let (Some(token), Some(text)) = (all.get(*n), texts.get_mut(*n)) else {
                continue;
            };
            if token.is_word("execute")
                && !at(place + 1).is_some_and(|t| {
                    t.is_word("function") || t.is_word("procedure") || t.is_word("on")
                })
            {
                out.dynamic = true;
            }
            if token.kind == Kind::Text {
                if self.names_an_object(place, &at) {
                    let inner = self.rewrite(&unquoted(token.text), moves);
                    if inner.changes > 0 {
                        *text = literal(&inner.sql);
                        out.changes += inner.changes;
                    }
                } else if self.mentions(token.text) {
                    out.dynamic = true;
                }
                continue;
            }
            if token.name().as_deref() != Some(self.map.from.as_str()) {
                continue;
            }
            let after_dot = before(place, 1).is_some_and(|t| t.is_sign("."));
            let after_schema = before(place, 1).is_some_and(|t| t.is_word("schema"));
            let qualifies = at(place + 1).is_some_and(|t| t.is_sign("."))
                && self.object(place + 2, &at).is_some_and(|name| moves(&name));
            if !after_dot && (after_schema || qualifies) {
                *text = ident(&self.map.to);
                out.changes += 1;
            }
        }
        out.sql = texts.concat();
        out
    }

    /// The name (or the operator's signs) that begins at this token.
    fn object<'t>(
        &self,
        place: usize,
        at: &dyn Fn(usize) -> Option<&'t Token<'t>>,
    ) -> Option<String> {
        let first = at(place)?;
        if let Some(name) = first.name() {
            return Some(name);
        }
        let mut signs = String::new();
        let mut next = place;
        while let Some(token) =
            at(next).filter(|t| t.kind == Kind::Sign && !t.is_sign("(") && !t.is_sign(")"))
        {
            signs.push_str(token.text);
            next += 1;
        }
        (!signs.is_empty()).then_some(signs)
    }

    /// `'public.t'::regclass`
    fn names_an_object<'t>(
        &self,
        place: usize,
        at: &dyn Fn(usize) -> Option<&'t Token<'t>>,
    ) -> bool {
        let colon = |n| at(n).is_some_and(|t| t.is_sign(":"));
        let qualified = at(place + 3).is_some_and(|t| t.is_word("pg_catalog"));
        let kind = at(place + if qualified { 5 } else { 3 });
        colon(place + 1)
            && colon(place + 2)
            && kind.is_some_and(|t| NAMING.iter().any(|name| t.is_word(name)))
    }

    /// Whether a text holds `from.` as SQL would write it.
    fn mentions(&self, text: &str) -> bool {
        let inner = unquoted(text);
        let all = tokens(&inner);
        let counting: Vec<&Token> = all.iter().filter(|t| t.counts()).collect();
        counting.windows(2).any(|pair| {
            matches!(pair, [a, b] if a.name().as_deref() == Some(self.map.from.as_str()) && b.is_sign("."))
        })
    }

    /// A function: its head by the catalogue's rules, its body by the code's, and a search path that
    /// finds the other schema first.
    fn function(&self, entry: &mut Entry, title: &str) -> Vec<Skipped> {
        let mut notes = Vec::new();
        let defn = entry.defn.clone();
        let all = tokens(&defn);
        let mut head = String::new();
        let mut body = None;
        let mut tail = String::new();
        let mut after_as = false;
        for token in &all {
            match body {
                Some(_) => tail.push_str(token.text),
                None if after_as && token.kind == Kind::Text => body = Some(token.text),
                None => {
                    if token.counts() {
                        after_as = token.is_word("as");
                    }
                    head.push_str(token.text);
                }
            }
        }
        let (head, has_path) = self.search_path(&self.definition(&head).sql);
        let interpreted = ["sql", "plpgsql"]
            .iter()
            .any(|l| language(&all).as_deref() == Some(l));
        let Some(text) = body.filter(|_| interpreted) else {
            entry.defn = head + body.unwrap_or_default() + &tail;
            return notes;
        };
        let moved = self.body(&unquoted(text));
        if moved.changes > 0 {
            let reason = format!(
                "its body names {}, which was changed to {}",
                self.map.from, self.map.to
            );
            notes.push(Skipped::changed(title, reason));
        }
        if moved.dynamic {
            notes.push(Skipped::changed(
                title,
                format!(
                    "it builds statements while it runs; look whether they name {}",
                    self.map.from
                ),
            ));
        }
        entry.defn = head + &quoted_like(text, &moved.sql) + &tail;
        if !has_path && let Some(signature) = entry.drop.trim().strip_prefix("DROP ") {
            entry.defn.push_str(&format!(
                "\nALTER {} SET search_path TO {};",
                signature.trim_end_matches(';'),
                self.path(ident)
            ));
        }
        notes
    }

    fn path(&self, quote: fn(&str) -> String) -> String {
        let mut path = quote(&self.map.to);
        if !self.names.foreign.is_empty() {
            path.push_str(", ");
            path.push_str(&quote(&self.map.from));
        }
        path
    }

    /// The head with the schema in its `SET search_path TO` changed, and whether there is one.
    fn search_path(&self, head: &str) -> (String, bool) {
        let all = tokens(head);
        let mut out = String::new();
        let (mut inside, mut found) = (false, false);
        let mut last = String::new();
        for token in &all {
            if token.counts() {
                if token.is_word("search_path") && last == "set" {
                    (inside, found) = (true, true);
                } else if inside
                    && token.kind == Kind::Word
                    && !token.is_word("to")
                    && token.name().as_deref() != Some(self.map.from.as_str())
                    && last != ","
                {
                    inside = last == "to" || last == "=";
                }
                last = token.text.to_lowercase();
            }
            let names_it = match token.kind {
                Kind::Text => unquoted(token.text) == self.map.from,
                _ => token.name().as_deref() == Some(self.map.from.as_str()),
            };
            if inside && names_it {
                out.push_str(&self.path(literal));
            } else {
                out.push_str(token.text);
            }
        }
        (out, found)
    }
}

fn language(all: &[Token]) -> Option<String> {
    let counting: Vec<&Token> = all.iter().filter(|t| t.counts()).collect();
    let at = counting.iter().position(|t| t.is_word("language"))?;
    counting.get(at + 1)?.name()
}

/// What a text literal holds.
fn unquoted(text: &str) -> String {
    if let Some(rest) = text.strip_prefix('$')
        && let Some((tag, _)) = rest.split_once('$')
    {
        let fence = format!("${tag}$");
        let inner = text.strip_prefix(&fence).unwrap_or(text);
        return inner.strip_suffix(&fence).unwrap_or(inner).to_owned();
    }
    let inner = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
    inner.map_or_else(|| text.to_owned(), |t| t.replace("''", "'"))
}

fn quoted_like(old: &str, new: &str) -> String {
    if let Some(rest) = old.strip_prefix('$')
        && let Some((tag, _)) = rest.split_once('$')
    {
        return format!("${tag}${new}${tag}$");
    }
    literal(new)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
