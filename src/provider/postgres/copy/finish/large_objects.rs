//! Large objects: made with their old numbers, as rows refer to them by those.

use std::collections::HashSet;

use crate::error::Result;
use crate::provider::postgres::copy::inventory::relations::oid;
use crate::provider::postgres::copy::request::Skipped;
use crate::provider::postgres::copy::script::run::pipelined;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::{ident, literal};

/// One message's share of a large object, in bytes.
const PIECE: i32 = 1024 * 1024;

const LIST: &str = "SELECT m.oid::int8, pg_catalog.pg_get_userbyid(m.lomowner)::text,
   (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
     OR pg_catalog.pg_has_role(m.lomowner, 'USAGE')
     OR EXISTS (SELECT FROM pg_catalog.aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
       AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE'))),
   pg_catalog.obj_description(m.oid, 'pg_largeobject')
 FROM pg_catalog.pg_largeobject_metadata m ORDER BY m.oid";

const RIGHTS: &str = "SELECT m.oid::int8, a.grantee <> 0, pg_catalog.pg_get_userbyid(a.grantee)::text, a.privilege_type
 FROM pg_catalog.pg_largeobject_metadata m, LATERAL pg_catalog.aclexplode(m.lomacl) a
 WHERE a.grantee <> m.lomowner";

/// Copies every large object that the source's role may read.
pub async fn copy(
    source: &Session,
    target: &Session,
    roles: &HashSet<String>,
    grantable: &HashSet<String>,
    moved: &(dyn Fn(u64) + Send + Sync),
) -> Result<Vec<Skipped>> {
    let doing = "Copying the large objects";
    let mut skipped = Vec::new();
    let mut done = HashSet::new();
    for row in &source.query(LIST, &[], doing).await? {
        let id = oid(get(row, 0)?);
        let owner: String = get(row, 1)?;
        if !get::<bool>(row, 2)? {
            skipped.push(Skipped::new(
                format!("large object {id}"),
                "the source's role may not read it",
            ));
            continue;
        }
        target.batch("BEGIN", doing).await?;
        let mut sql = vec![format!("SELECT pg_catalog.lo_create({id})")];
        let comment: Option<String> = get(row, 3)?;
        if let Some(text) = comment {
            sql.push(format!(
                "COMMENT ON LARGE OBJECT {id} IS {}",
                literal(&text)
            ));
        }
        target.batch(&sql.join(";\n"), doing).await?;
        one(source, target, id, moved).await?;
        if grantable.contains(&owner) {
            let sql = format!("ALTER LARGE OBJECT {id} OWNER TO {}", ident(&owner));
            target.batch(&sql, doing).await?;
        }
        target.batch("COMMIT", doing).await?;
        done.insert(id);
    }
    let mut grants = Vec::new();
    for row in &source.query(RIGHTS, &[], doing).await? {
        let id = oid(get(row, 0)?);
        let named: bool = get(row, 1)?;
        let who: String = get(row, 2)?;
        let right: String = get(row, 3)?;
        if done.contains(&id) && (!named || roles.contains(&who)) {
            let to = if named {
                ident(&who)
            } else {
                "PUBLIC".to_owned()
            };
            grants.push(format!("GRANT {right} ON LARGE OBJECT {id} TO {to}"));
        }
    }
    let texts: Vec<&str> = grants.iter().map(String::as_str).collect();
    for answer in pipelined(target, &texts).await {
        answer.map_err(|error| target.explain(error, doing))?;
    }
    Ok(skipped)
}

async fn one(
    source: &Session,
    target: &Session,
    id: u32,
    moved: &(dyn Fn(u64) + Send + Sync),
) -> Result<()> {
    let doing = format!("Copying the large object {id}");
    let read = "SELECT pg_catalog.lo_get($1::int8::oid, $2::int8, $3::int4)";
    let write = "SELECT pg_catalog.lo_put($1::int8::oid, $2::int8, $3::bytea)";
    let mut at = 0_i64;
    loop {
        let rows = source
            .query(read, &[&i64::from(id), &at, &PIECE], &doing)
            .await?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        let piece: &[u8] = get(row, 0)?;
        if piece.is_empty() {
            return Ok(());
        }
        target
            .query(write, &[&i64::from(id), &at, &piece], &doing)
            .await?;
        moved(piece.len() as u64);
        at += piece.len() as i64;
    }
}
