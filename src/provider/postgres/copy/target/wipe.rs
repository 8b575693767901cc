//! Emptying a target: everything goes that isn't in the baseline. That's how a copy is taken back,
//! and how a target is made ready for another one.

use std::collections::HashSet;

use tokio_postgres::error::SqlState;

use crate::error::Result;
use crate::provider::postgres::copy::checkpoint::{Baseline, Checkpoint};
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::copy::script::run::pipelined;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::{ident, qualified};
use crate::provider::postgres::copy::target::defaults;

/// So many objects in one DROP: each takes locks, of which a server has a limited number.
const DROPS: usize = 100;

/// Objects in schemas that stay, by the word that DROP wants. Tables first: they take along their
/// indexes, triggers, policies and sequences.
const LEFT: &str = "SELECT word, text FROM (
   SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
       WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS word,
     CASE c.relkind WHEN 'p' THEN 0 WHEN 'r' THEN 1 WHEN 'f' THEN 2 WHEN 'm' THEN 3 WHEN 'v' THEN 3 WHEN 'S' THEN 4 ELSE 6 END AS rank,
     pg_catalog.format('%I.%I', n.nspname, c.relname) AS text,
     'pg_catalog.pg_class'::pg_catalog.regclass AS class, c.oid, c.relnamespace AS namespace
   FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
   UNION ALL
   SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, 5,
     pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
     'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.pronamespace
   FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   UNION ALL
   SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, 6, pg_catalog.format('%I.%I', n.nspname, t.typname),
     'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typnamespace
   FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'b' AND t.typelem = 0 AND t.typarray <> 0) OR t.typtype = 'p'
   UNION ALL
   SELECT 'COLLATION', 7, pg_catalog.format('%I.%I', n.nspname, l.collname),
     'pg_catalog.pg_collation'::pg_catalog.regclass, l.oid, l.collnamespace
   FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
   UNION ALL
   SELECT 'TEXT SEARCH CONFIGURATION', 7, pg_catalog.format('%I.%I', n.nspname, s.cfgname),
     'pg_catalog.pg_ts_config'::pg_catalog.regclass, s.oid, s.cfgnamespace
   FROM pg_catalog.pg_ts_config s JOIN pg_catalog.pg_namespace n ON n.oid = s.cfgnamespace
   UNION ALL
   SELECT 'TEXT SEARCH DICTIONARY', 8, pg_catalog.format('%I.%I', n.nspname, s.dictname),
     'pg_catalog.pg_ts_dict'::pg_catalog.regclass, s.oid, s.dictnamespace
   FROM pg_catalog.pg_ts_dict s JOIN pg_catalog.pg_namespace n ON n.oid = s.dictnamespace
   UNION ALL
   SELECT 'OPERATOR', 7, pg_catalog.format('%I.%s(%s, %s)', n.nspname, o.oprname,
       coalesce(nullif(o.oprleft, 0)::pg_catalog.regtype::text, 'NONE'), coalesce(nullif(o.oprright, 0)::pg_catalog.regtype::text, 'NONE')),
     'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, o.oprnamespace
   FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
   UNION ALL
   SELECT 'OPERATOR FAMILY', 6, pg_catalog.format('%I.%I USING %I', n.nspname, f.opfname, a.amname),
     'pg_catalog.pg_opfamily'::pg_catalog.regclass, f.oid, f.opfnamespace
   FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
   JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
   UNION ALL
   SELECT 'STATISTICS', 2, pg_catalog.format('%I.%I', n.nspname, s.stxname),
     'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, s.stxnamespace
   FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
   UNION ALL
   SELECT 'CONVERSION', 7, pg_catalog.format('%I.%I', n.nspname, v.conname),
     'pg_catalog.pg_conversion'::pg_catalog.regclass, v.oid, v.connamespace
   FROM pg_catalog.pg_conversion v JOIN pg_catalog.pg_namespace n ON n.oid = v.connamespace
 ) o
 WHERE namespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
     WHERE d.classid = o.class AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i', 'P'))
 ORDER BY rank, word, text";

const DOING: &str = "Emptying the target";

/// Drops what the copy made and brings back what it took away. It may run inside a transaction of
/// the caller's.
pub async fn run(session: &Session, checkpoint: &Checkpoint) -> Result<()> {
    let doing = DOING;
    let before = &checkpoint.baseline;
    if let Some(schema) = &checkpoint.only_schema {
        empty_schema(session, schema).await?;
        if before.schemas.contains(schema) {
            return Ok(());
        }
        let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", ident(schema));
        return session.batch(&sql, doing).await;
    }
    let names = |sql: &'static str| async move {
        let rows = session.query(sql, &[], doing).await?;
        rows.iter()
            .map(|row| get::<String>(row, 0))
            .collect::<Result<Vec<_>>>()
    };
    let mut drops = Vec::new();
    let mut more = |kind: &str, now: Vec<String>, then: &[String]| {
        let then: HashSet<&String> = then.iter().collect();
        for name in now.iter().filter(|name| !then.contains(name)) {
            drops.push(format!("DROP {kind} IF EXISTS {} CASCADE", ident(name)));
        }
    };
    more(
        "EVENT TRIGGER",
        names("SELECT evtname::text FROM pg_catalog.pg_event_trigger").await?,
        &before.event_triggers,
    );
    more(
        "PUBLICATION",
        names("SELECT pubname::text FROM pg_catalog.pg_publication").await?,
        &before.publications,
    );
    session.batch(&joined(&drops), doing).await?;
    drops.clear();

    let schemas = names(
        "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    )
    .await?;
    let then: HashSet<&String> = before.schemas.iter().collect();
    for schema in &schemas {
        let managed = managed::is_managed_name(schema);
        if !(then.contains(schema) && managed) {
            empty_schema(session, schema).await?;
        }
    }
    // after the tables that refer to them
    take_off_managed(session, checkpoint).await?;
    let mut drops = Vec::new();
    let mut more = |kind: &str, now: Vec<String>, then: &[String]| {
        let then: HashSet<&String> = then.iter().collect();
        for name in now.iter().filter(|name| !then.contains(name)) {
            drops.push(format!("DROP {kind} IF EXISTS {} CASCADE", ident(name)));
        }
    };
    more(
        "SERVER",
        names("SELECT srvname::text FROM pg_catalog.pg_foreign_server").await?,
        &before.servers,
    );
    more(
        "FOREIGN DATA WRAPPER",
        names("SELECT fdwname::text FROM pg_catalog.pg_foreign_data_wrapper").await?,
        &before.wrappers,
    );
    more(
        "EXTENSION",
        names("SELECT extname::text FROM pg_catalog.pg_extension").await?,
        &before.extensions,
    );
    more("SCHEMA", schemas, &before.schemas);
    session.batch(&joined(&drops), doing).await?;
    large_objects(session).await?;
    default_rights(session, before).await
}

fn joined(statements: &[String]) -> String {
    // An empty text is no statement, and that is fine.
    statements.join(";\n")
}

async fn empty_schema(session: &Session, schema: &str) -> Result<()> {
    // A cascade may take along what stands later in the list; what is left shows in the next look.
    loop {
        let rows = session.query(LEFT, &[&schema], DOING).await?;
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let word: String = get(first, 0)?;
        let mut texts = Vec::new();
        for row in rows.iter().take(DROPS) {
            if get::<String>(row, 0)? != word {
                break;
            }
            texts.push(get::<String>(row, 1)?);
        }
        let drops: Vec<String> = if word.starts_with("OPERATOR") {
            texts
                .iter()
                .map(|text| format!("DROP {word} IF EXISTS {text} CASCADE"))
                .collect()
        } else {
            vec![format!(
                "DROP {word} IF EXISTS {} CASCADE",
                texts.join(", ")
            )]
        };
        session
            .batch(&joined(&drops), &format!("Emptying the schema {schema}"))
            .await?;
    }
}

/// Rows, triggers and policies on tables that the platform looks after.
async fn take_off_managed(session: &Session, checkpoint: &Checkpoint) -> Result<()> {
    let doing = "Emptying the platform's tables";
    let texts: Vec<&str> = checkpoint.on_managed.iter().map(String::as_str).collect();
    for answer in pipelined(session, &texts).await {
        // What the copy hadn't made yet can't be dropped, and needn't.
        if let Err(error) = answer
            && error
                .as_db_error()
                .is_none_or(|said| *said.code() != SqlState::UNDEFINED_OBJECT)
        {
            return Err(session.explain(error, doing));
        }
    }
    let deletes: Vec<String> = checkpoint
        .filled
        .iter()
        .rev()
        .map(|(schema, table, filter)| {
            format!("DELETE FROM ONLY {} {filter}", qualified(schema, table))
        })
        .collect();
    // one message is one transaction
    session.batch(&joined(&deletes), doing).await
}

async fn large_objects(session: &Session) -> Result<()> {
    loop {
        let gone: i64 = session
            .value(
                "SELECT count(pg_catalog.lo_unlink(oid))::int8 FROM (
                   SELECT oid FROM pg_catalog.pg_largeobject_metadata LIMIT 500) x",
                "Deleting the large objects",
            )
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

async fn default_rights(session: &Session, before: &Baseline) -> Result<()> {
    let now = defaults::read(session).await?;
    let mut statements: Vec<String> = now
        .iter()
        .flat_map(defaults::DefaultRights::take_away)
        .collect();
    statements.extend(before.default_rights.iter().cloned());
    session
        .batch(&joined(&statements), "Bringing back the default rights")
        .await
}
