//! Filling a vector column anew, all of its rows in one transaction.

use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use super::plan::Filled;
use crate::error::{Error, Result};
use crate::memory::embed::{Embedder, is_blank, to_vector};
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::{ident, qualified};

/// Rows that are read, embedded and written at a time.
const BATCH: usize = 256;

/// Vectors of several texts in pgvector's text form; a blank text has none.
///
/// Runs on a thread of its own: embedding is pure computation, and would hold up the runtime.
pub async fn vectors(texts: Vec<Option<String>>, width: usize) -> Result<Vec<Option<String>>> {
    let work = tokio::task::spawn_blocking(move || {
        let meant = |text: &Option<String>| text.clone().filter(|text| !is_blank(text));
        let kept: Vec<Option<String>> = texts.iter().map(meant).collect();
        let full: Vec<&str> = kept.iter().flatten().map(String::as_str).collect();
        if full.is_empty() {
            return Ok(vec![None; kept.len()]);
        }
        let mut made = Embedder::load()?.embed_batch(&full)?.into_iter();
        kept.iter()
            .map(|text| match text.as_ref().and_then(|_| made.next()) {
                Some(vector) => to_vector(&vector, width).map(Some),
                None => Ok(None),
            })
            .collect()
    });
    work.await
        .map_err(|error| Error::internal("Embedding stopped unexpectedly.").source(error))?
}

/// Embeds every row of a column again; gives the number of rows. Runs inside the caller's
/// transaction. `told` hears how many rows are done.
pub async fn column(
    client: &Client,
    schema: &str,
    table: &str,
    filled: &Filled<'_>,
    cancel: &CancellationToken,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<u64> {
    let doing = format!("Cannot embed {table}.{} again", filled.vector.name);
    let failed = |error| explain::statement(error, &doing);
    let name = qualified(schema, table);
    // Nobody may move a row between its being read and its being written: rows are found again by
    // their place, as a table need not have a key.
    let open = format!(
        "LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE;
         DECLARE matriz_reembed NO SCROLL CURSOR FOR
           SELECT tableoid::text, ctid::text, {}::text FROM {name}",
        ident(&filled.text.name)
    );
    client.batch_execute(&open).await.map_err(failed)?;
    let update = format!(
        "UPDATE {name} AS t SET {} = s.v::{}
         FROM unnest($1::text[], $2::text[], $3::text[]) AS s(o, c, v)
         WHERE t.tableoid = s.o::oid AND t.ctid = s.c::tid",
        ident(&filled.vector.name),
        filled.vector.base_type
    );
    let fetch = format!("FETCH {BATCH} FROM matriz_reembed");
    let mut done = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        let rows = client.query(&fetch, &[]).await.map_err(failed)?;
        if rows.is_empty() {
            break;
        }
        let (mut tables, mut places, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            tables.push(row.try_get::<_, String>(0).map_err(failed)?);
            places.push(row.try_get::<_, String>(1).map_err(failed)?);
            texts.push(row.try_get::<_, Option<String>>(2).map_err(failed)?);
        }
        let made = vectors(texts, filled.width).await?;
        client
            .execute(&update, &[&tables, &places, &made])
            .await
            .map_err(failed)?;
        done += rows.len() as u64;
        told(done);
    }
    client
        .batch_execute("CLOSE matriz_reembed")
        .await
        .map_err(failed)?;
    Ok(done)
}
