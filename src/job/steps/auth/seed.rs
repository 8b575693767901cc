//! The users that an instance begins with, made by its project's own Auth API.

use std::path::PathBuf;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::site_seed::users;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_seeds::texts;
use crate::job::world::World;
use crate::provider::supabase::{NewUser, Outcome};
use crate::workspace::InstanceDir;

/// So many at a time: each costs the service the hashing of a password.
const AT_ONCE: usize = 4;

/// The users of `seeds/auth/*.yaml`.
pub type UserSeeds = users::UserSeeds;

/// Reads and checks them; none where there's no such folder.
pub(in crate::job) fn read(dir: &InstanceDir) -> Result<UserSeeds> {
    let mut seeds = UserSeeds::default();
    let shown = PathBuf::from(format!("instances/{}/seeds/auth", dir.name()));
    for (name, text) in texts(&dir.path().join("seeds/auth"))? {
        seeds.add(&shown.join(name), &text)?;
    }
    seeds.check()?;
    Ok(seeds)
}

/// Makes those who aren't there yet; who is there stays as they are.
pub struct MakeUsers {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for MakeUsers {
    fn name(&self) -> &str {
        "auth.seeds"
    }

    fn title(&self) -> &str {
        "Make the users"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = read(&self.world.instance(&self.name)?)?;
        let auth = super::client(&self.world, &self.name).await?;
        let auth = auth.with_cancel(ctx.cancel.clone());
        let total = seeds.users.len() as u64;
        let new: Vec<NewUser> = seeds
            .users
            .into_iter()
            .map(|item| NewUser {
                user_metadata: item.value.user_metadata(),
                id: item.value.id,
                email: item.value.email,
                password: item.value.password,
                password_hash: item.value.password_hash,
                app_metadata: item.value.app_metadata,
            })
            .collect();
        let auth = &auth;
        let mut making = stream::iter(new)
            .map(|user| async move { auth.create_user(&user).await })
            .buffer_unordered(AT_ONCE);
        let (mut made, mut done) = (0, 0);
        while let Some(outcome) = making.try_next().await? {
            made += u64::from(outcome == Outcome::Made);
            done += 1;
            ctx.report(Report {
                amount: Amount::new(done, total, Unit::Items),
                ..Report::default()
            });
        }
        ctx.log(format!("{made} users made, {} there already", total - made));
        Ok(())
    }

    /// What it made goes with the project.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
