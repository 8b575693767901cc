//! What a bucket holds below a prefix: files, and folders, which are nothing but the beginnings of
//! names.

use axum::Extension;
use axum::Json as Body;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;

use crate::sandbox::storage::body::Json;
use crate::sandbox::storage::buckets::Bucket;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};
use crate::sandbox::storage::sql;

/// Entries of a page where nobody says how many.
const USUAL: u32 = 100;
const MOST: u32 = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    prefix: String,
    limit: Option<u32>,
    offset: Option<u32>,
    sort_by: Option<SortBy>,
    search: Option<String>,
}

#[derive(Deserialize)]
struct SortBy {
    column: Option<String>,
    order: Option<String>,
}

impl SortBy {
    fn sql(by: Option<&SortBy>) -> Answer<String> {
        let column = by.and_then(|by| by.column.as_deref()).unwrap_or("name");
        let order = by.and_then(|by| by.order.as_deref()).unwrap_or("asc");
        match (column, order) {
            ("name", "asc" | "desc") => Ok(format!("e.name collate \"C\" {order}")),
            ("updated_at" | "created_at" | "last_accessed_at", "asc" | "desc") => Ok(format!(
                "e.{column} {order} nulls last, e.name collate \"C\""
            )),
            _ => Err(Refusal::bad(
                "sortBy names no column and order that there are.",
            )),
        }
    }
}

pub async fn list(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket)): Path<(String, String)>,
    Json(listed): Json<Listed>,
) -> Answer<Body<Value>> {
    let caller = asked.caller()?;
    Bucket::find(&storage, asked.reference(), &bucket).await?;
    let prefix = match listed.prefix.trim_end_matches('/') {
        "" => String::new(),
        folder => format!("{folder}/"),
    };
    let order = SortBy::sql(listed.sort_by.as_ref())?;
    let moments = ["updated_at", "created_at", "last_accessed_at"];
    let statement = format!(
        "with found as (
           select substr(name, length({prefix}) + 1) as rest, id, metadata, {plain}
             from storage.objects
            where bucket_id = {bucket} and starts_with(name, {prefix})
         ), entries as (
           select rest as name, id, metadata, {plain} from found where position('/' in rest) = 0
           union all
           select distinct split_part(rest, '/', 1), null::uuid, null::jsonb, {none}
             from found where position('/' in rest) > 0
         )
         select name, id, {shown}, metadata from entries e
          where starts_with(lower(name), lower({search}))
          order by {order} limit {limit} offset {offset}",
        prefix = sql::text(&prefix),
        bucket = sql::text(&bucket),
        plain = moments.join(", "),
        none = moments.map(|_| "null::timestamptz").join(", "),
        shown = moments.map(sql::moment).join(", "),
        search = sql::text(listed.search.as_deref().unwrap_or_default()),
        limit = listed.limit.unwrap_or(USUAL).min(MOST),
        offset = listed.offset.unwrap_or(0),
    );
    let rows = storage.rows(asked.reference(), caller, &statement).await?;
    Ok(Body(Value::Array(rows)))
}
