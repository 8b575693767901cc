//! Reading seed files.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Options, Spanned};

use super::columns::TextColumn;
use crate::error::{Context, Error, Kind, Result};

/// The largest seed file that is read, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// The key that isn't a table: which text a vector column is made of.
const EMBED_KEY: &str = "_embed";

/// All seed files of a folder, in the order of their names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeedSet {
    pub files: Vec<SeedFile>,
}

impl SeedSet {
    /// Rows in all files.
    pub fn rows(&self) -> usize {
        let tables = self.files.iter().flat_map(|file| &file.tables);
        tables.map(|table| table.rows.len()).sum()
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeedFile {
    pub path: PathBuf,
    /// In the file's order, which is the order of loading.
    pub tables: Vec<SeedTable>,
    /// From the key `_embed`: `table.vector_column: text_column`.
    pub text_columns: Vec<TextColumn>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SeedTable {
    pub name: String,
    /// Where its rows begin, from 1.
    pub line: u64,
    pub rows: Vec<SeedRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SeedRow {
    pub line: u64,
    pub values: Vec<(String, SeedValue)>,
}

/// A YAML value. Numbers keep no type of their own: the column decides.
#[derive(Debug, Clone, PartialEq)]
pub enum SeedValue {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<SeedValue>),
    Map(Vec<(String, SeedValue)>),
}

/// Reads `*.yaml` and `*.yml` of a folder. A folder that isn't there holds no seeds.
///
/// # Errors
/// `Kind::Io` when something can't be read, `Kind::Parse` with file, line and column.
pub fn read_dir(folder: &Path) -> Result<SeedSet> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(SeedSet::default());
        }
        Err(error) => {
            return Err(error).context(Kind::Io, || format!("Cannot read {}", folder.display()));
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.context(Kind::Io, || format!("Cannot list {}", folder.display()))?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let yaml = path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml");
        if yaml && !hidden && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let files = paths.iter().map(|path| read_file(path));
    Ok(SeedSet {
        files: files.collect::<Result<_>>()?,
    })
}

fn read_file(path: &Path) -> Result<SeedFile> {
    let cannot = || format!("Cannot read the seeds {}", path.display());
    let size = fs::metadata(path).context(Kind::Io, cannot)?.len();
    if size > MAX_FILE {
        return Err(Error::refused(format!(
            "The seeds {} are {} MB; at most {} MB are read.",
            path.display(),
            size >> 20,
            MAX_FILE >> 20
        ))
        .hint("Split the file, or load this data with a migration."));
    }
    let bytes = fs::read(path).context(Kind::Io, cannot)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
        Error::new(
            Kind::Parse,
            format!("{}:{line}: the file is not UTF-8 text.", path.display()),
        )
    })?;
    parse(path, &text)
}

/// Reads the text of one seed file; `path` is for messages.
pub fn parse(path: &Path, text: &str) -> Result<SeedFile> {
    let root: Option<Root> = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| yaml_error(path, &error))?;
    let root = root.unwrap_or_default();
    let mut file = SeedFile {
        path: path.to_owned(),
        ..SeedFile::default()
    };
    for (name, section) in root.0 {
        let line = section.referenced.line();
        if name == EMBED_KEY {
            file.text_columns = text_columns(path, section)?;
        } else {
            let rows = rows(path, &name, section)?;
            file.tables.push(SeedTable { name, line, rows });
        }
    }
    Ok(file)
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_events: 20_000_000,
            max_nodes: 10_000_000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 200_000,
            max_replay_stack_depth: 16,
        },
        // A postcode keeps its zero, and the Portuguese "no" stays a word.
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        strict_booleans: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

fn yaml_error(path: &Path, error: &serde_saphyr::Error) -> Error {
    let mut message = plain(error);
    let place = match error.location() {
        Some(at) if at.line() > 0 => {
            let tail = format!(" at line {}, column {}", at.line(), at.column());
            if let Some(cut) = message.find(&tail) {
                message.truncate(cut);
            }
            format!("{}:{}:{}", path.display(), at.line(), at.column())
        }
        _ => path.display().to_string(),
    };
    Error::new(
        Kind::Parse,
        format!("{place}: {}.", message.trim_end_matches('.')),
    )
    .hint("Seeds are YAML: a key for each table, a list of rows under it, \"column: value\" in a row.")
}

/// What is wrong, where the library's own words would mean little to whoever edits the file.
fn plain(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error as Yaml;
    match error.without_snippet() {
        Yaml::Unexpected { .. } => "a key for each table was expected".to_owned(),
        Yaml::Budget { .. } => {
            "the file holds more than one document, or is too large or nested too deeply".to_owned()
        }
        Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. } => {
            "its references (*name) unfold into too much".to_owned()
        }
        Yaml::UnknownAnchor { .. } => "a reference (*name) to a value that isn't there".to_owned(),
        other => other.render_with_formatter(&serde_saphyr::UserMessageFormatter),
    }
}

fn wrong(path: &Path, line: u64, what: impl fmt::Display) -> Error {
    Error::new(Kind::Parse, format!("{}:{line}: {what}.", path.display()))
}

fn rows(path: &Path, table: &str, section: Section) -> Result<Vec<SeedRow>> {
    let line = section.referenced.line();
    let list = match section.value {
        Node::Rows(list) => list,
        Node::Value(SeedValue::Null) => return Ok(Vec::new()),
        Node::Value(_) => {
            return Err(wrong(
                path,
                line,
                format_args!("the table {table} must have a list of rows under it"),
            ));
        }
    };
    let mut rows = Vec::with_capacity(list.len());
    for item in list {
        let line = item.referenced.line();
        match item.value {
            SeedValue::Map(values) if !values.is_empty() => rows.push(SeedRow { line, values }),
            SeedValue::Map(_) => {
                return Err(wrong(
                    path,
                    line,
                    format_args!("this row of {table} has no values"),
                ));
            }
            _ => {
                return Err(wrong(
                    path,
                    line,
                    format_args!("a row of {table} must be a list of \"column: value\""),
                ));
            }
        }
    }
    Ok(rows)
}

fn text_columns(path: &Path, section: Section) -> Result<Vec<TextColumn>> {
    let line = section.referenced.line();
    let broken = || {
        wrong(
            path,
            line,
            format_args!(
                "{EMBED_KEY} must hold lines such as \"table.vector_column: text_column\""
            ),
        )
    };
    let Node::Value(SeedValue::Map(entries)) = section.value else {
        return Err(broken());
    };
    let read = |(key, value): (String, SeedValue)| {
        let (table, vector) = key.rsplit_once('.').ok_or_else(broken)?;
        let SeedValue::Text(text) = value else {
            return Err(broken());
        };
        Ok(TextColumn {
            table: table.to_owned(),
            vector: vector.to_owned(),
            text,
        })
    };
    entries.into_iter().map(read).collect()
}

type Section = Spanned<Node>;

/// The file's top level: tables in order.
#[derive(Default)]
struct Root(Vec<(String, Section)>);

impl<'de> Deserialize<'de> for Root {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RootVisitor;
        impl<'de> Visitor<'de> for RootVisitor {
            type Value = Root;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key for each table")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Root, A::Error> {
                let mut tables = Vec::new();
                while let Some(key) = map.next_key()? {
                    tables.push((key, map.next_value()?));
                }
                Ok(Root(tables))
            }
        }
        deserializer.deserialize_map(RootVisitor)
    }
}

/// What stands under a top-level key: a list keeps the place of each of its items.
enum Node {
    Rows(Vec<Spanned<SeedValue>>),
    Value(SeedValue),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;
        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = seq.next_element()? {
                    rows.push(row);
                }
                Ok(Node::Rows(rows))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Node, A::Error> {
                ValueVisitor.visit_map(map).map(Node::Value)
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Value(SeedValue::Null))
            }
            fn visit_bool<E>(self, v: bool) -> Result<Node, E> {
                Ok(Node::Value(SeedValue::Bool(v)))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Node, E> {
                Ok(Node::Value(SeedValue::Number(v.to_string())))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Node, E> {
                Ok(Node::Value(SeedValue::Number(v.to_string())))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Node, E> {
                Ok(Node::Value(SeedValue::Number(v.to_string())))
            }
            fn visit_str<E>(self, v: &str) -> Result<Node, E> {
                Ok(Node::Value(SeedValue::Text(v.to_owned())))
            }
        }
        deserializer.deserialize_any(NodeVisitor)
    }
}

impl<'de> Deserialize<'de> for SeedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = SeedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<SeedValue, E> {
        Ok(SeedValue::Null)
    }
    fn visit_none<E>(self) -> Result<SeedValue, E> {
        Ok(SeedValue::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<SeedValue, D::Error> {
        SeedValue::deserialize(deserializer)
    }
    fn visit_bool<E>(self, v: bool) -> Result<SeedValue, E> {
        Ok(SeedValue::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<SeedValue, E> {
        Ok(SeedValue::Number(v.to_string()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<SeedValue, E> {
        Ok(SeedValue::Number(v.to_string()))
    }
    fn visit_i128<E>(self, v: i128) -> Result<SeedValue, E> {
        Ok(SeedValue::Number(v.to_string()))
    }
    fn visit_u128<E>(self, v: u128) -> Result<SeedValue, E> {
        Ok(SeedValue::Number(v.to_string()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<SeedValue, E> {
        Ok(SeedValue::Number(v.to_string()))
    }
    fn visit_str<E>(self, v: &str) -> Result<SeedValue, E> {
        Ok(SeedValue::Text(v.to_owned()))
    }
    fn visit_string<E>(self, v: String) -> Result<SeedValue, E> {
        Ok(SeedValue::Text(v))
    }
    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<SeedValue, E> {
        Err(E::custom(
            "a value of raw bytes is not supported: write it as text, such as \\xdeadbeef",
        ))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<SeedValue, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(SeedValue::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SeedValue, A::Error> {
        let mut entries: Vec<(String, SeedValue)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if entries.iter().any(|(other, _)| *other == key) {
                return Err(A::Error::custom(format!("\"{key}\" stands here twice")));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(SeedValue::Map(entries))
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
