//! Code, comments and settings that name the source. They are people's to change: reported, never
//! rewritten.

use super::session::{Session, get, query};
use crate::domain::reference::{Leftover, Reason, Rewriter};
use crate::error::Result;
use crate::provider::postgres::copy::managed;

/// Kind of definition, schema, object as a person names it, text. `$1` is the only schema or null,
/// `$2` the patterns.
const DEFINITIONS: &str = "WITH own AS (
   SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND n.nspname !~ '^matriz_references_' AND ($1::text IS NULL OR n.nspname = $1)),
 extension AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e')
 SELECT kind, schema::text, object, said FROM (
   SELECT 'function body' AS kind, n.nspname AS schema, 'function ' || n.nspname || '.' || p.proname || '('
       || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' AS object,
     concat_ws(E'\\n', p.prosrc, p.proconfig::text, p.proargdefaults::text) AS said
   FROM pg_catalog.pg_proc p JOIN own n ON n.oid = p.pronamespace
   WHERE p.prokind <> 'a' AND NOT EXISTS (SELECT FROM extension e
     WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid)
   UNION ALL
   SELECT 'view definition', n.nspname, 'view ' || n.nspname || '.' || c.relname,
     pg_catalog.pg_get_viewdef(c.oid)
   FROM pg_catalog.pg_class c JOIN own n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('v', 'm') AND NOT EXISTS (SELECT FROM extension e
     WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid)
   UNION ALL
   SELECT CASE a.attgenerated WHEN '' THEN 'default' ELSE 'generated column' END, n.nspname,
     'column ' || n.nspname || '.' || c.relname || '.' || a.attname,
     pg_catalog.pg_get_expr(d.adbin, d.adrelid)
   FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
   JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
   JOIN own n ON n.oid = c.relnamespace
   UNION ALL
   SELECT 'policy', n.nspname, 'policy ' || p.polname || ' on ' || n.nspname || '.' || c.relname,
     concat_ws(E'\\n', pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
   FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
   JOIN own n ON n.oid = c.relnamespace
   UNION ALL
   SELECT 'constraint', n.nspname, 'constraint ' || k.conname || coalesce(' on ' || n.nspname || '.' || c.relname, ''),
     pg_catalog.pg_get_constraintdef(k.oid)
   FROM pg_catalog.pg_constraint k JOIN own n ON n.oid = k.connamespace
   LEFT JOIN pg_catalog.pg_class c ON c.oid = k.conrelid WHERE k.contype = 'c'
   UNION ALL
   SELECT 'trigger', n.nspname, 'trigger ' || t.tgname || ' on ' || n.nspname || '.' || c.relname,
     pg_catalog.pg_get_triggerdef(t.oid) || E'\\n' || pg_catalog.encode(t.tgargs, 'escape')
   FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
   JOIN own n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal
   UNION ALL
   SELECT 'rule', n.nspname, 'rule ' || r.rulename || ' on ' || n.nspname || '.' || c.relname,
     pg_catalog.pg_get_ruledef(r.oid)
   FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
   JOIN own n ON n.oid = c.relnamespace WHERE r.rulename <> '_RETURN'
   UNION ALL
   SELECT 'index', n.nspname, 'index ' || n.nspname || '.' || c.relname, pg_catalog.pg_get_indexdef(i.indexrelid)
   FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
   JOIN own n ON n.oid = c.relnamespace WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
   UNION ALL
   SELECT 'enum', n.nspname, 'type ' || n.nspname || '.' || t.typname, e.enumlabel
   FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid JOIN own n ON n.oid = t.typnamespace
   UNION ALL
   SELECT 'comment', n.nspname, 'comment on ' || CASE WHEN d.objsubid > 0 THEN 'column ' ELSE 'relation ' END
       || n.nspname || '.' || c.relname || coalesce('.' || a.attname, ''), d.description
   FROM pg_catalog.pg_description d JOIN pg_catalog.pg_class c ON c.oid = d.objoid
   JOIN own n ON n.oid = c.relnamespace
   LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
   WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
   UNION ALL
   SELECT 'comment', n.nspname, 'comment on function ' || n.nspname || '.' || p.proname, d.description
   FROM pg_catalog.pg_description d JOIN pg_catalog.pg_proc p ON p.oid = d.objoid
   JOIN own n ON n.oid = p.pronamespace
   WHERE d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
   UNION ALL
   SELECT 'comment', n.nspname, 'comment on schema ' || n.nspname, d.description
   FROM pg_catalog.pg_description d JOIN own n ON n.oid = d.objoid
   WHERE d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
   UNION ALL
   SELECT 'setting', '', 'the database''s settings', s.setconfig::text
   FROM pg_catalog.pg_db_role_setting s
   WHERE $1::text IS NULL AND s.setdatabase = (SELECT oid FROM pg_catalog.pg_database
     WHERE datname = pg_catalog.current_database())
   UNION ALL
   SELECT 'foreign server', '', 'foreign server ' || f.srvname, f.srvoptions::text
   FROM pg_catalog.pg_foreign_server f WHERE $1::text IS NULL
   UNION ALL
   SELECT 'foreign table', '', 'foreign table ' || n.nspname || '.' || c.relname, f.ftoptions::text
   FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid
   JOIN own n ON n.oid = c.relnamespace
 ) d WHERE pg_catalog.lower(said COLLATE \"C\") LIKE ANY ($2::text[])
 ORDER BY 1, 3";

/// What is left of a managed schema's own definitions is the platform's; its users' triggers and
/// policies there are not.
fn is_users(kind: &str, schema: &str) -> bool {
    !managed::is_managed_name(schema) || matches!(kind, "trigger" | "policy")
}

pub async fn look(
    session: &Session,
    only: Option<&str>,
    rewriter: &Rewriter,
    patterns: &Vec<String>,
) -> Result<Vec<Leftover>> {
    let doing = "Looking through functions, views and policies";
    let rows = query(&session.connection, DEFINITIONS, &[&only, patterns], doing).await?;
    let mut left: Vec<Leftover> = Vec::new();
    for row in &rows {
        let text = |n| get::<String>(row, n);
        let (kind, schema, object, said) = (text(0)?, text(1)?, text(2)?, text(3)?);
        if !is_users(&kind, &schema) {
            continue;
        }
        for residue in rewriter.residues(&said) {
            let one = Leftover {
                place: object.clone(),
                row: None,
                names: residue.names,
                reason: Reason::Definition(kind.clone()),
            };
            if !left.contains(&one) {
                left.push(one);
            }
        }
    }
    Ok(left)
}
