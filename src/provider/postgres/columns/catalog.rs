//! Which columns of which tables may hold a reference, and which of them are rewritten.

use std::collections::BTreeMap;

use super::session::{Session, get, query};
use crate::domain::reference::Reason;
use crate::domain::reference::array::Elements;
use crate::error::Result;
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::quote::{ident, qualified};

#[derive(Debug, Clone)]
pub struct Table {
    pub schema: String,
    pub name: String,
    /// A materialised view: read, and filled again instead of rewritten.
    pub is_view: bool,
    pub may_read: bool,
    /// Why nothing in it is rewritten.
    pub kept: Option<Reason>,
    pub columns: Vec<Column>,
    /// The primary key's columns.
    pub key: Vec<String>,
    /// A uniqueness that is checked late is checked by a trigger, which then mustn't be silenced.
    pub checks_late: bool,
    /// Generated columns, whatever their type.
    pub computed: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    /// Reads the value as text.
    pub read: String,
    /// Of a binary column: reads the value as it is.
    pub binary: Option<String>,
    /// The type that a new value, sent as text, is cast to; the column's own length limits are then
    /// checked by assignment, never cut to.
    pub cast: String,
    pub shape: Shape,
}

/// How a value is rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Text,
    Json,
    Array(Elements),
    /// It isn't.
    Kept(Reason),
}

impl Table {
    pub fn sql(&self) -> String {
        qualified(&self.schema, &self.name)
    }

    pub fn plain(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// `ONLY`: another table's rows are rewritten with that.
    pub fn source(&self) -> String {
        if self.is_view {
            self.sql()
        } else {
            format!("ONLY {}", self.sql())
        }
    }

    /// The primary key as text (`id=5`), or NULL.
    pub fn key_sql(&self) -> String {
        if self.key.is_empty() {
            return "NULL::text".to_owned();
        }
        let parts: Vec<String> = self
            .key
            .iter()
            .map(|column| {
                let name = format!("{column}=").replace('\'', "''");
                // a backslash has a meaning of its own only in an E'' literal
                format!("'{name}' || {}::text", ident(column))
            })
            .collect();
        parts.join(" || ', ' || ")
    }

    /// Whether a value of this column is rewritten, and if not, why.
    pub fn reason(&self, column: &Column) -> Option<Reason> {
        match &column.shape {
            Shape::Kept(reason) => Some(reason.clone()),
            _ => self.kept.clone(),
        }
    }
}

/// A domain counts as the type that it's made of, and an array of domains as an array of that.
const COLUMNS: &str = "WITH RECURSIVE base(oid, of) AS (
   SELECT t.oid, t.oid FROM pg_catalog.pg_type t WHERE t.typtype <> 'd'
   UNION ALL
   SELECT t.oid, b.of FROM pg_catalog.pg_type t JOIN base b ON b.oid = t.typbasetype
   WHERE t.typtype = 'd')
 SELECT n.nspname::text, c.relname::text, c.relkind = 'm',
   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
   pg_catalog.has_table_privilege(c.oid, 'UPDATE'),
   a.attname::text, a.attgenerated <> '', t.typname::text, t.typtype::text,
   pg_catalog.format_type(t.oid, NULL), e.typname::text, e.typtype::text,
   EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid
     AND k.condeferrable AND k.contype IN ('p', 'u', 'x')),
   ARRAY(SELECT ka.attname::text FROM pg_catalog.pg_index i
     CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS p(attnum, place)
     JOIN pg_catalog.pg_attribute ka ON ka.attrelid = c.oid AND ka.attnum = p.attnum
     WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY p.place),
   pg_catalog.pg_has_role(c.relowner, 'USAGE')
 FROM pg_catalog.pg_class c
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 JOIN base b ON b.oid = a.atttypid
 JOIN pg_catalog.pg_type t ON t.oid = b.of
 LEFT JOIN base eb ON eb.oid = t.typelem AND t.typcategory = 'A'
 LEFT JOIN pg_catalog.pg_type e ON e.oid = eb.of
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.relispopulated
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND n.nspname !~ '^matriz_references_'
   AND ($1::text IS NULL OR n.nspname = $1)
   AND (n.nspname = 'cron' OR NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'))
 ORDER BY 1, 2, a.attnum";

/// The tables that have at least one column to look at.
pub async fn read(session: &Session, only: Option<&str>) -> Result<Vec<Table>> {
    let rows = query(
        &session.connection,
        COLUMNS,
        &[&only],
        "Looking for columns that may name the source",
    )
    .await?;
    let mut tables: BTreeMap<(String, String), Table> = BTreeMap::new();
    for row in &rows {
        let (schema, name): (String, String) = (get(row, 0)?, get(row, 1)?);
        if managed::is_managed_name(&schema) && !managed::has_users_rows(&schema, &name) {
            continue;
        }
        let may_change: bool = get(row, 4)?;
        let table = tables
            .entry((schema.clone(), name.clone()))
            .or_insert_with(|| Table {
                schema: schema.clone(),
                name,
                is_view: false,
                may_read: false,
                kept: None,
                columns: Vec::new(),
                key: Vec::new(),
                checks_late: false,
                computed: Vec::new(),
            });
        table.is_view = get(row, 2)?;
        table.may_read = get(row, 3)?;
        table.checks_late = get(row, 12)?;
        let silenced = session.silent && !table.checks_late;
        // else only its owner can keep its triggers from firing
        let owned: bool = get(row, 14)?;
        table.kept = if schema == "supabase_migrations" {
            Some(Reason::History)
        } else if table.is_view {
            Some(Reason::Computed)
        } else {
            (!may_change || !(silenced || owned)).then_some(Reason::NotAllowed)
        };
        table.key = get(row, 13)?;
        let column: String = get(row, 5)?;
        let computed: bool = get(row, 6)?;
        if computed {
            table.computed.push(column.clone());
        }
        let kind = Type {
            name: get(row, 7)?,
            class: get(row, 8)?,
            shown: get(row, 9)?,
            element: get::<Option<String>>(row, 10)?.zip(get::<Option<String>>(row, 11)?),
        };
        if let Some((shape, cast)) = kind.shape() {
            let quoted = ident(&column);
            let is_binary = kind.name == "bytea" && kind.element.is_none();
            let read = match is_binary {
                true => format!("pg_catalog.encode({quoted}, 'escape')"),
                false => format!("{quoted}::text"),
            };
            table.columns.push(Column {
                name: column,
                read,
                binary: is_binary.then_some(quoted),
                cast,
                shape: if computed {
                    Shape::Kept(Reason::Computed)
                } else {
                    shape
                },
            });
        }
    }
    let mut tables: Vec<Table> = tables.into_values().collect();
    tables.retain(|table| !table.columns.is_empty());
    Ok(tables)
}

/// A column's type, domains taken away.
struct Type {
    name: String,
    /// `b` base, `c` composite, `e` enum, as in `pg_type.typtype`.
    class: String,
    /// As SQL names it, without a length.
    shown: String,
    /// An array's element: name and class.
    element: Option<(String, String)>,
}

impl Type {
    /// How its values are rewritten, and what they are cast to; `None` where they can't name anything.
    fn shape(&self) -> Option<(Shape, String)> {
        let kept = |reason: Reason| Some((Shape::Kept(reason), String::new()));
        if let Some((name, class)) = &self.element {
            let elements = match name.as_str() {
                // arrays of these are cast by assignment, which checks lengths
                "text" | "varchar" | "bpchar" => {
                    return Some((Shape::Array(Elements::Text), "text[]".into()));
                }
                "citext" | "xml" => Elements::Text,
                "json" | "jsonb" => Elements::Json,
                "bytea" | "hstore" => return kept(Reason::ColumnType(self.shown.clone())),
                _ if class == "c" => return kept(Reason::ColumnType(self.shown.clone())),
                _ => return None,
            };
            return Some((Shape::Array(elements), self.shown.clone()));
        }
        match self.name.as_str() {
            "text" | "varchar" | "bpchar" | "name" => Some((Shape::Text, "text".into())),
            "citext" | "xml" => Some((Shape::Text, self.shown.clone())),
            "json" | "jsonb" => Some((Shape::Json, self.shown.clone())),
            "bytea" => kept(Reason::Binary),
            "hstore" | "tsvector" | "ltree" => kept(Reason::ColumnType(self.shown.clone())),
            _ if self.class == "c" => kept(Reason::ColumnType(self.shown.clone())),
            _ => None,
        }
    }
}
