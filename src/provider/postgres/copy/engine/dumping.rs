//! The source's schema under the copy's snapshot: the one that was read ahead, where the catalogue
//! is still the same, else `pg_dump`'s, which runs while the rest begins.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::provider::postgres::copy::dump;
use crate::provider::postgres::copy::early::{self, EarlySchema};
use crate::provider::postgres::copy::engine::crashed;
use crate::provider::postgres::copy::request::CopyRequest;
use crate::provider::postgres::copy::snapshot::Snapshot;
use crate::provider::postgres::copy::toc::Toc;

pub enum Dumping {
    Ahead(Arc<EarlySchema>),
    /// `pg_dump` is at work; it dies with this.
    Now(JoinSet<Result<Toc>>),
}

impl Dumping {
    pub async fn begin(
        request: &CopyRequest,
        snapshot: &Snapshot,
        only: Option<String>,
    ) -> Result<Dumping> {
        if let Some(early) = &request.early
            && early::mark(&snapshot.control).await? == early.mark
        {
            return Ok(Dumping::Ahead(early.clone()));
        }
        let mut now = JoinSet::new();
        now.spawn(dump::schema(
            request.pg_dump.clone(),
            request.source.clone(),
            snapshot.id.clone(),
            only,
            None,
        ));
        Ok(Dumping::Now(now))
    }

    pub async fn end(self) -> Result<Toc> {
        match self {
            Dumping::Ahead(early) => Ok(early.toc.clone()),
            Dumping::Now(mut now) => match now.join_next().await {
                Some(dumped) => dumped.map_err(crashed)?,
                None => Err(Error::internal("The schema's dump is gone.")),
            },
        }
    }
}
