//! The source's schema read ahead of the copy, while its target is still being made.
//!
//! Over a network `pg_dump` takes most of a small copy's time, and a new project takes longer than
//! that to come up. But a schema that was read before the copy's snapshot may have changed since,
//! so each reading carries a mark of the catalogue, and counts only where the snapshot shows the
//! same mark.

use crate::error::Result;
use crate::provider::postgres::copy::dump;
use crate::provider::postgres::copy::request::CopyRequest;
use crate::provider::postgres::copy::session::{Session, Sessions, Side};
use crate::provider::postgres::copy::toc::Toc;

/// A schema with the mark of the catalogue that it was read from.
#[derive(Debug)]
pub struct EarlySchema {
    pub(super) toc: Toc,
    pub(super) mark: String,
}

/// So long a locked table is waited for; then the copy reads the schema, which waits with more
/// patience and says who holds the lock.
const LOCK_WAIT_MS: u64 = 2_000;

/// The catalogues whose rows a dump of the schema is made of, and that every role may read.
const CATALOGUES: &[&str] = &[
    "aggregate",
    "am",
    "amop",
    "amproc",
    "attrdef",
    "attribute",
    "cast",
    "class",
    "collation",
    "constraint",
    "conversion",
    "default_acl",
    "description",
    "enum",
    "event_trigger",
    "extension",
    "foreign_data_wrapper",
    "foreign_server",
    "foreign_table",
    "index",
    "inherits",
    "init_privs",
    "language",
    "namespace",
    "opclass",
    "operator",
    "opfamily",
    "partitioned_table",
    "policy",
    "proc",
    "publication",
    "publication_rel",
    "range",
    "rewrite",
    "seclabel",
    "sequence",
    "statistic_ext",
    "transform",
    "trigger",
    "ts_config",
    "ts_config_map",
    "ts_dict",
    "ts_parser",
    "ts_template",
    "type",
];
/// Since 15.
const PUBLISHED_SCHEMAS: &str = "publication_namespace";

impl EarlySchema {
    /// Reads the schema of the request's source under a snapshot of its own, which is gone
    /// afterwards. The request's target isn't touched.
    ///
    /// Errors: `Timeout` where another session keeps a table locked.
    pub async fn read(request: &CopyRequest) -> Result<EarlySchema> {
        read(request).await
    }

    /// How many objects it has.
    pub fn objects(&self) -> usize {
        self.toc.entries.len()
    }
}

async fn read(request: &CopyRequest) -> Result<EarlySchema> {
    let sessions = Sessions::new(request.source.clone(), request.target.clone());
    let control = sessions.open(Side::Source).await?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    control.batch(begin, "Reading the source's schema").await?;
    let export = "SELECT pg_catalog.pg_export_snapshot()";
    let snapshot: String = control.value(export, "Exporting a snapshot").await?;
    let marked = mark(&control);
    let only = request.schemas.as_ref().map(|map| map.from.clone());
    let (pg_dump, source) = (request.pg_dump.clone(), request.source.clone());
    let dumped = dump::schema(pg_dump, source, snapshot, only, Some(LOCK_WAIT_MS));
    let (mark, toc) = tokio::try_join!(marked, dumped)?;
    sessions.finished();
    Ok(EarlySchema { toc, mark })
}

/// Changes whenever a row of the catalogues does. A row's place and the transaction that wrote it
/// stay the same when only its statistics are updated, as those are written in place.
pub(super) async fn mark(session: &Session) -> Result<String> {
    let newer = (session.connection.server_major() >= 15).then_some(PUBLISHED_SCHEMAS);
    let parts: Vec<String> = CATALOGUES
        .iter()
        .copied()
        .chain(newer)
        .map(|name| {
            format!(
                "SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtextextended(\
                 ctid::pg_catalog.text || xmin::pg_catalog.text COLLATE pg_catalog.\"C\", 0)), 0) AS x FROM pg_catalog.pg_{name}"
            )
        })
        .collect();
    let sql = format!(
        "SELECT pg_catalog.string_agg(x, ' ') FROM ({}) marks",
        parts.join(" UNION ALL ")
    );
    session.value(&sql, "Reading the catalogue's state").await
}
