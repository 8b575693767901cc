//! How many files there are, asked quickly: for plans, which never fail for it.

use std::time::Duration;

use super::rows;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};

/// Nobody waits for the count longer than this.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an instance's buckets hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileCount {
    pub buckets: u64,
    pub files: u64,
    pub bytes: u64,
}

/// `None` where the database doesn't say it within 3 seconds.
pub async fn count(world: &World, name: &InstanceName) -> Option<FileCount> {
    let asked = tokio::time::timeout(PATIENCE, ask(world, name)).await;
    asked.ok().and_then(Result::ok)
}

async fn ask(world: &World, name: &InstanceName) -> Result<FileCount> {
    let url = world.admin_database(name)?;
    let connection = connect(&url, &ConnectOptions::named("matriz plan")).await?;
    let counted = rows::total(&connection).await;
    connection.close().await;
    let (buckets, files, bytes) = counted?;
    Ok(FileCount {
        buckets,
        files,
        bytes,
    })
}
