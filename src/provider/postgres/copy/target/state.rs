//! Looking at the target before anything is changed.

use std::collections::HashSet;

use crate::error::Result;
use crate::provider::postgres::copy::checkpoint::Baseline;
use crate::provider::postgres::copy::inventory::{self, roles::Roles};
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::copy::script::classify::Target;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::{plain, qualified};
use crate::provider::postgres::copy::target::defaults;

/// So many things in a target are named; the rest is counted.
const NAMED: usize = 20;

/// Objects that no extension brought, in schemas that aren't the server's own.
const OBJECTS: &str = "SELECT kind, nspname::text, name::text FROM (
   SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
       WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
       ELSE 'type' END AS kind,
     c.relnamespace AS namespace, c.relname AS name, 'pg_catalog.pg_class'::pg_catalog.regclass AS class, c.oid
   FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
     AND c.relpersistence <> 't'
   UNION ALL
   SELECT 'function', p.pronamespace, p.proname, 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid
   FROM pg_catalog.pg_proc p
   UNION ALL
   SELECT 'type', t.typnamespace, t.typname, 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid
   FROM pg_catalog.pg_type t WHERE t.typtype IN ('d', 'e', 'r')
 ) o JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
     WHERE d.classid = o.class AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
 ORDER BY 2, 1, 3";

/// What the target (or one schema of it) holds that a copy would collide with, in a person's words.
pub async fn holds(session: &Session, target: &Target, only: Option<&str>) -> Result<Vec<String>> {
    let mut out = Vec::new();
    let mut more = 0_u64;
    let mut name = |what: String| {
        if out.len() < NAMED {
            out.push(what);
        } else {
            more += 1;
        }
    };
    for row in &session
        .query(OBJECTS, &[], "Looking what is in the target")
        .await?
    {
        let (kind, schema, object): (String, String, String) =
            (get(row, 0)?, get(row, 1)?, get(row, 2)?);
        if only.map_or(!target.manages(&schema), |only| only == schema) {
            name(format!("{kind} {}", plain(&schema, &object)));
        }
    }
    if only.is_some() {
        if more > 0 {
            out.push(format!("{more} more"));
        }
        return Ok(out);
    }
    let relations = inventory::relations::read(session).await?;
    let filled: Vec<_> = relations
        .iter()
        .filter(|r| {
            r.kind == 'r'
                && r.readable
                && target.manages(&r.schema)
                && managed::has_users_rows(&r.schema, &r.name)
        })
        .collect();
    if !filled.is_empty() {
        let parts: Vec<String> = filled
            .iter()
            .map(|r| {
                format!(
                    "EXISTS (SELECT FROM ONLY {})",
                    qualified(&r.schema, &r.name)
                )
            })
            .collect();
        let sql = format!("SELECT ARRAY[{}]", parts.join(", "));
        let has: Vec<bool> = session
            .value(&sql, "Looking for rows in the target")
            .await?;
        for (relation, _) in filled.iter().zip(has).filter(|(_, has)| *has) {
            name(format!("rows in {}", relation.plain()));
        }
    }
    let large: i64 = session
        .value(
            "SELECT count(*)::int8 FROM pg_catalog.pg_largeobject_metadata",
            "Counting the large objects",
        )
        .await?;
    if large > 0 {
        name(format!("{large} large objects"));
    }
    if more > 0 {
        out.push(format!("{more} more"));
    }
    Ok(out)
}

const TRIGGERS: &str =
    "SELECT 'trigger ' || n.nspname || '.' || c.relname || ' ' || t.tgname, n.nspname::text
 FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal
 UNION ALL
 SELECT 'policy ' || n.nspname || '.' || c.relname || ' ' || p.polname, n.nspname::text
 FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";

/// Named as the classification names them.
const DEFAULT_RIGHTS: &str = "SELECT 'default privileges for '
   || CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
        WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END
   || ' of ' || pg_catalog.pg_get_userbyid(d.defaclrole) || coalesce(' in ' || n.nspname, '')
 FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace";

/// What the target is, for deciding on every statement.
pub async fn read(session: &Session) -> Result<Target> {
    let doing = "Looking what is in the target";
    let (roles, on, publications, rights) = tokio::try_join!(
        Roles::read(session),
        session.query(TRIGGERS, &[], doing),
        session.query(
            "SELECT pubname::text FROM pg_catalog.pg_publication",
            &[],
            doing
        ),
        session.query(DEFAULT_RIGHTS, &[], doing),
    )?;
    let mut target = Target {
        roles,
        ..Target::default()
    };
    let mut on_managed = HashSet::new();
    for row in &on {
        if target.manages(&get::<String>(row, 1)?) {
            on_managed.insert(get::<String>(row, 0)?);
        }
    }
    target.on_managed = on_managed;
    for row in &publications {
        target.publications.insert(get(row, 0)?);
    }
    for row in &rights {
        target.default_rights.insert(get(row, 0)?);
    }
    Ok(target)
}

/// What there is now, so that taking the copy back knows what to leave.
pub async fn baseline(session: &Session) -> Result<Baseline> {
    let names = |sql: &'static str| async move {
        let rows = session
            .query(sql, &[], "Looking what is in the target")
            .await?;
        rows.iter()
            .map(|row| get::<String>(row, 0))
            .collect::<Result<Vec<_>>>()
    };
    let (schemas, extensions, publications, event_triggers, wrappers, servers, rights) = tokio::try_join!(
        names("SELECT nspname::text FROM pg_catalog.pg_namespace"),
        names("SELECT extname::text FROM pg_catalog.pg_extension"),
        names("SELECT pubname::text FROM pg_catalog.pg_publication"),
        names("SELECT evtname::text FROM pg_catalog.pg_event_trigger"),
        names("SELECT fdwname::text FROM pg_catalog.pg_foreign_data_wrapper"),
        names("SELECT srvname::text FROM pg_catalog.pg_foreign_server"),
        defaults::read(session),
    )?;
    Ok(Baseline {
        schemas,
        extensions,
        publications,
        event_triggers,
        wrappers,
        servers,
        default_rights: rights
            .iter()
            .flat_map(defaults::DefaultRights::bring_back)
            .collect(),
    })
}
