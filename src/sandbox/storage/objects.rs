//! Objects as rows: finding, writing, describing, removing.

use axum::Extension;
use axum::Json as Body;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::api::{hex, now_ms, rfc3339};
use crate::sandbox::storage::body::Json;
use crate::sandbox::storage::buckets::Bucket;
use crate::sandbox::storage::caller::Caller;
use crate::sandbox::storage::files::Place;
use crate::sandbox::storage::names::check_object;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};
use crate::sandbox::storage::sql;

/// The most objects that one request removes.
const MOST: usize = 1000;

/// The columns of an object's row.
pub fn columns() -> String {
    let moments = ["updated_at", "created_at", "last_accessed_at"].map(sql::moment);
    format!(
        "name, bucket_id, owner, owner_id, version, id, metadata, user_metadata, {}",
        moments.join(", ")
    )
}

/// As it's answered: without an owner or a version where there is none.
pub fn shown(mut row: Value) -> Value {
    if let Some(fields) = row.as_object_mut() {
        let optional = ["owner", "owner_id", "version"];
        fields.retain(|name, value| !(value.is_null() && optional.contains(&name.as_str())));
    }
    row
}

/// A name for the bytes of one upload, in the form of a UUID (version 4 of RFC 9562).
pub fn new_version() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    ends.map(|(from, to)| part(from, to)).join("-")
}

/// An object's row.
#[derive(Debug, Clone)]
pub struct Object {
    pub row: Value,
}

impl Object {
    /// The object, whoever may see it.
    pub async fn find(
        storage: &Storage,
        project: &str,
        bucket: &str,
        name: &str,
    ) -> Answer<Option<Object>> {
        Object::seen(storage, project, &Caller::service(), bucket, name).await
    }

    /// The object, if the caller may see it.
    pub async fn seen(
        storage: &Storage,
        project: &str,
        caller: &Caller,
        bucket: &str,
        name: &str,
    ) -> Answer<Option<Object>> {
        let statement = format!(
            "select {} from storage.objects where bucket_id = {} and name = {}",
            columns(),
            sql::text(bucket),
            sql::text(name)
        );
        let rows = storage.rows(project, caller, &statement).await?;
        Ok(rows.into_iter().next().map(|row| Object { row }))
    }

    fn text(&self, field: &str) -> &str {
        self.row[field].as_str().unwrap_or_default()
    }

    pub fn version(&self) -> &str {
        self.text("version")
    }

    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// One of the row's `metadata`.
    pub fn metadata(&self, field: &str) -> &str {
        self.row["metadata"][field].as_str().unwrap_or_default()
    }
}

/// An object whose bytes are in their place, and that needs its row.
pub struct NewObject<'a> {
    pub place: Place<'a>,
    pub size: u64,
    pub tag: &'a str,
    pub mime: &'a str,
    pub cache_control: &'a str,
    pub user_metadata: Option<&'a Value>,
    pub upsert: bool,
}

impl NewObject<'_> {
    fn metadata(&self) -> Value {
        json!({
            "eTag": format!("\"{}\"", self.tag),
            "size": self.size,
            "mimetype": self.mime,
            "cacheControl": self.cache_control,
            "lastModified": rfc3339(now_ms()),
            "contentLength": self.size,
            "httpStatusCode": 200,
        })
    }

    /// Writes the row and gives its id. What stood there before loses its bytes; where the row is
    /// refused, the new bytes go.
    pub async fn write(&self, storage: &Storage, caller: &Caller) -> Answer<String> {
        let Place {
            project,
            bucket,
            name,
            version,
        } = self.place;
        let before = Object::find(storage, project, bucket, name).await?;
        let user = self.user_metadata.map(Value::to_string);
        // an owner is a user of this project; `sub` may be anything in a token made by hand
        let owner = caller.user().filter(|id| is_uuid(id));
        let mut statement = format!(
            "insert into storage.objects
               (bucket_id, name, owner, owner_id, metadata, user_metadata, version)
             values ({}, {}, {}::uuid, {}, {}::jsonb, {}::jsonb, {})",
            sql::text(bucket),
            sql::text(name),
            sql::optional(owner),
            sql::optional(caller.user()),
            sql::text(&self.metadata().to_string()),
            sql::optional(user.as_deref()),
            sql::text(version),
        );
        if self.upsert {
            statement.push_str(
                " on conflict (bucket_id, name) do update
                  set owner = excluded.owner, owner_id = excluded.owner_id,
                      metadata = excluded.metadata, user_metadata = excluded.user_metadata,
                      version = excluded.version, updated_at = now(), last_accessed_at = now()",
            );
        }
        statement.push_str(" returning id");
        let written = storage.rows(project, caller, &statement).await;
        let rows = match written {
            Ok(rows) => rows,
            Err(refusal) => {
                storage.files().remove(self.place).await;
                return Err(refusal);
            }
        };
        if let Some(before) = before.filter(|o| o.version() != version) {
            let version = before.version();
            storage
                .files()
                .remove(Place {
                    version,
                    ..self.place
                })
                .await;
        }
        let id = rows.first().and_then(|row| row["id"].as_str());
        Ok(id.unwrap_or_default().to_owned())
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

pub async fn info(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
) -> Answer<Body<Value>> {
    let project = asked.reference();
    let found = Object::seen(&storage, project, asked.caller()?, &bucket, &name).await?;
    let object = found.ok_or_else(Refusal::no_object)?;
    Ok(Body(json!({
        "id": object.row["id"],
        "name": object.row["name"],
        "version": object.row["version"],
        "bucket_id": object.row["bucket_id"],
        "size": object.row["metadata"]["size"],
        "content_type": object.row["metadata"]["mimetype"],
        "cache_control": object.row["metadata"]["cacheControl"],
        "etag": object.row["metadata"]["eTag"],
        "metadata": object.row["user_metadata"],
        "last_modified": object.row["updated_at"],
        "created_at": object.row["created_at"],
    })))
}

async fn remove_named(
    storage: &Storage,
    asked: &Asked,
    bucket: &str,
    names: &[String],
) -> Answer<Vec<Value>> {
    let caller = asked.caller()?;
    Bucket::find(storage, asked.reference(), bucket).await?;
    let statement = format!(
        "delete from storage.objects where bucket_id = {} and name = any ({}) returning {}",
        sql::text(bucket),
        sql::list(Some(names)),
        columns()
    );
    let rows = storage.rows(asked.reference(), caller, &statement).await?;
    for row in &rows {
        let place = Place {
            project: asked.reference(),
            bucket,
            name: row["name"].as_str().unwrap_or_default(),
            version: row["version"].as_str().unwrap_or_default(),
        };
        storage.files().remove(place).await;
    }
    Ok(rows)
}

pub async fn delete(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
) -> Answer<Body<Value>> {
    check_object(&name)?;
    let gone = remove_named(&storage, &asked, &bucket, &[name]).await?;
    match gone.is_empty() {
        true => Err(Refusal::no_object()),
        false => Ok(Body(json!({ "message": "Successfully deleted" }))),
    }
}

/// The field is called `prefixes` and holds whole names.
#[derive(Deserialize)]
pub struct Removal {
    prefixes: Vec<String>,
}

pub async fn delete_many(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket)): Path<(String, String)>,
    Json(removal): Json<Removal>,
) -> Answer<Body<Value>> {
    if removal.prefixes.is_empty() || removal.prefixes.len() > MOST {
        return Err(Refusal::bad(format!("prefixes holds 1 to {MOST} names.")));
    }
    let gone = remove_named(&storage, &asked, &bucket, &removal.prefixes).await?;
    Ok(Body(gone.into_iter().map(shown).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_uuid_and_no_other_text_is() {
        let (one, other) = (new_version(), new_version());
        assert!(is_uuid(&one) && is_uuid(&other) && one != other);
        assert!(!is_uuid("a") && !is_uuid(&"a".repeat(36)));
    }
}
