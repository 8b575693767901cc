//! The questions to the catalogue. Each answers with kind, schema, name and definition, for the
//! schema `$1`, and for all others but the server's own where `$2`. What an extension brought along
//! isn't anybody's own and is left out.

/// In the order of asking.
pub(super) const ALL: &[&str] = &[
    RELATIONS,
    COLUMNS,
    CONSTRAINTS,
    INDEXES,
    POLICIES,
    FUNCTIONS,
    TRIGGERS,
    TYPES,
    EXTENSIONS,
];

/// Schema, name and estimated rows of every table.
pub(super) const TABLES: &str = "
SELECT n.nspname::text, c.relname::text, c.reltuples
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
ORDER BY 1, 2";

const RELATIONS: &str = "
SELECT CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, n.nspname::text, c.relname::text,
  CASE c.relkind WHEN 'v' THEN pg_catalog.pg_get_viewdef(c.oid)
    WHEN 'm' THEN 'materialized ' || pg_catalog.pg_get_viewdef(c.oid)
    ELSE CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' ELSE 'table' END
      || CASE WHEN c.relrowsecurity THEN ', row-level security' ELSE '' END
      || CASE WHEN c.relforcerowsecurity THEN ', forced' ELSE '' END END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't'
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')";

const COLUMNS: &str = "
SELECT 'column', n.nspname::text, c.relname || '.' || a.attname,
  pg_catalog.format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
    || CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity by default' ELSE '' END
    || CASE WHEN a.attgenerated <> '' THEN ' generated ' WHEN e.adbin IS NOT NULL THEN ' default ' ELSE '' END
    || coalesce(pg_catalog.pg_get_expr(e.adbin, e.adrelid), '')
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')";

const CONSTRAINTS: &str = "
SELECT 'constraint', n.nspname::text, c.relname || '.' || k.conname, pg_catalog.pg_get_constraintdef(k.oid)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u', 'c', 'f', 'x')
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')";

const INDEXES: &str = "
SELECT 'index', n.nspname::text, c.relname::text, pg_catalog.pg_get_indexdef(i.indexrelid)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid = i.indrelid AND d.objsubid = 0 AND d.deptype = 'e')";

const POLICIES: &str = "
SELECT 'policy', n.nspname::text, c.relname || '.' || p.polname,
  CASE WHEN p.polpermissive THEN 'for ' ELSE 'restrictive for ' END
    || CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END
    || ' to ' || (SELECT pg_catalog.string_agg(CASE r.of WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(r.of)::text END, ', ' ORDER BY 1)
      FROM pg_catalog.unnest(p.polroles) AS r(of))
    || coalesce(' using (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')', '')
    || coalesce(' check (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')";

const FUNCTIONS: &str = "
SELECT 'function', n.nspname::text,
  p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
  coalesce('returns ' || pg_catalog.pg_get_function_result(p.oid) || ' ', '')
    || 'language ' || l.lanname || ' '
    || CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END
    || CASE WHEN p.prosecdef THEN ' security definer' ELSE '' END
    || CASE WHEN p.proisstrict THEN ' strict' ELSE '' END
    || coalesce(' set ' || pg_catalog.array_to_string(p.proconfig, ', '), '')
    || ' as ' || coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.prokind <> 'a'
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    AND d.objid = p.oid AND d.deptype = 'e')";

const TRIGGERS: &str = "
SELECT 'trigger', n.nspname::text, c.relname || '.' || t.tgname,
  pg_catalog.pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'D' THEN ' (off)' ELSE '' END
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')";

const TYPES: &str = "
SELECT 'type', n.nspname::text, t.typname::text,
  CASE t.typtype WHEN 'e' THEN 'enum ' || (SELECT pg_catalog.string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
      FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
    ELSE 'domain ' || pg_catalog.format_type(t.typbasetype, t.typtypmod) END
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd')
  AND (n.nspname = $1 OR $2 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
    AND d.objid = t.oid AND d.deptype = 'e')";

const EXTENSIONS: &str = "
SELECT 'extension', '', e.extname::text, e.extversion
FROM pg_catalog.pg_extension e
WHERE $1::text IS NOT NULL AND $2::bool IS NOT NULL";
