//! What the source holds, read in bulk under the snapshot.

pub mod columns;
pub mod relations;
pub mod roles;
pub mod types;

use std::collections::HashMap;

use crate::error::Result;
use crate::provider::postgres::copy::session::Session;

pub use columns::Column;
pub use relations::Relation;

/// The relations with their columns, and the rest that the dump doesn't tell.
#[derive(Debug, Default)]
pub struct Inventory {
    pub relations: Vec<Relation>,
    pub columns: HashMap<u32, Vec<Column>>,
    /// Tables (and sequences) of extensions whose rows belong to users: the condition on them.
    pub config: HashMap<u32, String>,
    pub large_objects: u64,
}

impl Inventory {
    pub async fn read(session: &Session) -> Result<Inventory> {
        let (relations, columns, config, large_objects) = tokio::try_join!(
            relations::read(session),
            columns::read(session),
            relations::read_config(session),
            session.value::<i64>(
                "SELECT count(*)::int8 FROM pg_catalog.pg_largeobject_metadata",
                "Counting the large objects",
            ),
        )?;
        Ok(Inventory {
            relations,
            columns,
            config,
            large_objects: u64::try_from(large_objects).unwrap_or_default(),
        })
    }

    /// Forgets everything outside one schema.
    pub fn keep_only(&mut self, schema: &str) {
        self.relations.retain(|relation| relation.schema == schema);
        self.config.clear();
        self.large_objects = 0;
    }

    pub fn columns_of(&self, oid: u32) -> &[Column] {
        self.columns.get(&oid).map_or(&[], Vec::as_slice)
    }
}
