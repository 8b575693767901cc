//! The lines of the Env tab: keys in groups, with what is to be said about each. Made once per change,
//! not once per frame.

use std::collections::{HashMap, HashSet};

use crate::domain::env_file::{EnvEntry, LintCode};
use crate::domain::env_schema::{Schema, SchemaFinding, Wanted};
use crate::domain::secret;

use super::editor::EnvEditor;
use super::filter::Filter;
use super::groups::Groups;
use super::refs::{Refs, Whose};
use super::remark::{self, Remark};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Head(String),
    Key(Key),
}

/// A key and what there is to know about it, without a secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    pub name: String,
    /// False for a key that isn't there: it's needed, was removed, or could be.
    pub present: bool,
    pub secret: bool,
    pub changed: bool,
    /// It isn't there, and nothing needs it.
    pub optional: bool,
    /// The value, where it may be shown and is there.
    pub value: Option<String>,
    pub remark: Option<Remark>,
    /// What the value says of itself, where that may be shown: "anon, this project".
    pub says: Option<String>,
    /// The letters of the name that the filter found.
    pub hits: Vec<usize>,
}

#[derive(Debug, Default)]
pub struct View {
    pub rows: Vec<Row>,
    /// Positions in `rows` that hold a key: what the cursor goes through.
    pub keys: Vec<usize>,
    /// Cells of the longest name.
    pub names: usize,
    /// Keys with a remark, missing ones included.
    pub marks: usize,
    /// Keys whose value a save would write.
    pub changes: usize,
    /// Keys that could be added and aren't shown.
    pub hidden: usize,
}

/// What the lines depend on besides the file.
pub struct Around<'a> {
    pub schema: &'a Schema,
    pub wanted: Option<&'a Wanted>,
    /// The instance's name.
    pub own: &'a str,
    pub refs: &'a Refs,
    /// Seconds since 1970.
    pub now: i64,
    pub filter: &'a str,
    /// Keys that nothing needs are offered too.
    pub optional: bool,
}

impl View {
    pub fn new(editor: &EnvEditor, around: &Around<'_>) -> View {
        let mut groups = Groups::new(around.schema);
        let (mut hidden, mut changes) = (0, 0);
        for key in all(editor, around) {
            if key.optional && !around.optional {
                hidden += 1;
                continue;
            }
            changes += usize::from(key.changed);
            let spec = around.schema.key(&key.name);
            groups.push(spec, key);
        }
        if !around.filter.is_empty() {
            let filter = Filter::new(around.filter);
            for (title, keys) in &mut groups.all {
                keys.retain_mut(|key| filter.lets(title, key));
            }
        }
        View {
            hidden,
            changes,
            ..groups.view()
        }
    }

    pub fn key(&self, at: usize) -> Option<&Key> {
        match self.rows.get(*self.keys.get(at)?)? {
            Row::Key(key) => Some(key),
            Row::Head(_) => None,
        }
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        (0..self.keys.len()).find(|at| self.key(*at).is_some_and(|key| key.name == name))
    }

    /// The next key with a remark, going round at the ends.
    pub fn mark(&self, from: usize, forward: bool) -> Option<usize> {
        let len = self.keys.len();
        let step = |n: usize| match forward {
            true => (from + n) % len,
            false => (from + len - n) % len,
        };
        (1..=len)
            .map(step)
            .find(|at| self.key(*at).is_some_and(|key| key.remark.is_some()))
    }
}

/// Every key: those of the file in its order, then what is needed and missing, what was removed, and
/// what could be added.
fn all(editor: &EnvEditor, around: &Around<'_>) -> Vec<Key> {
    let disk: HashMap<&str, &str> = editor.disk().pairs().collect();
    let mut doubled: HashSet<&str> = HashSet::new();
    for entry in editor.file.entries().filter(|e| !e.effective) {
        doubled.insert(entry.key);
    }
    let mut findings: HashMap<String, SchemaFinding> = HashMap::new();
    if let Some(wanted) = around.wanted {
        for finding in around.schema.check(&editor.file, wanted) {
            findings.entry(finding.key.clone()).or_insert(finding);
        }
    }
    let mut keys: Vec<Key> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for entry in editor.file.entries().filter(|e| e.effective) {
        seen.insert(entry.key);
        let mut lints: Vec<LintCode> = entry.lints.to_vec();
        if doubled.contains(entry.key) {
            lints.push(LintCode::Duplicate);
        }
        let finding = findings.get(entry.key);
        let before = disk.get(entry.key).copied();
        keys.push(present(editor, around, &entry, &lints, finding, before));
    }
    let absent = |name: &str| Key {
        name: name.to_owned(),
        changed: disk.contains_key(name),
        ..Key::default()
    };
    if let Some(wanted) = around.wanted {
        for spec in around.schema.required(wanted) {
            if seen.insert(&spec.name) {
                keys.push(Key {
                    remark: Some(remark::missing(spec, wanted)),
                    ..absent(&spec.name)
                });
            }
        }
    }
    // what was removed stays in sight until it's saved
    for (name, _) in editor.disk().pairs() {
        if seen.insert(name) {
            let clash = editor.clashes.contains(name);
            keys.push(Key {
                remark: clash.then(remark::clash),
                ..absent(name)
            });
        }
    }
    for spec in around.schema.keys().filter(|spec| !spec.is_pattern()) {
        if seen.insert(&spec.name) {
            keys.push(Key {
                optional: true,
                ..absent(&spec.name)
            });
        }
    }
    keys
}

fn present(
    editor: &EnvEditor,
    around: &Around<'_>,
    entry: &EnvEntry<'_>,
    lints: &[LintCode],
    finding: Option<&SchemaFinding>,
    before: Option<&str>,
) -> Key {
    let whose = around.refs.whose(entry.value);
    let token = remark::token(entry.value, whose, around.now);
    let other = match whose {
        Whose::Other(name) => Some(remark::opens(name, around.own)),
        Whose::Own | Whose::Nobody => None,
    };
    let said = editor
        .clashes
        .contains(entry.key)
        .then(remark::clash)
        .or(other)
        .or(token.over)
        .or_else(|| finding.map(remark::finding))
        .or_else(|| lints.first().map(|lint| remark::lint(*lint)));
    let secret = secret::is_secret(entry.key, entry.value);
    Key {
        name: entry.key.to_owned(),
        present: true,
        secret,
        value: (!secret).then(|| entry.value.to_owned()),
        changed: before != Some(entry.value),
        optional: false,
        remark: said,
        says: token.says,
        hits: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::backend::Document;
    use crate::tui::state::env::remark::Weight;

    fn editor(text: &str) -> EnvEditor {
        EnvEditor::new(Document {
            name: ".env".into(),
            path: "/nowhere/.env".into(),
            text: text.into(),
            stamp: String::new(),
        })
    }

    fn view(text: &str, filter: &str, optional: bool) -> View {
        let (schema, refs) = (Schema::builtin(), Refs::default());
        let around = Around {
            schema: &schema,
            wanted: Some(&Wanted::default()),
            own: "default",
            refs: &refs,
            now: 1_772_452_800,
            filter,
            optional,
        };
        View::new(&editor(text), &around)
    }

    fn names(view: &View) -> Vec<&str> {
        let keys = (0..view.keys.len()).filter_map(|at| view.key(at));
        keys.map(|key| key.name.as_str()).collect()
    }

    #[test]
    fn keys_stand_in_their_groups_and_what_is_needed_and_missing_is_named() {
        let view = view(
            "MINE=1\nJIRA_PROJECT_KEY=CLN\nSUPABASE_URL=http://x\nGEMINI_API_KEY=a$b\n",
            "",
            false,
        );
        let heads: Vec<&str> = view
            .rows
            .iter()
            .filter_map(|row| match row {
                Row::Head(title) => Some(title.as_str()),
                Row::Key(_) => None,
            })
            .collect();
        assert_eq!(heads.first(), Some(&"Supabase"));
        assert_eq!(heads.last(), Some(&"Other"));
        let key = |name: &str| view.key(view.position(name).unwrap()).unwrap();
        let gemini = key("GEMINI_API_KEY");
        let remark = gemini.remark.as_ref().unwrap();
        assert!(gemini.secret && remark.curable && remark.short.contains("W202"));
        let database = key("DATABASE_URL");
        assert!(!database.present && !database.optional);
        assert_eq!(database.remark.as_ref().unwrap().weight, Weight::Missing);
        assert!(view.hidden > 0);
    }

    #[test]
    fn optional_keys_are_offered_when_asked_for() {
        let without = view("A=1\n", "", false);
        let with = view("A=1\n", "", true);
        assert!(without.position("OPENAI_API_KEY").is_none());
        assert!(
            with.key(with.position("OPENAI_API_KEY").unwrap())
                .unwrap()
                .optional
        );
        assert_eq!(
            (with.hidden, with.keys.len()),
            (0, without.keys.len() + without.hidden)
        );
    }

    #[test]
    fn the_filter_looks_at_names_groups_and_values_that_may_be_seen() {
        let text = "AAA_URL=http://here\nBBB_TOKEN=here-is-a-secret\nGEMINI_API_KEY=example\n";
        assert_eq!(names(&view(text, "here", false)), ["AAA_URL"]);
        assert_eq!(names(&view(text, "bbb", false)), ["BBB_TOKEN"]);
        let found = view(text, "gmnapi", false);
        assert_eq!(names(&found), ["GEMINI_API_KEY"]);
        assert_eq!(found.key(0).unwrap().hits.len(), 6);
        let exact = view(text, "_tok", false);
        assert_eq!(exact.key(0).unwrap().hits, [3, 4, 5, 6]);
    }

    #[test]
    fn marks_are_gone_through_in_a_ring() {
        let view = view("A=1\nB=$x\nC=1\nD=$y\n", "bcd", false);
        assert!(view.keys.is_empty() && view.mark(0, true).is_none());
        let view = self::view("A=1\nB=$x\nC=1\nD=$y\n", "", false);
        let (b, d) = (view.position("B").unwrap(), view.position("D").unwrap());
        assert_eq!(view.mark(b, true), Some(d));
        assert_eq!(view.mark(d, false), Some(b));
        assert_ne!(view.mark(d, true), Some(d));
    }

    /// A thousand keys are made in a time that nobody notices, and not in the square of ten keys' time.
    #[test]
    fn a_thousand_keys_are_no_trouble() {
        let text = |n: usize| -> String {
            (0..n)
                .map(|i| format!("SOME_KEY_{i}=http://host-{i}\n"))
                .collect()
        };
        let took = |n: usize| {
            let text = text(n);
            let once = || {
                let from = std::time::Instant::now();
                assert_eq!(
                    view(&text, "", false).keys.len() - view("", "", false).keys.len(),
                    n
                );
                from.elapsed()
            };
            (0..20).map(|_| once()).min().unwrap()
        };
        let (few, many) = (took(100), took(1000));
        println!("100 keys {few:?}, 1,000 keys {many:?}");
        assert!(many < few * 50, "{many:?} against {few:?}");
    }
}
