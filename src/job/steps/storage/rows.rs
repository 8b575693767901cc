//! The rows of `storage.objects`, in pages by their ids.
//!
//! A row is read as JSON with whatever columns it has, because Supabase's own versions differ in them.

use serde_json::{Map, Value, json};
use tokio_postgres::types::ToSql;

use crate::error::{Context, Kind, Result};
use crate::provider::postgres::connect::Connection;
use crate::provider::postgres::explain;

/// Rows of a page.
const PAGE: i64 = 200;

/// What an upload changes of a row, and is set back: whose it is, since when, what users noted.
const KEPT: [&str; 6] = [
    "owner",
    "owner_id",
    "created_at",
    "updated_at",
    "last_accessed_at",
    "user_metadata",
];

/// One object as its row has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: String,
    pub bucket: String,
    pub name: String,
    columns: Value,
}

impl Row {
    fn read(text: &str) -> Result<Row> {
        let columns: Value = serde_json::from_str(text).context(Kind::Parse, || {
            "A row of storage.objects can't be read".into()
        })?;
        let own = |name: &str| columns[name].as_str().unwrap_or_default().to_owned();
        Ok(Row {
            id: own("id"),
            bucket: own("bucket_id"),
            name: own("name"),
            columns,
        })
    }

    /// `BUCKET/NAME`.
    pub fn file(&self) -> String {
        format!("{}/{}", self.bucket, self.name)
    }

    pub fn bytes(&self) -> u64 {
        self.columns["metadata"]["size"].as_u64().unwrap_or(0)
    }

    fn metadata(&self, field: &str) -> Option<&str> {
        self.columns["metadata"][field].as_str()
    }

    pub fn content_type(&self) -> Option<&str> {
        self.metadata("mimetype")
    }

    pub fn cache_control(&self) -> Option<&str> {
        self.metadata("cacheControl")
    }

    pub fn tag(&self) -> Option<&str> {
        self.metadata("eTag")
    }

    pub fn user_metadata(&self) -> Option<&Value> {
        self.columns.get("user_metadata").filter(|v| !v.is_null())
    }

    /// The columns in which another row differs, of those that are set back.
    pub fn differs(&self, other: &Row) -> Vec<&'static str> {
        let both = KEPT.into_iter();
        both.filter(|name| self.columns.get(*name) != other.columns.get(*name))
            .collect()
    }
}

async fn query(
    connection: &Connection,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>> {
    let rows = connection.query(sql, parameters).await;
    let rows = rows.map_err(|e| explain::statement(e, "read the rows of the files"))?;
    rows.iter().map(|row| Row::read(row.get(0))).collect()
}

/// How many buckets, files and bytes there are.
pub async fn total(connection: &Connection) -> Result<(u64, u64, u64)> {
    let sql = "select (select count(*) from storage.buckets), count(*),
                      coalesce(sum((metadata->>'size')::numeric), 0)::bigint
                 from storage.objects";
    let row = connection.query_one(sql, &[]).await;
    let row = row.map_err(|e| explain::statement(e, "count the files"))?;
    let number = |n: usize| u64::try_from(row.get::<_, i64>(n)).unwrap_or(0);
    Ok((number(0), number(1), number(2)))
}

/// The page after this id; the first after an empty one.
pub async fn page(connection: &Connection, after: &str) -> Result<Vec<Row>> {
    let sql = "select to_jsonb(o)::text from storage.objects o
                where $1 = '' or o.id > nullif($1, '')::uuid order by o.id limit $2";
    query(connection, sql, &[&after, &PAGE]).await
}

pub async fn by_ids(connection: &Connection, ids: &[&str]) -> Result<Vec<Row>> {
    let sql = "select to_jsonb(o)::text from storage.objects o
                where o.id = any ($1::text[]::uuid[])";
    query(connection, sql, &[&ids]).await
}

pub async fn by_names(connection: &Connection, names: &[(&str, &str)]) -> Result<Vec<Row>> {
    let buckets: Vec<&str> = names.iter().map(|(bucket, _)| *bucket).collect();
    let own: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
    let sql = "select to_jsonb(o)::text
                 from unnest($1::text[], $2::text[]) as wanted (bucket_id, name)
                 join storage.objects o using (bucket_id, name)";
    query(connection, sql, &[&buckets, &own]).await
}

/// Gives the row of an object that was just uploaded what its source's row has, and the id; the
/// users' notes are `noted`'s. The row as it is then.
pub async fn set_back(
    connection: &Connection,
    like: &Row,
    bucket: &str,
    name: &str,
    noted: Option<&Value>,
) -> Result<Option<Row>> {
    let mut wanted = Map::new();
    for column in KEPT {
        if let Some(value) = like.columns.get(column) {
            wanted.insert(column.to_owned(), value.clone());
        }
    }
    if wanted.contains_key("user_metadata") {
        wanted.insert("user_metadata".into(), json!(noted));
    }
    let described: Map<String, Value> = ["mimetype", "cacheControl"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), like.metadata(field)?.into())))
        .collect();
    let there = by_names(connection, &[(bucket, name)]).await?;
    let Some(there) = there.into_iter().next() else {
        return Ok(None);
    };
    // a target of another version may lack a column
    wanted.retain(|column, _| there.columns.get(column).is_some());
    let names: Vec<&str> = wanted.keys().map(String::as_str).collect();
    let mut set: Vec<String> = names.iter().map(|c| format!("{c} = r.{c}")).collect();
    set.push("metadata = coalesce(o.metadata, '{}') || $2::text::jsonb".to_owned());
    set.push(
        "id = case when exists (select from storage.objects x where x.id = $3::text::uuid)
              then o.id else $3::text::uuid end"
            .to_owned(),
    );
    let sql = format!(
        "update storage.objects o set {}
           from jsonb_populate_record(null::storage.objects, $1::text::jsonb) r
          where o.id = $4::text::uuid returning to_jsonb(o)::text",
        set.join(", ")
    );
    let values = Value::Object(wanted).to_string();
    let described = Value::Object(described).to_string();
    let set = query(
        connection,
        &sql,
        &[&values, &described, &like.id, &there.id],
    )
    .await?;
    Ok(set.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_differ_in_what_is_set_back_only() {
        let row = |owner: &str, version: &str| {
            let text = json!({ "id": "1", "bucket_id": "docs", "name": "a/b", "owner": owner,
                "version": version, "metadata": { "size": 7, "eTag": "\"x\"" } });
            Row::read(&text.to_string()).unwrap()
        };
        assert_eq!(row("ana", "1").file(), "docs/a/b");
        assert_eq!(row("ana", "1").bytes(), 7);
        assert!(row("ana", "1").differs(&row("ana", "2")).is_empty());
        assert_eq!(row("ana", "1").differs(&row("rui", "1")), ["owner"]);
    }
}
