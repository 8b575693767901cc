//! What stands in a schema: its own objects, and those that extensions put there.

use std::collections::HashSet;

use crate::error::Result;
use crate::provider::postgres::copy::session::{Session, get};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub own: HashSet<String>,
    /// Objects of extensions, such as the type `vector`: they stay where they are.
    pub foreign: HashSet<String>,
}

const NAMES: &str = "SELECT o.name::text, EXISTS (SELECT FROM pg_catalog.pg_depend d
     WHERE d.classid = o.class AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype = 'e')
 FROM (
   SELECT relname AS name, relnamespace AS namespace, 'pg_catalog.pg_class'::pg_catalog.regclass AS class, oid FROM pg_catalog.pg_class
   UNION ALL SELECT proname, pronamespace, 'pg_catalog.pg_proc'::pg_catalog.regclass, oid FROM pg_catalog.pg_proc
   UNION ALL SELECT typname, typnamespace, 'pg_catalog.pg_type'::pg_catalog.regclass, oid FROM pg_catalog.pg_type
   UNION ALL SELECT oprname, oprnamespace, 'pg_catalog.pg_operator'::pg_catalog.regclass, oid FROM pg_catalog.pg_operator
   UNION ALL SELECT opcname, opcnamespace, 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid FROM pg_catalog.pg_opclass
   UNION ALL SELECT opfname, opfnamespace, 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid FROM pg_catalog.pg_opfamily
   UNION ALL SELECT collname, collnamespace, 'pg_catalog.pg_collation'::pg_catalog.regclass, oid FROM pg_catalog.pg_collation
   UNION ALL SELECT cfgname, cfgnamespace, 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid FROM pg_catalog.pg_ts_config
   UNION ALL SELECT dictname, dictnamespace, 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid FROM pg_catalog.pg_ts_dict
   UNION ALL SELECT stxname, stxnamespace, 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid FROM pg_catalog.pg_statistic_ext
   UNION ALL SELECT conname, connamespace, 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid FROM pg_catalog.pg_conversion
 ) o JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace WHERE n.nspname = $1";

impl Names {
    pub async fn read(session: &Session, schema: &str) -> Result<Names> {
        let mut out = Names::default();
        let doing = format!("Reading what is in the schema {schema}");
        for row in &session.query(NAMES, &[&schema], &doing).await? {
            let name: String = get(row, 0)?;
            if get(row, 1)? {
                out.foreign.insert(name);
            } else {
                out.own.insert(name);
            }
        }
        Ok(out)
    }

    /// Whether `schema.name` in a definition moves. What both have is the schema's own.
    pub fn moves(&self, name: &str) -> bool {
        self.own.contains(name)
    }

    pub fn stays(&self, name: &str) -> bool {
        self.foreign.contains(name) && !self.own.contains(name)
    }
}
