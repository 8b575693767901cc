//! What the tables of a schema look like, and which text each vector column is made of.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::error::Result;
use crate::provider::postgres::explain;

/// Which text a vector column is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextColumn {
    pub table: String,
    pub vector: String,
    pub text: String,
}

/// The tables that every instance has: table, vector column, text column.
const KNOWN: [(&str, &str, &str); 4] = [
    ("corporate_memory", "embedding", "content"),
    ("agent_logs", "decision_vector", "thought_process"),
    ("task_context", "requirements_vector", "task_description"),
    ("episodic_memory", "embedding", "content"),
];

/// Names that usually hold the text of a row, the likeliest first.
const USUAL: [&str; 5] = ["content", "text", "body", "description", "summary"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub kind: TableKind,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    Table,
    /// A view, a materialised view, a foreign table.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// The type without its length, as a cast names it.
    pub base_type: String,
    /// The type with its length.
    pub full_type: String,
    pub form: Form,
    /// `GENERATED ALWAYS AS IDENTITY`.
    pub identity_always: bool,
    /// The sequence behind the column's default, quoted.
    pub sequence: Option<String>,
}

/// How a value of the column's type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Array,
    Json,
    /// With its width; 0 where the type leaves that open.
    Vector(usize),
    Text,
    Other,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The vector columns and their texts. A vector column without an obvious text gives `None`.
    ///
    /// The rule, first match wins: `configured` (the key `_embed` of a seed file); the tables of
    /// every instance; for `X_embedding` or `X_vector` a text column `X`; a text column with one of
    /// the usual names (content, text, body, description, summary); the only text column.
    pub fn embeddings<'t>(
        &'t self,
        configured: &[TextColumn],
    ) -> Vec<(&'t Column, Option<&'t Column>)> {
        let vectors = self
            .columns
            .iter()
            .filter(|column| matches!(column.form, Form::Vector(_)));
        vectors
            .map(|vector| (vector, self.text_for(&vector.name, configured)))
            .collect()
    }

    fn text_for(&self, vector: &str, configured: &[TextColumn]) -> Option<&Column> {
        let set = configured
            .iter()
            .find(|rule| rule.table == self.name && rule.vector == vector);
        if let Some(rule) = set {
            return self.column(&rule.text);
        }
        let text = |name: &str| self.column(name).filter(|column| column.form == Form::Text);
        let known = KNOWN
            .iter()
            .find(|(table, column, _)| *table == self.name && *column == vector);
        if let Some(column) = known.and_then(|(_, _, name)| text(name)) {
            return Some(column);
        }
        let stem = ["_embedding", "_vector"]
            .iter()
            .find_map(|end| vector.strip_suffix(end));
        if let Some(column) = stem.and_then(text) {
            return Some(column);
        }
        if let Some(column) = USUAL.iter().find_map(|name| text(name)) {
            return Some(column);
        }
        let mut texts = self
            .columns
            .iter()
            .filter(|column| column.form == Form::Text);
        texts.next().filter(|_| texts.next().is_none())
    }
}

/// Every table of a schema that the seeds could name, by name.
pub async fn tables(client: &Client, schema: &str) -> Result<BTreeMap<String, Table>> {
    let failed = |error| explain::statement(error, &format!("Cannot read the tables of {schema}"));
    // `format_type(…, -1)` names the bare type in a form that a cast takes: `bpchar`, where the
    // form without a length would mean one character.
    let sql = "SELECT c.relname, c.relkind IN ('r', 'p'), a.attname,
          pg_catalog.format_type(a.atttypid, -1), pg_catalog.format_type(a.atttypid, a.atttypmod),
          CASE WHEN b.typname = 'vector' THEN 'v'
               WHEN b.typname IN ('json', 'jsonb') THEN 'j'
               WHEN b.typcategory = 'A' THEN 'a'
               WHEN b.typcategory = 'S' THEN 't' ELSE 'o' END,
          a.atttypmod, a.attidentity = 'a',
          pg_catalog.pg_get_serial_sequence(
            pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname)
        FROM pg_catalog.pg_namespace n
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.relname, a.attnum";
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for row in client.query(sql, &[&schema]).await.map_err(failed)? {
        let name: String = row.try_get(0).map_err(failed)?;
        let plain: bool = row.try_get(1).map_err(failed)?;
        let form: String = row.try_get(5).map_err(failed)?;
        let width: i32 = row.try_get(6).map_err(failed)?;
        let column = Column {
            name: row.try_get(2).map_err(failed)?,
            base_type: row.try_get(3).map_err(failed)?,
            full_type: row.try_get(4).map_err(failed)?,
            form: match form.as_str() {
                "a" => Form::Array,
                "j" => Form::Json,
                "v" => Form::Vector(usize::try_from(width).unwrap_or(0)),
                "t" => Form::Text,
                _ => Form::Other,
            },
            identity_always: row.try_get(7).map_err(failed)?,
            sequence: row.try_get(8).map_err(failed)?,
        };
        let table = tables.entry(name.clone()).or_insert_with(|| Table {
            name,
            kind: if plain {
                TableKind::Table
            } else {
                TableKind::Other
            },
            columns: Vec::new(),
        });
        table.columns.push(column);
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[(&str, Form)]) -> Table {
        let column = |(name, form): &(&str, Form)| Column {
            name: (*name).to_owned(),
            base_type: String::new(),
            full_type: String::new(),
            form: *form,
            identity_always: false,
            sequence: None,
        };
        Table {
            name: name.to_owned(),
            kind: TableKind::Table,
            columns: columns.iter().map(column).collect(),
        }
    }

    fn text_of(table: &Table, configured: &[TextColumn]) -> Vec<Option<String>> {
        let pairs = table.embeddings(configured);
        let names = pairs
            .into_iter()
            .map(|(_, text)| text.map(|t| t.name.clone()));
        names.collect()
    }

    #[test]
    fn the_text_of_a_vector_is_the_obvious_one() {
        let vector = Form::Vector(384);
        let logs = table(
            "agent_logs",
            &[
                ("content", Form::Text),
                ("thought_process", Form::Text),
                ("decision_vector", vector),
            ],
        );
        assert_eq!(text_of(&logs, &[]), [Some("thought_process".into())]);
        let two = table(
            "pages",
            &[
                ("title", Form::Text),
                ("body", Form::Text),
                ("title_embedding", vector),
                ("embedding", vector),
            ],
        );
        assert_eq!(
            text_of(&two, &[]),
            [Some("title".into()), Some("body".into())]
        );
        let only = table(
            "notes",
            &[("n", Form::Other), ("nota", Form::Text), ("v", vector)],
        );
        assert_eq!(text_of(&only, &[]), [Some("nota".into())]);
        let unclear = table("x", &[("a", Form::Text), ("b", Form::Text), ("v", vector)]);
        assert_eq!(text_of(&unclear, &[]), [None]);
        let rule = TextColumn {
            table: "x".into(),
            vector: "v".into(),
            text: "b".into(),
        };
        assert_eq!(text_of(&unclear, &[rule]), [Some("b".into())]);
    }
}
