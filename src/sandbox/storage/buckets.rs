//! Buckets.

use axum::Extension;
use axum::Json as Body;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::storage::body::Json;
use crate::sandbox::storage::caller::Caller;
use crate::sandbox::storage::files::Place;
use crate::sandbox::storage::names::check_bucket;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};
use crate::sandbox::storage::sizes::Size;
use crate::sandbox::storage::sql;

fn columns() -> String {
    format!(
        "id, name, owner, owner_id, public, type, file_size_limit, allowed_mime_types, {}, {}",
        sql::moment("created_at"),
        sql::moment("updated_at")
    )
}

/// As it's answered: without an owner where there is none.
fn shown(mut row: Value) -> Value {
    if let Some(fields) = row.as_object_mut() {
        fields.retain(|name, value| !(name.starts_with("owner") && value.is_null()));
    }
    row
}

/// What an upload has to know of its bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub public: bool,
    limit: Option<u64>,
    mimes: Vec<String>,
}

impl Bucket {
    /// The bucket, whoever may see it.
    pub async fn find(storage: &Storage, project: &str, id: &str) -> Answer<Bucket> {
        check_bucket(id)?;
        let statement = format!(
            "select public, file_size_limit, allowed_mime_types from storage.buckets where id = {}",
            sql::text(id)
        );
        let rows = storage
            .rows(project, &Caller::service(), &statement)
            .await?;
        let row = rows.first().ok_or_else(Refusal::no_bucket)?;
        let texts = row["allowed_mime_types"].as_array().into_iter().flatten();
        Ok(Bucket {
            public: row["public"] == true,
            limit: row["file_size_limit"].as_u64(),
            mimes: texts
                .filter_map(|t| t.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// The most bytes of a file.
    pub fn longest(&self, storage: &Storage) -> u64 {
        let all = storage.options().largest_file;
        self.limit.map_or(all, |own| own.min(all))
    }

    /// Whether the bucket takes files of this type; `image/*` takes every image.
    pub fn check_type(&self, mime: &str) -> Answer<()> {
        let plain = mime.split(';').next().unwrap_or(mime).trim();
        let fits = |allowed: &String| match allowed.strip_suffix("/*") {
            Some("*") => true,
            Some(family) => plain.split('/').next() == Some(family),
            None => plain.eq_ignore_ascii_case(allowed),
        };
        match self.mimes.is_empty() || self.mimes.iter().any(fits) {
            true => Ok(()),
            false => Err(Refusal::wrong_type(plain)),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    limit: Option<u32>,
    offset: Option<u32>,
    sort_column: Option<String>,
    sort_order: Option<String>,
    search: Option<String>,
}

pub async fn list(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Query(listed): Query<Listed>,
) -> Answer<Body<Value>> {
    let column = listed.sort_column.as_deref().unwrap_or("name");
    let order = listed.sort_order.as_deref().unwrap_or("asc");
    let known = ["id", "name", "created_at", "updated_at"].contains(&column);
    if !known || !["asc", "desc"].contains(&order) {
        return Err(Refusal::bad(
            "sortColumn and sortOrder name no order that there is.",
        ));
    }
    let search = listed.search.unwrap_or_default();
    let statement = format!(
        "select {} from storage.buckets b where position(lower({}) in lower(name)) > 0
         order by b.{column} {order} limit {} offset {}",
        columns(),
        sql::text(&search),
        listed.limit.map_or("null".to_owned(), |n| n.to_string()),
        listed.offset.unwrap_or(0),
    );
    let rows = storage
        .rows(asked.reference(), asked.caller()?, &statement)
        .await?;
    Ok(Body(rows.into_iter().map(shown).collect()))
}

pub async fn show(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<Body<Value>> {
    let statement = format!(
        "select {} from storage.buckets where id = {}",
        columns(),
        sql::text(&id)
    );
    let rows = storage
        .rows(asked.reference(), asked.caller()?, &statement)
        .await?;
    let row = rows.into_iter().next().ok_or_else(Refusal::no_bucket)?;
    Ok(Body(shown(row)))
}

#[derive(Deserialize)]
pub struct NewBucket {
    name: String,
    id: Option<String>,
    #[serde(default)]
    public: bool,
    file_size_limit: Option<Size>,
    allowed_mime_types: Option<Vec<String>>,
}

pub async fn create(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Json(new): Json<NewBucket>,
) -> Answer<Body<Value>> {
    let caller = asked.caller()?;
    let id = new.id.as_deref().unwrap_or(&new.name);
    check_bucket(id)?;
    check_bucket(&new.name)?;
    let limit = new.file_size_limit.map(|size| size.bytes()).transpose()?;
    let statement = format!(
        "insert into storage.buckets
           (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
         values ({}, {}, {}::uuid, {}, {}, {}, {})",
        sql::text(id),
        sql::text(&new.name),
        sql::optional(caller.user()),
        sql::optional(caller.user()),
        new.public,
        limit.map_or("null".to_owned(), |n| n.to_string()),
        sql::list(new.allowed_mime_types.as_deref()),
    );
    storage.rows(asked.reference(), caller, &statement).await?;
    Ok(Body(json!({ "name": new.name })))
}

/// A field that isn't named stays; one that is null is emptied.
#[derive(Deserialize)]
pub struct Change {
    public: Option<bool>,
    #[serde(default, deserialize_with = "named")]
    file_size_limit: Option<Option<Size>>,
    #[serde(default, deserialize_with = "named")]
    allowed_mime_types: Option<Option<Vec<String>>>,
}

fn named<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

pub async fn update(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
    Json(change): Json<Change>,
) -> Answer<Body<Value>> {
    let mut set = vec!["updated_at = now()".to_owned()];
    if let Some(public) = change.public {
        set.push(format!("public = {public}"));
    }
    if let Some(limit) = change.file_size_limit {
        let bytes = limit.map(|size| size.bytes()).transpose()?;
        let bytes = bytes.map_or("null".to_owned(), |n| n.to_string());
        set.push(format!("file_size_limit = {bytes}"));
    }
    if let Some(mimes) = change.allowed_mime_types {
        set.push(format!(
            "allowed_mime_types = {}",
            sql::list(mimes.as_deref())
        ));
    }
    let statement = format!(
        "update storage.buckets set {} where id = {} returning id",
        set.join(", "),
        sql::text(&id)
    );
    let rows = storage
        .rows(asked.reference(), asked.caller()?, &statement)
        .await?;
    match rows.is_empty() {
        true => Err(Refusal::no_bucket()),
        false => Ok(Body(json!({ "message": "Successfully updated" }))),
    }
}

/// Removes a bucket's objects. The service does it in the background; here it's done when answered.
pub async fn empty(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<Body<Value>> {
    let caller = asked.caller()?;
    Bucket::find(&storage, asked.reference(), &id).await?;
    let statement = format!(
        "delete from storage.objects where bucket_id = {} returning name, version",
        sql::text(&id)
    );
    for row in storage.rows(asked.reference(), caller, &statement).await? {
        let place = Place {
            project: asked.reference(),
            bucket: &id,
            name: row["name"].as_str().unwrap_or_default(),
            version: row["version"].as_str().unwrap_or_default(),
        };
        storage.files().remove(place).await;
    }
    let message = "Empty bucket has been queued. Completion may take up to an hour.";
    Ok(Body(json!({ "message": message })))
}

pub async fn delete(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<Body<Value>> {
    let caller = asked.caller()?;
    let id = sql::text(&id);
    let full = format!("select 1 from storage.objects where bucket_id = {id} limit 1");
    let service = Caller::service();
    let rows = storage.rows(asked.reference(), &service, &full).await?;
    if !rows.is_empty() {
        let message = "The bucket you tried to delete is not empty";
        return Err(Refusal::new(409, "ResourceNotEmpty", message));
    }
    let statement = format!("delete from storage.buckets where id = {id} returning id");
    let gone = storage.rows(asked.reference(), caller, &statement).await?;
    match gone.is_empty() {
        true => Err(Refusal::no_bucket()),
        false => Ok(Body(json!({ "message": "Successfully deleted" }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_takes_the_types_that_it_lists() {
        let bucket = |mimes: &[&str]| Bucket {
            public: false,
            limit: None,
            mimes: mimes.iter().map(|m| (*m).to_owned()).collect(),
        };
        assert!(bucket(&[]).check_type("text/plain").is_ok());
        assert!(bucket(&["image/*"]).check_type("image/png").is_ok());
        assert!(bucket(&["image/*"]).check_type("imagery/png").is_err());
        assert!(
            bucket(&["text/csv"])
                .check_type("text/csv; charset=utf-8")
                .is_ok()
        );
        assert!(bucket(&["text/csv"]).check_type("text/plain").is_err());
    }
}
