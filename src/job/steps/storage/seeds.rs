//! The seeds' files, put into the project's buckets.

use std::collections::HashSet;

use async_trait::async_trait;

use super::seed_files::{SeedFile, StorageSeeds};
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_seeds::media_type;
use crate::job::world::World;
use crate::provider::supabase::storage::{StorageClient, Unwatched, Upload};

/// Makes the buckets and files that aren't there; what is there stays.
pub struct LoadFiles {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for LoadFiles {
    fn name(&self) -> &str {
        "storage.seeds"
    }

    fn title(&self) -> &str {
        "Load the files"
    }

    fn weight(&self) -> u32 {
        2
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = StorageSeeds::read(&self.world.instance(&self.name)?)?;
        if seeds.is_empty() {
            ctx.log("no seeds for the files");
            return Ok(());
        }
        let client = self.world.storage(&self.name).await?;
        let client = client.with_cancel(ctx.cancel.clone());
        let (mut there, mut made) = (HashSet::new(), 0_u64);
        for bucket in &seeds.buckets {
            if !client.create_bucket(bucket).await? {
                there.extend(found(&client, &bucket.id, &seeds.files).await?);
            }
        }
        let total = seeds.bytes();
        let mut done = 0;
        for file in &seeds.files {
            ctx.check_cancelled()?;
            if !there.contains(&(file.bucket.clone(), file.name.clone())) {
                load(&client, file).await?;
                made += 1;
            }
            done += file.bytes;
            ctx.report(Report {
                amount: Amount::new(done, total, Unit::Bytes),
                ..Report::default()
            });
        }
        ctx.log(format!(
            "{made} {} stored, {} there already",
            human::plural(made, "file", "files"),
            seeds.files.len() as u64 - made
        ));
        Ok(())
    }

    /// What it made goes with the project.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// The seeds' files that a bucket has already.
async fn found(
    client: &StorageClient,
    bucket: &str,
    seeds: &[SeedFile],
) -> Result<Vec<(String, String)>> {
    let wanted = seeds.iter().filter(|file| file.bucket == bucket);
    let wanted: HashSet<&str> = wanted.map(|file| file.name.as_str()).collect();
    let mut all = Vec::new();
    let mut walk = client.walk(bucket);
    while let Some(page) = walk.next().await? {
        let known = page.into_iter().filter(|f| wanted.contains(&*f.name));
        all.extend(known.map(|file| (bucket.to_owned(), file.name)));
    }
    Ok(all)
}

async fn load(client: &StorageClient, file: &SeedFile) -> Result<()> {
    let kind = media_type(&file.name);
    let upload = Upload {
        bucket: &file.bucket,
        name: &file.name,
        path: &file.path,
        bytes: file.bytes,
        content_type: kind.as_deref().unwrap_or("application/octet-stream"),
        cache_control: Some("max-age=3600"),
        user_metadata: None,
    };
    client.upload(&upload, &Unwatched).await?;
    Ok(())
}
