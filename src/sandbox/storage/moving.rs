//! Moving and copying objects, within a bucket or into another.

use axum::Extension;
use axum::Json as Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::storage::body::Json;
use crate::sandbox::storage::buckets::Bucket;
use crate::sandbox::storage::files::Place;
use crate::sandbox::storage::names::check_object;
use crate::sandbox::storage::objects::{NewObject, Object, new_version};
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};
use crate::sandbox::storage::sql;
use crate::sandbox::storage::upload::wants_upsert;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FromTo {
    bucket_id: String,
    source_key: String,
    destination_bucket: Option<String>,
    destination_key: String,
    metadata: Option<Described>,
    copy_metadata: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    cache_control: Option<String>,
    mimetype: Option<String>,
}

/// Both ends of a move or copy, with the bytes in their new place already.
struct Ends {
    object: Object,
    bucket: String,
    version: String,
}

impl Ends {
    fn from<'a>(&'a self, asked: &'a Asked, way: &'a FromTo) -> Place<'a> {
        Place {
            project: asked.reference(),
            bucket: &way.bucket_id,
            name: &way.source_key,
            version: self.object.version(),
        }
    }

    fn to<'a>(&'a self, asked: &'a Asked, way: &'a FromTo) -> Place<'a> {
        Place {
            project: asked.reference(),
            bucket: &self.bucket,
            name: &way.destination_key,
            version: &self.version,
        }
    }

    async fn find(storage: &Storage, asked: &Asked, way: &FromTo, upsert: bool) -> Answer<Ends> {
        check_object(&way.source_key)?;
        check_object(&way.destination_key)?;
        let project = asked.reference();
        let bucket = way.destination_bucket.as_ref().unwrap_or(&way.bucket_id);
        for id in [&way.bucket_id, bucket] {
            Bucket::find(storage, project, id).await?;
        }
        let caller = asked.caller()?;
        let found = Object::seen(storage, project, caller, &way.bucket_id, &way.source_key).await?;
        let there = Object::find(storage, project, bucket, &way.destination_key).await?;
        if there.is_some() && !upsert {
            return Err(Refusal::exists());
        }
        let ends = Ends {
            object: found.ok_or_else(Refusal::no_object)?,
            bucket: bucket.clone(),
            version: new_version(),
        };
        let path = storage.files().path(ends.from(asked, way));
        match storage.files().link(&path, ends.to(asked, way)).await? {
            true => Ok(ends),
            false => Err(Refusal::no_object()),
        }
    }
}

pub async fn copy(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    headers: HeaderMap,
    Json(way): Json<FromTo>,
) -> Answer<Body<Value>> {
    let upsert = wants_upsert(&headers);
    let ends = Ends::find(&storage, &asked, &way, upsert).await?;
    let object = &ends.object;
    let own = way.metadata.as_ref();
    let mime = own.and_then(|o| o.mimetype.as_deref());
    let cache = own.and_then(|o| o.cache_control.as_deref());
    let keeps = way.copy_metadata != Some(false);
    let new = NewObject {
        place: ends.to(&asked, &way),
        size: object.row["metadata"]["size"].as_u64().unwrap_or(0),
        tag: object.metadata("eTag").trim_matches('"'),
        mime: mime.unwrap_or(object.metadata("mimetype")),
        cache_control: cache.unwrap_or(object.metadata("cacheControl")),
        user_metadata: Some(&object.row["user_metadata"]).filter(|v| keeps && !v.is_null()),
        upsert,
    };
    let id = new.write(&storage, asked.caller()?).await?;
    let key = format!("{}/{}", ends.bucket, way.destination_key);
    Ok(Body(
        json!({ "Id": id, "Key": key, "name": way.destination_key }),
    ))
}

pub async fn rename(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Json(way): Json<FromTo>,
) -> Answer<Body<Value>> {
    let ends = Ends::find(&storage, &asked, &way, false).await?;
    let statement = format!(
        "update storage.objects
            set bucket_id = {}, name = {}, version = {}, updated_at = now()
          where id = {}::uuid returning id",
        sql::text(&ends.bucket),
        sql::text(&way.destination_key),
        sql::text(&ends.version),
        sql::text(ends.object.id()),
    );
    let moved = storage
        .rows(asked.reference(), asked.caller()?, &statement)
        .await;
    let moved = match moved {
        Ok(rows) if rows.is_empty() => Err(Refusal::no_object()),
        other => other,
    };
    if let Err(refusal) = moved {
        storage.files().remove(ends.to(&asked, &way)).await;
        return Err(refusal);
    }
    storage.files().remove(ends.from(&asked, &way)).await;
    Ok(Body(json!({ "message": "Successfully moved" })))
}
