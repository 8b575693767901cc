//! A look at both databases before anything is changed: what the plan shows.

mod left_out;

use std::time::Duration;

use crate::error::Result;
use crate::provider::postgres::copy::inventory::{Relation, relations};
use crate::provider::postgres::copy::request::{CheckReport, CopyRequest, Skipped};
use crate::provider::postgres::copy::script::classify::Target;
use crate::provider::postgres::copy::session::{Session, Sessions, Side, get};
use crate::provider::postgres::copy::sql::quote::plain;
use crate::provider::postgres::copy::target::state;
use crate::provider::postgres::copy::{space, wide};

/// Servers before this can't hash rows or read a range of pages.
const OLDEST: u32 = 14;
/// So many tables are named as the largest.
const LARGEST: usize = 10;
/// So long the largest row is looked for.
const WIDE_ROWS: Duration = Duration::from_millis(1500);

const EXTENSIONS: &str = "SELECT extname::text, extversion FROM pg_catalog.pg_extension";
const LARGE_OBJECTS: &str = "SELECT count(*)::int8 FROM pg_catalog.pg_largeobject_metadata";

/// What there is of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetIs {
    There,
    /// It's there, and will be emptied before the copy begins.
    ToBeEmptied,
    /// It will be made on the source's platform, so the source stands in for it: the request names
    /// the source twice.
    NotYet {
        /// On the same server too, so that roles and disk are the source's.
        same_server: bool,
    },
}

/// What would keep the copy from being made, and its figures. Takes a few round trips.
pub async fn check(request: &CopyRequest) -> Result<CheckReport> {
    Look::begin(request, TargetIs::There).await?.end().await
}

/// [`check`], whatever there is of the target.
pub async fn check_for(request: &CopyRequest, target: TargetIs) -> Result<CheckReport> {
    Look::begin(request, target).await?.end().await
}

/// The same, with the largest row and all that the copy will leave out or do otherwise, which needs
/// the source's whole schema.
///
/// What the servers only decide while the copy runs isn't among it: statements that they may refuse,
/// and large objects that nobody may read.
pub async fn foresee(request: &CopyRequest, target: TargetIs) -> Result<CheckReport> {
    let look = Look::begin(request, target).await?;
    let (wide, left_out) = tokio::try_join!(look.wide(), left_out::read(&look))?;
    let mut out = look.end().await?;
    let names = wide.unknown.iter();
    out.unmeasured = names.map(|(schema, name)| plain(schema, name)).collect();
    out.unmeasured.sort();
    let rows = wide.largest.into_iter().max_by_key(|(_, bytes)| *bytes);
    out.largest_row = rows.map(|((schema, name), bytes)| (plain(&schema, &name), bytes));
    out.left_out = left_out;
    Ok(out)
}

/// Both sides, opened and partly read.
struct Look<'a> {
    request: &'a CopyRequest,
    is: TargetIs,
    sessions: Sessions,
    source: Session,
    target: Session,
    theirs: Target,
    relations: Vec<Relation>,
}

impl<'a> Look<'a> {
    async fn begin(request: &'a CopyRequest, is: TargetIs) -> Result<Look<'a>> {
        let sessions = Sessions::new(request.source.clone(), request.target.clone());
        let (source, target) =
            tokio::try_join!(sessions.open(Side::Source), sessions.open(Side::Target))?;
        // Even a table's size can't be read while somebody rewrites the table.
        let patience = format!("SET lock_timeout = '{}ms'", request.lock_timeout_ms);
        let doing = "Looking at both databases";
        let begin = format!("{patience}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        tokio::try_join!(source.batch(&begin, doing), target.batch(&patience, doing))?;
        let (mut theirs, mut relations) =
            tokio::try_join!(state::read(&target), relations::read(&source))?;
        match is {
            TargetIs::There => {}
            TargetIs::ToBeEmptied => theirs.as_new(true),
            TargetIs::NotYet { same_server } => theirs.as_new(same_server),
        }
        if let Some(map) = &request.schemas {
            relations.retain(|relation| relation.schema == map.from);
        }
        Ok(Look {
            request,
            is,
            sessions,
            source,
            target,
            theirs,
            relations,
        })
    }

    /// The tables that are copied, or whose rows are.
    fn copied(&self) -> impl Iterator<Item = &Relation> {
        let all = self.relations.iter();
        all.filter(|relation| self.theirs.copies(&relation.schema, &relation.name))
    }

    async fn wide(&self) -> Result<wide::WideRows> {
        let mut wide = wide::read(&self.source, WIDE_ROWS).await?;
        if let Some(map) = &self.request.schemas {
            wide.largest.retain(|(schema, _), _| *schema == map.from);
            wide.unknown.retain(|(schema, _)| *schema == map.from);
        }
        wide.largest
            .retain(|(schema, name), _| self.theirs.copies(schema, name));
        Ok(wide)
    }

    async fn end(self) -> Result<CheckReport> {
        let mut out = CheckReport {
            source_version: self.source.connection.server_version().to_owned(),
            target_version: self.target.connection.server_version().to_owned(),
            ..CheckReport::default()
        };
        if self.is == TargetIs::There {
            let only = self.request.schemas.as_ref().map(|map| map.to.as_str());
            out.target_holds = state::holds(&self.target, &self.theirs, only).await?;
        }
        versions(&self.source, &self.target, &mut out);
        self.extensions(&mut out).await?;
        self.tables(&mut out);
        if !matches!(self.is, TargetIs::NotYet { same_server: false }) {
            let objects: i64 = match self.request.schemas {
                Some(_) => 0,
                None => {
                    let doing = "Counting the large objects";
                    self.source.value(LARGE_OBJECTS, doing).await?
                }
            };
            let mut bytes = space::needed(&self.source, self.copied(), objects > 0).await?;
            if self.is == TargetIs::ToBeEmptied {
                bytes = bytes.saturating_sub(self.given_up().await?);
            }
            out.space = space::look(self.request, &self.target, bytes).await?;
        }
        self.sessions.finished();
        Ok(out)
    }

    /// Bytes that the target's tables take now, and won't when it's emptied.
    async fn given_up(&self) -> Result<u64> {
        let only = self.request.schemas.as_ref().map(|map| map.to.as_str());
        let tables = relations::read(&self.target).await?;
        let goes = tables
            .iter()
            .filter(|r| r.kind == 'r' && only.is_none_or(|only| only == r.schema))
            .filter(|r| self.theirs.copies(&r.schema, &r.name));
        Ok(goes.map(|r| r.bytes + r.index_bytes).sum())
    }

    async fn extensions(&self, out: &mut CheckReport) -> Result<()> {
        let doing = "Reading the source's extensions";
        let roles = &self.theirs.roles;
        for row in &self.source.query(EXTENSIONS, &[], doing).await? {
            let (name, version): (String, String) = (get(row, 0)?, get(row, 1)?);
            match roles.installed.get(&name) {
                Some(other) if *other != version => out.warnings.push(Skipped::changed(
                    format!("extension {name}"),
                    format!("the source has version {version}, the target {other}"),
                )),
                Some(_) => {}
                None if roles.available.contains_key(&name) => {}
                None => out.refusals.push(format!(
                    "The source uses the extension {name}, which the target's server doesn't offer."
                )),
            }
        }
        Ok(())
    }

    fn tables(&self, out: &mut CheckReport) {
        let mut tables: Vec<_> = self
            .relations
            .iter()
            .filter(|r| r.kind == 'r' && r.extension.is_none())
            .collect();
        for table in tables
            .iter()
            .filter(|r| !r.readable && !self.theirs.manages(&r.schema))
        {
            out.refusals.push(format!(
                "The source's role may not read the table {}.",
                table.plain()
            ));
        }
        tables.sort_by_key(|r| std::cmp::Reverse(r.bytes));
        out.tables = tables.len() as u64;
        out.rows = tables.iter().map(|r| r.rows).sum();
        out.bytes = tables.iter().map(|r| r.bytes + r.index_bytes).sum();
        out.largest = tables
            .iter()
            .take(LARGEST)
            .map(|r| (r.plain(), r.bytes))
            .collect();
    }
}

fn versions(source: &Session, target: &Session, out: &mut CheckReport) {
    let (from, to) = (
        source.connection.server_major(),
        target.connection.server_major(),
    );
    for (side, major) in [("source", from), ("target", to)] {
        if major < OLDEST {
            out.refusals.push(format!(
                "The {side} runs PostgreSQL {major}; a copy needs {OLDEST} or newer."
            ));
        }
    }
    if to < from {
        out.warnings.push(Skipped::changed(
            format!("PostgreSQL {from} to {to}"),
            "the target is older than the source, so what only the newer one knows will fail",
        ));
    }
}
