//! Both sides of a copy: each project's Storage and database.

use std::path::PathBuf;

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::supabase::storage::StorageClient;
use crate::workspace::file::private_folder;

pub struct Ends<'a> {
    pub ctx: &'a StepContext,
    pub source: StorageClient,
    pub target: StorageClient,
    pub from: Connection,
    pub to: Connection,
    /// Where files are between down and up.
    pub scratch: Scratch,
}

impl<'a> Ends<'a> {
    pub async fn open(
        world: &World,
        ctx: &'a StepContext,
        source: &InstanceName,
        target: &InstanceName,
    ) -> Result<Ends<'a>> {
        let options = ConnectOptions::named("matriz files");
        Ok(Ends {
            ctx,
            source: world.storage(source).await?.with_cancel(ctx.cancel.clone()),
            target: world.storage(target).await?.with_cancel(ctx.cancel.clone()),
            from: connect(&world.admin_database(source)?, &options).await?,
            to: connect(&world.admin_database(target)?, &options).await?,
            scratch: Scratch::make(ctx)?,
        })
    }

    pub async fn close(self) {
        self.from.close().await;
        self.to.close().await;
    }
}

/// The job's own folder, empty at first, which goes with the value.
pub struct Scratch(PathBuf);

impl Scratch {
    fn make(ctx: &StepContext) -> Result<Scratch> {
        let path = ctx.state_dir().join(format!("storage-{}.tmp", ctx.job()));
        // what a worker that died left there
        let _ = std::fs::remove_dir_all(&path);
        private_folder(&path)?;
        Ok(Scratch(path))
    }

    /// A place for one file, which goes with the value.
    pub fn file(&self) -> OnItsWay {
        OnItsWay(self.0.join(format!("{:016x}", rand::random::<u64>())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct OnItsWay(pub PathBuf);

impl Drop for OnItsWay {
    fn drop(&mut self) {
        // nothing may be there yet
        let _ = std::fs::remove_file(&self.0);
    }
}
