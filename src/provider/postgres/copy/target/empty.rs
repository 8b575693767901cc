//! Emptying a target that holds an earlier copy, so that another one finds it as a new project is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_postgres::error::SqlState;
use tokio_util::sync::CancellationToken;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::copy::checkpoint::{Baseline, Checkpoint};
use crate::provider::postgres::copy::data::kept;
use crate::provider::postgres::copy::inventory::Inventory;
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::copy::request::{Observer, not_empty};
use crate::provider::postgres::copy::script::outward;
use crate::provider::postgres::copy::session::{Session, Sessions, Side, get};
use crate::provider::postgres::copy::target::{defaults, state, wipe};
use crate::provider::postgres::url::DatabaseUrl;

const DOING: &str = "Looking what is in the target";

/// Nobody who uses the target is waited for longer than this.
const PATIENCE: &str = "SET lock_timeout = '30s'";

/// Which schemas an extension lives in or has made.
const EXTENSIONS: &str = "SELECT e.extname::text, n.nspname::text
 FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
   OR EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
     AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
     AND d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objid = n.oid)";

/// Event triggers with the schema of what they call.
const EVENT_TRIGGERS: &str = "SELECT t.evtname::text, n.nspname::text
 FROM pg_catalog.pg_event_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.evtfoid
 JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace";

/// Wrappers and servers that an extension brought.
const OF_EXTENSIONS: &str =
    "SELECT d.classid = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass,
   coalesce(s.srvname, w.fdwname)::text
 FROM pg_catalog.pg_depend d
 LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = d.objid
   AND d.classid = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass
 LEFT JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = d.objid
   AND d.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
 WHERE d.deptype = 'e' AND coalesce(s.srvname, w.fdwname) IS NOT NULL";

/// Triggers and policies with how to drop them, the schema of their table, and of a trigger that of
/// what it calls and its text.
const ON_TABLES: &str = "SELECT pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %I.%I', t.tgname, n.nspname, c.relname),
   n.nspname::text, f.nspname::text, pg_catalog.pg_get_triggerdef(t.oid)
 FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace
 WHERE NOT t.tgisinternal AND t.tgparentid = 0
 UNION ALL
 SELECT pg_catalog.format('DROP POLICY IF EXISTS %I ON %I.%I', o.polname, n.nspname, c.relname),
   n.nspname::text, NULL, NULL
 FROM pg_catalog.pg_policy o JOIN pg_catalog.pg_class c ON c.oid = o.polrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
   AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid)";

/// What an emptying remembers, in the observer's checkpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// It goes piece by piece, so that the target may be half empty from here on.
    pieces: bool,
}

/// Takes everything out of a target that a new project doesn't have: of the whole database, or of
/// one schema that shares it. What the platform manages keeps its definitions and loses its users'
/// rows; extensions that a new project may have stay.
///
/// It's one transaction: a cancel, an error or the end of this process before its end leaves all as
/// it was. Where so many locks don't fit into the server's memory it goes in pieces, and is done
/// again from the start until it comes to its end. A target that is empty already stays as it is.
///
/// Errors: `Cancelled`; `Refused` where something can't be taken out; whatever the server says.
pub async fn empty(
    target: &DatabaseUrl,
    only: Option<&str>,
    observer: &dyn Observer,
    cancel: CancellationToken,
) -> Result<()> {
    let sessions = Arc::new(Sessions::new(target.clone(), target.clone()));
    let answer = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::cancelled()),
        answer = whole_or_pieces(&sessions, only, observer) => answer,
    };
    match &answer {
        Ok(()) => sessions.finished(),
        Err(_) => sessions.cancel_all().await,
    }
    answer
}

/// Whether there is nothing in a target that a copy would collide with.
pub async fn holds_nothing(target: &DatabaseUrl, only: Option<&str>) -> Result<bool> {
    let sessions = Sessions::new(target.clone(), target.clone());
    let session = sessions.open(Side::Target).await?;
    let theirs = state::read(&session).await?;
    let holds = state::holds(&session, &theirs, only).await?;
    sessions.finished();
    Ok(holds.is_empty())
}

/// Whether an earlier run of [`empty`] may have left the target half empty.
pub fn is_in_pieces(observer: &dyn Observer) -> Result<bool> {
    let mark = observer.checkpoint().map(serde_json::from_value::<Mark>);
    let mark = mark.transpose().context(Kind::Parse, || {
        "What an earlier emptying left behind can't be read".into()
    })?;
    Ok(mark.is_some_and(|mark| mark.pieces))
}

async fn whole_or_pieces(
    sessions: &Sessions,
    only: Option<&str>,
    observer: &dyn Observer,
) -> Result<()> {
    let session = sessions.open(Side::Target).await?;
    session.batch(PATIENCE, DOING).await?;
    session.batch("BEGIN", DOING).await?;
    match clear(&session, only).await {
        Ok(()) => {
            session.batch("COMMIT", "Emptying the target").await?;
            return session.make_durable().await;
        }
        Err(error) if !is_too_much(&error) => return Err(error),
        Err(_) => session.batch("ROLLBACK", DOING).await?,
    }
    observer.log("The target holds too much for one transaction: it's emptied piece by piece.");
    let mark = serde_json::to_value(Mark { pieces: true });
    let mark = mark.map_err(|e| Error::internal("A mark can't be written.").source(e))?;
    observer.save_checkpoint(mark)?;
    clear(&session, only).await?;
    session.make_durable().await
}

/// The server has no room for so many locks at a time.
fn is_too_much(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let said = error.downcast_ref::<tokio_postgres::Error>();
        if said.and_then(tokio_postgres::Error::code) == Some(&SqlState::OUT_OF_MEMORY) {
            return true;
        }
        cause = error.source();
    }
    false
}

async fn clear(session: &Session, only: Option<&str>) -> Result<()> {
    let mut checkpoint = Checkpoint::new(state::baseline(session).await?);
    match only {
        Some(schema) => checkpoint.only_schema = Some(schema.to_owned()),
        None => as_new(session, &mut checkpoint).await?,
    }
    wipe::run(session, &checkpoint).await?;
    let theirs = state::read(session).await?;
    let holds = state::holds(session, &theirs, only).await?;
    match holds.is_empty() {
        true => Ok(()),
        false => Err(not_empty("target", &holds)),
    }
}

/// The checkpoint of a copy that made all that a new project doesn't have.
async fn as_new(session: &Session, checkpoint: &mut Checkpoint) -> Result<()> {
    let mut theirs = state::read(session).await?;
    theirs.as_new(true);
    let platforms =
        |schema: &str| managed::is_managed_name(schema) && managed::is_from_start(schema);
    let rows = session.query(ON_TABLES, &[], DOING).await?;
    for row in &rows {
        let (drop, schema): (String, String) = (get(row, 0)?, get(row, 1)?);
        let calls: Option<String> = get(row, 2)?;
        let text: Option<String> = get(row, 3)?;
        let users = match (&calls, &text) {
            (Some(calls), Some(text)) => !platforms(calls) || outward::calls_out(text),
            _ => true,
        };
        if users && platforms(&schema) {
            checkpoint.on_managed.push(drop);
        }
    }
    let inventory = Inventory::read(session).await?;
    let filled = kept::tables(&inventory, &theirs, session, true, &mut Vec::new()).await?;
    checkpoint.filled = filled
        .into_iter()
        .map(|job| (job.target.0, job.target.1, job.filter))
        .collect();
    keep_platforms(session, &mut checkpoint.baseline).await
}

/// Leaves in the baseline what a new project has.
async fn keep_platforms(session: &Session, baseline: &mut Baseline) -> Result<()> {
    let (extensions, event_triggers, brought) = tokio::try_join!(
        session.query(EXTENSIONS, &[], DOING),
        session.query(EVENT_TRIGGERS, &[], DOING),
        session.query(OF_EXTENSIONS, &[], DOING),
    )?;
    baseline.schemas.retain(|name| managed::is_from_start(name));
    for row in &extensions {
        let (extension, schema): (String, String) = (get(row, 0)?, get(row, 1)?);
        if !managed::is_from_start(&schema) {
            baseline.extensions.retain(|name| *name != extension);
        }
    }
    baseline
        .publications
        .retain(|name| managed::is_platform_publication(name));
    baseline.event_triggers.clear();
    for row in &event_triggers {
        let schema: String = get(row, 1)?;
        if managed::is_managed_name(&schema) && managed::is_from_start(&schema) {
            baseline.event_triggers.push(get(row, 0)?);
        }
    }
    baseline.servers.clear();
    baseline.wrappers.clear();
    for row in &brought {
        let list = match get::<bool>(row, 0)? {
            true => &mut baseline.servers,
            false => &mut baseline.wrappers,
        };
        list.push(get(row, 1)?);
    }
    let rights = defaults::read(session).await?;
    baseline.default_rights = rights
        .iter()
        .filter(|rights| rights.schema().is_none_or(managed::is_from_start))
        .flat_map(defaults::DefaultRights::bring_back)
        .collect();
    Ok(())
}
